//! A base interpreter -> what the builder needs to know of it, where it supports that interpreter.

use std::path::{Path, PathBuf};

use crate::os;
use crate::python::{BytecodeFormat, Interpreter, sysconfig};

use super::launchers;

/// A base interpreter whose environments vrun knows how to make.
#[derive(Debug)]
pub(crate) struct SupportedBase<'a> {
    /// The file to link to: absolute, as it was found, links kept.
    pub(crate) exe: &'a Path,
    /// 3.13 is (3, 13).
    pub(crate) version: (u64, u64),
    /// `3.13.0`.
    pub(crate) full_version: String,
    /// Whether it is a free-threaded build, whose directories have a `t` behind the version.
    pub(crate) free_threaded: bool,
    /// The directory of its standard library.
    pub(crate) stdlib: &'a Path,
    /// Which `.pyc` files it takes.
    pub(crate) bytecode: Option<&'a BytecodeFormat>,
}

impl SupportedBase<'_> {
    /// `base`, if it is a CPython whose venv is among those that this maker was measured against, and it
    /// starts from an environment that links to it as it was found.
    pub(crate) fn for_interpreter(base: &Interpreter) -> Option<SupportedBase<'_>> {
        let [major, minor, ..] = base.key.release[..] else {
            return None;
        };
        let is_measured =
            base.key.implementation == "cpython" && ((3, 6)..=(3, 14)).contains(&(major, minor));
        let known = SupportedBase {
            exe: &base.exe,
            version: (major, minor),
            full_version: base.key.dotted_release(),
            free_threaded: base.key.free_threaded,
            stdlib: &base.stdlib,
            bytecode: base.bytecode.as_ref(),
        };
        let has_templates = base.stdlib.join("venv").join("scripts").is_dir();
        let starts = match os::HAS_SYMLINKS {
            true => known.has_reachable_stdlib(),
            false => launchers::has_launchers(&known),
        };
        (is_measured && has_templates && starts).then_some(known)
    }

    /// An environment's Python looks for its library above `home`, then where it was configured to be
    /// (getpath.py). Where neither is its own, as with a link to a Python that was moved, only starting it
    /// tells what happens.
    fn has_reachable_stdlib(&self) -> bool {
        let start = self.exe.parent().and_then(Path::parent);
        let below = Path::new("lib").join(self.lib_dir_name());
        sysconfig::finds_stdlib(start, self.stdlib, &below)
    }

    /// Where packages are installed in an environment at `root` (sysconfig's `venv` scheme).
    pub(crate) fn site_packages(&self, root: &Path) -> PathBuf {
        os::lib_dir(root, &self.lib_dir_name()).join("site-packages")
    }

    /// `python3.13`, `python3.13t`: what its directories are called.
    pub(crate) fn lib_dir_name(&self) -> String {
        let (major, minor) = self.version;
        format!(
            "python{major}.{minor}{}",
            if self.free_threaded { "t" } else { "" }
        )
    }
}

/// `base`, or the file behind its links where an environment on a link would look for its library beside the
/// link, and find none, or another Python's.
pub(crate) fn with_supported_exe(base: Interpreter) -> Interpreter {
    if SupportedBase::for_interpreter(&base).is_some() {
        return base;
    }
    let resolved = dunce::canonicalize(&base.exe).map(|exe| Interpreter {
        exe,
        ..base.clone()
    });
    let starts = resolved
        .ok()
        .filter(|base| SupportedBase::for_interpreter(base).is_some());
    starts.unwrap_or(base)
}
