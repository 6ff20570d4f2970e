//! An environment made beside its place (`.venv.vrun-Ab12Cd`) -> the same moved into it.
//!
//! The move is one rename, so there is no environment or a whole one. What a killed maker left is swept
//! by the next, which knows by the lock that no one is at work there.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Error;

use super::fill;
use super::place::{Target, cannot};
use super::renamed;

/// The directory in which an environment is made. Dropping it takes it away.
#[derive(Debug)]
pub struct Staged {
    dir: TempDir,
    at: PathBuf,
    suffix: Vec<u8>,
}

impl Staged {
    /// Makes a new one beside `at`, where those of dead makers are taken away. Only for who holds the
    /// lock.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn beside(at: &Path) -> Result<Staged, Error> {
        let mut prefix = at.file_name().map(OsString::from).unwrap_or_default();
        let own = prefix.len();
        prefix.push(".vrun-");
        let parent = at.parent().unwrap_or(at);
        sweep(parent, &prefix);
        let dir = tempfile::Builder::new()
            .prefix(&prefix)
            .rand_bytes(RANDOM)
            .tempdir_in(parent)
            .map_err(|error| cannot(at, &error))?;
        let name = dir.path().file_name().unwrap_or_default();
        let suffix = name.as_encoded_bytes()[own..].to_vec();
        Ok(Staged {
            dir,
            at: at.to_owned(),
            suffix,
        })
    }

    /// Where it is for now.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Has the environment speak of its final place, and signs it.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(&self) -> Result<(), Error> {
        renamed::without(self.path(), &self.suffix)
            .and_then(|()| renamed::sign(self.path()))
            .map_err(|error| cannot(&self.at, &error))
    }

    /// Moves it into its place.
    ///
    /// # Errors
    /// Something else has come to lie there, or the system refuses.
    pub fn put(self, target: Target) -> Result<(), Error> {
        if target == Target::Unfinished {
            return self.fill();
        }
        let moved = match fs::rename(self.path(), &self.at) {
            // Where a directory is never replaced by a rename (Windows).
            Err(error) if target == Target::Empty && is_refusal(&error) => {
                fs::remove_dir(&self.at).and_then(|()| fs::rename(self.path(), &self.at))
            }
            other => other,
        };
        match moved {
            Ok(()) => {
                // It is not there any more.
                let _ = self.dir.keep();
                Ok(())
            }
            Err(error) if target == Target::Empty && cannot_be_replaced(&error) => self.fill(),
            Err(error) => Err(cannot(&self.at, &error)),
        }
    }

    fn fill(&self) -> Result<(), Error> {
        fill::fill(self.path(), &self.at).map_err(|error| cannot(&self.at, &error))
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AlreadyExists | ErrorKind::PermissionDenied
    )
}

/// A mount point, another file system behind it, or a link to a directory.
fn cannot_be_replaced(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ResourceBusy | ErrorKind::CrossesDevices | ErrorKind::NotADirectory
    )
}

/// How many letters and digits tempfile puts behind the prefix.
const RANDOM: usize = 6;

/// Takes away what makers that were killed left behind. What cannot go stays: it harms no one.
fn sweep(parent: &Path, prefix: &OsStr) {
    let prefix = prefix.as_encoded_bytes();
    let is_dead = |name: &OsStr| {
        name.as_encoded_bytes()
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == RANDOM && rest.iter().all(u8::is_ascii_alphanumeric))
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if is_dead(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::look;
    use super::*;

    fn tree() -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        (dir, at)
    }

    fn names(dir: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(dir).expect("a directory");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_made_beside_the_place_is_moved_into_it_whole() {
        for empty in [false, true] {
            let (dir, at) = tree();
            if empty {
                fs::create_dir(&at).expect("a directory");
            }
            let target = look(&at).expect("room");
            let staged = Staged::beside(&at).expect("a directory beside");
            fs::write(staged.path().join("pyvenv.cfg"), "").expect("a file");
            staged.put(target).expect("moved");
            assert_eq!(names(dir.path()), [".venv"]);
            assert_eq!(names(&at), ["pyvenv.cfg"]);
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let (dir, at) = tree();
        let staged = Staged::beside(&at).expect("a directory beside");
        fs::write(staged.path().join("pyvenv.cfg"), "").expect("a file");
        drop(staged);
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn a_dead_makers_directory_is_swept_and_nothing_else() {
        let (dir, at) = tree();
        for name in [
            ".venv.vrun-Ab12Cd",
            ".venv.vrun-notes",
            ".venv.vrun-my-own",
            ".venv2.vrun-Ab12Cd",
        ] {
            fs::create_dir_all(dir.path().join(name).join("bin")).expect("a directory");
        }
        fs::write(dir.path().join(".venv.vrun-abcdef"), "a file").expect("a file");
        drop(Staged::beside(&at).expect("a directory beside"));
        assert_eq!(
            names(dir.path()),
            [
                ".venv.vrun-abcdef",
                ".venv.vrun-my-own",
                ".venv.vrun-notes",
                ".venv2.vrun-Ab12Cd",
            ]
        );
    }
}
