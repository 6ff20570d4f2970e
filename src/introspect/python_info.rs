//! What a Python says about itself.

use std::path::PathBuf;

use serde::Serialize;

use super::caveat::Caveat;
use super::install_schemes::InstallPaths;
use super::python_binary::PythonBinary;

/// What Python says about itself; the first paths are the attributes of `sys` of that name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PythonInfo {
    pub python: PythonBinary,
    /// Its full version, and how it is known.
    pub version: VersionInfo,
    pub executable: PathBuf,
    pub prefix: PathBuf,
    pub exec_prefix: PathBuf,
    pub base_prefix: PathBuf,
    pub base_exec_prefix: PathBuf,
    pub platlibdir: String,
    /// `sys.path` without its first entry, which depends on what is run: the directory of a script, the working
    /// directory for `-m`, and for `-c` the empty string, which means the same.
    pub path: Vec<PathBuf>,
    /// `sysconfig.get_paths()`
    pub install_paths: InstallPaths,
    /// Whether the base interpreter's packages are importable too.
    pub has_system_site: bool,
    /// The user site, and whether it is enabled.
    pub user: UserSite,
    /// `sys.flags.safe_path`: whether `sys.path` lacks that first entry.
    pub is_safe_path: bool,
    /// Why the real Python may say something else.
    pub caveats: Vec<Caveat>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionInfo {
    /// `3.12.1`, or `3.12` if no more is known.
    pub number: String,
    /// Where it is from.
    pub source: VersionSource,
}

/// Where a version is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum VersionSource {
    /// The base interpreter's C headers, which are up to date.
    Headers,
    /// The interpreter's DLL, on Windows.
    Dll,
    /// pyvenv.cfg, which holds what the base was when the environment was created.
    #[serde(rename = "pyvenv.cfg")]
    PyvenvCfg,
    /// The name of the interpreter's file.
    #[serde(rename = "name")]
    FileName,
}

/// The directory for the user's own packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserSite {
    /// `site.ENABLE_USER_SITE`
    pub is_enabled: bool,
    /// `site.USER_BASE`
    pub base: PathBuf,
    /// `site.USER_SITE`
    pub site: PathBuf,
}
