//! The options and the process -> which environment is meant, or why there is none. Shared by all actions.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::cli::{EnvSource, ScriptEnv, Settings};
use crate::error::{Error, ErrorKind};
use crate::find::{self, EnvNames, FoundEnv, Outcome, Reason, Search, Skipped, ToCreate};
use crate::inline_script::{self, EnvPurpose};
use crate::output;
use crate::process::{self, Process, Verbosity};
use crate::program::{self, Invocation, SourceText};
use crate::quote::{printable, shell_word};
use crate::trust::Trust;
use crate::{create, git, health, os, venv};

/// What all actions begin with: `-q`, `-v` and `-C`.
pub(super) fn apply_settings(settings: &Settings, process: &mut Process) -> Result<(), Error> {
    process.verbosity = settings.verbosity;
    let mut directories = settings.directories.iter();
    directories.try_for_each(|directory| process.change_dir(directory))
}

/// The search of an action that runs no program.
pub(super) fn prepare_search(settings: &Settings, process: &mut Process) -> Result<Search, Error> {
    apply_settings(settings, process)?;
    let script = settings.script.as_ref().map(|(script, _)| script);
    if let Some(Invocation::Command(file)) = script {
        // As for one that is run, the search starts in the working directory.
        find::script_dir(file.as_ref())?;
    }
    build_search(settings, script, process)
}

/// The search for `invocation`: `-s` starts in the script's directory.
pub(super) fn build_search(
    settings: &Settings,
    invocation: Option<&Invocation>,
    process: &Process,
) -> Result<Search, Error> {
    let start = match (invocation, &settings.project) {
        (_, Some(dir)) => process.absolute(dir).and_then(find::require_dir),
        (Some(Invocation::Script(file)), None) => find::script_dir(file.as_ref())
            .and_then(|dir| dir.map_or_else(|| process.logical_cwd(), Ok)),
        (_, None) => process.logical_cwd(),
    };
    let start = match &settings.env {
        // An absolute path needs no start, and so no working directory that still exists.
        Some(EnvSource::ByOption(path) | EnvSource::ByVariable(path)) if path.is_absolute() => {
            start.unwrap_or_else(|_| path.clone())
        }
        _ => start?,
    };
    let active = process.non_empty_var("VIRTUAL_ENV").map(Path::new);
    let active = active.and_then(|path| process.absolute(path).ok());
    Ok(Search {
        trust: Trust::new(&start, process),
        start,
        member: OnceCell::new(),
        names: EnvNames::from_variable(process.non_empty_var("VRUN_NAME"))?,
        home: process.home_dir(),
        pyenv_root: process.non_empty_var("PYENV_ROOT").map(PathBuf::from),
        temp_dir: process.temp_dir(),
        system_dir: os::SYSTEM_DIR_VAR
            .and_then(|name| process.non_empty_var(name))
            .map(PathBuf::from),
        ceilings: find::parse_ceilings(process.non_empty_var("VRUN_CEILING_DIRECTORIES")),
        workon_home: process.non_empty_var("WORKON_HOME").map(PathBuf::from),
        runner: active
            .as_deref()
            .and_then(|root| find::runner_of(root, process)),
        is_script_env: active
            .as_ref()
            .is_some_and(|root| inline_script::is_script_env(root, process)),
        active,
    })
}

