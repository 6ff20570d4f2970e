//! A program that was found -> what a person should know of the packages that it, or what it starts, sees.
//!
//! What is said here would otherwise run the wrong code without a word. Where pyvenv.cfg notes this very place, and says
//! which packages are seen, as every maker's does, nothing is asked of the system for a program that the environment's
//! Python runs; for any other it is whether that Python is there, and the one that it was.

use crate::health::{self, Fix, Problem};
use crate::quote::printable;
use crate::{self_exe, venv};

use super::context::ResolveContext;
use super::model::{Program, RunBy};

/// Adds them.
pub(super) fn add_warnings(program: &mut Program, places: &ResolveContext<'_>) {
    let mended = |clause| format!("{clause}; `{} --repair` mends it", places.vrun_command());
    let is_moved = program.run_by == RunBy::EnvPythonInstead
        || venv::relocated_from(places.root, places.cfg).is_some();
    if is_moved {
        program
            .warnings
            .extend(places.queries.describe_stale_imports().map(mended));
    }
    if is_moved && program.run_by == RunBy::Other {
        program
            .warnings
            .extend(places.queries.describe_stale_scripts().map(mended));
    }
    if program.run_by == RunBy::Other {
        program
            .warnings
            .extend(child_python_warning(program, places));
    }
    if program.run_by != RunBy::Other && places.cfg.system_site_packages.is_none() {
        let (cfg, call) = (
            printable(places.root.join(venv::PYVENV_CFG)),
            places.vrun_command(),
        );
        program.warnings.push(format!(
            "the base interpreter's packages are seen too: {cfg} does not say whether they should; \
             `{call} --repair` keeps them out"
        ));
    }
}

/// What a program comes upon that starts `python` by itself, where that is not what the environment was made with: no
/// one stands between the two, and a shell that does not find one takes the next. What would stand in for it where
/// vrun starts it makes no difference to that.
fn child_python_warning(program: &Program, places: &ResolveContext<'_>) -> Option<String> {
    let problem = health::check_for_children(places.root, places.cfg)?;
    // A further vrun says so itself, if it is for this environment at all.
    if self_exe::is_shim(&program.file, places.self_exe.as_deref()) {
        return None;
    }
    let what = problem.message();
    let started = match problem {
        Problem::OtherMinor { .. } => "sees none of its packages",
        // What lies there finds that out itself.
        Problem::HomeMissing { .. } => "does not run",
        _ => "is the next one on PATH",
    };
    let (root, call) = (printable(places.root), places.vrun_command());
    let help = match problem.fix() {
        Fix::Repair => format!("`{call} --repair` mends it"),
        Fix::CreateBeside(_) | Fix::GrantAccess => format!("`{call} --doctor` says what helps"),
    };
    Some(format!(
        "{root} {what}; what this program starts as `python` {started}; {help}"
    ))
}
