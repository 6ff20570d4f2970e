//! First use inside a git hook: the git that fetches a requirement must not work on the repository that the hook is for.

use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::pythons;
use crate::wheels::BACKEND;

const GIT: &str = "git -c user.name=a -c user.email=a@b -c protocol.file.allow=always";
const PYPROJECT: &str = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n\
                         [project]\nname = 'app'\nversion = '1'\n";

/// Runs lines of a shell in the project, with vrun on PATH.
fn sh(project: &Project, line: &str) -> Outcome {
    let mut command = Command::new("/bin/sh");
    project.place(&mut command);
    Outcome::of(command.args(["-ec", line]))
}

/// A checkout in `app` whose pre-commit hook runs vrun for the first time, a worktree of it, and a submodule.
fn checkouts() -> Option<Project> {
    if which::which("git").is_err() {
        tell("not tested: hooks, for there is no git");
        return None;
    }
    let backend = BACKEND.replace("Requires-Dist: alpha\\n", "");
    let project = Project::with_python()
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"))
        .dir("hooks")
        .file("lib/pyproject.toml", PYPROJECT)
        .file("lib/backend.py", &backend)
        .script("hooks/pre-commit", "#!/bin/sh\nexec vrun python -c ''\n")
        .var("VRUN_INSTALLER", "pip")
        .var("PIP_NO_INDEX", "1")
        .var("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    let path = format!(
        "{}:/usr/local/bin:/usr/bin:/bin",
        project.path("bin").display()
    );
    let lib = project.path("lib").display().to_string();
    let requirement = format!("app @ git+file://{lib}\n");
    let project = project
        .var("PATH", path)
        .file("app/requirements.txt", &requirement);
    std::fs::remove_file(project.path("app/setup.py")).expect("a file");
    let commit = format!("{GIT} add -A && {GIT} commit -q -m first");
    let line = format!(
        "(cd ../lib && git init -q && {commit})
         for name in a b c; do echo 1 >$name; done; git init -q && {commit}
         git init -q ../super && cd ../super
         {GIT} submodule --quiet add \"$PWD/../app\" sub && {commit}
         cd ../app && {GIT} worktree add -q ../tree"
    );
    sh(&project, &line).code(0);
    Some(project)
}

#[test]
fn what_was_staged_is_committed_and_nothing_else_changes() {
    let _ = pythons::newest();
    for (commit, expected) in [
        ("commit -q -m m", "M\ta"),
        ("commit -q -a -m m", "M\ta\nM\tb"),
        ("commit -q -m m b", "M\tb"),
    ] {
        let Some(project) = checkouts() else { return };
        for dir in ["../app", "../tree", "../super/sub"] {
            let hooks = project.path("hooks").display().to_string();
            let line = format!(
                "cd {dir} && echo 2 >a && git add a && echo 2 >b
                 {GIT} -c core.hooksPath='{hooks}' {commit}
                 git show --name-status --format= HEAD
                 test \"$(git ls-files)\" = \"$(printf 'a\\nb\\nc\\nrequirements.txt')\"
                 git fsck --no-dangling"
            );
            let outcome = sh(&project, &line).code(0).stdout(expected);
            outcome.says(&["vrun: installed requirements.txt"]);
        }
    }
}
