//! The cache directory -> what is in it, by kind. Only reads, and counts only what vrun made.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::inline_script::{CachedEnv, cached_envs};
use crate::python;
use crate::quote::printable;
use crate::venv::Venv;
use crate::wheel_cache::{StoreEntry, store_entries};

use super::disk_usage::DiskUsage;

/// What the cache holds.
#[derive(Debug, Serialize)]
pub(crate) struct CacheContents {
    /// Changes when the meaning of a member does.
    version: u32,
    pub path: String,
    pub bytes: u64,
    /// Wheels of pip and setuptools, unpacked.
    pub wheels: Kind,
    /// Their compiled modules.
    pub compiled: Kind,
    /// What interpreters reported about themselves.
    pub interpreters: Kind,
    pub scripts: Vec<ScriptEnv>,
}

/// What there is of a kind.
#[derive(Debug, Serialize)]
pub(crate) struct Kind {
    pub count: usize,
    pub bytes: u64,
}

/// An environment of a script that declares what it requires.
#[derive(Debug, Serialize)]
pub(crate) struct ScriptEnv {
    pub path: String,
    /// The script that it was created for; null if that is not there any more.
    pub script: Option<String>,
    /// The version of its Python.
    pub python: Option<String>,
    /// How long ago it was used.
    pub idle_days: u64,
    pub bytes: u64,
}

/// What is in the cache at `dir`, which need not exist.
///
/// # Errors
/// Another user owns it or may write to it.
pub(crate) fn read_contents(dir: &Path) -> io::Result<CacheContents> {
    python::check_cache_dir(dir)?;
    let mut usage = DiskUsage::default();
    let wheels: Vec<StoreEntry> = store_entries(dir);
    let wheel_bytes = wheels.iter().map(|wheel| usage.count(&wheel.files_dir()));
    let wheel_bytes = wheel_bytes.sum();
    let compiled: Vec<PathBuf> = wheels.iter().flat_map(StoreEntry::compiled).collect();
    let compiled_bytes = compiled.iter().map(|dir| usage.count(dir)).sum();
    let answers = python::cached_answers(dir);
    let answer_bytes = answers.iter().map(|file| usage.count(file)).sum();
    let scripts = cached_envs(dir).into_iter();
    let scripts: Vec<_> = scripts.map(|env| script_env(&env, &mut usage)).collect();
    let script_bytes: u64 = scripts.iter().map(|env| env.bytes).sum();
    Ok(CacheContents {
        version: 1,
        path: printable(dir),
        bytes: wheel_bytes + compiled_bytes + answer_bytes + script_bytes,
        wheels: Kind {
            count: wheels.len(),
            bytes: wheel_bytes,
        },
        compiled: Kind {
            count: compiled.len(),
            bytes: compiled_bytes,
        },
        interpreters: Kind {
            count: answers.len(),
            bytes: answer_bytes,
        },
        scripts,
    })
}

fn script_env(env: &CachedEnv, usage: &mut DiskUsage) -> ScriptEnv {
    ScriptEnv {
        path: printable(&env.root),
        script: env.script.as_ref().map(printable),
        python: Venv::open(&env.root).ok().and_then(|venv| venv.cfg.version),
        idle_days: env.idle.as_secs() / (24 * 60 * 60),
        bytes: usage.count(&env.root),
    }
}
