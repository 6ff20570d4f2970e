//! What Python may do that files alone cannot tell.

use std::path::PathBuf;

/// Why the real Python may say something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Caveat {
    /// A line of a `.pth` file that is executed.
    ExecutedLine {
        file: PathBuf,
        /// Its number, from 1.
        line: usize,
        text: String,
    },
    /// A `sitecustomize` or `usercustomize` that is executed.
    StartupModule(PathBuf),
    /// A `.pth` file that is not UTF-8: Python reads it in the locale's encoding, or stops at it.
    Undecodable(PathBuf),
    /// A `._pth` file beside the interpreter, which replaces the whole path.
    PthOverride(PathBuf),
    /// A key of the registry that adds to the path.
    RegistryPath(String),
    /// No standard library is found from `home`, so the interpreter falls back to the prefix it was configured with.
    BuildPrefix { home: PathBuf, prefix: PathBuf },
}
