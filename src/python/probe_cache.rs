//! What interpreters have answered -> one file each in the user's cache directory, so that each is asked once.
//!
//! An answer counts while the interpreter's path leads to the same file with the same size and time.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::error::io_reason;
use crate::fs::replace_file;
use crate::os;
use crate::output::Verbosity;
use crate::process::Process;
use crate::quote::printable;

/// The user's cache directory; who writes to it makes it. What another user owns or may write to is not used: it
/// could put code into environments.
pub(crate) fn usable_cache_dir(process: &Process, verbosity: Verbosity) -> Option<PathBuf> {
    let dir = process.cache_dir()?;
    if !dir.exists() {
        return Some(dir);
    }
    match os::create_private_dir(&dir) {
        Ok(()) => Some(dir),
        Err(why) => {
            report_unused_cache(&dir, &why, verbosity);
            None
        }
    }
}

pub(crate) fn report_unused_cache(cache: &Path, why: &io::Error, verbosity: Verbosity) {
    let (cache, why) = (printable(cache), io_reason(why));
    verbosity.verbose(|| format!("the cache {cache} is not used: {why}"));
}

/// The directory, if there is one.
#[derive(Debug)]
pub(super) struct ProbeCache(Option<PathBuf>);

impl ProbeCache {
    /// The one in the cache directory `cache`, if that can be used.
    pub(super) fn in_cache_dir(cache: Option<&Path>) -> ProbeCache {
        ProbeCache(cache.map(|dir| dir.join("interpreters")))
    }

    /// What `exe` once answered, if it is still the same.
    pub(super) fn read_answer(&self, exe: &Path) -> Option<Vec<u8>> {
        let kept = fs::read(self.answer_file(exe)?).ok()?;
        let answer = kept.strip_prefix(&stamp(exe)?[..])?;
        Some(answer.to_vec())
    }

    /// Keeps an answer.
    pub(super) fn write_answer(&self, exe: &Path, answer: &[u8]) {
        // What is not kept is asked again.
        let _ = self.try_write_answer(exe, answer);
    }

    fn try_write_answer(&self, exe: &Path, answer: &[u8]) -> Option<()> {
        let (file, stamp) = (self.answer_file(exe)?, stamp(exe)?);
        replace_file(&file, &[&stamp, answer].concat()).ok()
    }

    fn answer_file(&self, exe: &Path) -> Option<PathBuf> {
        let mut hasher = DefaultHasher::new();
        exe.hash(&mut hasher);
        let dir = self.0.as_ref()?;
        // What another may write to could name a standard library of his.
        os::create_private_dir(dir.parent()?).ok()?;
        os::create_private_dir(dir).ok()?;
        Some(dir.join(format!("{:016x}", hasher.finish())))
    }
}

/// What must be the same for an answer to count. The file behind the links is part of it: there are systems
/// where every file has the same time.
fn stamp(exe: &Path) -> Option<Vec<u8>> {
    let found = fs::metadata(exe).ok()?;
    let resolved = fs::canonicalize(exe).ok()?;
    let age = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let mut stamp = Vec::new();
    for path in [exe, &resolved] {
        stamp.extend_from_slice(path.as_os_str().as_encoded_bytes());
        stamp.push(0);
    }
    stamp.extend_from_slice(format!("{} {}\0", found.len(), age.as_nanos()).as_bytes());
    Some(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> (tempfile::TempDir, ProbeCache, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let exe = dir.path().join("python3");
        fs::write(&exe, "one").expect("a file");
        let cache = ProbeCache(Some(dir.path().join("made/on/demand")));
        (dir, cache, exe)
    }

    #[test]
    fn an_answer_is_kept_as_long_as_the_interpreter_is_the_same() {
        let (_dir, cache, exe) = cache();
        assert_eq!(cache.read_answer(&exe), None);
        cache.write_answer(&exe, b"3.12\0\xff");
        assert_eq!(cache.read_answer(&exe).as_deref(), Some(&b"3.12\0\xff"[..]));
        fs::write(&exe, "another").expect("a file");
        assert_eq!(cache.read_answer(&exe), None);
    }

    #[test]
    fn a_cache_that_cannot_be_had_is_no_error() {
        let (dir, _, exe) = cache();
        for cache in [
            ProbeCache(None),
            ProbeCache(Some(dir.path().join("python3/below"))),
        ] {
            cache.write_answer(&exe, b"3.12");
            assert_eq!(cache.read_answer(&exe), None);
        }
    }
}
