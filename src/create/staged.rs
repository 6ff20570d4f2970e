//! An environment made beside its place (`.venv.vrun-Ab12Cd/.venv`) -> the same moved into it.
//!
//! The move is one rename, so there is no environment or a whole one. What a killed maker left is swept
//! by the next, which knows by the lock that no one is at work there.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::error::Error;
use crate::os;

use super::Note;
use super::fill::{self, Others};
use super::join;
use super::options::IgnoreFile;
use super::place::Target;
use super::refusal::{self, cannot};
use super::renamed;

/// The directory in which an environment is made. Dropping it takes it away.
///
/// The environment itself is one level further down, under its own name: nobody who looks for an
/// environment in the project's directory finds this one, and what venv derives from the name is right.
#[derive(Debug)]
pub struct Staged {
    dir: TempDir,
    root: PathBuf,
    at: PathBuf,
    position: Position,
}

/// Where it lies, seen from the place.
#[derive(Debug)]
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
        let prefix = prefix(name);
        let parent = at.parent().unwrap_or(at);
        sweep(parent, &prefix, name);
        sweep(at, &prefix, name);
        // What is made in the place has the name twice in its path, which has to be as plain as the rest.
        let is_plain = name.to_str().is_some_and(|name| prefix.starts_with(name));
        let (dir, position) = match new(parent, &prefix, name) {
            Err(error) if refusal::is_closed(&error) && is_plain && at.is_dir() => {
                let within = new(at, &prefix, name).map_err(|_| cannot(at, &error))?;
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
        renamed::without(self.path(), &extra).map_err(|error| cannot(&self.at, &error))
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
        fs::rename(self.path(), &self.at)
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
        fill::fill(self.path(), &self.at, others)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // A helper that was killed a moment ago may still be ending a write.
        for _ in 0..10 {
            match fs::remove_dir_all(self.dir.path()) {
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                    thread::sleep(Duration::from_millis(20));
                }
                _ => return,
            }
        }
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

/// A new directory in `parent`, with an empty one called `name` in it.
fn new(parent: &Path, prefix: &str, name: &OsStr) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let dir = builder
        .prefix(prefix)
        .rand_bytes(RANDOM)
        .tempdir_in(parent)?;
    // Before all else: what a dead maker leaves is nothing for git.
    fs::write(dir.path().join(IGNORE), "*\n")?;
    fs::create_dir(dir.path().join(name))?;
    Ok(dir)
}

/// An environment that makes room for this one.
const ASIDE: &str = "old";

/// What keeps a directory out of git.
const IGNORE: &str = ".gitignore";

/// How many letters and digits tempfile puts behind the prefix.
const RANDOM: usize = 6;

/// `.venv` -> `.venv.vrun-`. In letters that no shell has to quote, so that the whole can be taken out of
/// whatever text an environment's path is quoted in.
fn prefix(name: &OsStr) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.to_string_lossy().chars().map(plain).collect();
    format!("{name}.vrun-")
}

/// Whether `dir` is what a maker of `name` calls its directory.
pub fn is_makers(dir: &OsStr, name: &OsStr) -> bool {
    has_random(dir, &prefix(name))
}

fn has_random(dir: &OsStr, prefix: &str) -> bool {
    let random = dir.to_str().and_then(|dir| dir.strip_prefix(prefix));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Takes away what makers of `name` that were killed left behind. What cannot go stays: it harms no one.
fn sweep(parent: &Path, prefix: &str, name: &OsStr) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !has_random(&entry.file_name(), prefix)
            || !entry.file_type().is_ok_and(|kind| kind.is_dir())
        {
            continue;
        }
        let entries = fs::read_dir(entry.path()).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name());
        // Only where nothing else is in it.
        if names.all(|inner| inner == name || inner == IGNORE) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

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
        assert_eq!(fs::read(outer.join(IGNORE)).expect("a file"), b"*\n");
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

    #[test]
    fn a_dead_makers_directory_is_swept_and_nothing_else() {
        let (dir, at) = tree();
        for name in [
            ".venv.vrun-Ab12Cd/.venv",
            ".venv.vrun-notes",
            ".venv.vrun-my-own",
            ".venv2.vrun-Ab12Cd/.venv2",
            ".venv.vrun-Other1/.other",
        ] {
            fs::create_dir_all(dir.path().join(name).join("bin")).expect("a directory");
        }
        fs::create_dir(dir.path().join(".venv.vrun-Cd34Ef")).expect("a directory");
        fs::write(dir.path().join(".venv.vrun-Ab12Cd/.gitignore"), "*\n").expect("a file");
        fs::write(dir.path().join(".venv.vrun-abcdef"), "a file").expect("a file");
        drop(Staged::beside(&at).expect("a directory beside"));
        assert_eq!(
            names(dir.path()),
            [
                ".venv.vrun-Other1",
                ".venv.vrun-abcdef",
                ".venv.vrun-my-own",
                ".venv.vrun-notes",
                ".venv2.vrun-Ab12Cd",
            ]
        );
    }
}
