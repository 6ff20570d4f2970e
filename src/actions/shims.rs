//! `--shims`: create shims and print their paths.

use std::ffi::OsString;
use std::path::Path;

use crate::cli::{Mode, Settings};
use crate::error::Error;
use crate::output::print;
use crate::process::Process;
use crate::shims;

use super::context::apply_settings;

pub(crate) fn create_shims(
    settings: &Settings,
    dir: &Path,
    names: &[OsString],
    process: &mut Process,
) -> Result<(), Error> {
    apply_settings(settings, process)?;
    let plan = shims::plan_shims(dir, names, process)?;
    if settings.mode == Mode::Real {
        plan.apply()?;
    }
    plan.warn_shadowed(process);
    print(&plan.paths())
}
