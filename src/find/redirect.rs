//! A `.venv` that is a file and names the environment's directory. All that is known of the format is here, because
//! PEP 832 is a draft that has changed direction more than once.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::process::normalize;
use crate::quote::printable;
use crate::read::{MAX_LINE_FILE, read_start};
use crate::trust::{self, OwnedMetadata};
use crate::venv;

use super::search::Search;

/// Follows the redirect file `file` in `dir` to an environment, with the metadata of its pyvenv.cfg, or to a path in
/// `dir` where one may be created.
pub(super) fn follow_redirect(
    file: &Path,
    dir: &Path,
    search: &Search,
) -> Result<(PathBuf, Option<OwnedMetadata>), Error> {
    let root = read_target(file)?;
    if let Some(cfg) = cfg_metadata(&root) {
        return Ok((root, Some(cfg)));
    }
    let is_bare = root.parent() == file.parent();
    if let Some(name) = root.file_name().filter(|_| is_bare)
        && let Some((root, cfg)) = find_in_workon_home(name, search)
    {
        return Ok((root, Some(cfg)));
    }
    if root.starts_with(dir) && root != dir {
        return Ok((root, None));
    }
    let why = match root.exists() {
        true => "is not an environment: it has no pyvenv.cfg",
        false => "does not exist",
    };
    Err(broken_redirect_error(file)
        .with_cause(format_args!("it names {}, which {why}", printable(&root))))
}

fn cfg_metadata(root: &Path) -> Option<OwnedMetadata> {
    let cfg = trust::read_metadata(&root.join(venv::PYVENV_CFG)).ok();
    cfg.filter(OwnedMetadata::is_file)
}

/// The environment of that name where virtualenvwrapper and pipenv keep theirs.
fn find_in_workon_home(name: &OsStr, search: &Search) -> Option<(PathBuf, OwnedMetadata)> {
    let usual = [".virtualenvs", ".local/share/virtualenvs"];
    let usual = usual
        .iter()
        .filter_map(|dir| Some(search.home.as_ref()?.join(dir)));
    let dirs: Vec<_> = match &search.workon_home {
        Some(dir) => vec![dir.clone()],
        None => usual.collect(),
    };
    let mut roots = dirs.iter().map(|dir| dir.join(name));
    roots.find_map(|root| cfg_metadata(&root).map(|cfg| (root, cfg)))
}

/// The directory that `file` names: the text of its first line, UTF-8, relative to the directory of the file.
fn read_target(file: &Path) -> Result<PathBuf, Error> {
    let broken = |why: &str| broken_redirect_error(file).with_cause(why);
    let bytes = read_start(file, MAX_LINE_FILE).map_err(|error| broken(&io_reason(&error)))?;
    parse_target(&bytes, file)
}

fn parse_target(bytes: &[u8], file: &Path) -> Result<PathBuf, Error> {
    let broken = |why: &str| broken_redirect_error(file).with_cause(why);
    let text = str::from_utf8(bytes).map_err(|_| broken("it is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.lines().next().unwrap_or("") {
        "" => Err(broken("its first line is empty")),
        line if line.contains('\0') => Err(broken("it holds a NUL byte")),
        line => Ok(normalize(file.parent().unwrap_or(file).join(line))),
    }
}

/// The start of every error about a redirect file.
pub(super) fn broken_redirect_error(file: &Path) -> Error {
    let message = format!("{} does not lead to an environment", printable(file));
    Error::failed(message).with_hint("write the environment's directory on its first line")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn any_redirect_names_a_path_without_dots_or_is_an_error() {
        fuzz("redirect", 3000, |bytes| {
            if let Ok(root) = parse_target(bytes, Path::new("/app/.venv")) {
                // On Windows `a:b` is a path relative to a drive.
                assert!(root.has_root() || bytes.contains(&b':'));
                assert!(!root.iter().any(|part| part == ".."));
            }
        });
    }
}
