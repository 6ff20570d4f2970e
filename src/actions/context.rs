//! What the actions have in common: the options and the world -> the environment that is meant, what is told of it, and
//! where a program that runs there is looked for.

use std::path::{Path, PathBuf};

use crate::cli::{EnvSource, Mode, RunRequest, ScriptEnv, Settings};
use crate::error::{Error, ErrorKind};
use crate::find::{self, EnvNames, FoundEnv, Outcome, Reason, Search, Skipped};
use crate::inline_script::{self, EnvPurpose, Script};
use crate::output::{self, Verbosity};
use crate::process::{self, Process};
use crate::program::{self, EnvQueries, Invocation, Program, ResolveContext, SourceText};
use crate::quote::{printable, shell_word};
use crate::venv::{self, SubstitutePython, Venv};
use crate::view::{self, View};
use crate::{create, git, python, render, repair};

/// `-C`
pub(super) fn enter_directories(settings: &Settings, process: &mut Process) -> Result<(), Error> {
    let mut directories = settings.directories.iter();
    directories.try_for_each(|directory| process.change_dir(directory))
}

/// What to search from, for an action that asks for no program.
pub(super) fn prepare_search(settings: &Settings, process: &mut Process) -> Result<Search, Error> {
    enter_directories(settings, process)?;
    build_search(settings, None, process)
}

/// Where a program is to run.
#[derive(Debug)]
pub(super) struct Selection {
    /// What was searched from.
    pub search: Search,
    /// What is to run, where that is a script with an environment of its own.
    pub script: Option<Script>,
    /// The environment.
    pub outcome: Outcome,
}

/// Where the program is to run that `request` asks for. What that is may show on the way: a script that starts vrun, or
/// one with an environment of its own.
pub(super) fn select(request: &mut RunRequest, process: &mut Process) -> Result<Selection, Error> {
    enter_directories(&request.settings, process)?;
    let text = SourceText::open(&request.invocation);
    program::avoid_self_exec(&mut request.invocation, text.as_ref());
    if let Invocation::ShellLine(_) = request.invocation {
        process.export_pwd();
    }
    let script = find_script(request, text, process)?;
    let search = build_search(&request.settings, Some(&request.invocation), process)?;
    let answer = match &script {
        Some(script) => script.search_outcome(&search)?,
        None => find_environment(&request.settings, &search, process)?,
    };
    Ok(Selection {
        search,
        script,
        outcome: answer,
    })
}

/// What to search from, and what the search should know.
fn build_search(
    settings: &Settings,
    ask: Option<&Invocation>,
    process: &Process,
) -> Result<Search, Error> {
    let start = match (ask, &settings.project) {
        (_, Some(dir)) => process.absolute(dir).and_then(find::require_dir),
        (Some(Invocation::Script(file)), None) => find::script_dir(file.as_ref())
            .and_then(|dir| dir.map_or_else(|| process.logical_cwd(), Ok)),
        (_, None) => process.logical_cwd(),
    };
    let start = match &settings.env {
        // Needs no place to start from, and so no working directory that is still there.
        Some(EnvSource::ByOption(path) | EnvSource::ByVariable(path)) if path.is_absolute() => {
            start.unwrap_or_else(|_| path.clone())
        }
        _ => start?,
    };
    let active = process.non_empty_var("VIRTUAL_ENV").map(PathBuf::from);
    let active = active
        .filter(|path| path.is_absolute())
        .map(process::normalize);
    Ok(Search {
        start,
        names: EnvNames::from_variable(process.non_empty_var("VRUN_NAME"))?,
        home: process.home_dir(),
        temp_dir: process.temp_dir(),
        ceilings: find::parse_ceilings(process.non_empty_var("VRUN_CEILING_DIRECTORIES")),
        is_script_env: active
            .as_ref()
            .is_some_and(|root| inline_script::is_script_env(root, process)),
        active,
    })
}

