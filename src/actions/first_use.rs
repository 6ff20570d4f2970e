//! Where there is no environment: the one that is made for a command, or what would run in it.

use crate::cli::{AutoCreate, RunRequest, Settings};
use crate::create::{self, CreateRequest, CreateTarget, Trigger, VenvOptions};
use crate::error::Error;
use crate::find::{FoundEnv, Reason, Search, ToCreate};
use crate::inline_script::{self, Script};
use crate::process::Process;
use crate::program::{self, EnvQueries};
use crate::quote::{printable, shell_word};
use crate::venv::{PyvenvCfg, SubstitutePython, Venv};
use crate::{os, requirements};

use super::context::{self, print_dry_run, report_skipped, resolve_context};

/// First use.
pub(super) fn create_for_command(
    missing: ToCreate,
    settings: &Settings,
    creation: AutoCreate,
    search: &Search,
    process: &Process,
) -> Result<FoundEnv, Error> {
    report_skipped(&missing.skipped, settings.verbosity);
    check_may_create(&missing, creation)?;
    let project = missing.project.as_deref();
    let note =
        requirements::initial_state(&settings.install_options, project, &missing.root, process)?;
    create::create_environment(&CreateRequest {
        extra_file: note.as_ref(),
        ..create_request(&missing, settings, &VenvOptions::default(), process)
    })?;
    inline_script::remove_expired_envs(process);
    // Another may have been first.
    if settings.env.is_none() {
        search.check_owner(&missing.root)?;
    }
    Ok(created_env(missing))
}

/// The same for a script that says what it requires.
pub(super) fn create_for_script(
    script: &Script,
    missing: ToCreate,
    request: &RunRequest,
    process: &Process,
) -> Result<FoundEnv, Error> {
    check_may_create_for_script(script, request.auto_create)?;
    let settings = &request.settings;
    script.create_env(settings.python.as_ref(), process, settings.verbosity)?;
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
        verbosity: settings.verbosity,
    }
}

/// `-n` where there is no environment: what would run in the one that would be made.
pub(super) fn dry_run(
    missing: ToCreate,
    script: Option<&Script>,
    request: RunRequest,
    process: &Process,
) -> Result<(), Error> {
    match script {
        Some(script) => check_may_create_for_script(script, request.auto_create)?,
        None => check_may_create(&missing, request.auto_create)?,
    }
    create::check_target(&create_request(
        &missing,
        &request.settings,
        &VenvOptions::default(),
        process,
    ))?;
    let settings = &request.settings;
    let venv = Venv {
        root: missing.root,
        cfg: PyvenvCfg::default(),
    };
    let view = context::build_view(
        &venv,
        missing.deactivated.as_deref(),
        script,
        settings,
        process,
    )?;
    let at = printable(&venv.root);
    settings.verbosity.notice(format_args!("would create {at}"));
    let places = resolve_context(&venv, &view, &PlannedEnv, &request, process);
    let program = program::predict_program(request.invocation, request.args, &places)?;
    print_dry_run(&program, &view, &request.settings, process)
}

/// Answers what is asked of an environment that is not there yet: it is not broken.
#[derive(Debug)]
struct PlannedEnv;

impl EnvQueries for PlannedEnv {
    fn find_substitute(&self) -> Result<Option<SubstitutePython>, Error> {
        Ok(None)
    }

    fn is_tracked(&self) -> bool {
        false
    }

    fn describe_stale_imports(&self) -> Option<String> {
        None
    }

    fn describe_stale_scripts(&self) -> Option<String> {
        None
    }
}

/// Whether a script's own may be made.
fn check_may_create_for_script(script: &Script, creation: AutoCreate) -> Result<(), Error> {
    match creation {
        AutoCreate::OnFirstUse => Ok(()),
        AutoCreate::Never => Err(script.creation_disabled_error()),
    }
}

/// Whether an environment may be made there unasked.
fn check_may_create(missing: &ToCreate, creation: AutoCreate) -> Result<(), Error> {
    if creation == AutoCreate::Never {
        let at = shell_word(&missing.root);
        let what = format!("there is no environment at {}", printable(&missing.root));
        return Err(Error::failed(what)
            .with_cause("`--no-create` or VRUN_NO_CREATE keeps vrun from making it")
            .with_hint(format!(
                "`{} -m venv {at}` makes it; `--env PATH` names another",
                os::PYTHON_COMMAND
            )));
    }
    match &missing.forbidden {
        Some(barred) => Err(barred.to_error(&missing.root)),
        None => Ok(()),
    }
}
