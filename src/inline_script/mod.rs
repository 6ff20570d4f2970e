//! Inline script metadata (PEP 723): scripts with an environment each.

mod block;
mod cache_dir;
mod expiry;
mod kept;
mod metadata;
mod script;

pub(crate) use kept::{KeptEnv, kept_envs, remove_kept_envs};
pub(crate) use script::{
    EnvPurpose, Script, has_inline_metadata, is_script_env, load_script, remove_expired_envs,
};
