//! What a project requires -> installed, recorded, compared.

mod context;
mod dependency_table;
mod detect;
mod developers;
mod drift;
mod ensure;
mod fingerprint;
mod install;
mod installer;
mod lock_pins;
mod manifest;
mod options;
mod package_name;
mod pip_config;
mod pip_syntax;
mod plan;
mod progress;
mod prune;
mod pyproject;
mod python_package;
mod runner;
mod script_list;
mod selection;
mod state;
mod state_file;
mod status;
mod sync;
mod uv_terms;

pub(crate) use context::InstallContext;
pub(crate) use ensure::{ensure_installed, initial_script_state, initial_state};
pub(crate) use fingerprint::digest;
pub(crate) use options::{Extraneous, InstallMode, InstallOptions, RequirementsFiles, SyncMode};
pub(crate) use script_list::script_list_name;
pub(crate) use state_file::{refresh_python, saved_state};
pub(crate) use status::{InstallProgress, InstallStatus, install_status};
pub(crate) use sync::install_staged;
