//! What interpreters reported about themselves, one file each in the user's cache directory.
//!
//! An answer is valid while the interpreter's path leads to the same file with the same size and time.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::error::io_reason;
use crate::fs::{entry_names, replace_private_file};
use crate::os;
use crate::process::{Process, Verbosity};
use crate::quote::printable;
use crate::read::{MAX_TEXT, read_file};

/// The directory in the cache.
const ANSWERS_DIR: &str = "interpreters";

/// The user's cache directory, which need not exist. One that another user owns or may write to is not used: that user
/// could put code into environments.
pub(crate) fn usable_cache_dir(process: &Process) -> Option<PathBuf> {
    let dir = process.cache_dir()?;
    if let Err(error) = check_cache_dir(&dir) {
        report_unused_cache(&dir, &error, process.verbosity);
        return None;
    }
    Some(dir)
}

/// # Errors
/// The cache directory exists, and another user owns it or may write to it.
pub(crate) fn check_cache_dir(dir: &Path) -> io::Result<()> {
    match dir.exists() {
        true => os::create_private_dir(dir),
        false => Ok(()),
    }
}

/// The files with answers in the cache directory `cache`.
pub(crate) fn cached_answers(cache: &Path) -> Vec<PathBuf> {
    let dir = cache.join(ANSWERS_DIR);
    let names = entry_names(&dir).unwrap_or_default();
    let is_answer = |name: &OsString| {
        name.len() == 16 && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit)
    };
    let files = names.into_iter().filter(is_answer);
    files.map(|name| dir.join(name)).collect()
}

/// Whether an answer is of an interpreter that is there and unchanged.
pub(crate) fn is_answer_valid(file: &Path) -> bool {
    let Ok(bytes) = read_file(file, MAX_TEXT) else {
        return false;
    };
    let exe = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let exe = os::decode_os_string(exe.to_vec()).map(PathBuf::from);
    exe.and_then(|exe| stamp(&exe))
        .is_some_and(|stamp| bytes.starts_with(&stamp))
}

pub(crate) fn report_unused_cache(cache: &Path, error: &io::Error, verbosity: Verbosity) {
    let (cache, why) = (printable(cache), io_reason(error));
    verbosity.verbose(|| format!("the cache {cache} is not used: {why}"));
}

/// The directory of the answers, if there is a usable cache.
#[derive(Debug)]
pub(super) struct ProbeCache(Option<PathBuf>);

impl ProbeCache {
    pub(super) fn in_cache_dir(cache: Option<&Path>) -> ProbeCache {
        ProbeCache(cache.map(|dir| dir.join(ANSWERS_DIR)))
    }

    /// The cached answer of `exe`, if it is still the same file. Creates nothing.
    pub(super) fn read_answer(&self, exe: &Path) -> Option<Vec<u8>> {
        self.0.as_ref().filter(|dir| dir.is_dir())?;
        let cached = read_file(&self.answer_file(exe)?, MAX_TEXT).ok()?;
        Some(cached.strip_prefix(&stamp(exe)?[..])?.to_vec())
    }

    /// Caches an answer; one that cannot be written is asked for again.
    pub(super) fn write_answer(&self, exe: &Path, answer: &[u8]) -> Option<()> {
        let (file, stamp) = (self.answer_file(exe)?, stamp(exe)?);
        replace_private_file(&file, &[&stamp, answer].concat()).ok()
    }

    fn answer_file(&self, exe: &Path) -> Option<PathBuf> {
        let mut hasher = DefaultHasher::new();
        exe.hash(&mut hasher);
        let dir = self.0.as_ref()?;
        // Another user who may write to it could name a malicious standard library.
        os::create_private_dir(dir.parent()?).ok()?;
        os::create_private_dir(dir).ok()?;
        Some(dir.join(format!("{:016x}", hasher.finish())))
    }
}

/// What must not change while an answer is valid. It includes the file behind the links: on some systems every file
/// has the same time.
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
    fn an_answer_is_valid_while_the_interpreter_is_unchanged() {
        let (_dir, cache, exe) = cache();
        assert_eq!(cache.read_answer(&exe), None);
        cache.write_answer(&exe, b"3.12\0\xff");
        assert_eq!(cache.read_answer(&exe).as_deref(), Some(&b"3.12\0\xff"[..]));
        fs::write(&exe, "another").expect("a file");
        assert_eq!(cache.read_answer(&exe), None);
    }

    #[test]
    fn an_unusable_cache_is_not_an_error() {
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
