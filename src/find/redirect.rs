//! A `.venv` that is a file: it names the environment's directory (PEP 832, a draft that has turned more
//! than once; so all that is known of the format is here).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, reason, shown, typed};
use crate::trust::{self, Seen};
use crate::venv;
use crate::world::tidy;

/// Longer than any path a system takes.
const LONGEST: u64 = 64 * 1024;

/// Where a redirect file leads.
#[derive(Debug)]
pub enum Lead {
    /// To an environment, and its pyvenv.cfg as it was seen.
    There(PathBuf, Seen),
    /// To where one may be made.
    ToBeMade(PathBuf),
}

impl Lead {
    /// The environment's directory.
    pub fn into_root(self) -> PathBuf {
        match self {
            Lead::There(root, _) | Lead::ToBeMade(root) => root,
        }
    }
}

/// Follows the redirect file `file`, which lies in `dir`. What is not there yet is made only within `dir`.
///
/// # Errors
/// It leads nowhere.
pub fn follow(file: &Path, dir: &Path) -> Result<Lead, Error> {
    let root = target(file)?;
    if let Ok(cfg) = trust::look(&root.join(venv::MARKER))
        && cfg.is_file()
    {
        return Ok(Lead::There(root, cfg));
    }
    if root.starts_with(dir) && root != dir {
        return Ok(Lead::ToBeMade(root));
    }
    let wrong = if root.exists() {
        "is no environment: it has no pyvenv.cfg"
    } else {
        "does not exist"
    };
    Err(leads_nowhere(file).cause(format_args!("it names {}, which {wrong}", shown(&root))))
}

/// The directory that `file` names: the text of its first line, UTF-8, relative to where the file lies.
///
/// # Errors
/// The file cannot be read, is not UTF-8, or its first line is empty.
fn target(file: &Path) -> Result<PathBuf, Error> {
    let bytes = read(file).map_err(|error| leads_nowhere(file).cause(reason(&error)))?;
    let text = str::from_utf8(&bytes).map_err(|_| leads_nowhere(file).cause("it is not UTF-8"))?;
    let line = text.lines().next().unwrap_or("");
    if line.is_empty() || line.contains('\0') {
        let wrong = if line.is_empty() {
            "its first line is empty"
        } else {
            "it holds a NUL byte"
        };
        return Err(leads_nowhere(file).cause(wrong));
    }
    Ok(tidy(file.parent().unwrap_or(file).join(line)))
}

/// The start of every error about a redirect file.
pub fn leads_nowhere(file: &Path) -> Error {
    Error::failed(format!("{} does not lead to an environment", shown(file)))
        .hint(format!(
            "write the environment's directory into its first line; or `rm {}`, and vrun makes one there",
            typed(file)
        ))
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
