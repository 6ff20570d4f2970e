//! What a project requires -> installed, recorded, compared.

mod context;
mod drift;
mod ensure;
mod fingerprint;
mod first_file;
mod install;
mod installed;
mod member;
mod never_installed;
mod observed;
mod options;
mod plan_report;
mod python_misfit;
mod removable;
mod removed_files;
mod seed_names;
mod state;
mod state_file;
mod status;
mod sync;
mod unread;

pub(crate) use context::{InstallContext, Locator};
pub(crate) use ensure::{ensure_installed, initial_script_state, initial_state};
pub(crate) use fingerprint::digest;
pub(crate) use never_installed::is_never_installed;
pub(crate) use options::{InstallMode, InstallOptions, RequirementsFiles, SyncMode, SyncOrder};
pub(crate) use plan_report::{PartReport, PlanReport, report_new_plan, report_plan};
pub(crate) use state_file::{recorded_project, refresh_python, saved_state};
pub(crate) use status::{InstallProgress, InstallStatus, find_nothing_installed, install_status};
pub(crate) use sync::{find_up_to_date, install_staged, no_plan_error};
