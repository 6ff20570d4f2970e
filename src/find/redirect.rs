//! A `.venv` that is a file: it names the environment's directory (PEP 832, a draft that has turned more
//! than once; so all that is known of the format is here).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::process::normalize;
use crate::quote::{printable, shell_word};
use crate::trust::{self, OwnedMetadata};
use crate::venv;

/// Longer than any path a system takes.
const MAX_SIZE: u64 = 64 * 1024;

/// Where a redirect file leads.
#[derive(Debug)]
pub(super) enum RedirectTarget {
    /// To an environment, and its pyvenv.cfg as it was seen.
    Existing(PathBuf, OwnedMetadata),
    /// To where one may be made.
    ToCreate(PathBuf),
}

impl RedirectTarget {
    /// The environment's directory.
    pub(super) fn into_root(self) -> PathBuf {
        match self {
            RedirectTarget::Existing(root, _) | RedirectTarget::ToCreate(root) => root,
        }
    }
}

/// Follows the redirect file `file`, which lies in `dir`. What is not there yet is made only within `dir`.
///
/// # Errors
/// It leads nowhere.
pub(super) fn follow_redirect(file: &Path, dir: &Path) -> Result<RedirectTarget, Error> {
    let root = read_target(file)?;
    if let Ok(cfg) = trust::read_metadata(&root.join(venv::PYVENV_CFG))
        && cfg.is_file()
    {
        return Ok(RedirectTarget::Existing(root, cfg));
    }
    if root.starts_with(dir) && root != dir {
        return Ok(RedirectTarget::ToCreate(root));
    }
    let wrong = if root.exists() {
        "is no environment: it has no pyvenv.cfg"
    } else {
        "does not exist"
    };
    Err(broken_redirect_error(file)
        .with_cause(format_args!("it names {}, which {wrong}", printable(&root))))
}

/// The directory that `file` names: the text of its first line, UTF-8, relative to where the file lies.
///
/// # Errors
/// The file cannot be read, is not UTF-8, or its first line is empty.
fn read_target(file: &Path) -> Result<PathBuf, Error> {
    let bytes = read_limited(file)
        .map_err(|error| broken_redirect_error(file).with_cause(io_reason(&error)))?;
    let text = str::from_utf8(&bytes)
        .map_err(|_| broken_redirect_error(file).with_cause("it is not UTF-8"))?;
    let line = text.lines().next().unwrap_or("");
    if line.is_empty() || line.contains('\0') {
        let wrong = if line.is_empty() {
            "its first line is empty"
        } else {
            "it holds a NUL byte"
        };
        return Err(broken_redirect_error(file).with_cause(wrong));
    }
    Ok(normalize(file.parent().unwrap_or(file).join(line)))
}

/// The start of every error about a redirect file.
pub(super) fn broken_redirect_error(file: &Path) -> Error {
    Error::failed(format!("{} does not lead to an environment", printable(file)))
        .with_hint(format!(
            "write the environment's directory into its first line; or `rm {}`, and vrun makes one there",
            shell_word(file)
        ))
}

fn read_limited(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_SIZE).read_to_end(&mut bytes)?;
    Ok(bytes)
}
