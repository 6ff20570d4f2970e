//! `--export`: print lines that apply the environment in a shell. Creates nothing, starts nothing.

use crate::cli::{Mode, Settings};
use crate::error::Error;
use crate::output::print;
use crate::process::Process;
use crate::render::export::{self, ExportShell, Target, github};
use crate::venv;

use super::context::{prepare_search, require_existing};
use super::prepare::{TargetEnv, prepare};

pub(crate) fn export(
    settings: &Settings,
    target: Target,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let found = require_existing(settings, &search, process)?;
    let env = TargetEnv::open(found, None)?;
    let view = prepare(&env, &search, settings, process)?.view;
    match target {
        Target::Shell(shell) => print(&shell.export_lines(&view, process)?),
        Target::Dotenv => print(export::dotenv_lines(&view, process)?.as_bytes()),
        Target::GitHub => {
            let scripts = venv::scripts_dir(&env.venv.root);
            let entries = github::build_entries(&view, &scripts, process)?;
            match settings.mode {
                Mode::DryRun => print(entries.preview().as_bytes()),
                Mode::Real => entries.append(process),
            }
        }
    }
}

/// `--export --undo`. Needs no environment: it may be gone.
pub(crate) fn undo_export(shell: ExportShell, process: &Process) -> Result<(), Error> {
    print(shell.undo_lines(process)?.as_bytes())
}
