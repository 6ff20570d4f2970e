//! What was installed into an environment -> a small file in it, and back.
//!
//! The file is written by a rename, so it is there whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::os;
use crate::venv;

use super::choice::Source;
use super::files;
use super::noted;

/// Its name in the environment.
pub const FILE: &str = "vrun-requirements";

/// How many sessions are remembered that know of a change.
const SESSIONS: usize = 32;

/// What is known of an environment's requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// How far they are.
    pub standing: Standing,
    /// The file.
    pub source: PathBuf,
    /// Whether a person named it.
    pub is_named: bool,
    /// The project's root.
    pub project: PathBuf,
    /// The Python that they were installed for, by its minor version.
    pub python: String,
    /// The files as they were then.
    pub files: Vec<Known>,
    /// Who was told of which change.
    pub told: Option<Told>,
}

/// How far the installing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is to be done, or was begun.
    Unfinished,
    /// It is done.
    Done,
    /// The installer refused, and why.
    Refused(String),
}

/// A file as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub path: PathBuf,
    /// None where there was none.
    pub seen: Option<(Stamp, String)>,
}

/// What a look at a file tells without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub size: u64,
    pub modified: i128,
    pub inode: u64,
}

/// A change, and the sessions that were told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub change: String,
    pub sessions: Vec<u32>,
}

impl State {
    /// What is to be installed, and is not yet.
    pub fn begun(source: &Source, project: &Path, python: String) -> State {
        State {
            standing: Standing::Unfinished,
            source: source.path.clone(),
            is_named: source.is_named,
            project: project.to_owned(),
            python,
            files: Vec::new(),
            told: None,
        }
    }

    /// The file in the environment at `root`; None where there is none that can be read. The bytes come with it.
    pub fn read(root: &Path) -> Option<(State, Vec<u8>)> {
        let bytes = whole(&root.join(FILE)).ok()?;
        let state = noted::parse(str::from_utf8(&bytes).ok()?, root)?;
        Some((state, bytes))
    }

    /// Writes it into the environment at `root`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, root: &Path) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(root)?;
        file.write_all(noted::text(self, root).as_bytes())?;
        // As readable as the environment is.
        os::copy_mode(&root.join(venv::MARKER), file.path())?;
        file.persist(root.join(FILE))?;
        Ok(())
    }

    /// The same, unless another has written meanwhile or it cannot be done: nothing hangs on it.
    pub fn note(&self, root: &Path, was: &[u8]) {
        if fs::read(root.join(FILE)).is_ok_and(|bytes| bytes == was) {
            let _ = self.write(root);
        }
    }

    /// Takes it away: the environment is the user's own.
    pub fn forget(root: &Path) {
        let _ = fs::remove_file(root.join(FILE));
    }

    /// Remembers that a session knows of a change. False where it knew.
    pub fn tell(&mut self, change: &str, session: u32) -> bool {
        match &mut self.told {
            Some(told) if told.change == change => {
                if told.sessions.contains(&session) {
                    return false;
                }
                told.sessions.push(session);
                let extra = told.sessions.len().saturating_sub(SESSIONS);
                told.sessions.drain(..extra);
            }
            told => {
                *told = Some(Told {
                    change: change.to_owned(),
                    sessions: vec![session],
                });
            }
        }
        true
    }
}

/// A small file in one read: what comes short was the end of it.
fn whole(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = vec![0; 8 * 1024];
    let length = file.read(&mut bytes)?;
    bytes.truncate(length);
    if length == 8 * 1024 {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

impl Known {
    /// A file as it is now.
    pub fn now(path: PathBuf) -> Known {
        let stamp = Stamp::of(&path);
        let seen = stamp.and_then(|stamp| Some((stamp, files::digest(&path)?)));
        Known { path, seen }
    }
}

impl Stamp {
    /// One call to the system; None where there is no file.
    pub fn of(path: &Path) -> Option<Stamp> {
        fs::metadata(path).ok().map(|found| Stamp::from(&found))
    }
}

impl From<&Metadata> for Stamp {
    fn from(found: &Metadata) -> Stamp {
        let age = found
            .modified()
            .ok()
            .map(|time| match time.duration_since(UNIX_EPOCH) {
                Ok(after) => after.as_nanos() as i128,
                Err(before) => -(before.duration().as_nanos() as i128),
            });
        Stamp {
            size: found.len(),
            modified: age.unwrap_or(0),
            inode: os::inode(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::choice::Kind;
    use super::*;

    #[test]
    fn a_session_is_told_once_of_each_change() {
        let source = Source {
            path: "/app/requirements.txt".into(),
            kind: Kind::Requirements,
            is_named: false,
        };
        let mut state = State::begun(&source, Path::new("/app"), String::new());
        let told = [("a", 1), ("a", 2), ("a", 1), ("b", 1), ("b", 1)];
        let told = told.map(|(change, session)| state.tell(change, session));
        assert_eq!(told, [true, true, false, true, false]);
    }
}
