//! No environment yet: create it for the command, or plan it for `-n`.

use std::path::Path;

use crate::cli::{AutoCreate, RunRequest, Settings};
use crate::create::{self, CreateRequest, CreateTarget, IfExists, Trigger, VenvOptions};
use crate::error::Error;
use crate::find::{FoundEnv, Reason, Search, ToCreate};
use crate::inline_script::{self, Script};
use crate::process::Process;
use crate::program::ForeignPolicy;
use crate::python::{ExplicitRequest, check_compatible};
use crate::quote::{printable, shell_word};
use crate::venv::{PyvenvCfg, Venv};
use crate::{manifest, os, requirements};

use super::context::{env_project, keep_others_out, report_skipped_for_creation};
use super::prepare::TargetEnv;

pub(super) fn create_for_command(
    missing: ToCreate,
    settings: &Settings,
    auto_create: AutoCreate,
    search: &Search,
    process: &Process,
) -> Result<FoundEnv, Error> {
    report_skipped_for_creation(&missing.skipped, process.verbosity);
    check_may_create(&missing, auto_create, process)?;
    let project = missing.project.as_deref();
    let state =
        requirements::initial_state(&settings.install_options, project, &missing.root, process)?;
    let options = VenvOptions::default();
    let request = CreateRequest {
        extra_file: state.as_ref(),
        ..create_request(&missing, settings, &options, process)
    };
    keep_others_out(settings, search, &missing.root, || {
        create::create_environment(&request)
    })?;
    inline_script::remove_expired_envs(process);
    // Another user may have created it first.
    if settings.env.is_none() {
        search.check_trusted(&missing.root)?;
    }
    if let Some(line) = project.and_then(|project| poetry_notice(project, &missing.root, process)) {
        process.verbosity.notice(line);
    }
    Ok(created_env(missing))
}

/// Poetry uses a `.venv` in the project rather than its own environment, if its `virtualenvs.in-project` is not set.
fn poetry_notice(project: &Path, root: &Path, process: &Process) -> Option<String> {
    let is_set = process
        .non_empty_var("POETRY_VIRTUALENVS_IN_PROJECT")
        .is_some();
    if is_set || *root != project.join(".venv") || !manifest::is_poetry_project(project) {
        return None;
    }
    let mut programs = ::which::which_in_global("poetry", process.var("PATH")).ok()?;
    programs.next().map(|_| {
        format!(
            "`poetry run` uses {} from now on; `poetry run vrun ...` without it, or VRUN_NAME=.venv-vrun, keeps \
             Poetry's own",
            printable(root)
        )
    })
}

/// The environment, which has the Python that `--python` asks for. One that nothing was ever installed into is recreated
/// for it.
///
/// # Errors
/// It has another Python.
pub(super) fn with_request(
    venv: Venv,
    settings: &Settings,
    auto_create: AutoCreate,
    search: &Search,
    process: &Process,
) -> Result<Venv, Error> {
    let Some(request) = &settings.python else {
        return Ok(venv);
    };
    let Err(error) = check_compatible(&venv, request, process) else {
        return Ok(venv);
    };
    if auto_create != AutoCreate::OnFirstUse || !requirements::is_never_installed(&venv) {
        return Err(error);
    }
    recreate(&venv.root, request, settings, search, process)?;
    Venv::open(&venv.root)
}

