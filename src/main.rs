//! vrun: run a command in the project's virtual environment, created on first use.
//!
//! argv -> an action, and runs it: each has its file in `actions`. `actions/run.rs` is the path of an ordinary run.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests write files"))]

use std::process::ExitCode;

mod actions;
mod cache;
mod cli;
mod create;
mod developer_tools;
mod doctor;
mod error;
mod exec;
mod find;
mod fs;
mod git;
mod health;
mod helper;
mod ini;
mod inline_script;
mod installer;
mod installer_errors;
mod interrupt;
mod introspect;
mod manifest;
mod os;
mod output;
mod process;
mod program;
mod python;
mod quote;
mod read;
mod render;
mod repair;
mod requirements;
mod self_exe;
mod shims;
mod trust;
mod venv;
mod view;
mod wheel;
mod wheel_cache;
mod work_queue;

use cli::Action;
use error::{Error, ErrorKind};
use process::Process;

fn main() -> ExitCode {
    let mut process = Process::capture();
    match dispatch(&mut process) {
        Ok(code) => code,
        Err(error) => {
            output::print_error(&error);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

fn dispatch(process: &mut Process) -> Result<ExitCode, Error> {
    match cli::parse(&process.args, &process.vars)? {
        Action::Print(text) => output::print(text.as_bytes())?,
        Action::MissingCommand(help) => {
            output::write_stderr(&help);
            return Ok(ExitCode::from(ErrorKind::Failed.exit_code()));
        }
        Action::Complete(completion) => actions::complete(&completion, process)?,
        Action::Run(request) => actions::run(request, process)?,
        Action::Sync(settings, auto_create) => actions::sync(&settings, auto_create, process)?,
        Action::Create(settings, options) => actions::create(&settings, &options, process)?,
        Action::Info(settings, format) => actions::info(&settings, format, process)?,
        Action::Export(settings, target) => actions::export(&settings, target, process)?,
        Action::UndoExport(shell) => actions::undo_export(shell, process)?,
        Action::Which(request, mode) => actions::which(request, mode, process)?,
        Action::Doctor(settings, format) => return actions::doctor(&settings, format, process),
        Action::Cache(settings, work, format) => {
            actions::cache(&settings, work, format, process)?;
        }
        Action::Repair(settings) => return actions::repair(&settings, process),
        Action::Shims(settings, dir, names) => {
            actions::create_shims(&settings, &dir, &names, process)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[path = "../tests/fuzz/mod.rs"]
#[cfg(test)]
mod fuzz;
