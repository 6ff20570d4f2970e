//! Prefixes -> where things are installed: `sysconfig.get_paths()` in an environment.
//!
//! That is the scheme `venv` from 3.11 on and `posix_prefix` before, which say the same. Debian's own schemes are for
//! its system; in an environment it takes these too.

use std::path::PathBuf;

use super::getpath::StdlibLocation;
use super::implementation::PythonBinary;
use super::posixpath::{bytes_to_path, normalize};
use super::version_rules::VersionRules;

/// `sysconfig.get_paths()`
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InstallPaths {
    /// The library.
    pub stdlib: PathBuf,
    /// Packages of Python alone.
    pub purelib: PathBuf,
    /// Packages with compiled parts.
    pub platlib: PathBuf,
    /// Programs.
    pub scripts: PathBuf,
    /// Python's C headers.
    pub include: PathBuf,
}

/// Those of the environment with this prefix.
pub(super) fn install_paths(
    python: &PythonBinary,
    rules: &VersionRules,
    library: &StdlibLocation,
    prefix: &[u8],
) -> InstallPaths {
    let threading = if rules.has_threading_suffix {
        python.free_threaded_suffix()
    } else {
        ""
    };
    let stem = python.implementation.stem();
    let name = format!("{stem}{}{threading}", python.major_minor());
    let headers = format!("{stem}{}{}", python.major_minor(), python.abiflags);
    let platlibdir = if rules.has_platlibdir {
        library.platlibdir.as_str()
    } else {
        "lib"
    };
    let below = |dir: &[u8], name: String| {
        bytes_to_path(&normalize(
            &[&normalize(dir), &b"/"[..], name.as_bytes()].concat(),
        ))
    };
    InstallPaths {
        stdlib: below(&library.prefix, format!("{platlibdir}/{name}")),
        purelib: below(prefix, format!("lib/{name}/site-packages")),
        platlib: below(prefix, format!("{platlibdir}/{name}/site-packages")),
        scripts: below(prefix, "bin".into()),
        include: below(&library.prefix, format!("include/{headers}")),
    }
}
