//! The root of a repository: a walk that starts in a project does not leave it.

use std::path::{Component, Path};

use crate::read::{MAX_LINE_FILE, read_start};
use crate::trust::Trust;

use super::project_root::{has_trusted_marker, is_home_dir};

/// Whether `dir` is the root of a checkout of its own, a linked worktree included. A submodule is part of the repository
/// around it. A home directory that is kept in git is not the repository of what is in it.
pub(super) fn is_repository_root(dir: &Path, home: Option<&Path>, trust: &Trust) -> bool {
    let has_git =
        || has_trusted_marker(dir, ".git", trust) && !is_submodule_file(&dir.join(".git"));
    dir.parent().is_some()
        && (has_git() || has_trusted_marker(dir, ".hg", trust))
        && !is_home_dir(dir, home)
}

/// Whether `git`, a `.git`, is a file that leads to the `modules` directory of the repository around it.
fn is_submodule_file(git: &Path) -> bool {
    if !git.is_file() {
        return false;
    }
    let start = read_start(git, MAX_LINE_FILE).unwrap_or_default();
    let text = String::from_utf8_lossy(&start);
    let git_dir = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("gitdir:"));
    git_dir.is_some_and(|path| is_submodule_dir(Path::new(path.trim())))
}

/// `.git/modules/NAME`, where a name may have several parts; but `.../worktrees/NAME` is a worktree, of a submodule too.
fn is_submodule_dir(git_dir: &Path) -> bool {
    let is_worktree = git_dir
        .parent()
        .is_some_and(|above| above.ends_with("worktrees"));
    !is_worktree
        && git_dir
            .components()
            .any(|part| part == Component::Normal("modules".as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submodule_is_told_from_a_worktree() {
        for (git_dir, expected) in [
            ("../.git/modules/lib", true),
            ("../../.git/modules/vendor/lib", true),
            ("/main/.git/worktrees/tree/modules/lib", true),
            ("/main/.git/worktrees/tree", false),
            ("/main/.git/modules/lib/worktrees/tree", false),
            ("/separate/app.git", false),
        ] {
            assert_eq!(is_submodule_dir(Path::new(git_dir)), expected, "{git_dir}");
        }
    }
}
