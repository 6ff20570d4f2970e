//! What a project requires -> installed, recorded, compared.

mod context;
mod drift;
mod ensure;
mod fingerprint;
mod installer;
mod options;
mod progress;
mod prune;
mod runner;
mod script_list;
mod source;
mod state;
mod state_file;
mod status;
mod sync;

pub(crate) use context::InstallContext;
pub(crate) use ensure::{ensure_installed, initial_state};
pub(crate) use fingerprint::digest;
pub(crate) use options::{Extraneous, InstallMode, InstallOptions, RequirementsFile, SyncMode};
pub(crate) use script_list::{initial_script_state, script_list_name};
pub(crate) use state_file::{refresh_python, saved_state};
pub(crate) use status::{InstallProgress, InstallStatus, install_status};
pub(crate) use sync::install_staged;
