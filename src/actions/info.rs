//! `--info`: report the environment that a command would run in, and what its programs would see. Changes nothing, and
//! starts nothing but interpreters outside the project that could substitute for a missing Python.

use std::io::{self, IsTerminal};
use std::path::Path;

use crate::cli::{Format, Settings};
use crate::error::Error;
use crate::find::{self, FoundEnv, Outcome, Reason, Search};
use crate::health::{self, Problem};
use crate::introspect::{self, IntrospectError, PythonInfo, StartupContext};
use crate::output::{self, print};
use crate::process::Process;
use crate::python::{self, Inspection};
use crate::render::info::{self, EnvDiff, EnvInfo, InfoOutcome, ProblemReport, SearchContext};
use crate::requirements::PlanReport;
use crate::venv::{self, PyvenvCfg, Venv};
use crate::view::View;
use crate::{os, program, requirements};

use super::context::{find_environment, no_environment_error, prepare_search, report_skipped};
use super::prepare;
use super::sync::install_context;

/// # Errors
/// There is no environment, or it cannot be inspected. JSON is printed even then.
pub(crate) fn info(
    settings: &Settings,
    format: Format,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let mut context = SearchContext {
        start: &search.start,
        project: search.project(),
        walk: match settings.env {
            Some(_) => Vec::new(),
            None => find::searched_dirs(&search),
        },
        active: search.active.as_deref(),
        skipped: Vec::new(),
        plan: Ok(None),
    };
    let outcome = match find_environment(settings, &search, process) {
        Ok(outcome) => outcome,
        Err(error) => {
            let id = error.kind().id();
            draw_walk(None, &context, format)?;
            return report_failure(id, error, InfoOutcome::Unknown, &context, format);
        }
    };
    let (root, reason, skipped) = match &outcome {
        Outcome::Found(found) => (&found.root, Some(&found.reason), &found.skipped),
        Outcome::Missing(missing) => (&missing.root, None, &missing.skipped),
    };
    if let Some(Reason::Script(_)) = reason {
        context.walk.clear();
    }
    let overridden = find::overridden_env(root, reason, &search);
    let neighbours = find::neighbour_envs(root, reason);
    let skipped_too = overridden.iter().chain(&neighbours);
    context.skipped = skipped.iter().chain(skipped_too).collect();
    context.plan = plan_for(root, settings, &search, process);
    let found = match &outcome {
        Outcome::Found(found) => found,
        Outcome::Missing(missing) => {
            report_skipped(skipped, process.verbosity);
            let at = &missing.root;
            let forbidden = missing.forbidden.as_ref();
            let refusal = forbidden.map(|forbidden| forbidden.to_error(at).message().to_owned());
            let error = no_environment_error(at);
            let error = refusal.iter().fold(error, Error::with_cause);
            draw_walk(Some((at, "there is none yet")), &context, format)?;
            let outcome = |problem| InfoOutcome::Missing {
                at,
                refusal,
                problem,
            };
            return report_failure(error.kind().id(), error, outcome, &context, format);
        }
    };
    match env_info(found, settings, &search, process) {
        Ok(env) => {
            let text = match format {
                Format::Text => info::render_text(&env, &context),
                Format::Json => info::render_json(&InfoOutcome::Found(Box::new(env)), &context),
            };
            print(text.as_bytes())?;
            let why = found.reason.to_string();
            draw_walk(Some((&found.root, &why)), &context, format)
        }
        Err(error) => {
            let problems = health::find_problems(&found.root);
            let id = problems.first().map_or("unknown", Problem::id);
            report_failure(id, error, InfoOutcome::Unknown, &context, format)
        }
    }
}

/// On a terminal.
fn draw_walk(
    selected: Option<(&Path, &str)>,
    context: &SearchContext<'_>,
    format: Format,
) -> Result<(), Error> {
    let stdout = io::stdout();
    if format == Format::Json || !stdout.is_terminal() {
        return Ok(());
    }
    let walk = info::render_walk(context, selected, output::may_color(&stdout));
    output::print_colored(&walk)
}

