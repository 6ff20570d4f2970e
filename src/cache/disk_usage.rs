//! How many bytes files take. A file that several environments share by hard links counts once.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::os;

/// The sizes of the files that were not counted before.
#[derive(Default)]
pub(super) struct DiskUsage {
    counted: HashSet<(u64, u64)>,
}

impl DiskUsage {
    /// The bytes in the file or directory at `path`, links not followed.
    pub(super) fn count(&mut self, path: &Path) -> u64 {
        let Ok(found) = fs::symlink_metadata(path) else {
            return 0;
        };
        if found.is_dir() {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            return entries.map(|entry| self.count(&entry.path())).sum();
        }
        let is_shared = os::link_count(&found) > 1;
        match is_shared && !self.counted.insert((os::inode(&found), found.len())) {
            true => 0,
            false => found.len(),
        }
    }
}
