//! An environment built beside its final path (`.venv.vrun-Ab12Cd/.venv`) -> the same, moved there.
//!
//! The move is one rename, so there is no environment or a complete one. What a killed vrun left is removed by the
//! next, which knows from the lock that no other vrun is using it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf};

use crate::error::Error;
use crate::fs::write_file;
use crate::os;
use crate::wheel::update_records;

use super::errors::{self, cannot_create};
use super::options::IgnoreFile;
use super::replace_in_place::{self, OtherFiles};
use super::request::ExtraFile;
use super::staging_dir::{self, OLD_ENV_DIR, StagingDir};
use super::target::TargetState;
use super::{merge_into, relocate};

/// An environment in its staging directory, which is removed on drop.
///
/// The environment is one level further down, under its own name: no search from the project's directory finds it, and
/// what venv derives from the name is right.
#[derive(Debug)]
pub(super) struct StagedEnv {
    dir: StagingDir,
    root: PathBuf,
    target: PathBuf,
    /// Whether the staging directory is inside the target, not beside it.
    is_inside: bool,
}

impl StagedEnv {
    /// Creates one beside `at`, or inside the directory `at` if nothing can be written beside it.
    pub(super) fn create(at: &Path) -> Result<StagedEnv, Error> {
        let name = at.file_name().unwrap_or_default();
        // Inside, the name is in the path twice, and has to be as plain as the rest (`rewrite_paths`).
        let is_plain = name
            .to_str()
            .is_some_and(|name| staging_dir::staging_prefix(name.as_ref()).starts_with(name));
        let (dir, is_inside) = match StagingDir::create(at.parent().unwrap_or(at), name) {
            Err(error) if errors::is_not_writable(&error) && is_plain && at.is_dir() => {
                let inside = StagingDir::create(at, name);
                (inside.map_err(|_| error), true)
            }
            other => (other, false),
        };
        let dir = dir.map_err(|error| cannot_create(at, &error))?;
        Ok(StagedEnv {
            root: dir.path().join(name),
            target: at.to_owned(),
            dir,
            is_inside,
        })
    }

    /// Where the environment is for now.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// Rewrites the staging path to the final path.
    pub(super) fn rewrite_paths(&self) -> Result<(), Error> {
        let separator = MAIN_SEPARATOR_STR.as_bytes();
        let dir = self.dir.path().file_name().unwrap_or_default();
        let dir = dir.as_encoded_bytes();
        let name = self.target.file_name().unwrap_or_default();
        let part = match self.is_inside {
            false => [dir, separator].concat(),
            true => [separator, dir, separator, name.as_encoded_bytes()].concat(),
        };
        let changed = relocate::remove_from_paths(self.path(), &part)
            .map_err(|error| cannot_create(&self.target, &error))?;
        // pip recorded the hashes of its scripts.
        update_records(self.path(), &changed)
            .map_err(|(_, error)| cannot_create(&self.target, &error))
    }

    /// Adds the request's extra file.
    pub(super) fn add_extra_file(&self, extra_file: Option<&ExtraFile>) -> Result<(), Error> {
        let write = |extra: &ExtraFile| write_file(&self.path().join(extra.name), &extra.content);
        extra_file
            .map_or(Ok(()), write)
            .map_err(|error| cannot_create(&self.target, &error))
    }

    /// Adds what every environment should have.
    pub(super) fn add_metadata(&self, ignore_file: IgnoreFile) -> Result<(), Error> {
        relocate::write_metadata(self.path(), ignore_file)
            .map_err(|error| cannot_create(&self.target, &error))
    }

