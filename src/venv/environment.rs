//! An environment's directory -> its parts, and what its pyvenv.cfg says.
//!
//! The links of `.venv/bin/python` are never resolved: its path selects the environment, and its target is the base
//! interpreter.

use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::os;
use crate::quote::{printable, shell_word};
use crate::read::read_start;

use super::pyvenv_cfg::{self, PYVENV_CFG, PyvenvCfg, SIZE_LIMIT};

/// An existing environment.
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
    /// Its pyvenv.cfg cannot be read, or Python would reject it.
    pub(crate) fn open(root: &Path) -> Result<Venv, Error> {
        Ok(Venv {
            root: root.to_owned(),
            cfg: pyvenv_cfg::parse(&read_pyvenv_cfg(root)?, root)?,
        })
    }
}

/// The bytes of the pyvenv.cfg of the environment at `root`, which must be readable.
pub(crate) fn read_pyvenv_cfg(root: &Path) -> Result<Vec<u8>, Error> {
    let file = root.join(PYVENV_CFG);
    read_start(&file, SIZE_LIMIT).map_err(|error| {
        let show = os::show_owner_command(&shell_word(&file));
        Error::failed(format!("{} cannot be read", printable(&file)))
            .with_hint(format!("`{show}` shows its owner"))
            .with_cause(io_reason(&error))
    })
}

/// What a shell's prompt shows for the environment at `root`: `given`, else the name of its directory, or for `.venv`,
/// which says nothing, the name of the project's directory. Without control characters: the shell prints it.
pub(crate) fn prompt(root: &Path, given: Option<String>) -> String {
    let default = || {
        let name = root.file_name();
        match root.parent().and_then(Path::file_name) {
            Some(project) if name.is_some_and(|name| name == ".venv") => project,
            _ => name.unwrap_or(root.as_os_str()),
        }
    };
    given.map_or_else(|| printable(default()), printable)
}

/// The scripts directory of the environment at `root`, which may not exist yet.
pub(crate) fn scripts_dir(root: &Path) -> PathBuf {
    os::scripts_dir(root)
}

/// The Python of the environment at `root`, which may not exist yet.
pub(crate) fn python_path(root: &Path) -> PathBuf {
    scripts_dir(root).join(format!("python{}", os::EXE_SUFFIX))
}

/// Whether `root` is an environment: it holds a pyvenv.cfg.
pub(crate) fn is_env(root: &Path) -> bool {
    root.join(PYVENV_CFG).is_file()
}

/// Whether `root` is an environment of conda's, which has another layout and no pyvenv.cfg.
pub(crate) fn is_conda_env(root: &Path) -> bool {
    root.join("conda-meta").is_dir()
}

/// The environment that `dir` is, or is inside.
pub(crate) fn enclosing_env(dir: &Path) -> Option<&Path> {
    dir.ancestors().find(|dir| is_env(dir))
}

/// The environment that the interpreter `exe` belongs to: pyvenv.cfg is beside it or one directory above (PEP 405).
pub(crate) fn env_of_python(exe: &Path) -> Option<&Path> {
    exe.ancestors().skip(1).take(2).find(|dir| is_env(dir))
}

/// Whether the directory `root` is that of a project too, so that what is in it is not the environment's alone.
pub(crate) fn holds_project(root: &Path) -> bool {
    let markers = [
        ".venv",
        "pyproject.toml",
        "requirements.txt",
        "setup.py",
        "setup.cfg",
        ".git",
        ".hg",
    ];
    // What cannot be seen may be there.
    let is_there = |marker: &&str| root.join(marker).try_exists().unwrap_or(true);
    markers.iter().any(is_there)
}

/// Whether `root` is an environment whose Python can be started, by a quick check: its `python` leads to a file.
/// `health` checks more.
pub(crate) fn looks_usable(root: &Path) -> bool {
    is_env(root) && python_path(root).is_file()
}

/// The interpreter that starts in place of an environment's own Python, which is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubstitutePython {
    /// An interpreter of the same implementation and minor version. Called by the name of the environment's Python, it
    /// acts as that Python.
    pub exe: PathBuf,
    /// Its own prefix, for PYTHONHOME, if it would not find that by itself.
    pub prefix: Option<PathBuf>,
}
