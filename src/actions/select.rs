//! A program to run -> the environment it runs in. A Python file with inline script metadata has its own.

use std::fs;
use std::path::Path;

use crate::cli::{Mode, RunRequest, ScriptEnv};
use crate::error::Error;
use crate::find::{Outcome, Search};
use crate::inline_script::{self, EnvPurpose, Script};
use crate::output::Verbosity;
use crate::process::Process;
use crate::program::{self, Invocation, SourceText};
use crate::quote::printable;

use super::context::{apply_settings, build_search, find_environment};

/// Where a program is to run.
#[derive(Debug)]
pub(super) struct Selection {
    pub search: Search,
    /// The program, if it is a script with its own environment.
    pub script: Option<Script>,
    pub outcome: Outcome,
}

/// Selects the environment for `request`, and changes its invocation if the file is a script that starts vrun or has
/// its own environment.
pub(super) fn select(request: &mut RunRequest, process: &mut Process) -> Result<Selection, Error> {
    apply_settings(&request.settings, process)?;
    let text = SourceText::open(&request.invocation);
    program::avoid_self_exec(&mut request.invocation, text.as_ref());
    if let Invocation::ShellLine(_) = request.invocation {
        process.export_pwd();
    }
    let script = find_script(request, text, process)?;
    let search = build_search(&request.settings, Some(&request.invocation), process)?;
    let outcome = match &script {
        Some(script) => script.search_outcome(&search)?,
        None => find_environment(&request.settings, &search, process)?,
    };
    Ok(Selection {
        search,
        script,
        outcome,
    })
}

/// The script to run, if it has its own environment.
fn find_script(
    request: &mut RunRequest,
    text: Option<SourceText>,
    process: &Process,
) -> Result<Option<Script>, Error> {
    if text.is_none() && request.script_env == ScriptEnv::Separate {
        report_unread_pipe(&request.invocation, process.verbosity);
    }
    let settings = &mut request.settings;
    let file = program::python_file(&request.invocation).zip(text);
    let Some((file, text)) = file.filter(|_| request.script_env == ScriptEnv::Separate) else {
        return Ok(None);
    };
    let file = Path::new(file);
    if settings.env.is_some() {
        if process.verbosity == Verbosity::Verbose && inline_script::has_inline_metadata(file, text)
        {
            process.verbosity.notice(format_args!(
                "ignoring the inline script metadata of {}: `--env` or VRUN_ENV selects an environment",
                printable(file)
            ));
        }
        return Ok(None);
    }
    let purpose = match settings.mode {
        Mode::Real => EnvPurpose::Run,
        Mode::DryRun => EnvPurpose::Inspect,
    };
    let python_request = settings.python.as_ref();
    let script = inline_script::load_script(file, text, python_request, purpose, process)?;
    if script.is_some() {
        // The project's requirements are ignored, and so is a program with the script's name.
        let options = &mut settings.install_options;
        (options.files, options.no_dev) = (None, None);
        options.groups.clear();
        options.extras.clear();
        request.invocation = Invocation::Script(file.into());
    }
    Ok(script)
}

/// What a pipe says is for Python alone: read here, it would be gone.
fn report_unread_pipe(invocation: &Invocation, verbosity: Verbosity) {
    if let Invocation::Script(file) = invocation
        && fs::metadata(file).is_ok_and(|found| !found.is_file() && !found.is_dir())
    {
        verbosity.notice(format_args!(
            "{} is not a regular file: inline script metadata in it is not read",
            printable(file)
        ));
    }
}
