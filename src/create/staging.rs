//! An environment made beside its place (`.venv.vrun-Ab12Cd/.venv`) -> the same moved into it.
//!
//! The move is one rename, so there is no environment or a whole one. What a killed maker left is swept
//! by the next, which knows by the lock that no one is at work there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::os;
use crate::wheel::update_records;

use super::errors::{self, cannot_create};
use super::options::IgnoreFile;
use super::replace_in_place::{self, OtherFiles};
use super::request::ExtraFile;
use super::staging_dir::{self, OLD_ENV_DIR, StagingDir};
use super::target::TargetState;
use super::{merge_into, relocate};

/// The directory in which an environment is made. Dropping it takes it away.
///
/// The environment itself is one level further down, under its own name: nobody who looks for an
/// environment in the project's directory finds this one, and what venv derives from the name is right.
#[derive(Debug)]
pub(super) struct StagedEnv {
    dir: StagingDir,
    root: PathBuf,
    target: PathBuf,
    position: Position,
}

/// Where it lies, seen from the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Beside,
    Within,
}

impl StagedEnv {
    /// Makes a new one beside `at`, or in the directory at `at` where nothing can be written beside it.
    /// Those of dead makers are taken away. Only for who holds the lock.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub(super) fn create(at: &Path) -> Result<StagedEnv, Error> {
        let name = at.file_name().unwrap_or_default();
        let parent = at.parent().unwrap_or(at);
        staging_dir::remove_stale_dirs(at);
        // What is made in the place has the name twice in its path, which has to be as plain as the rest.
        let is_plain = name
            .to_str()
            .is_some_and(|name| staging_dir::staging_prefix(name.as_ref()).starts_with(name));
        let (dir, position) = match StagingDir::create(parent, name) {
            Err(error) if errors::is_not_writable(&error) && is_plain && at.is_dir() => {
                let within = StagingDir::create(at, name).map_err(|_| cannot_create(at, &error))?;
                (within, Position::Within)
            }
            other => (
                other.map_err(|error| cannot_create(at, &error))?,
                Position::Beside,
            ),
        };
        Ok(StagedEnv {
            root: dir.path().join(name),
            target: at.to_owned(),
            dir,
            position,
        })
    }

    /// Where the environment is for now.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// Has an environment that knows only where it was made speak of its place instead.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn rewrite_paths(&self) -> Result<(), Error> {
        let separator = std::path::MAIN_SEPARATOR_STR.as_bytes();
        let dir = self.dir.path().file_name().unwrap_or_default();
        let dir = dir.as_encoded_bytes();
        let name = self.target.file_name().unwrap_or_default();
        let extra = match self.position {
            Position::Beside => [dir, separator].concat(),
            Position::Within => [separator, dir, separator, name.as_encoded_bytes()].concat(),
        };
        let changed = relocate::remove_from_paths(self.path(), &extra)
            .map_err(|error| cannot_create(&self.target, &error))?;
        // What pip noted of its scripts.
        update_records(self.path(), &changed)
            .map_err(|(_, error)| cannot_create(&self.target, &error))
    }

    /// Adds what every environment should have, and the order's note.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn add_metadata(
        &self,
        ignore_file: IgnoreFile,
        note: Option<&ExtraFile>,
    ) -> Result<(), Error> {
        let noted = match note {
            Some(note) => fs::write(self.path().join(note.name), &note.content),
            None => Ok(()),
        };
        let signed = noted.and_then(|()| relocate::write_metadata(self.path(), ignore_file));
        signed.map_err(|error| cannot_create(&self.target, &error))
    }

    /// Moves it into its place. An environment that is there makes room, and is gone afterwards.
    ///
    /// # Errors
    /// Something else has come to lie there, or the system refuses.
    pub(super) fn commit(self, target: TargetState) -> Result<(), Error> {
        let cannot = |error: io::Error| cannot_create(&self.target, &error);
        if matches!(target, TargetState::Empty | TargetState::Environment) {
            // A directory that someone closed to others stays closed.
            let _ = os::copy_mode(&self.target, self.path());
        }
        match target {
            TargetState::Unfinished => self.replace_in_place(OtherFiles::Keep),
            TargetState::Absent => self.rename(),
            TargetState::Empty => match self.rename() {
                // Where a directory is never replaced by a rename (Windows).
                Err(error) if is_rename_refused(&error) => {
                    fs::remove_dir(&self.target).and_then(|()| self.rename())
                }
                Err(error) if is_not_replaceable(&error) => self.replace_in_place(OtherFiles::Keep),
                other => other,
            },
            // What it lies in cannot change places with it.
            TargetState::Environment if self.position == Position::Within => {
                self.replace_in_place(OtherFiles::Remove)
            }
            TargetState::Environment => match self.exchange() {
                Err(error) if is_not_replaceable(&error) => {
                    self.replace_in_place(OtherFiles::Remove)
                }
                other => other,
            },
            TargetState::Occupied(_) => {
                let obstacles =
                    merge_into::find_conflicts(self.path(), &self.target).map_err(cannot)?;
                if !obstacles.is_empty() {
                    return Err(errors::conflicting_files(&self.target, &obstacles));
                }
                merge_into::merge_staged(self.path(), &self.target)
            }
        }
        .map_err(cannot)
    }

    fn rename(&self) -> io::Result<()> {
        os::rename(self.path(), &self.target)
    }

    /// Swaps it with the one in its place, which goes away with the rest of this directory.
    fn exchange(&self) -> io::Result<()> {
        match os::swap_dirs(self.path(), &self.target) {
            Err(error) if is_not_replaceable(&error) => return Err(error),
            Err(_) => {}
            Ok(()) => return Ok(()),
        }
        // Where the system has no such call there is a moment with neither.
        let aside = self.dir.path().join(OLD_ENV_DIR);
        fs::rename(&self.target, &aside)?;
        self.rename().inspect_err(|_| {
            let _ = fs::rename(&aside, &self.target);
        })
    }

    fn replace_in_place(&self, others: OtherFiles) -> io::Result<()> {
        if self.position == Position::Within {
            let aside = self.dir.path().join(OLD_ENV_DIR);
            return replace_in_place::replace_contents(self.path(), &aside, &self.target, others);
        }
        let name = self.target.file_name().unwrap_or_default();
        let within = StagingDir::create(&self.target, name)?;
        let moved = within.path().join(name);
        match fs::rename(self.path(), &moved) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                replace_in_place::copy_contents(self.path(), &moved)?;
            }
            other => other?,
        }
        replace_in_place::replace_contents(
            &moved,
            &within.path().join(OLD_ENV_DIR),
            &self.target,
            others,
        )
    }
}

