//! `--programs`: what a shell completes COMMAND to. The person is still typing, so a search that fails prints nothing.

use crate::cli::Settings;
use crate::error::Error;
use crate::find::Outcome;
use crate::output::print;
use crate::process::Process;
use crate::{render, venv};

use super::context::{find_environment, prepare_search};

pub(crate) fn list_programs(settings: &Settings, process: &mut Process) -> Result<(), Error> {
    let outcome = prepare_search(settings, process)
        .and_then(|search| find_environment(settings, &search, process));
    match outcome {
        Ok(Outcome::Found(found)) => print(&render::program_lines(&venv::scripts_dir(&found.root))),
        _ => Ok(()),
    }
}
