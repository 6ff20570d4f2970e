//! A program that was found -> what a person should know of the packages that it, or what it starts, sees.
//!
//! What is said here would otherwise run the wrong code without a word. Nothing is asked of the system where
//! pyvenv.cfg notes this very place, and says which packages are seen, as every maker's does.

use super::{Places, Program, Runner};
use crate::error::shown;
use crate::venv;

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
    if program.runner != Runner::Another && places.cfg.system_site_packages.is_none() {
        let (cfg, call) = (shown(places.root.join(venv::MARKER)), places.call());
        program.remarks.push(format!(
            "the base interpreter's packages are seen too: {cfg} does not say whether they should; \
             `{call} --repair` keeps them out"
        ));
    }
}