fn is_rename_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AlreadyExists | ErrorKind::PermissionDenied
    )
}

/// A mount point, another file system behind it, or a link to a directory.
fn is_not_replaceable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ResourceBusy | ErrorKind::CrossesDevices | ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use tempfile::TempDir;

    use super::super::target::inspect;
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
            let target = inspect(&at).expect("room");
            let staged = StagedEnv::create(&at).expect("a directory beside");
            fs::write(staged.path().join("pyvenv.cfg"), "").expect("a file");
            staged.commit(target).expect("moved");
            assert_eq!(names(dir.path()), [".venv"]);
            assert_eq!(names(&at), ["pyvenv.cfg"]);
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let (dir, at) = tree();
        let staged = StagedEnv::create(&at).expect("a directory beside");
        fs::write(staged.path().join("pyvenv.cfg"), "").expect("a file");
        let outer = staged.path().parent().expect("a parent");
        assert_eq!(
            fs::read(outer.join(staging_dir::GITIGNORE)).expect("a file"),
            b"*\n"
        );
        drop(staged);
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn a_directory_beside_the_place_is_no_environment_and_has_a_plain_name() {
        let (dir, _) = tree();
        let at = dir.path().join("my 'env'");
        let staged = StagedEnv::create(&at).expect("a directory beside");
        assert!(staged.path().ends_with("my 'env'"));
        let outer = staged.path().parent().expect("a parent");
        let outer = outer.file_name().expect("a name").to_string_lossy();
        assert!(outer.starts_with("my__env_.vrun-"), "{outer}");
    }
}
