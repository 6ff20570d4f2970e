//! `--info`: the environment that a command would run in, and what its programs would see. It changes
//! nothing and starts nothing, but for an interpreter that may stand in for an environment's Python that is gone.

use crate::cli::{Format, Settings};
use crate::error::Error;
use crate::find::{self, FoundEnv, Outcome, ToCreate};
use crate::health::{self, Problem};
use crate::introspect::{self, IntrospectError, PythonInfo, StartupContext};
use crate::output::print;
use crate::process::Process;
use crate::render::info::{self, EnvDiff, EnvInfo, InfoOutcome, ProblemReport, SearchContext};
use crate::venv::{self, Venv};
use crate::view::View;
use crate::{os, program, python, requirements};

use super::context::{
    self, find_environment, no_environment_error, prepare_search, report_skipped,
};

/// Says which environment it is, why, and what is seen in it.
///
/// # Errors
/// There is none, or none that can be told of. As JSON that is told all the same.
pub(crate) fn info(
    settings: &Settings,
    format: Format,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let mut around = SearchContext {
        start: &search.start,
        project: find::nearest_project(&search.start, search.home.as_deref()),
        skipped: Vec::new(),
    };
    let answer = match find_environment(settings, &search, process) {
        Ok(answer) => answer,
        Err(error) => return Err(undecided_error(error.kind().id(), error, &around, format)?),
    };
    let passed = match &answer {
        Outcome::Found(found) => &found.skipped,
        Outcome::Missing(missing) => &missing.skipped,
    };
    let outweighed = find::overridden_env(&answer, &search);
    around.skipped = passed.iter().chain(&outweighed).collect();
    match &answer {
        Outcome::Found(found) => match env_info(found, settings, process) {
            Ok(env) => {
                let told = match format {
                    Format::Text => info::render_text(&env, &around),
                    Format::Json => info::render_json(&InfoOutcome::Found(Box::new(env)), &around),
                };
                print(told.as_bytes())
            }
            Err(error) => {
                let problems = health::find_problems(&found.root);
                let id = problems.first().map_or("unknown", Problem::id);
                Err(undecided_error(id, error, &around, format)?)
            }
        },
        Outcome::Missing(missing) => {
            report_skipped(&missing.skipped, settings.verbosity);
            Err(missing_error(missing, &around, format)?)
        }
    }
}

/// What is said where nothing can be told.
fn undecided_error(
    id: &'static str,
    error: Error,
    around: &SearchContext<'_>,
    format: Format,
) -> Result<Error, Error> {
    if format == Format::Json {
        print(
            info::render_json(&InfoOutcome::Unknown(problem_report(id, &error)), around).as_bytes(),
        )?;
    }
    Ok(error)
}

/// What is said where there is no environment.
fn missing_error(
    missing: &ToCreate,
    around: &SearchContext<'_>,
    format: Format,
) -> Result<Error, Error> {
    let at = &missing.root;
    let refusal = missing.forbidden.as_ref().map(|barred| barred.to_error(at));
    let refusal = refusal.map(|error| error.message().to_owned());
    let error = refusal
        .iter()
        .fold(no_environment_error(at), Error::with_cause);
    if format == Format::Json {
        let problem = problem_report(error.kind().id(), &error);
        let place = InfoOutcome::Missing {
            at,
            refusal,
            problem,
        };
        print(info::render_json(&place, around).as_bytes())?;
    }
    Ok(error)
}

fn problem_report(id: &'static str, error: &Error) -> ProblemReport {
    ProblemReport {
        id,
        message: error.message().to_owned(),
        causes: error.causes().to_vec(),
        fix: error.hint().map(str::to_owned),
        substitute: None,
    }
}

fn env_info<'a>(
    found: &'a FoundEnv,
    settings: &Settings,
    process: &Process,
) -> Result<EnvInfo<'a>, Error> {
    let venv = Venv::open(&found.root)?;
    let prompt = venv::prompt(&venv.root, venv.cfg.prompt.clone());
    let call = program::vrun_command(&venv.root, settings.has_location_option());
    let view = context::build_view(&venv, found.deactivated.as_deref(), None, settings, process)?;
    let cfg = venv::read_pyvenv_cfg(&venv.root)?;
    let problem = health::check_python(&venv.root, &venv::python_path(&venv.root), &venv.cfg);
    Ok(EnvInfo {
        root: &found.root,
        reason: &found.reason,
        prompt,
        creator: venv::detect_creator(&cfg),
        diff: env_diff(&view, process),
        python_info: python_info(&venv, &cfg, &view, process),
        problem: match problem {
            Some(problem) => Some(python_problem(problem, &venv, settings, process)?),
            None => None,
        },
        requirements: requirements::install_status(&venv, &call),
    })
}

/// What is wrong with the environment's Python, and what runs in its place.
fn python_problem(
    problem: Problem,
    venv: &Venv,
    settings: &Settings,
    process: &Process,
) -> Result<ProblemReport, Error> {
    let problem = health::check_platform(&venv.root).unwrap_or(problem);
    let stand_in = match problem.is_substitutable() {
        true => python::find_substitute(venv, process, settings.verbosity)?,
        false => None,
    };
    Ok(ProblemReport {
        id: problem.id(),
        message: problem.clause(),
        causes: vec![problem.cause()],
        fix: None,
        substitute: stand_in.map(|other| other.exe),
    })
}

fn python_info(
    venv: &Venv,
    cfg: &[u8],
    view: &View,
    process: &Process,
) -> Result<PythonInfo, IntrospectError> {
    let start = StartupContext {
        root: &venv.root,
        cfg_bytes: cfg,
        vars: &view.apply(&process.vars),
        // Without one what is relative stays so (site.py).
        cwd: &process.physical_cwd().unwrap_or_default(),
        passwd_home: match process.var(os::HOME_VAR) {
            Some(_) => None,
            None => os::passwd_home(),
        },
    };
    introspect::inspect_python(&start, &venv.cfg)
}

fn env_diff(view: &View, process: &Process) -> EnvDiff {
    let now: Vec<_> = os::split_paths(view.path()).collect();
    let before = process
        .var("PATH")
        .map(os::split_paths)
        .into_iter()
        .flatten();
    let unset = view.vars_to_unset().iter();
    EnvDiff {
        set: view
            .vars_to_set()
            .map(|(name, value)| (name, value.into()))
            .collect(),
        unset: unset
            .map(|name| (*name, process.var(name).map(Into::into)))
            .collect(),
        path_first: now.first().cloned().unwrap_or_default(),
        path_removed: before.filter(|entry| !now.contains(entry)).collect(),
    }
}
