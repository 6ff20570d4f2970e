//! A program that was found -> what a person should know of the packages that it, or what it starts, sees.
//!
//! What is said here would otherwise run the wrong code without a word. Where pyvenv.cfg notes this very place, and says
//! which packages are seen, as every maker's does, nothing is asked of the system for a program that the environment's
//! Python runs; for any other it is whether that Python is there, and the one that it was.

use super::{Places, Program, Runner};
use crate::error::shown;
use crate::itself;
use crate::venv;
use crate::venv::health::{self, Ill, Mend};

/// Adds them.
pub fn add(program: &mut Program, places: &Places<'_>) {
    let mended = |clause| format!("{clause}; `{} --repair` mends it", places.call());
    let is_moved = program.runner == Runner::OwnInstead
        || venv::made_elsewhere(places.root, places.cfg).is_some();
    if is_moved {
        program.remarks.extend(places.help.astray().map(mended));
    }
    if is_moved && program.runner == Runner::Another {
        program
            .remarks
            .extend(places.help.astray_scripts().map(mended));
    }
    if program.runner == Runner::Another {
        program.remarks.extend(of_started(program, places));
    }
    if program.runner != Runner::Another && places.cfg.system_site_packages.is_none() {
        let (cfg, call) = (shown(places.root.join(venv::MARKER)), places.call());
        program.remarks.push(format!(
            "the base interpreter's packages are seen too: {cfg} does not say whether they should; \
             `{call} --repair` keeps them out"
        ));
    }
}

/// What a program comes upon that starts `python` by itself, where that is not what the environment was made with: no
/// one stands between the two, and a shell that does not find one takes the next. What would stand in for it where
/// vrun starts it makes no difference to that.
fn of_started(program: &Program, places: &Places<'_>) -> Option<String> {
    let ill = health::for_others(places.root, places.cfg)?;
    // A further vrun says so itself, if it is for this environment at all.
    if itself::is_shim(&program.file, places.own.as_deref()) {
        return None;
    }
    let what = ill.what();
    let started = match ill {
        Ill::OtherMinor { .. } => "sees none of its packages",
        // What lies there finds that out itself.
        Ill::HomeGone { .. } => "does not run",
        _ => "is the next one on PATH",
    };
    let (root, call) = (shown(places.root), places.call());
    let help = match ill.mend() {
        Mend::Repair => format!("`{call} --repair` mends it"),
        Mend::Beside(_) | Mend::Access => format!("`{call} --doctor` says what helps"),
    };
    Some(format!(
        "{root} {what}; what this program starts as `python` {started}; {help}"
    ))
}
