//! What a Python says of itself, and why it could not be found out.

use std::path::PathBuf;

use super::implementation::PythonBinary;
use super::install_schemes::InstallPaths;

/// What Python says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PythonInfo {
    /// The interpreter.
    pub python: PythonBinary,
    /// Its whole version, and what told it.
    pub version: VersionInfo,
    /// `sys.executable`
    pub executable: PathBuf,
    /// `sys.prefix`
    pub prefix: PathBuf,
    /// `sys.exec_prefix`
    pub exec_prefix: PathBuf,
    /// `sys.base_prefix`
    pub base_prefix: PathBuf,
    /// `sys.base_exec_prefix`
    pub base_exec_prefix: PathBuf,
    /// `sys.platlibdir`
    pub platlibdir: String,
    /// `sys.path` without the first entry, which is what is run: the directory of a script, the working directory
    /// for `-m`, and for `-c` nothing, which means the same.
    pub path: Vec<PathBuf>,
    /// `sysconfig.get_paths()`
    pub install_paths: InstallPaths,
    /// Whether the base's packages are seen too.
    pub has_system_site: bool,
    /// Where the user's own packages are, and whether they are seen.
    pub user: UserSite,
    /// `sys.flags.safe_path`: whether even that first entry is left out.
    pub is_safe_path: bool,
    /// What may make Python say something else.
    pub caveats: Vec<Caveat>,
}

/// A version, and how it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionInfo {
    /// `3.12.1`, or `3.12` where no more is known.
    pub number: String,
    /// What told it.
    pub source: VersionSource,
}

/// What told a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VersionSource {
    /// The base's C headers, which are as new as it is.
    Headers,
    /// pyvenv.cfg, which knows what the base was when the environment was made.
    PyvenvCfg,
    /// The name of the interpreter.
    FileName,
}

/// The user's own packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserSite {
    /// `site.ENABLE_USER_SITE`
    pub is_enabled: bool,
    /// `site.USER_BASE`
    pub base: PathBuf,
    /// `site.USER_SITE`
    pub site: PathBuf,
}

/// What cannot be told without starting Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caveat {
    /// A line of a `.pth` file that is executed.
    ExecutedLine {
        /// The file.
        file: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A `sitecustomize` or `usercustomize` that is executed.
    StartupModule(PathBuf),
    /// A `.pth` file that is not UTF-8: Python reads it by the locale, or stops at it.
    Undecodable(PathBuf),
    /// A `._pth` file beside the interpreter, which replaces all of the path.
    PthOverride(PathBuf),
    /// `home` leads to no library, so the interpreter falls back on what it was configured with.
    BuildPrefix {
        /// Where it looks first.
        home: PathBuf,
        /// Where it looks then.
        prefix: PathBuf,
    },
}

/// Why nothing can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IntrospectError {
    /// The environment's Python leads to no file.
    PythonMissing(PathBuf),
    /// Neither its name nor what lies around it says what it is.
    UnknownInterpreter(PathBuf),
    /// One whose rules are not known here.
    UnsupportedVersion(PythonBinary),
    /// No library is found from here.
    StdlibMissing(PathBuf),
    /// The rules of this system are not known here.
    UnsupportedPlatform,
}