/// Recreates an environment that vrun created, and that nothing has been installed into, with another Python.
pub(super) fn recreate(
    root: &Path,
    python_request: &ExplicitRequest,
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Result<(), Error> {
    let project = env_project(root, search);
    let state = requirements::initial_state(&settings.install_options, project, root, process)?;
    let options = VenvOptions {
        if_exists: IfExists::Clear,
        ..VenvOptions::default()
    };
    let request = CreateRequest {
        target: CreateTarget {
            path: root,
            project_root: project,
        },
        python_request: Some(python_request),
        options: &options,
        trigger: Trigger::Requested,
        extra_file: state.as_ref(),
        process,
    };
    keep_others_out(settings, search, root, || {
        create::create_environment(&request)
    })
}

pub(super) fn create_for_script(
    script: &Script,
    missing: ToCreate,
    request: &RunRequest,
    process: &Process,
) -> Result<FoundEnv, Error> {
    check_may_create_for_script(script, request.auto_create, process)?;
    let settings = &request.settings;
    script.create_env(settings.python.as_ref(), process)?;
    inline_script::remove_expired_envs(process);
    Ok(created_env(missing))
}

fn created_env(missing: ToCreate) -> FoundEnv {
    FoundEnv {
        root: missing.root,
        reason: Reason::Created,
        deactivated: missing.deactivated,
        skipped: Vec::new(),
    }
}

fn create_request<'a>(
    missing: &'a ToCreate,
    settings: &'a Settings,
    options: &'a VenvOptions,
    process: &'a Process,
) -> CreateRequest<'a> {
    CreateRequest {
        target: CreateTarget {
            path: &missing.root,
            project_root: missing.project.as_deref(),
        },
        python_request: settings.python.as_ref(),
        options,
        trigger: Trigger::FirstUse,
        extra_file: None,
        process,
    }
}

/// `-n`: the environment that would be created, if it may and can be.
pub(super) fn plan(
    missing: ToCreate,
    script: Option<Script>,
    settings: &Settings,
    auto_create: AutoCreate,
    process: &Process,
) -> Result<TargetEnv, Error> {
    match &script {
        Some(script) => check_may_create_for_script(script, auto_create, process)?,
        None => check_may_create(&missing, auto_create, process)?,
    }
    report_skipped_for_creation(&missing.skipped, settings.verbosity);
    create::check_target(&create_request(
        &missing,
        settings,
        &VenvOptions::default(),
        process,
    ))?;
    let root = printable(&missing.root);
    settings
        .verbosity
        .notice(format_args!("would create {root}"));
    Ok(planned_env(missing, script))
}

pub(super) fn planned_env(missing: ToCreate, script: Option<Script>) -> TargetEnv {
    TargetEnv {
        venv: Venv {
            root: missing.root,
            cfg: PyvenvCfg::default(),
        },
        deactivated: missing.deactivated,
        script,
        is_planned: true,
    }
}

/// Whether a shim leaves the command to the next program of its name: elsewhere than in a Python project, system tools
/// ask for `python3` too.
pub(super) fn is_passed_on(missing: &ToCreate, request: &RunRequest, search: &Search) -> bool {
    let project = missing.project.as_deref();
    let is_project = missing.forbidden.is_none()
        && project.is_some_and(|project| search.is_python_project(project));
    let is_unwanted =
        request.auto_create == AutoCreate::Never && request.foreign == ForeignPolicy::Allowed;
    request.settings.env.is_none() && (!is_project || is_unwanted)
}

fn check_may_create_for_script(
    script: &Script,
    auto_create: AutoCreate,
    process: &Process,
) -> Result<(), Error> {
    match auto_create {
        AutoCreate::OnFirstUse => Ok(()),
        AutoCreate::WhereSeen if process.is_seen() => Ok(()),
        AutoCreate::WhereSeen | AutoCreate::Never => Err(script.creation_disabled_error()),
    }
}

/// Whether the environment may be created without `--create`.
fn check_may_create(
    missing: &ToCreate,
    auto_create: AutoCreate,
    process: &Process,
) -> Result<(), Error> {
    let (root, word) = (printable(&missing.root), shell_word(&missing.root));
    match (auto_create, &missing.forbidden) {
        (AutoCreate::Never, _) => Err(Error::failed(format!("there is no environment at {root}"))
            .with_cause("`--no-create` or VRUN_NO_CREATE keeps vrun from creating it")
            .with_hint(format!(
                "`{} -m venv {word}` creates it; `--env PATH` names another",
                os::PYTHON_COMMAND
            ))),
        (AutoCreate::WhereSeen, _) if !process.is_seen() => {
            Err(Error::failed(format!("there is no environment at {root}"))
                .with_cause("a shim creates an environment only on a terminal or in CI")
                .with_hint(format!("`vrun --create --env {word}` creates it")))
        }
        (_, Some(forbidden)) => Err(forbidden.to_error(&missing.root)),
        (_, None) => Ok(()),
    }
}
