//! A program to run -> the environment it runs in. A Python file with inline script metadata has its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::{Mode, RunRequest, ScriptEnv};
use crate::error::Error;
use crate::find::{Outcome, Search};
use crate::inline_script::{self, EnvPurpose, Script};
use crate::process::{Process, Verbosity};
use crate::program::{self, Invocation, SourceText};
use crate::quote::printable;
use crate::trust;

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
    let mut search = build_search(&request.settings, Some(&request.invocation), process)?;
    let mut outcome = match &script {
        Some(script) => script.search_outcome(&search)?,
        None => find_environment(&request.settings, &search, process)?,
    };
    if script.is_none() && is_temporary_script(&outcome, request, &search, process) {
        search = build_search(&request.settings, None, process)?;
        outcome = find_environment(&request.settings, &search, process)?;
    }
    Ok(Selection {
        search,
        script,
        outcome,
    })
}

/// Whether `-s` names a file that a tool such as just has written for this run: it belongs to the working directory.
fn is_temporary_script(
    outcome: &Outcome,
    request: &RunRequest,
    search: &Search,
    process: &Process,
) -> bool {
    let is_script = matches!(request.invocation, Invocation::Script(_));
    let is_in_no_project =
        matches!(outcome, Outcome::Missing(missing) if missing.project.is_none());
    let is_placed = request.settings.env.is_some() || request.settings.project.is_some();
    if !is_script || !is_in_no_project || is_placed {
        return false;
    }
    let runtime_dir = process.non_empty_var("XDG_RUNTIME_DIR").map(PathBuf::from);
    let mut dirs = runtime_dir.into_iter().chain([process.temp_dir()]);
    dirs.any(|dir| trust::is_within(&search.start, &dir))
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
