//! A project's directory -> a file that says what the project needs and that vrun does not read, and what helps.

use std::path::Path;

use crate::fs::entry_names;
use crate::quote::{printable, shell_word};
use crate::read::{MAX_TEXT, read_text};

/// Conda's.
const CONDA_FILES: [&str; 2] = ["environment.yml", "environment.yaml"];

/// A file that vrun does not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnreadFile {
    /// Relative to the project.
    pub name: String,
    /// What to do about it.
    pub advice: String,
}

/// The first of them. Looked for where nothing else says what to install.
pub(super) fn find_unread(project: &Path) -> Option<UnreadFile> {
    let conda = CONDA_FILES
        .into_iter()
        .find(|name| project.join(name).is_file());
    match conda {
        Some(name) => Some(conda_file(project, name)),
        None => requirements_file(project),
    }
}

fn conda_file(project: &Path, name: &str) -> UnreadFile {
    let text = read_text(&project.join(name), MAX_TEXT).unwrap_or_default();
    let env_name = text.lines().find_map(|line| line.strip_prefix("name:"));
    let env_name = env_name.map(|name| name.trim().trim_matches(['"', '\'']));
    let env_name = env_name.filter(|name| !name.is_empty()).unwrap_or("NAME");
    UnreadFile {
        name: name.to_owned(),
        advice: format!(
            "only conda reads it: `conda env create -f {name}`, then `conda run -n {} ...`",
            shell_word(env_name)
        ),
    }
}

/// A file in pip's format whose name says that, but not for whom.
fn requirements_file(project: &Path) -> Option<UnreadFile> {
    let files_in = |dir: &str| {
        let names = entry_names(&project.join(dir)).unwrap_or_default();
        let mut names: Vec<_> = names
            .into_iter()
            .filter_map(|name| name.into_string().ok())
            .filter(|name| name.ends_with(".txt"))
            .collect();
        names.sort();
        names
    };
    let root = files_in("").into_iter();
    let mut root = root.filter(|name| name.contains("requirements"));
    let folder = || files_in("requirements").into_iter().next();
    let name = root
        .next()
        .or_else(|| Some(format!("requirements/{}", folder()?)))?;
    let word = shell_word(&name);
    Some(UnreadFile {
        name: printable(&name),
        advice: format!("`vrun --sync --requirements {word}` installs it"),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_not_read_is_named_with_what_helps() {
        for (file, text, name, advice) in [
            (
                "environment.yml",
                "name: my-app\ndependencies: []\n",
                "environment.yml",
                "`conda run -n my-app ...`",
            ),
            (
                "environment.yaml",
                "channels: []\n",
                "environment.yaml",
                "`conda run -n NAME ...`",
            ),
            (
                "requirements-prod.txt",
                "",
                "requirements-prod.txt",
                "--requirements requirements-prod.txt",
            ),
            (
                "requirements/base.txt",
                "",
                "requirements/base.txt",
                "--requirements requirements/base.txt",
            ),
        ] {
            let dir = tempfile::tempdir().expect("a directory");
            assert_eq!(find_unread(dir.path()), None);
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
            let found = find_unread(dir.path()).expect("a file");
            assert_eq!(found.name, name);
            assert!(found.advice.contains(advice), "{}", found.advice);
        }
    }
}
