//! `--create`: create the environment and print its path.

use std::path::{Path, PathBuf};

use crate::cli::{Mode, Settings};
use crate::create::{
    BuildContext, CreateRequest, CreateTarget, IfExists, Trigger, VenvOptions, check_target,
    create_or_replace,
};
use crate::error::Error;
use crate::find::{Outcome, Search};
use crate::process::Process;
use crate::quote::printable;
use crate::requirements::{InstallContext, InstallOptions};
use crate::venv::Venv;
use crate::{inline_script, requirements, venv};

use super::context::{
    env_project, find_environment, keep_others_out, prepare_search, print_path, report_selection,
    report_skipped_for_creation,
};
use super::sync::{ensure_installed, install_context};

pub(crate) fn create(
    settings: &Settings,
    options: &VenvOptions,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let outcome = find_environment(settings, &search, process)?;
    let root = target_path(outcome, options, &search, process)?;
    let is_there = venv::is_env(&root);
    let project = env_project(&root, &search);
    let state = match options.has_pip() {
        true => requirements::initial_state(&settings.install_options, project, &root, process)?,
        false => None,
    };
    let request = CreateRequest {
        target: CreateTarget {
            path: &root,
            project_root: project,
        },
        python_request: settings.python.as_ref(),
        options,
        trigger: Trigger::Requested,
        extra_file: state.as_ref(),
        process,
    };
    match settings.mode {
        Mode::DryRun => {
            check_target(&request)?;
            let shown = printable(&root);
            let change = match options.if_exists {
                IfExists::Clear => Some(format!("would replace {shown} and all that is in it")),
                IfExists::Upgrade => Some(format!("would upgrade {shown}")),
                IfExists::Keep => None,
            };
            let change = change.filter(|_| is_there);
            if let Some(change) = &change {
                process.verbosity.notice(change);
            }
            let is_new = !is_there || options.if_exists == IfExists::Clear;
            if is_new && options.has_pip() {
                report_new_plan(&settings.install_options, project, &root, process)?;
            }
        }
        Mode::Real => {
            // Into an environment that replaces another before it does; else below, where it is in its place.
            let install = |staged: &Path, build_context: &BuildContext<'_>| {
                if state.is_none() {
                    return Ok(());
                }
                let venv = Venv {
                    root: root.clone(),
                    cfg: Venv::open(staged)?.cfg,
                };
                let context = InstallContext {
                    member: None,
                    ..install_context(&venv, &search, settings, process)
                };
                requirements::install_staged(&context, staged, build_context)
            };
            keep_others_out(settings, &search, &root, || {
                create_or_replace(&request, &install)
            })?;
            inline_script::remove_expired_envs(process);
            ensure_installed(&Venv::open(&root)?, &search, settings, process)?;
        }
    }
    print_path(&root)
}

/// `-n`: what would be installed into a new environment at `root`.
fn report_new_plan(
    options: &InstallOptions,
    project: Option<&Path>,
    root: &Path,
    process: &Process,
) -> Result<(), Error> {
    let plan = requirements::report_new_plan(options, project, root, process)?;
    for step in plan.iter().flat_map(|plan| plan.steps(false)) {
        process.verbosity.notice(format_args!("would {step}"));
    }
    Ok(())
}

/// Where to create it. Only `--clear` and `--upgrade` change one that exists.
fn target_path(
    outcome: Outcome,
    options: &VenvOptions,
    search: &Search,
    process: &Process,
) -> Result<PathBuf, Error> {
    match outcome {
        Outcome::Found(found) => {
            report_selection(&found, search, process);
            match options.if_exists {
                IfExists::Keep => Ok(found.root),
                IfExists::Clear | IfExists::Upgrade => found.into_modifiable_root(),
            }
        }
        Outcome::Missing(missing) => {
            report_skipped_for_creation(&missing.skipped, process.verbosity);
            match &missing.forbidden {
                Some(forbidden) => Err(forbidden.to_error(&missing.root)),
                None => Ok(missing.root),
            }
        }
    }
}
