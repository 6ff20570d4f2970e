//! `--export`: lines that give a shell the environment. Creates nothing, starts nothing.

use crate::cli::{Mode, Settings};
use crate::error::Error;
use crate::output::print;
use crate::process::Process;
use crate::render::export::{self, ExportShell, Target, github};
use crate::venv::{self, Venv};

use super::context::{self, prepare_search, require_existing};

/// `--export`
pub(crate) fn export(
    settings: &Settings,
    reader: Target,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let found = require_existing(settings, &search, process)?;
    let venv = Venv::open(&found.root)?;
    let view = context::build_view(&venv, found.deactivated.as_deref(), None, settings, process)?;
    match reader {
        Target::Shell(shell) => print(&export::shell_lines(shell, &view, process)?),
        Target::Dotenv => print(&export::dotenv_lines(&view, process)?),
        Target::GitHub => {
            let entries = github::build_entries(&view, &venv::scripts_dir(&venv.root), process)?;
            match settings.mode {
                Mode::DryRun => print(entries.preview().as_bytes()),
                Mode::Real => entries.append(process),
            }
        }
    }
}

/// `--export --undo`, which needs no environment: it may be gone.
pub(crate) fn undo_export(shell: ExportShell, process: &Process) -> Result<(), Error> {
    print(&export::undo_lines(shell, process)?)
}
