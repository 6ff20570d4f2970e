//! A path -> an environment there: lock, staging directory, commit.

mod builder;
mod cleanup;
mod context;
mod create;
mod ensurepip;
mod errors;
mod lock;
mod merge_into;
mod options;
mod python_links;
mod relocate;
mod replace_in_place;
mod request;
mod staging;
mod staging_dir;
mod stdlib_venv;
mod target;
mod upgrade;

pub(crate) use cleanup::{remove_env_if, remove_idle_env_if, remove_leftovers, with_lock};
pub(crate) use context::BuildContext;
pub(crate) use create::{check_target, create_environment, create_or_replace, create_populated};
pub(crate) use ensurepip::run_pip;
pub(crate) use errors::old_environment_stays;
pub(crate) use lock::{LOCK_SUFFIX, lock_environment};
pub(crate) use options::{IfExists, IgnoreFile, PythonFiles, SeedPackages, VenvOptions};
pub(crate) use request::{CreateRequest, CreateTarget, ExtraFile, Trigger};
pub(crate) use stdlib_venv::recreate_hint;
pub(crate) use target::{check_available, find_leftovers};
