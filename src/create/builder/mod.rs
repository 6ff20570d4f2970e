//! The native builder: an environment as `python -m venv` creates it, without starting Python.

mod activation_scripts;
mod build;
mod bundled_wheels;
mod launchers;
mod layout;
mod plan;
mod seed;
mod seed_package;
mod supported;

pub(super) use activation_scripts::write_activation_scripts;
pub(super) use build::{
    append_preserved_lines, build_environment, bundled_pip_version, refresh_environment,
};
pub(super) use plan::{BuildPlan, SupportedBase};
pub(super) use seed::PipStatus;
pub(super) use supported::with_supported_exe;
