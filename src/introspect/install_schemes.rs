//! Prefixes -> where things are installed: `sysconfig.get_paths()` in an environment.
//!
//! From 3.11 the scheme is `venv`, before it `posix_prefix` or `nt`; they agree. Debian has schemes for its system, but
//! not for environments.

use std::path::{Path, PathBuf};

use super::getpath::StdlibLocation;
use super::posixpath::{bytes_to_path, normalize, path_to_bytes};
use super::python_binary::PythonBinary;
use super::version_rules::{StdlibSearch, VersionRules};

/// `sysconfig.get_paths()`
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InstallPaths {
    /// The standard library.
    pub stdlib: PathBuf,
    /// Pure-Python packages.
    pub purelib: PathBuf,
    /// Packages with compiled modules.
    pub platlib: PathBuf,
    /// Scripts.
    pub scripts: PathBuf,
    /// Python's C headers.
    pub include: PathBuf,
}

/// The paths of the environment at `root`.
pub(super) fn install_paths(
    python: &PythonBinary,
    rules: &VersionRules,
    library: &StdlibLocation,
    root: &Path,
) -> InstallPaths {
    if rules.stdlib_search == StdlibSearch::Windows {
        return windows_paths(&bytes_to_path(&library.prefix), root);
    }
    let name = rules.lib_dir_name(python);
    let headers = python.versioned_name() + &python.abiflags;
    let platlibdir = match rules.has_platlibdir {
        true => library.platlibdir.as_str(),
        false => "lib",
    };
    let below = |dir: &[u8], name: String| {
        bytes_to_path(&normalize(
            &[&normalize(dir)[..], name.as_bytes()].join(&b'/'),
        ))
    };
    let root = path_to_bytes(root);
    InstallPaths {
        stdlib: below(&library.prefix, format!("{platlibdir}/{name}")),
        purelib: below(&root, format!("lib/{name}/site-packages")),
        platlib: below(&root, format!("{platlibdir}/{name}/site-packages")),
        scripts: below(&root, "bin".into()),
        include: below(&library.prefix, format!("include/{headers}")),
    }
}

fn windows_paths(prefix: &Path, root: &Path) -> InstallPaths {
    let packages = root.join("Lib").join("site-packages");
    InstallPaths {
        stdlib: prefix.join("Lib"),
        purelib: packages.clone(),
        platlib: packages,
        scripts: root.join("Scripts"),
        include: prefix.join("Include"),
    }
}
