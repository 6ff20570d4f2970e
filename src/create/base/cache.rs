//! What interpreters have answered -> files in the user's cache directory, one each, so that each is
//! asked once.
//!
//! An answer counts as long as the interpreter's path leads to the same file, of the same size and time.
//! A cache that cannot be read or written costs time and nothing else.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::os;

/// The directory, if there is one.
#[derive(Debug)]
pub struct Cache(Option<PathBuf>);

impl Cache {
    /// The one in the cache directory `cache`, if that can be used.
    pub fn in_directory(cache: Option<&Path>) -> Cache {
        Cache(cache.map(|dir| dir.join("interpreters")))
    }

    /// What `exe` once answered, if it is still the same.
    pub fn read(&self, exe: &Path) -> Option<Vec<u8>> {
        let kept = fs::read(self.file(exe)?).ok()?;
        let answer = kept.strip_prefix(&stamp(exe)?[..])?;
        Some(answer.to_vec())
    }

    /// Keeps an answer.
    pub fn write(&self, exe: &Path, answer: &[u8]) {
        // What is not kept is asked again.
        let _ = self.try_write(exe, answer);
    }

    fn try_write(&self, exe: &Path, answer: &[u8]) -> Option<()> {
        let (file, stamp) = (self.file(exe)?, stamp(exe)?);
        let dir = file.parent()?;
        let mut whole = tempfile::NamedTempFile::new_in(dir).ok()?;
        whole.write_all(&stamp).ok()?;
        whole.write_all(answer).ok()?;
        whole.persist(file).ok().map(drop)
    }

    fn file(&self, exe: &Path) -> Option<PathBuf> {
        let mut hasher = DefaultHasher::new();
        exe.hash(&mut hasher);
        let dir = self.0.as_ref()?;
        // What another may write to could name a standard library of his.
        os::private_dir(dir.parent()?).ok()?;
        os::private_dir(dir).ok()?;
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

    fn cache() -> (tempfile::TempDir, Cache, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let exe = dir.path().join("python3");
        fs::write(&exe, "one").expect("a file");
        let cache = Cache(Some(dir.path().join("made/on/demand")));
        (dir, cache, exe)
    }

    #[test]
    fn an_answer_is_kept_as_long_as_the_interpreter_is_the_same() {
        let (_dir, cache, exe) = cache();
        assert_eq!(cache.read(&exe), None);
        cache.write(&exe, b"3.12\0\xff");
        assert_eq!(cache.read(&exe).as_deref(), Some(&b"3.12\0\xff"[..]));
        fs::write(&exe, "another").expect("a file");
        assert_eq!(cache.read(&exe), None);
    }

    #[test]
    fn a_cache_that_cannot_be_had_is_no_error() {
        let (dir, _, exe) = cache();
        for cache in [Cache(None), Cache(Some(dir.path().join("python3/below")))] {
            cache.write(&exe, b"3.12");
            assert_eq!(cache.read(&exe), None);
        }
    }
}
