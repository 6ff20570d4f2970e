//! One environment on disk: where its parts lie, and what its pyvenv.cfg says.
//!
//! The Python in the scripts directory is never resolved: `.venv/bin/python` is the environment, what
//! it links to is not.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, reason};
use crate::os;

mod cfg;
pub mod health;
mod maker;
mod missing;
mod place;
mod seeds;
pub use cfg::Cfg;
pub use health::site_packages;
pub use maker::{Maker, maker};
pub use missing::{Missing, missing};
pub use place::{made_at, made_elsewhere};
pub use seeds::{adding_pip, by_script};

/// What makes a directory an environment (PEP 405).
pub const MARKER: &str = "pyvenv.cfg";

/// An environment that is there.
#[derive(Debug)]
pub struct Venv {
    /// Its directory, absolute, as the user wrote or sees it.
    pub root: PathBuf,
    /// What its pyvenv.cfg says.
    pub cfg: Cfg,
}

impl Venv {
    /// Reads the environment at `root`.
    ///
    /// # Errors
    /// Its pyvenv.cfg cannot be read, or Python would stop at it.
    pub fn open(root: &Path) -> Result<Venv, Error> {
        let file = root.join(MARKER);
        let bytes = head(&file).map_err(|error| cfg::unreadable(&file).cause(reason(&error)))?;
        Ok(Venv {
            root: root.to_owned(),
            cfg: cfg::parse(&bytes, &file)?,
        })
    }
}

/// The pyvenv.cfg of the environment at `root`, as it stands.
///
/// # Errors
/// It cannot be read.
pub fn text(root: &Path) -> Result<Vec<u8>, Error> {
    let file = root.join(MARKER);
    head(&file).map_err(|error| cfg::unreadable(&file).cause(reason(&error)))
}

/// What a shell's prompt should name for the environment at `root`: the prompt that it was given, else its
/// directory, and for a directory called `.venv`, which says nothing, the project's.
pub fn prompt(root: &Path, given: Option<String>) -> String {
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
pub fn scripts(root: &Path) -> PathBuf {
    root.join(os::SCRIPTS)
}

/// The environment's Python, which need not be there yet.
pub fn python(root: &Path) -> PathBuf {
    scripts(root).join(format!("python{}", os::EXE))
}

/// Whether `root` is an environment whose Python can be started, as far as a quick look tells: its
/// pyvenv.cfg is there, and its `python` leads to a file. `health` looks closer.
pub fn is_sound(root: &Path) -> bool {
    root.join(MARKER).is_file() && python(root).is_file()
}

/// What starts in place of an environment's own Python, which is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// An interpreter of the same kind and minor version. Called by the name of the environment's own, it
    /// takes itself for that.
    pub exe: PathBuf,
    /// What it has to be told is its own place (PYTHONHOME), where it would not find that by itself.
    pub prefix: Option<PathBuf>,
}

/// The file's bytes, and one more than Python would take of a file that is too large.
fn head(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1024);
    File::open(file)?
        .take(cfg::TOO_LARGE as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
