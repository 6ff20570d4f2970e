//! pip or uv, run on a plan: which one, with which settings, and why it failed.

mod choose;
mod diagnosis;
mod index_failure;
mod install_error;
mod install_failure;
mod pip_config;
mod pip_syntax;
mod presence;
mod program;
mod progress;
pub(crate) mod prune;
mod python_minors;
mod python_misfit;
mod runner;
mod step_failure;
mod unanswered;
mod uv_advice;
pub(crate) mod uv_lock;
mod uv_settings;
mod uv_terms;
mod wheel_files;

pub(crate) use choose::{
    check_sources, choose_installer, has_installer_now, may_be_uv, upgrade_pip_if_needed,
};
pub(crate) use install_error::InstallError;
pub(crate) use install_failure::{InstallFailure, OtherPython, conclude};
pub(crate) use pip_config::has_constraints;
pub(crate) use presence::{check_present, find_absent, find_missing};
pub(crate) use program::{Installer, SEED_PACKAGES, os_args};
pub(crate) use progress::{ProgressOutput, StepDone};
pub(crate) use runner::InstallRunner;
pub(crate) use step_failure::{REPLACE_HINT, RETRY_HINT};
pub(crate) use uv_advice::name_uv_once;
pub(crate) use uv_lock::lock_sync;
