//! What the user asked to install, of all that a project names.

use std::path::PathBuf;

use crate::os;

/// The files, groups and extras that the user named, now or at the last install.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// `--requirements`: these instead of the ones that are detected.
    pub files: Vec<PathBuf>,
    /// `--group`
    pub groups: Vec<String>,
    /// `--extra`
    pub extras: Vec<String>,
    /// `--no-dev`: without what only developers need.
    pub no_dev: bool,
}

impl Selection {
    /// Whether both name the same, by whatever paths.
    pub(crate) fn is_same(&self, other: &Selection) -> bool {
        let is_same_file = |(a, b): (&PathBuf, &PathBuf)| a == b || os::is_same_file(a, b);
        self.groups == other.groups
            && self.extras == other.extras
            && self.no_dev == other.no_dev
            && self.files.len() == other.files.len()
            && self.files.iter().zip(&other.files).all(is_same_file)
    }
}
