//! `--cache --clear`: removes what vrun keeps. Only files and directories with the names that vrun gives them; a running
//! vrun that misses one creates it again.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::fs::{remove_abandoned, remove_path};
use crate::inline_script::{CachedEnv, cached_envs, remove_cached_envs};
use crate::process::Process;
use crate::python;
use crate::quote::printable;
use crate::wheel_cache::store_entries;

use super::disk_usage::DiskUsage;

/// How much goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    All,
    /// `--unused`: environments of scripts that are gone or were not used for a month, wheels that no environment has,
    /// answers of interpreters that are gone.
    Unused,
}

/// What was removed, or would be.
#[derive(Debug, Serialize)]
pub(crate) struct Cleared {
    /// Changes when the meaning of a member does.
    version: u32,
    /// Whether it was only said: `-n`.
    dry_run: bool,
    pub bytes: u64,
    pub wheels: usize,
    pub interpreters: usize,
    pub scripts: usize,
    /// The environments of scripts that stay, because a program runs in them or vrun works on them.
    pub in_use: Vec<String>,
}

/// Removes what is in the cache at `dir`; with `is_dry_run` only says what would be.
///
/// # Errors
/// Another user owns it or may write to it.
pub(crate) fn clear(
    dir: &Path,
    extent: Extent,
    is_dry_run: bool,
    process: &Process,
) -> io::Result<Cleared> {
    python::check_cache_dir(dir)?;
    let is_all = extent == Extent::All;
    let mut wheels = store_entries(dir);
    wheels.retain(|wheel| is_all || !wheel.is_used());
    let mut answers = python::cached_answers(dir);
    answers.retain(|file| is_all || !python::is_answer_valid(file));
    let mut envs = cached_envs(dir);
    envs.retain(|env| is_all || env.script.is_none() || env.is_expired());
    let mut usage = DiskUsage::default();
    let size_of = |env: &CachedEnv, usage: &mut DiskUsage| usage.count(&env.root);
    let mut bytes: u64 = wheels.iter().map(|wheel| usage.count(&wheel.dir)).sum();
    bytes += answers.iter().map(|file| usage.count(file)).sum::<u64>();
    let sizes: Vec<_> = envs.iter().map(|env| size_of(env, &mut usage)).collect();
    let mut in_use = Vec::new();
    if !is_dry_run {
        in_use = remove_cached_envs(dir, &envs, process);
        wheels.retain(|wheel| wheel.remove().is_ok());
        answers.retain(|file| fs::remove_file(file).is_ok());
        remove_leftovers(dir, is_all);
    }
    let removed = envs.iter().zip(sizes);
    let removed: Vec<_> = removed
        .filter(|(env, _)| !in_use.contains(&env.root))
        .collect();
    Ok(Cleared {
        version: 1,
        dry_run: is_dry_run,
        bytes: bytes + removed.iter().map(|(_, size)| size).sum::<u64>(),
        wheels: wheels.len(),
        interpreters: answers.len(),
        scripts: removed.len(),
        in_use: in_use.iter().map(printable).collect(),
    })
}

/// What killed vruns left, and the digests of wheels, which are looked up again. Empty directories go too.
fn remove_leftovers(dir: &Path, is_all: bool) {
    for name in ["wheels", "interpreters", "scripts"] {
        let dir = dir.join(name);
        remove_abandoned(&dir);
        let entries = fs::read_dir(&dir).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        let is_digest = |path: &Path| path.extension().is_some_and(|end| end == "digest");
        for digest in paths.filter(|path| is_all && name == "wheels" && is_digest(path)) {
            let _ = remove_path(&digest);
        }
        let _ = fs::remove_dir(dir);
    }
}

impl Cleared {
    /// `2 environments of scripts, 3 wheels`
    pub(crate) fn describe(&self) -> String {
        let count = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {many}")),
        };
        let parts = [
            count(self.scripts, "script environment", "script environments"),
            count(self.wheels, "unpacked wheel", "unpacked wheels"),
            count(
                self.interpreters,
                "answer of an interpreter",
                "answers of interpreters",
            ),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => "nothing".to_owned(),
            false => parts.join(", "),
        }
    }
}
