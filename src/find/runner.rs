//! Tools that keep a project's environment elsewhere, and say so: in variables, or by what the environment is called.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::os;
use crate::process::Process;
use crate::read::{MAX_LINE_FILE, read_start};
use crate::trust::is_within;

use super::search::Search;

/// The runner that has activated `active` for the command that vrun is part of. Only runners count that set their
/// variable for nothing else: a shell that a tool has opened may be in another project by now.
pub(crate) fn runner_of(active: &Path, process: &Process) -> Option<&'static str> {
    let is_active = |dir| Path::new(dir) == active || os::is_same_file(Path::new(dir), active);
    if process.non_empty_var("TOX_ENV_DIR").is_some_and(is_active) {
        return Some("tox");
    }
    process.non_empty_var("NOX_CURRENT_SESSION").map(|_| "nox")
}

/// Whether a tool has created `env` for the project that holds the start: pipenv names that in a file, Poetry
/// (`NAME-HASH-py3.12`) and Hatch (`NAME/HASH/ENV`) by a hash of its path.
pub(super) fn is_kept_for_start(env: &Path, search: &Search) -> bool {
    let name = env.file_name().unwrap_or_default().to_string_lossy();
    let above = env.parent().and_then(Path::file_name);
    let mut hashes = project_dirs(search).into_iter().map(|dir| path_hash(&dir));
    pipenv_project(env).is_some_and(|project| is_within(&search.start, Path::new(&project)))
        || hashes.any(|hash| name.contains(&format!("-{hash}-py")) || above == Some(hash.as_ref()))
}

/// The directories from the start up to the root of its repository, links resolved.
fn project_dirs(search: &Search) -> Vec<PathBuf> {
    let real = dunce::canonicalize(&search.start).unwrap_or_else(|_| search.start.clone());
    let mut dirs: Vec<_> = real.ancestors().map(Path::to_owned).collect();
    let root = dirs.iter().position(|dir| search.is_repository_root(dir));
    dirs.truncate(root.map_or(dirs.len(), |root| root + 1));
    dirs
}

fn path_hash(dir: &Path) -> String {
    let digest = Sha256::digest(dir.as_os_str().as_encoded_bytes());
    URL_SAFE_NO_PAD.encode(&digest[..6])
}

fn pipenv_project(env: &Path) -> Option<String> {
    let bytes = read_start(&env.join(".project"), MAX_LINE_FILE).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.trim().to_owned()).filter(|project| !project.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_the_hash_that_poetry_and_hatch_give_it() {
        assert_eq!(path_hash(Path::new("/home/ada/app")), "nMIgo1Le");
    }
}
