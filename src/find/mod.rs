//! The search: a starting directory -> the environment to use, and why.

mod active;
mod find;
mod forbidden;
mod names;
mod project_root;
mod pyenv;
mod redirect;
mod repository;
mod runner;
mod search;
mod selection;
mod walk;

pub(crate) use active::overridden_env;
pub(crate) use find::{explicit, nearest, searched_dirs};
pub(crate) use names::{EnvNames, is_variant_name, parse_ceilings};
pub(crate) use project_root::{dir_around, nearest_project};
pub(crate) use runner::runner_of;
pub(crate) use search::{Search, require_dir, script_dir};
pub(crate) use selection::{FoundEnv, Outcome, Reason, Skipped, ToCreate};
pub(crate) use walk::neighbour_envs;
