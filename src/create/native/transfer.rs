//! Files of the store -> the same files in an environment, by the cheapest way that the file system has: a clone
//! that shares its blocks until one of the two is written to, else a hard link, else a copy.
//!
//! Each is looked at before, for what is not as the manifest has it is not handed on. Each has the time of the
//! store's file, for a `.pyc` counts only as long as its source has the time it had.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::parallel::Jobs;
use super::{failed, make_dir};
use crate::os::{self, Dir, State};

/// Files that lie in one directory and are to lie in one.
#[derive(Debug)]
pub struct Folder<'a> {
    /// The store's directory.
    pub from: PathBuf,
    /// The environment's, which is made if it is not there.
    pub to: PathBuf,
    /// What is to be taken along.
    pub items: Vec<Item<'a>>,
}

/// A file to be taken along.
#[derive(Debug)]
pub struct Item<'a> {
    /// What the store calls it.
    pub name: &'a str,
    /// What it is to be called.
    pub new: &'a str,
    /// What it has to be like.
    pub state: State,
    /// Whether it is a program.
    pub is_program: bool,
}

/// Whether the store has what its manifests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It has.
    Whole,
    /// A file is missing or another: what was taken along is of no use.
    Altered,
}

/// Folders being filled, by as many threads as call `work`.
#[derive(Debug)]
pub struct Transfer<'a> {
    folders: Jobs<'a, Folder<'a>>,
    /// A file as this process makes them.
    usual: &'a Metadata,
    /// Whether the file system may yet turn out to clone.
    clones: AtomicBool,
}

impl<'a> Transfer<'a> {
    /// From the store to the environment whose directory is `root`.
    pub fn new(folders: &'a [Folder<'a>], root: &Path, usual: &'a Metadata) -> Self {
        Transfer {
            folders: Jobs::new(folders),
            usual,
            clones: AtomicBool::new(os::may_clone(root)),
        }
    }

    /// Fills folders until each has been taken.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn work(&self) -> io::Result<Fit> {
        while let Some(folder) = self.folders.take() {
            let filled = self.fill(folder);
            if !matches!(filled, Ok(Fit::Whole)) {
                self.folders.give_up();
                return filled;
            }
        }
        Ok(Fit::Whole)
    }

    fn fill(&self, folder: &Folder<'_>) -> io::Result<Fit> {
        make_dir(&folder.to)?;
        let to = Dir::open(&folder.to).map_err(|error| failed("open", &folder.to, &error))?;
        let Ok(from) = Dir::open(&folder.from) else {
            return Ok(Fit::Altered);
        };
        for item in &folder.items {
            let Some(seen) = from.look(item.name).ok() else {
                return Ok(Fit::Altered);
            };
            if seen.state != item.state {
                return Ok(Fit::Altered);
            }
            // Under another umask the store's file has the wrong mode.
            let is_usual = item.is_program || seen.has_mode_of(self.usual);
            let is_placed = is_usual
                && (self.clone(folder, item)? || from.link(item.name, &to, item.new).is_ok());
            if !is_placed {
                // On another file system; or the file has as many links as it may have.
                copy(folder, item)?;
            }
        }
        Ok(Fit::Whole)
    }

    /// Whether it could be cloned.
    fn clone(&self, folder: &Folder<'_>, item: &Item<'_>) -> io::Result<bool> {
        if !self.clones.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let to = folder.to.join(item.new);
        if os::clone(&folder.from.join(item.name), &to).is_err() {
            self.clones.store(false, Ordering::Relaxed);
            return Ok(false);
        }
        finish(item, &to).map_err(|error| failed("write", &to, &error))?;
        Ok(true)
    }
}

fn copy(folder: &Folder<'_>, item: &Item<'_>) -> io::Result<()> {
    let to = folder.to.join(item.new);
    let written = || {
        let mut source = fs::File::open(folder.from.join(item.name))?;
        let time = source.metadata()?.modified()?;
        let mut file = fs::File::create_new(&to)?;
        io::copy(&mut source, &mut file)?;
        file.set_modified(time)?;
        finish(item, &to)
    };
    written().map_err(|error| failed("write", &to, &error))
}

/// What is a file of its own has no mode of the store's.
fn finish(item: &Item<'_>, at: &Path) -> io::Result<()> {
    match item.is_program {
        true => os::make_executable(at),
        false => Ok(()),
    }
}