    /// Moves it to its final path. An environment that is already there makes room, and is gone afterwards.
    ///
    /// # Errors
    /// Something else is there by now, or the system refuses.
    pub(super) fn commit(self, state: TargetState) -> Result<(), Error> {
        let failed = |error: io::Error| cannot_create(&self.target, &error);
        if matches!(state, TargetState::Empty | TargetState::Environment) {
            // A directory that was closed to others stays closed.
            let _ = os::copy_mode(&self.target, self.path());
        }
        match state {
            TargetState::Unfinished => self.replace_in_place(OtherFiles::Keep),
            TargetState::Absent => self.rename(),
            TargetState::Empty => match self.rename() {
                // Where a rename never replaces a directory (Windows).
                Err(error) if is_rename_refused(&error) => {
                    fs::remove_dir(&self.target).and_then(|()| self.rename())
                }
                Err(error) if is_not_replaceable(&error) => self.replace_in_place(OtherFiles::Keep),
                other => other,
            },
            // It cannot be exchanged with the directory that contains it.
            TargetState::Environment if self.is_inside => self.replace_in_place(OtherFiles::Remove),
            TargetState::Environment => match self.exchange() {
                Err(error) if is_not_replaceable(&error) => {
                    self.replace_in_place(OtherFiles::Remove)
                }
                other => other,
            },
            TargetState::Occupied(_) => {
                let conflicts =
                    merge_into::find_conflicts(self.path(), &self.target).map_err(failed)?;
                if !conflicts.is_empty() {
                    return Err(errors::conflicting_files(&self.target, &conflicts));
                }
                merge_into::merge_staged(self.path(), &self.target)
            }
        }
        .map_err(failed)
    }

    fn rename(&self) -> io::Result<()> {
        os::rename(self.path(), &self.target)
    }

    /// Swaps it with the environment at its final path, which is then removed with the staging directory.
    fn exchange(&self) -> io::Result<()> {
        match os::swap_dirs(self.path(), &self.target) {
            Err(error) if !is_not_replaceable(&error) => {}
            other => return other,
        }
        // Where the system has no such call there is a moment without either.
        let aside = self.dir.path().join(OLD_ENV_DIR);
        fs::rename(&self.target, &aside)?;
        self.rename().inspect_err(|_| {
            let _ = fs::rename(&aside, &self.target);
        })
    }

    fn replace_in_place(&self, others: OtherFiles) -> io::Result<()> {
        let replace = |dir: &StagingDir, staged: &Path| {
            let aside = dir.path().join(OLD_ENV_DIR);
            replace_in_place::replace_contents(staged, &aside, &self.target, others)
        };
        if self.is_inside {
            return replace(&self.dir, self.path());
        }
        let name = self.target.file_name().unwrap_or_default();
        let inside = StagingDir::create(&self.target, name)?;
        let moved = inside.path().join(name);
        match fs::rename(self.path(), &moved) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                replace_in_place::copy_contents(self.path(), &moved)?;
            }
            other => other?,
        }
        replace(&inside, &moved)
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
    use tempfile::TempDir;

    use super::super::target::inspect;
    use super::*;
    use crate::fs::entry_names;

    fn tree() -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        (dir, at)
    }

    #[test]
    fn a_staged_environment_is_moved_into_its_place() {
        for empty in [false, true] {
            let (dir, at) = tree();
            if empty {
                fs::create_dir(&at).expect("a directory");
            }
            let state = inspect(&at).expect("room");
            let staged = StagedEnv::create(&at).expect("staged");
            fs::write(staged.path().join("pyvenv.cfg"), "").expect("a file");
            staged.commit(state).expect("moved");
            assert_eq!(entry_names(dir.path()).expect("a directory"), [".venv"]);
            assert_eq!(entry_names(&at).expect("a directory"), ["pyvenv.cfg"]);
        }
    }

    #[test]
    fn an_unfinished_environment_leaves_nothing() {
        let (dir, at) = tree();
        let staged = StagedEnv::create(&at).expect("staged");
        fs::write(staged.path().join("pyvenv.cfg"), "").expect("a file");
        let outer = staged.path().parent().expect("a parent");
        assert_eq!(
            fs::read(outer.join(staging_dir::GITIGNORE)).expect("a file"),
            b"*\n"
        );
        drop(staged);
        assert!(entry_names(dir.path()).expect("a directory").is_empty());
    }

    #[test]
    fn a_staging_directory_has_a_plain_name() {
        let (dir, _) = tree();
        let at = dir.path().join("my 'env'");
        let staged = StagedEnv::create(&at).expect("staged");
        assert!(staged.path().ends_with("my 'env'"));
        let outer = staged.path().parent().expect("a parent");
        let outer = outer.file_name().expect("a name").to_string_lossy();
        assert!(outer.starts_with("my__env_.vrun-"), "{outer}");
    }
}