/// What `--sync` would install, or why that is unknown.
fn plan_for(
    root: &Path,
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<Option<PlanReport>, String> {
    let venv = Venv {
        root: root.to_owned(),
        cfg: PyvenvCfg::default(),
    };
    let context = install_context(&venv, search, settings, process).of_requiring_project();
    requirements::report_plan(&context).map_err(|error| error.message().to_owned())
}

/// Fails, after printing the JSON.
fn report_failure<'a>(
    id: &'static str,
    error: Error,
    outcome: impl FnOnce(ProblemReport) -> InfoOutcome<'a>,
    context: &SearchContext<'_>,
    format: Format,
) -> Result<(), Error> {
    if format == Format::Json {
        let problem = ProblemReport {
            id,
            message: error.message().to_owned(),
            causes: error.causes().to_vec(),
            fix: error.hint().map(str::to_owned),
            substitute: None,
        };
        print(info::render_json(&outcome(problem), context).as_bytes())?;
    }
    Err(error)
}

fn env_info<'a>(
    found: &'a FoundEnv,
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<EnvInfo<'a>, Error> {
    let venv = prepare::open_venv(found)?;
    let deactivated = found.deactivated.as_deref();
    let view = prepare::build_view(&venv, deactivated, None, settings, process)?;
    let cfg = venv::read_pyvenv_cfg(&venv.root)?;
    let problem = health::check_python(&venv.root, &venv::python_path(&venv.root), &venv.cfg);
    let vrun_command = program::vrun_command(&venv.root, settings.has_location_option());
    let unmet = python::unmet_request(&Inspection {
        venv: &venv,
        project: search.project(),
        is_cached: false,
        process,
    });
    Ok(EnvInfo {
        mismatch: unmet.map(|unmet| unmet.sentence),
        root: &found.root,
        reason: &found.reason,
        prompt: venv::prompt(&venv.root, venv.cfg.prompt.clone()),
        creator: venv::detect_creator(&cfg),
        diff: env_diff(&view, process),
        python_info: python_info(&venv, &cfg, &view, process),
        problem: problem
            .map(|problem| python_problem(problem, &venv, search, process))
            .transpose()?,
        requirements: requirements::install_status(
            &venv,
            search.member.get().map(|dir| &**dir),
            &vrun_command,
        ),
    })
}

/// What is wrong with the environment's Python, and what runs instead.
fn python_problem(
    problem: Problem,
    venv: &Venv,
    search: &Search,
    process: &Process,
) -> Result<ProblemReport, Error> {
    let problem = health::check_platform(&venv.root).unwrap_or(problem);
    let substitute = match problem.is_substitutable() {
        true => python::find_substitute(&Inspection {
            venv,
            project: search.project(),
            is_cached: false,
            process,
        })?,
        false => None,
    };
    Ok(ProblemReport {
        id: problem.id(),
        message: problem.clause(),
        causes: vec![problem.cause()],
        fix: None,
        substitute: substitute.map(|python| python.exe),
    })
}

/// What the environment's Python would say of itself under `view`.
pub(super) fn python_info(
    venv: &Venv,
    cfg: &[u8],
    view: &View,
    process: &Process,
) -> Result<PythonInfo, IntrospectError> {
    let startup = StartupContext {
        root: &venv.root,
        cfg_bytes: cfg,
        vars: &view.apply(&process.vars),
        // Without a working directory, relative paths stay relative (site.py).
        cwd: &process.physical_cwd().unwrap_or_default(),
        passwd_home: match process.var(os::HOME_VAR) {
            Some(_) => None,
            None => os::passwd_home(),
        },
    };
    introspect::inspect_python(&startup, &venv.cfg)
}

fn env_diff(view: &View, process: &Process) -> EnvDiff {
    let path: Vec<_> = os::split_paths(view.path()).collect();
    let old_path = process.var("PATH").into_iter().flat_map(os::split_paths);
    let set = view.vars_to_set();
    let unset = view.vars_to_unset().iter();
    EnvDiff {
        set: set.map(|(name, value)| (name, value.into())).collect(),
        unset: unset
            .map(|name| (*name, process.var(name).map(Into::into)))
            .collect(),
        path_removed: old_path.filter(|entry| !path.contains(entry)).collect(),
        path_first: path.into_iter().next().unwrap_or_default(),
    }
}