/// The environment that was named, or the nearest.
pub(super) fn find_environment(
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<Outcome, Error> {
    let outcome = match &settings.env {
        None => find::nearest(search),
        Some(EnvSource::ByOption(path)) => process
            .absolute(path)
            .and_then(|path| find::explicit(path, "--env", search)),
        Some(EnvSource::ByVariable(path)) => {
            let project = find::nearest_project(&search.start, search.home.as_deref())
                .unwrap_or(&search.start);
            find::explicit(process::normalize(project.join(path)), "VRUN_ENV", search)
        }
    };
    outcome.map_err(|error| match error.kind() {
        ErrorKind::Failed => error.with_kind(ErrorKind::Undecided),
        _ => error,
    })
}

/// The script that is to run, where it has an environment of its own.
fn find_script(
    request: &mut RunRequest,
    text: Option<SourceText>,
    process: &Process,
) -> Result<Option<Script>, Error> {
    let settings = &mut request.settings;
    let file = program::python_file(&request.invocation).zip(text);
    let Some((file, text)) = file.filter(|_| request.script_env == ScriptEnv::Separate) else {
        return Ok(None);
    };
    let file = Path::new(file);
    if settings.env.is_some() {
        if settings.verbosity == Verbosity::Verbose
            && inline_script::has_inline_metadata(file, text)
        {
            let file = printable(file);
            settings.verbosity.notice(format_args!(
                "what {file} says that it requires does not count: an environment is named"
            ));
        }
        return Ok(None);
    }
    let usage = match settings.mode {
        Mode::Real => EnvPurpose::Run,
        Mode::DryRun => EnvPurpose::Inspect,
    };
    let script = inline_script::load_script(
        file,
        text,
        settings.python.as_ref(),
        usage,
        process,
        settings.verbosity,
    )?;
    if script.is_some() {
        // Neither what the project requires counts, nor a program that has the script's name.
        settings.install_options.requirements_file = None;
        request.invocation = Invocation::Script(file.into());
    }
    Ok(script)
}

/// The environment that is there: what is not cannot be looked at.
pub(super) fn require_existing(
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<FoundEnv, Error> {
    match find_environment(settings, search, process)? {
        Outcome::Found(found) => {
            report_selection(&found, settings.verbosity, process);
            Ok(found)
        }
        Outcome::Missing(missing) => Err(no_environment_error(&missing.root)),
    }
}

/// That there is none. What lies there instead is told as first use would.
pub(super) fn no_environment_error(at: &Path) -> Error {
    let message = format!("there is no environment at {}", printable(at));
    let what = Error::new(ErrorKind::NoEnvironment, message);
    match create::check_available(at) {
        Ok(()) => what.with_hint(format!("`vrun --create --env {}` makes it", shell_word(at))),
        Err(error) => {
            let (_, causes, hint) = error.into_parts();
            let told = causes.into_iter().fold(what, Error::with_cause);
            hint.into_iter().fold(told, Error::with_hint)
        }
    }
}

pub(super) fn report_selection(found: &FoundEnv, verbosity: Verbosity, process: &Process) {
    if let Reason::ActiveInstead(broken) = &found.reason {
        let (broken, root) = (printable(broken), printable(&found.root));
        verbosity.notice(format_args!(
            "{broken} has no Python that runs here; the active {root} serves"
        ));
    }
    report_skipped(&found.skipped, verbosity);
    let root = printable(&found.root);
    verbosity.verbose(|| format!("environment {root} ({})", found.reason));
    if verbosity == Verbosity::Verbose && is_tracked(&found.root, process) {
        let at = shell_word(&found.root);
        verbosity.notice(format_args!(
            "{root} is tracked by git; `git rm -r --cached {at}` ends that, and keeps the files"
        ));
    }
}

pub(super) fn is_tracked(root: &Path, process: &Process) -> bool {
    git::is_tracked(root, process)
}

pub(super) fn report_skipped(passed: &[Skipped], verbosity: Verbosity) {
    for Skipped { path, reason: why } in passed {
        verbosity.verbose(|| format!("passed over {}: {why}", printable(path)));
    }
}

/// What a program sees in the environment, which bears the script's name where it is a script's own.
pub(super) fn build_view(
    venv: &Venv,
    left: Option<&Path>,
    script: Option<&Script>,
    settings: &Settings,
    process: &Process,
) -> Result<View, Error> {
    let named = script.map(Script::name).or(venv.cfg.prompt.clone());
    let prompt = venv::prompt(&venv.root, named);
    let view = view::build_view(&venv.root, prompt, process.var("PATH"), left)?;
    Ok(view.with_isolation(settings.isolation))
}

/// Answers what is asked of an environment that is there.
#[derive(Debug)]
pub(super) struct ExistingEnv<'a> {
    /// The environment.
    venv: &'a Venv,
    /// The user's home directory.
    home: Option<&'a Path>,
    /// The process.
    process: &'a Process,
    /// How much is said.
    verbosity: Verbosity,
}

impl<'a> ExistingEnv<'a> {
    /// What `venv` answers, which `search` led to.
    pub(super) fn new(
        venv: &'a Venv,
        search: &'a Search,
        process: &'a Process,
        verbosity: Verbosity,
    ) -> ExistingEnv<'a> {
        ExistingEnv {
            venv,
            home: search.home.as_deref(),
            process,
            verbosity,
        }
    }
}

impl EnvQueries for ExistingEnv<'_> {
    fn find_substitute(&self) -> Result<Option<SubstitutePython>, Error> {
        python::find_substitute(self.venv, self.process, self.verbosity)
    }

    fn is_tracked(&self) -> bool {
        is_tracked(&self.venv.root, self.process)
    }

    fn describe_stale_imports(&self) -> Option<String> {
        repair::describe_stale_imports(&self.venv.root, self.home)
    }

    fn describe_stale_scripts(&self) -> Option<String> {
        repair::describe_stale_scripts(&self.venv.root)
    }
}

/// Where the program is looked for.
pub(super) fn resolve_context<'a>(
    venv: &'a Venv,
    view: &'a View,
    help: &'a dyn EnvQueries,
    request: &RunRequest,
    process: &'a Process,
) -> ResolveContext<'a> {
    ResolveContext {
        root: &venv.root,
        cfg: &venv.cfg,
        path: view.path(),
        self_exe: process.current_exe(),
        handoff: process.non_empty_var(program::HANDOFF_VAR),
        foreign: request.foreign,
        is_env_explicit: request.settings.has_location_option(),
        queries: help,
    }
}

/// What `-n` answers.
pub(super) fn print_dry_run(
    program: &Program,
    view: &View,
    settings: &Settings,
    process: &Process,
) -> Result<(), Error> {
    let went = process
        .var("PWD")
        .filter(|_| !settings.directories.is_empty());
    let went = went.map(Path::new);
    output::print(&render::command_line(program, view, went))
}
