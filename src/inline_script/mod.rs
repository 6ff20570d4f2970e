//! Inline script metadata (PEP 723): scripts with an environment each.

mod block;
mod cache_dir;
mod cached_envs;
mod expiry;
mod metadata;
mod script;

pub(crate) use cached_envs::{CachedEnv, cached_envs, remove_cached_envs};
pub(crate) use script::{
    EnvPurpose, Script, has_inline_metadata, is_script_env, load_script, remove_expired_envs,
};
