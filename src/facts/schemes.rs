//! Prefixes -> where things are installed: `sysconfig.get_paths()` in an environment.
//!
//! That is the scheme `venv` from 3.11 on and `posix_prefix` before, which say the same. Debian's own schemes are for
//! its system; in an environment it takes these too.

use std::path::PathBuf;

use super::getpath::Library;
use super::interpreter::Interpreter;
use super::rules::Rules;
use super::text::{normal, path};

/// `sysconfig.get_paths()`
#[derive(Debug, PartialEq, Eq)]
pub struct Schemes {
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
pub fn of(python: &Interpreter, rules: &Rules, library: &Library, prefix: &[u8]) -> Schemes {
    let threading = if rules.names_threading {
        python.threading()
    } else {
        ""
    };
    let stem = python.implementation.stem();
    let name = format!("{stem}{}{threading}", python.short());
    let headers = format!("{stem}{}{}", python.short(), python.abi);
    let platlibdir = if rules.has_platlibdir {
        library.platlibdir.as_str()
    } else {
        "lib"
    };
    let below = |dir: &[u8], name: String| {
        path(&normal(
            &[&normal(dir), &b"/"[..], name.as_bytes()].concat(),
        ))
    };
    Schemes {
        stdlib: below(&library.prefix, format!("{platlibdir}/{name}")),
        purelib: below(prefix, format!("lib/{name}/site-packages")),
        platlib: below(prefix, format!("{platlibdir}/{name}/site-packages")),
        scripts: below(prefix, "bin".into()),
        include: below(&library.prefix, format!("include/{headers}")),
    }
}
