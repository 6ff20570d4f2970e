//! An environment made beside its place (`.venv.vrun-Ab12Cd/.venv`) -> the same moved into it.
//!
//! The move is one rename, so there is no environment or a whole one. What a killed maker left is swept
//! by the next, which knows by the lock that no one is at work there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::os;

use super::Note;
use super::fill::{self, Others};
use super::join;
use super::options::IgnoreFile;
use super::own::{self, ASIDE, Own};
use super::place::Target;
use super::record;
use super::refusal::{self, cannot};
use super::renamed;

/// The directory in which an environment is made. Dropping it takes it away.
///
/// The environment itself is one level further down, under its own name: nobody who looks for an
/// environment in the project's directory finds this one, and what venv derives from the name is right.
#[derive(Debug)]
pub struct Staged {
    dir: Own,
    root: PathBuf,
    at: PathBuf,
    position: Position,
}

/// Where it lies, seen from the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Beside,
    Within,
}

impl Staged {
    /// Makes a new one beside `at`, or in the directory at `at` where nothing can be written beside it.
    /// Those of dead makers are taken away. Only for who holds the lock.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn beside(at: &Path) -> Result<Staged, Error> {
        let name = at.file_name().unwrap_or_default();
        let parent = at.parent().unwrap_or(at);
        own::sweep(at);
        // What is made in the place has the name twice in its path, which has to be as plain as the rest.
        let is_plain = name
            .to_str()
            .is_some_and(|name| own::prefix(name.as_ref()).starts_with(name));
        let (dir, position) = match Own::new(parent, name) {
            Err(error) if refusal::is_closed(&error) && is_plain && at.is_dir() => {
                let within = Own::new(at, name).map_err(|_| cannot(at, &error))?;
                (within, Position::Within)
            }
            other => (other.map_err(|error| cannot(at, &error))?, Position::Beside),
        };
        Ok(Staged {
            root: dir.path().join(name),
            at: at.to_owned(),
            dir,
            position,
        })
    }

    /// Where the environment is for now.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Has an environment that knows only where it was made speak of its place instead.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn tell_its_place(&self) -> Result<(), Error> {
        let separator = std::path::MAIN_SEPARATOR_STR.as_bytes();
        let dir = self.dir.path().file_name().unwrap_or_default();
        let dir = dir.as_encoded_bytes();
        let name = self.at.file_name().unwrap_or_default();
        let extra = match self.position {
            Position::Beside => [dir, separator].concat(),
            Position::Within => [separator, dir, separator, name.as_encoded_bytes()].concat(),
        };
        let changed =
            renamed::without(self.path(), &extra).map_err(|error| cannot(&self.at, &error))?;
        // What pip noted of its scripts.
        record::update(self.path(), &changed).map_err(|(_, error)| cannot(&self.at, &error))
    }

    /// Adds what every environment should have, and the order's note.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn sign(&self, ignore_file: IgnoreFile, note: Option<&Note>) -> Result<(), Error> {
        let noted = match note {
            Some(note) => fs::write(self.path().join(note.name), &note.text),
            None => Ok(()),
        };
        let signed = noted.and_then(|()| renamed::sign(self.path(), ignore_file));
        signed.map_err(|error| cannot(&self.at, &error))
    }

    /// Moves it into its place. An environment that is there makes room, and is gone afterwards.
    ///
    /// # Errors
    /// Something else has come to lie there, or the system refuses.
    pub fn put(self, target: Target) -> Result<(), Error> {
        let cannot = |error: io::Error| cannot(&self.at, &error);
        if matches!(target, Target::Empty | Target::Environment) {
            // A directory that someone closed to others stays closed.
            let _ = os::copy_mode(&self.at, self.path());
        }
        match target {
            Target::Unfinished => self.fill(Others::Kept),
            Target::Absent => self.rename(),
            Target::Empty => match self.rename() {
                // Where a directory is never replaced by a rename (Windows).
                Err(error) if is_refusal(&error) => {
                    fs::remove_dir(&self.at).and_then(|()| self.rename())
                }
                Err(error) if cannot_be_replaced(&error) => self.fill(Others::Kept),
                other => other,
            },
            // What it lies in cannot change places with it.
            Target::Environment if self.position == Position::Within => self.fill(Others::Cleared),
            Target::Environment => match self.exchange() {
                Err(error) if cannot_be_replaced(&error) => self.fill(Others::Cleared),
                other => other,
            },
            Target::Occupied(_) => {
                let obstacles = join::obstacles(self.path(), &self.at).map_err(cannot)?;
                if !obstacles.is_empty() {
                    return Err(refusal::in_the_way(&self.at, &obstacles));
                }
                join::join(self.path(), &self.at)
            }
        }
        .map_err(cannot)
    }

    fn rename(&self) -> io::Result<()> {
        os::rename(self.path(), &self.at)
    }

    /// Swaps it with the one in its place, which goes away with the rest of this directory.
    fn exchange(&self) -> io::Result<()> {
        match os::exchange(self.path(), &self.at) {
            Err(error) if cannot_be_replaced(&error) => return Err(error),
            Err(_) => {}
            Ok(()) => return Ok(()),
        }
        // Where the system has no such call there is a moment with neither.
        let aside = self.dir.path().join(ASIDE);
        fs::rename(&self.at, &aside)?;
        self.rename().inspect_err(|_| {
            let _ = fs::rename(&aside, &self.at);
        })
    }

    fn fill(&self, others: Others) -> io::Result<()> {
        if self.position == Position::Within {
            let aside = self.dir.path().join(ASIDE);
            return fill::fill(self.path(), &aside, &self.at, others);
        }
        let name = self.at.file_name().unwrap_or_default();
        let within = Own::new(&self.at, name)?;
        let moved = within.path().join(name);
        match fs::rename(self.path(), &moved) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                fill::copy_all(self.path(), &moved)?;
            }
            other => other?,
        }
        fill::fill(&moved, &within.path().join(ASIDE), &self.at, others)
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use tempfile::TempDir;

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
        let outer = staged.path().parent().expect("a parent");
        assert_eq!(fs::read(outer.join(own::IGNORE)).expect("a file"), b"*\n");
        drop(staged);
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn a_directory_beside_the_place_is_no_environment_and_has_a_plain_name() {
        let (dir, _) = tree();
        let at = dir.path().join("my 'env'");
        let staged = Staged::beside(&at).expect("a directory beside");
        assert!(staged.path().ends_with("my 'env'"));
        let outer = staged.path().parent().expect("a parent");
        let outer = outer.file_name().expect("a name").to_string_lossy();
        assert!(outer.starts_with("my__env_.vrun-"), "{outer}");
    }
}
