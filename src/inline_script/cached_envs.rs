//! The environments of scripts that the cache holds, for `--cache`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fs::entry_names;
use crate::manifest::script_list::script_list_name;
use crate::process::Process;
use crate::requirements;

use super::cache_dir::{ENVS_DIR, KEY_BYTES, safe_name};
use super::expiry;

/// An environment of a script.
#[derive(Debug)]
pub(crate) struct CachedEnv {
    pub root: PathBuf,
    /// The script that it was created for, if that is still there.
    pub script: Option<PathBuf>,
    /// How long ago it was used.
    pub idle: Duration,
}

impl CachedEnv {
    /// The environment at `root`, if vrun created it for a script: by its name, and the list of what the script requires.
    fn read(root: PathBuf) -> Option<CachedEnv> {
        let (name, key) = root.file_name()?.to_str()?.rsplit_once('-')?;
        let is_key = key.len() == 2 * KEY_BYTES && key.bytes().all(|c| c.is_ascii_hexdigit());
        if !is_key || !root.join(script_list_name(name)).is_file() {
            return None;
        }
        let idle = expiry::idle_time(&root)?;
        let script = requirements::recorded_project(&root).and_then(|dir| {
            let names = entry_names(&dir).ok()?.into_iter();
            let mut files = names.filter(|file| safe_name(Some(file)) == name);
            Some(dir.join(files.next()?))
        });
        Some(CachedEnv { script, idle, root })
    }

    /// Whether it was not used for so long that it goes when the next is created.
    pub(crate) fn is_expired(&self) -> bool {
        self.idle > expiry::MAX_IDLE
    }
}

/// The environments in the cache directory `cache`.
pub(crate) fn cached_envs(cache: &Path) -> Vec<CachedEnv> {
    let dir = cache.join(ENVS_DIR);
    let mut names = entry_names(&dir).unwrap_or_default();
    names.sort();
    let roots = names.into_iter().map(|name| dir.join(name));
    roots.filter_map(CachedEnv::read).collect()
}

/// Removes `envs`, and what killed vruns left beside any. The result is those in which something runs, or on which
/// another vrun works.
pub(crate) fn remove_cached_envs(
    cache: &Path,
    envs: &[CachedEnv],
    process: &Process,
) -> Vec<PathBuf> {
    let mut roots: Vec<_> = envs.iter().map(|env| env.root.clone()).collect();
    expiry::remove_leftovers_in(&cache.join(ENVS_DIR));
    expiry::remove_unless_used(&roots, &|_| true, process);
    roots.retain(|root| root.exists());
    roots
}
