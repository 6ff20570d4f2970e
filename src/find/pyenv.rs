//! The environment of pyenv-virtualenv that a `.python-version` names.

use std::path::{Component, Path, PathBuf};

use crate::read::{MAX_LINE_FILE, read_start};
use crate::{os, venv};

use super::project_root::has_trusted_marker;
use super::search::Search;

/// The environment that the `.python-version` in `dir` names, and that file.
pub(super) fn find_pyenv_env(dir: &Path, search: &Search) -> Option<(PathBuf, PathBuf)> {
    const FILE: &str = ".python-version";
    if !has_trusted_marker(dir, FILE, &search.trust) {
        return None;
    }
    let file = dir.join(FILE);
    let bytes = read_start(&file, MAX_LINE_FILE).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let name = first_word(&text).filter(|name| is_env_name(name))?;
    let usual = || Some(search.home.as_ref()?.join(os::PYENV_DIR));
    let pyenv = search.pyenv_root.clone().or_else(usual)?;
    let root = pyenv.join("versions").join(name);
    venv::is_env(&root).then_some((root, file))
}

fn first_word(text: &str) -> Option<&str> {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let mut words =
        lines.flat_map(|line| line.split('#').next().unwrap_or(line).split_whitespace());
    words.next()
}

/// `NAME`, or `3.12.1/envs/NAME`.
fn is_env_name(name: &str) -> bool {
    let parts: Vec<_> = Path::new(name).components().collect();
    let is_plain = parts
        .iter()
        .all(|part| matches!(part, Component::Normal(_)));
    is_plain
        && matches!(parts[..], [_] | [_, Component::Normal(_), _])
        && (parts.len() == 1 || parts[1].as_os_str() == "envs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_lead_into_pyenvs_directory() {
        for name in ["app", "3.12.1", "3.12.1/envs/app"] {
            assert!(is_env_name(name), "{name}");
        }
        for name in [
            "",
            "..",
            "../x",
            "/x",
            "a/b",
            "a/b/c",
            "a/envs/..",
            "a/envs/b/c",
        ] {
            assert!(!is_env_name(name), "{name}");
        }
    }
}
