//! The native builder: an environment as `python -m venv` makes it, without starting Python.

mod activation_scripts;
mod build;
mod bundled_wheels;
mod launchers;
mod layout;
mod plan;
mod seed;
mod seed_package;
mod supported;

pub(super) use build::{
    PipStatus, build_environment, bundled_pip_version, refresh_environment,
    write_activation_scripts,
};
pub(super) use plan::BuildPlan;
pub(super) use supported::{SupportedBase, with_supported_exe};
