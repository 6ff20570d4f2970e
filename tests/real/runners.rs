//! vrun under runners that keep their environments elsewhere, beside a `.venv` of the project: what they start stays
//! in theirs. The real ones, from PyPI where pip gets them.

use std::path::Path;
use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::wheels::from_pypi;

const PREFIX: &str = "import sys; print('prefix', sys.prefix)";

/// A project with a `.venv`, and vrun on PATH.
fn project() -> Project {
    let project = Project::with_python().link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let project = project.var("PATH", path).file("app/p.py", PREFIX);
    project.run(["-q", "python", "p.py"]).code(0);
    project
}

fn prefixes(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.stdout.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix("prefix "))
        .collect()
}

/// The runner starts Python in its environment, and `vrun python` there too.
fn stays_in_its_own(project: &Project, runner: &str, args: &[&[&str]]) {
    let program = from_pypi(runner, runner);
    if !program.exists() {
        tell(format_args!("not tested: {runner}, which pip does not get"));
        return;
    }
    let mut seen = Vec::new();
    for args in args {
        let mut command = Command::new(&program);
        project.place(&mut command);
        let outcome = Outcome::of(command.args(*args)).code(0);
        seen.extend(prefixes(&outcome).into_iter().map(str::to_owned));
    }
    let own = project.path("app/.venv");
    assert_eq!(seen.len(), 2, "{runner}");
    assert!(seen[0] == seen[1], "{runner}: {seen:?}");
    assert_ne!(Path::new(&seen[0]), own, "{runner}");
}

#[test]
fn under_tox_and_nox_with_a_directory_of_their_own_elsewhere() {
    let tox = "[tox]\nenv_list = one\nskipsdist = true\n[testenv]\nallowlist_externals = vrun\n\
               commands =\n    python p.py\n    vrun python p.py\n";
    let nox = "import nox\n@nox.session\ndef two(session):\n    session.run('python', 'p.py')\n    \
               session.run('vrun', 'python', 'p.py', external=True)\n";
    let project = project()
        .file("app/tox.ini", tox)
        .file("app/noxfile.py", nox);
    let work = project.path("work").display().to_string();
    stays_in_its_own(&project, "tox", &[&["--workdir", &work]]);
    stays_in_its_own(&project, "nox", &[&["--envdir", &work]]);
}

#[test]
fn under_hatch_pipenv_and_poetry_which_keep_theirs_in_the_users_directory() {
    let plain: [&[&str]; 2] = [
        &["run", "python", "p.py"],
        &["run", "vrun", "python", "p.py"],
    ];
    let hatch =
        "[project]\nname = 'app'\nversion = '1'\n[tool.hatch.envs.default]\nskip-install = true\n";
    stays_in_its_own(
        &project().file("app/pyproject.toml", hatch),
        "hatch",
        &plain,
    );
    let pipenv = project()
        .file("app/Pipfile", "")
        .var("PIPENV_VENV_IN_PROJECT", "0")
        .var("PIPENV_IGNORE_VIRTUALENVS", "1");
    stays_in_its_own(&pipenv, "pipenv", &plain);
    let poetry = project()
        .file(
            "app/pyproject.toml",
            "[tool.poetry]\npackage-mode = false\n",
        )
        .var("POETRY_VIRTUALENVS_IN_PROJECT", "false");
    stays_in_its_own(&poetry, "poetry", &plain);
}

/// Poetry takes the `.venv` in a project before the environment that it keeps for it.
#[test]
fn in_a_project_of_poetrys_one_line_says_that_poetry_will_use_it_too() {
    let poetry = project()
        .file(
            "app/pyproject.toml",
            "[tool.poetry]\npackage-mode = false\n",
        )
        .script("bin/poetry", "#!/bin/sh\n");
    let told = "vrun: `poetry run` uses ";
    let removed = |name: &str| std::fs::remove_dir_all(poetry.path("app").join(name));
    removed(".venv").expect("an environment");
    let ran = poetry.run(["python", "-c", ""]).code(0);
    ran.says(&[told, "/app/.venv from now on", "VRUN_NAME=.venv-vrun"]);
    assert_eq!(poetry.run(["python", "-c", ""]).code(0).stderr, "");
    removed(".venv").expect("an environment");
    let named = poetry.var("VRUN_NAME", ".venv-vrun");
    let ran = named.run(["python", "-c", ""]).code(0);
    assert!(!ran.stderr.contains(told), "{ran}");
}
