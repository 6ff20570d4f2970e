//! What was installed into an environment -> a small file in it, and back.
//!
//! The file is written by a rename, so it is there whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::fs::{replace_atomically, write_file};
use crate::{os, venv};

use super::source::RequirementsSource;
use super::{fingerprint, state_file};

/// Its name in the environment.
pub(super) const STATE_FILE: &str = "vrun-requirements";

/// How many sessions are remembered that know of a change.
const MAX_SESSIONS: usize = 32;

/// What is known of an environment's requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstallState {
    /// How far they are.
    pub status: Status,
    /// The file.
    pub source: PathBuf,
    /// Whether a person named it.
    pub is_explicit: bool,
    /// The project's root.
    pub project: PathBuf,
    /// The Python that they were installed for, by its minor version.
    pub python_version: String,
    /// The files as they were then.
    pub files: Vec<TrackedFile>,
    /// Who was told of which change.
    pub notified: Option<NotifiedSessions>,
}

/// How far the installing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is to be done, or was begun.
    Unfinished,
    /// It is done.
    Done,
    /// The installer refused, and why.
    Failed(String),
}

/// A file as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrackedFile {
    pub path: PathBuf,
    /// None where there was none.
    pub fingerprint: Option<(FileStamp, String)>,
}

/// What a look at a file tells without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    pub size: u64,
    pub modified: i128,
    pub inode: u64,
}

/// A change, and the sessions that were told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotifiedSessions {
    pub change_id: String,
    pub sessions: Vec<u32>,
}

impl InstallState {
    /// What is to be installed, and is not yet.
    pub(crate) fn unfinished(
        source: &RequirementsSource,
        project: &Path,
        python: String,
    ) -> InstallState {
        InstallState {
            status: Status::Unfinished,
            source: source.path.clone(),
            is_explicit: source.is_explicit,
            project: project.to_owned(),
            python_version: python,
            files: Vec::new(),
            notified: None,
        }
    }

    /// The file in the environment at `root`; None where there is none that can be read. The bytes come with it.
    pub(crate) fn load(root: &Path) -> Option<(InstallState, Vec<u8>)> {
        let bytes = read_small_file(&root.join(STATE_FILE)).ok()?;
        let state = state_file::parse_state(str::from_utf8(&bytes).ok()?, root)?;
        Some((state, bytes))
    }

    /// Writes it into the environment at `root`.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn save(&self, root: &Path) -> io::Result<()> {
        let text = state_file::serialize_state(self, root);
        replace_atomically(&root.join(STATE_FILE), |new| {
            write_file(new, &text)?;
            // As readable as the environment is.
            os::copy_mode(&root.join(venv::PYVENV_CFG), new)
        })
    }

    /// The same, unless another has written meanwhile or it cannot be done: nothing hangs on it.
    pub(crate) fn save_if_unchanged(&self, root: &Path, was: &[u8]) {
        if fs::read(root.join(STATE_FILE)).is_ok_and(|bytes| bytes == was) {
            let _ = self.save(root);
        }
    }

    /// Takes it away: the environment is the user's own.
    pub(crate) fn delete(root: &Path) {
        let _ = fs::remove_file(root.join(STATE_FILE));
    }

    /// Remembers that a session knows of a change. False where it knew.
    pub(crate) fn mark_notified(&mut self, change: &str, session: u32) -> bool {
        match &mut self.notified {
            Some(told) if told.change_id == change => {
                if told.sessions.contains(&session) {
                    return false;
                }
                told.sessions.push(session);
                let extra = told.sessions.len().saturating_sub(MAX_SESSIONS);
                told.sessions.drain(..extra);
            }
            told => {
                *told = Some(NotifiedSessions {
                    change_id: change.to_owned(),
                    sessions: vec![session],
                });
            }
        }
        true
    }
}

/// A small file in one read: what comes short was the end of it.
fn read_small_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = vec![0; 8 * 1024];
    let length = file.read(&mut bytes)?;
    bytes.truncate(length);
    if length == 8 * 1024 {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

impl TrackedFile {
    /// A file as it is now.
    pub(crate) fn capture(path: PathBuf) -> TrackedFile {
        let stamp = FileStamp::stat(&path);
        let seen = stamp.and_then(|stamp| Some((stamp, fingerprint::file_digest(&path)?)));
        TrackedFile {
            path,
            fingerprint: seen,
        }
    }
}

impl FileStamp {
    /// One call to the system; None where there is no file.
    pub(crate) fn stat(path: &Path) -> Option<FileStamp> {
        fs::metadata(path).ok().map(|found| FileStamp::from(&found))
    }
}

impl From<&Metadata> for FileStamp {
    fn from(found: &Metadata) -> FileStamp {
        let age = found
            .modified()
            .ok()
            .map(|time| match time.duration_since(UNIX_EPOCH) {
                Ok(after) => after.as_nanos() as i128,
                Err(before) => -(before.duration().as_nanos() as i128),
            });
        FileStamp {
            size: found.len(),
            modified: age.unwrap_or(0),
            inode: os::inode(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::RequirementsFormat;
    use super::*;

    #[test]
    fn a_session_is_told_once_of_each_change() {
        let source = RequirementsSource {
            path: "/app/requirements.txt".into(),
            format: RequirementsFormat::Requirements,
            is_explicit: false,
        };
        let mut state = InstallState::unfinished(&source, Path::new("/app"), String::new());
        let told = [("a", 1), ("a", 2), ("a", 1), ("b", 1), ("b", 1)];
        let told = told.map(|(change, session)| state.mark_notified(change, session));
        assert_eq!(told, [true, true, false, true, false]);
    }
}
