//! An interpreter's file, and what its name and surroundings say about it.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// The implementations of Python whose rules are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Implementation {
    CPython,
    PyPy,
}

impl fmt::Display for Implementation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Implementation::CPython => "CPython",
            Implementation::PyPy => "PyPy",
        })
    }
}

impl Implementation {
    /// What its directories and programs are called before the version.
    pub(super) fn stem(self) -> &'static str {
        match self {
            Implementation::CPython => "python",
            Implementation::PyPy => "pypy",
        }
    }
}

/// The interpreter behind an environment's `python`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PythonBinary {
    /// Links resolved.
    pub file: PathBuf,
    pub implementation: Implementation,
    /// Major and minor version.
    pub version: (u32, u32),
    /// `sys.abiflags`: `t` without the GIL, `d` for debugging, `m` before 3.8.
    pub abiflags: String,
    /// The directories that pyvenv.cfg names: those of the interpreter, or of the one it is a copy of.
    pub cfg_dirs: Vec<PathBuf>,
    /// On Windows, the DLL that the file loads.
    pub dll: Option<PathBuf>,
}

impl PythonBinary {
    /// `t` for a build without the GIL.
    pub(super) fn free_threaded_suffix(&self) -> &'static str {
        if self.abiflags.contains('t') { "t" } else { "" }
    }

    /// `3.12`
    pub(crate) fn major_minor(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// `python3.12`, `pypy3.11`
    pub(super) fn versioned_name(&self) -> String {
        format!("{}{}", self.implementation.stem(), self.major_minor())
    }

    /// What the directory of its library is called: `python3.12`, `python3.13t`, `pypy3.11`.
    pub(super) fn stdlib_name(&self) -> String {
        self.versioned_name() + self.free_threaded_suffix()
    }
}
