//! One environment on disk: where its parts are, and what its pyvenv.cfg says.
//!
//! The Python in the scripts directory is never resolved: `.venv/bin/python` is the environment, and what it links to is
//! the base interpreter.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::os;

use super::pyvenv_cfg::{self, PyvenvCfg};

/// What makes a directory an environment (PEP 405).
pub(crate) const PYVENV_CFG: &str = "pyvenv.cfg";

/// An environment that is there.
#[derive(Debug)]
pub(crate) struct Venv {
    /// Its directory, absolute, as the user wrote or sees it.
    pub root: PathBuf,
    /// What its pyvenv.cfg says.
    pub cfg: PyvenvCfg,
}

impl Venv {
    /// Reads the environment at `root`.
    ///
    /// # Errors
    /// Its pyvenv.cfg cannot be read, or Python would stop at it.
    pub(crate) fn open(root: &Path) -> Result<Venv, Error> {
        let file = root.join(PYVENV_CFG);
        let bytes = read_limited(&file)
            .map_err(|error| pyvenv_cfg::unreadable_error(&file).with_cause(io_reason(&error)))?;
        Ok(Venv {
            root: root.to_owned(),
            cfg: pyvenv_cfg::parse(&bytes, &file)?,
        })
    }
}

/// The pyvenv.cfg of the environment at `root`, as it stands.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_pyvenv_cfg(root: &Path) -> Result<Vec<u8>, Error> {
    let file = root.join(PYVENV_CFG);
    read_limited(&file)
        .map_err(|error| pyvenv_cfg::unreadable_error(&file).with_cause(io_reason(&error)))
}

/// What a shell's prompt should name for the environment at `root`: the prompt that it was given, else its
/// directory, and for a directory called `.venv`, which says nothing, the project's.
pub(crate) fn prompt(root: &Path, given: Option<String>) -> String {
    let named = || {
        let own = root.file_name();
        match root.parent().and_then(Path::file_name) {
            Some(project) if own.is_some_and(|name| name == ".venv") => project,
            _ => own.unwrap_or(root.as_os_str()),
        }
    };
    given.unwrap_or_else(|| named().to_string_lossy().into_owned())
}

/// The scripts directory of the environment at `root`, which need not be there yet.
pub(crate) fn scripts_dir(root: &Path) -> PathBuf {
    root.join(os::SCRIPTS_DIR)
}

/// The environment's Python, which need not be there yet.
pub(crate) fn python_path(root: &Path) -> PathBuf {
    scripts_dir(root).join(format!("python{}", os::EXE_SUFFIX))
}

/// The environment that `python` belongs to: pyvenv.cfg is beside it or one directory up (PEP 405).
pub(crate) fn root_of_python(python: &Path) -> Option<&Path> {
    let mut dirs = python.ancestors().skip(1).take(2);
    dirs.find(|dir| dir.join(PYVENV_CFG).is_file())
}

/// Whether `root` is an environment whose Python can be started, as far as a quick look tells: its
/// pyvenv.cfg is there, and its `python` leads to a file. `health` looks closer.
pub(crate) fn looks_usable(root: &Path) -> bool {
    root.join(PYVENV_CFG).is_file() && python_path(root).is_file()
}

/// What starts in place of an environment's own Python, which is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubstitutePython {
    /// An interpreter of the same kind and minor version. Called by the name of the environment's own, it
    /// takes itself for that.
    pub exe: PathBuf,
    /// What it has to be told is its own place (PYTHONHOME), where it would not find that by itself.
    pub prefix: Option<PathBuf>,
}

/// The file's bytes, and one more than Python would take of a file that is too large.
pub(crate) fn read_limited(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1024);
    File::open(file)?
        .take(pyvenv_cfg::SIZE_LIMIT as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
