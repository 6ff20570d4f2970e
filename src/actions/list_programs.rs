//! `--programs`: what a shell offers in COMMAND's place. A person is typing: where no environment is found, none
//! counts, or an option leads nowhere yet, nothing is offered and nothing said.

use crate::cli::Settings;
use crate::error::Error;
use crate::find::Outcome;
use crate::output::print;
use crate::process::Process;
use crate::render::programs;
use crate::venv;

use super::context::{find_environment, prepare_search};

/// Prints the names of the programs of the environment that is meant.
///
/// # Errors
/// They cannot be written.
pub(crate) fn list_programs(settings: &Settings, process: &mut Process) -> Result<(), Error> {
    match find_silently(settings, process) {
        Ok(Outcome::Found(found)) => {
            print(&programs::program_lines(&venv::scripts_dir(&found.root)))
        }
        _ => Ok(()),
    }
}

fn find_silently(settings: &Settings, process: &mut Process) -> Result<Outcome, Error> {
    let search = prepare_search(settings, process)?;
    find_environment(settings, &search, process)
}
