//! `--shims`: create shims and print where they are.

use std::ffi::OsString;
use std::path::Path;

use crate::cli::{Mode, Settings};
use crate::error::Error;
use crate::output::print;
use crate::process::Process;
use crate::shims;

use super::context::enter_directories;

/// `--shims`: makes them, and prints where they are.
pub(crate) fn create_shims(
    settings: &Settings,
    dir: &Path,
    names: &[OsString],
    process: &mut Process,
) -> Result<(), Error> {
    enter_directories(settings, process)?;
    let plan = shims::plan_shims(dir, names, process)?;
    if settings.mode == Mode::Real {
        plan.apply()?;
    }
    plan.warn_shadowed(process, settings.verbosity);
    print(&plan.paths())
}