/// The environment of the script that an action is about, if it has one of its own. It is not created.
fn find_script_env(
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<Option<Outcome>, Error> {
    let script = settings.script.as_ref();
    let Some((invocation, ScriptEnv::Separate)) = script.filter(|_| settings.env.is_none()) else {
        return Ok(None);
    };
    let file = program::python_file(invocation).zip(SourceText::open(invocation));
    let Some((file, text)) = file else {
        return Ok(None);
    };
    let request = settings.python.as_ref();
    let purpose = EnvPurpose::Inspect;
    let script = inline_script::load_script(file.as_ref(), text, request, purpose, process)?;
    let Some(script) = script else {
        return Ok(None);
    };
    match script.search_outcome(search)? {
        Outcome::Missing(_) => Err(script
            .not_created_error()
            .with_kind(ErrorKind::NoEnvironment)),
        found => Ok(Some(found)),
    }
}

/// The explicit environment, or the script's, or the nearest.
pub(super) fn find_environment(
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<Outcome, Error> {
    if let Some(outcome) = find_script_env(settings, search, process)? {
        return Ok(outcome);
    }
    let outcome = match &settings.env {
        None => find::nearest(search),
        Some(EnvSource::ByOption(path)) => process
            .absolute(path)
            .and_then(|path| find::explicit(path, "--env", search)),
        Some(EnvSource::ByVariable(path)) => {
            let project = search.project().unwrap_or(&search.start);
            find::explicit(process::normalize(project.join(path)), "VRUN_ENV", search)
        }
    };
    let outcome = outcome.map_err(|error| match error.kind() {
        ErrorKind::Failed => error.with_kind(ErrorKind::Undecided),
        _ => error,
    })?;
    Ok(match outcome {
        Outcome::Found(found) => pass_over_foreign(found, search, process),
        missing => missing,
    })
}

/// The project that the environment at `root` is for: where it is above the nearest project, as in a monorepo, that of
/// its directory.
pub(super) fn env_project<'a>(root: &'a Path, search: &'a Search) -> Option<&'a Path> {
    let project = search.project()?;
    let dir = find::dir_around(root, project).filter(|_| venv::is_env(root));
    Some(dir.unwrap_or(project))
}

/// An environment that git tracks came with the clone. If it is another system's, one for this system is created beside
/// it, under the name that a search finds first.
fn pass_over_foreign(mut found: FoundEnv, search: &Search, process: &Process) -> Outcome {
    let (Reason::Nearest(dir) | Reason::OnlyChild(dir)) = &found.reason else {
        return Outcome::Found(found);
    };
    let name = search.names.first();
    if found.root.file_name() == Some(name) || venv::python_path(&found.root).exists() {
        return Outcome::Found(found);
    }
    let beside = dir.join(name);
    let Some(project) = search.project() else {
        return Outcome::Found(found);
    };
    let problem = health::check_platform(&found.root);
    let problem = problem.filter(|_| git::find_tracked(&found.root, process).is_some());
    let Some(problem) = problem else {
        return Outcome::Found(found);
    };
    found.skipped.push(Skipped {
        path: found.root,
        reason: format!("it came with the clone, and {}", problem.clause()),
        is_decisive: true,
    });
    Outcome::Missing(ToCreate {
        root: beside,
        project: Some(project.to_owned()),
        forbidden: None,
        deactivated: found.deactivated,
        skipped: found.skipped,
    })
}

/// Does `work` so that no other user may write to what it creates at `root`, unless the user has named that.
pub(super) fn keep_others_out<T>(
    settings: &Settings,
    search: &Search,
    root: &Path,
    work: impl FnOnce() -> T,
) -> T {
    let _umask = match settings.env {
        None => search.trust.keep_others_out(root),
        Some(_) => None,
    };
    work()
}

/// The environment, for an action that creates none.
pub(super) fn require_existing(
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<FoundEnv, Error> {
    match find_environment(settings, search, process)? {
        Outcome::Found(found) => {
            report_selection(&found, search, process);
            Ok(found)
        }
        Outcome::Missing(missing) => Err(no_environment_error(&missing.root)),
    }
}

/// The error that there is no environment at `root` yet. If something is in the way there, it says so, as first use
/// would.
pub(super) fn no_environment_error(root: &Path) -> Error {
    let message = format!("there is no environment at {}", printable(root));
    let what = Error::new(ErrorKind::NoEnvironment, message);
    match create::check_available(root) {
        Ok(()) => what.with_hint(format!(
            "`vrun --create --env {}` creates it",
            shell_word(root)
        )),
        Err(error) => {
            let (_, causes, hint) = error.into_parts();
            let error = causes.into_iter().fold(what, Error::with_cause);
            hint.into_iter().fold(error, Error::with_hint)
        }
    }
}

pub(super) fn report_selection(found: &FoundEnv, search: &Search, process: &Process) {
    let verbosity = process.verbosity;
    let root = printable(&found.root);
    if let Reason::ActiveInstead(broken) = &found.reason {
        let broken = printable(broken);
        verbosity.notice(format_args!(
            "{broken} has no Python that runs here; using the active {root}"
        ));
    }
    if let Some(line) = variant_notice(found, search) {
        verbosity.notice(line);
    }
    report_skipped(&found.skipped, verbosity);
    if verbosity == Verbosity::Verbose
        && let Some(active) = find::overridden_env(&found.root, Some(&found.reason), search)
    {
        report_skipped(&[active], verbosity);
    }
    verbosity.verbose(|| format!("environment {root} ({})", found.reason));
    if verbosity == Verbosity::Verbose
        && let Some(tracked) = git::find_tracked(&found.root, process)
    {
        let (tracked, word) = (printable(&tracked), shell_word(&tracked));
        verbosity.notice(format_args!(
            "git tracks {tracked}; `git rm -r --cached {word}` untracks it and keeps the files"
        ));
    }
}

/// The only environment may be one that was passed over as long as there was a `.venv` beside it.
fn variant_notice(found: &FoundEnv, search: &Search) -> Option<String> {
    let Reason::OnlyChild(dir) = &found.reason else {
        return None;
    };
    let name = found.root.file_name()?;
    if !find::is_variant_name(name) || search.active.as_ref() == Some(&found.root) {
        return None;
    }
    let beside = dir.join(search.names.first());
    Some(format!(
        "using {}, because there is no {}: `vrun --create --env {}` creates that; VRUN_NAME={} chooses this one",
        printable(&found.root),
        printable(&beside),
        shell_word(&beside),
        shell_word(name)
    ))
}

pub(super) fn report_skipped(skipped: &[Skipped], verbosity: Verbosity) {
    for Skipped { path, reason, .. } in skipped {
        verbosity.verbose(|| format!("skipped {}: {reason}", printable(path)));
    }
}

/// The same when an environment is created: notices name what would have decided otherwise.
pub(super) fn report_skipped_for_creation(skipped: &[Skipped], verbosity: Verbosity) {
    for Skipped {
        path,
        reason,
        is_decisive,
    } in skipped
    {
        let line = || format!("skipped {}: {reason}", printable(path));
        match is_decisive {
            true => verbosity.notice(line()),
            false => verbosity.verbose(line),
        }
    }
}

pub(super) fn print_path(path: &Path) -> Result<(), Error> {
    output::print(&[path.as_os_str().as_encoded_bytes(), b"\n"].concat())
}
