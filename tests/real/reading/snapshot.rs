//! A tree -> what it consists of, with the time of each file's last change, which no one can set.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Each path below a directory, with its number, mode, size and time.
pub(super) struct Snapshot(BTreeMap<PathBuf, (u64, u32, u64, i64, i64)>);

impl Snapshot {
    pub(super) fn of(root: &Path) -> Snapshot {
        let mut found = BTreeMap::new();
        let mut paths = vec![root.to_owned()];
        while let Some(path) = paths.pop() {
            let file = fs::symlink_metadata(&path).expect("a file");
            if file.is_dir() {
                let entries = fs::read_dir(&path).expect("a directory").flatten();
                paths.extend(entries.map(|entry| entry.path()));
            }
            let state = (
                file.ino(),
                file.mode(),
                file.size(),
                file.ctime(),
                file.ctime_nsec(),
            );
            found.insert(path, state);
        }
        Snapshot(found)
    }

    /// What has come, gone, or is another.
    pub(super) fn changes(&self, later: &Snapshot) -> Vec<String> {
        let mut paths: Vec<_> = self.0.keys().chain(later.0.keys()).collect();
        paths.sort();
        paths.dedup();
        paths.retain(|path| self.0.get(*path) != later.0.get(*path));
        let told = paths.iter().map(|path| {
            match (self.0.contains_key(*path), later.0.contains_key(*path)) {
                (false, _) => format!("{} is new", path.display()),
                (_, false) => format!("{} is gone", path.display()),
                _ => format!("{} was changed", path.display()),
            }
        });
        told.collect()
    }
}
