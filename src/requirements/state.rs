//! What was installed into an environment, and from which files.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::manifest::Selection;
use crate::os;
use crate::quote::printable;
use crate::venv::{MinorVersion, Venv};

use super::fingerprint;

/// How many sessions are recorded that have been notified of a change.
const MAX_SESSIONS: usize = 32;

/// What is recorded about an environment's requirements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct InstallState {
    pub status: Status,
    /// The first requirement file.
    pub source: PathBuf,
    /// What the user named.
    pub selection: Selection,
    pub project: PathBuf,
    /// Whether that is another project than that of the environment's directory. It has a file of its own.
    pub is_member: bool,
    /// The minor version of the Python that they were installed for.
    pub python_version: String,
    /// The files as they were at the install.
    pub files: Vec<TrackedFile>,
    /// The directories in which a new file would count.
    pub directories: Vec<TrackedFile>,
    /// What to do about a failure, where another `--sync` would fail in the same way.
    pub way_on: Option<String>,
    /// What was left out of the install, and why.
    pub left_out: Vec<String>,
    /// The sessions that know of the latest change.
    pub notified: Option<NotifiedSessions>,
}

/// How far an install got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    /// Not started, or interrupted.
    #[default]
    Unfinished,
    Done,
    /// The installer failed, and why.
    Failed(String),
    /// Nothing is required. The files only ask for a Python.
    NothingRequired,
    /// Another project's, which are installed only if that is asked for.
    NotInstalled,
}

/// A file as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrackedFile {
    pub path: PathBuf,
    /// None if there was no such file.
    pub fingerprint: Option<(FileStamp, String)>,
}

/// What `stat` says about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStamp {
    pub size: u64,
    pub modified: i128,
    pub inode: u64,
}

/// A change, and the sessions that were notified of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotifiedSessions {
    pub change_id: String,
    pub sessions: Vec<u32>,
}

impl InstallState {
    /// Requirements that are still to be installed.
    pub(super) fn unfinished(source: &Path, selection: Selection, project: &Path) -> InstallState {
        InstallState {
            source: source.to_owned(),
            selection,
            project: project.to_owned(),
            ..InstallState::default()
        }
    }

    /// Records that a session knows of a change. False if it already did.
    pub(super) fn mark_notified(&mut self, change_id: &str, session: u32) -> bool {
        match &mut self.notified {
            Some(notified) if notified.change_id == change_id => {
                if notified.sessions.contains(&session) {
                    return false;
                }
                notified.sessions.push(session);
                let extra = notified.sessions.len().saturating_sub(MAX_SESSIONS);
                notified.sessions.drain(..extra);
            }
            notified => {
                *notified = Some(NotifiedSessions {
                    change_id: change_id.to_owned(),
                    sessions: vec![session],
                });
            }
        }
        true
    }
}

impl TrackedFile {
    /// The file as it is now.
    pub(super) fn capture(path: PathBuf) -> TrackedFile {
        let stamp = FileStamp::stat(&path);
        let fingerprint = stamp.and_then(|stamp| Some((stamp, fingerprint::file_digest(&path)?)));
        TrackedFile { path, fingerprint }
    }

    /// A directory, and the names in it that may say what to install.
    pub(super) fn capture_directory(path: PathBuf) -> TrackedFile {
        let stamp = FileStamp::stat(&path);
        let fingerprint =
            stamp.and_then(|stamp| Some((stamp, fingerprint::directory_digest(&path)?)));
        TrackedFile { path, fingerprint }
    }

    /// Whether its stamp is the same now.
    pub(super) fn is_untouched(&self) -> bool {
        FileStamp::stat(&self.path) == self.stamp()
    }

    pub(super) fn stamp(&self) -> Option<FileStamp> {
        self.fingerprint.as_ref().map(|(stamp, _)| *stamp)
    }

    pub(super) fn digest(&self) -> Option<&str> {
        self.fingerprint.as_ref().map(|(_, digest)| &**digest)
    }
}

impl FileStamp {
    /// One system call; None if there is no file.
    pub(super) fn stat(path: &Path) -> Option<FileStamp> {
        fs::metadata(path).ok().map(|found| FileStamp::from(&found))
    }
}

impl From<&Metadata> for FileStamp {
    fn from(found: &Metadata) -> FileStamp {
        let modified = found.modified().ok();
        let modified = modified.map(|time| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        });
        FileStamp {
            size: found.len(),
            modified: modified.unwrap_or(0),
            inode: os::inode(found),
        }
    }
}

/// How a requirement file is called from where the environment is.
pub(super) fn name_from_env(file: &Path, root: &Path) -> String {
    let relative = root.parent().and_then(|dir| file.strip_prefix(dir).ok());
    printable(relative.unwrap_or(file))
}

/// The minor version of the environment's Python, which its packages are installed for.
pub(super) fn python_minor_version(venv: &Venv) -> String {
    let version = venv.cfg.version.as_deref();
    let version = version.and_then(MinorVersion::from_version);
    version.map_or(String::new(), |version| version.to_string())
}

/// Its second number, if it is a Python 3.
pub(super) fn python_minor(venv: &Venv) -> Option<u64> {
    python_minor_version(venv).strip_prefix("3.")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_notified_once_of_each_change() {
        let mut state = InstallState::default();
        let notices = [("a", 1), ("a", 2), ("a", 1), ("b", 1), ("b", 1)];
        let is_new = notices.map(|(change, session)| state.mark_notified(change, session));
        assert_eq!(is_new, [true, true, false, true, false]);
    }
}
