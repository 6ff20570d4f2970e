//! The wheels that the store holds, for `--cache`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fs::{TEMP_DIR_PREFIX, entry_names};
use crate::os;
use crate::read::{MAX_TEXT, read_text};

use super::bytecode::KNOWN_ENVS;
use super::store::{FILES_DIR, STORE_DIR};

/// The length of the name of an entry: a SHA-256 in hexadecimal.
const NAME_LEN: usize = 64;

/// A wheel in the store.
#[derive(Debug)]
pub(crate) struct StoreEntry {
    pub dir: PathBuf,
}

/// The wheels in the cache directory `cache`.
pub(crate) fn store_entries(cache: &Path) -> Vec<StoreEntry> {
    let store = cache.join(STORE_DIR);
    let mut names = entry_names(&store).unwrap_or_default();
    names.sort();
    let is_entry = |name: &str| {
        name.len() == NAME_LEN && name.bytes().all(|letter| letter.is_ascii_hexdigit())
    };
    let entries = names.iter().filter_map(|name| name.to_str());
    let entries = entries.filter(|name| is_entry(name));
    let wheels = entries.map(|name| StoreEntry {
        dir: store.join(name),
    });
    wheels.filter(|wheel| wheel.files_dir().is_dir()).collect()
}

impl StoreEntry {
    pub(crate) fn files_dir(&self) -> PathBuf {
        self.dir.join(FILES_DIR)
    }

    /// The directories of its compiled modules.
    pub(crate) fn compiled(&self) -> Vec<PathBuf> {
        let dir = self.dir.join("compiled");
        let names = entry_names(&dir).unwrap_or_default();
        names.into_iter().map(|name| dir.join(name)).collect()
    }

    /// Whether an environment has files of it: by hard links, or it was one of the latest to get copies.
    pub(crate) fn is_used(&self) -> bool {
        let is_site = |dir: &PathBuf| {
            let sites = read_text(&dir.join(KNOWN_ENVS), MAX_TEXT).unwrap_or_default();
            sites.lines().any(|site| Path::new(site).is_dir())
        };
        self.compiled().iter().any(is_site) || has_hard_links(&self.files_dir())
    }

    /// Moves it aside, so that no vrun finds half of it, and removes it.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(crate) fn remove(&self) -> io::Result<()> {
        let store = self.dir.parent().unwrap_or(&self.dir);
        let aside = tempfile::Builder::new()
            .prefix(TEMP_DIR_PREFIX)
            .tempdir_in(store)?;
        fs::rename(&self.dir, aside.path().join(FILES_DIR))
    }
}

fn has_hard_links(dir: &Path) -> bool {
    let mut entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.any(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => has_hard_links(&entry.path()),
        Ok(found) => os::link_count(&found) > 1,
        Err(_) => true,
    })
}
