//! Fresh clones of the shapes that people have: the first command is `vrun pytest`, with packages from the index.

mod sdists;

use std::path::Path;
use std::process::Command;

use crate::index::{installs, vrun_command};
use crate::project::{Outcome, Project};
use crate::wheels::installers;

/// What each clone has besides its own files, so that none is a package: two modules, and a test of what it requires.
const COMMON: [(&str, &str); 3] = [
    ("main.py", ""),
    ("other.py", ""),
    (
        "test_it.py",
        "import idna\ndef test_it():\n    assert idna.encode('x')\n",
    ),
];

const PROJECT: &str = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['idna']\n";
const POETRY: &str = "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = '>=3.8'\nidna = '^3'\n";

/// Where repositories that use pytest name it.
fn clones() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let file = |name: &'static str, text: &str| (name, text.to_owned());
    let requirements = || file("requirements.txt", "idna\n");
    let pyproject = |more: &str| vec![file("pyproject.toml", &format!("{PROJECT}{more}"))];
    let poetry = |more: &str| vec![file("pyproject.toml", &format!("{POETRY}{more}"))];
    vec![
        (
            "requirements.txt",
            vec![file("requirements.txt", "idna\npytest\n")],
        ),
        (
            "requirements-dev.txt",
            vec![
                requirements(),
                file("requirements-dev.txt", "-r requirements.txt\npytest\n"),
            ],
        ),
        (
            "test-requirements.txt",
            vec![requirements(), file("test-requirements.txt", "pytest\n")],
        ),
        (
            "requirements/dev.txt",
            vec![
                file("requirements/base.txt", "idna\n"),
                file("requirements/dev.txt", "-r base.txt\npytest\n"),
            ],
        ),
        (
            "the extra dev",
            pyproject("[project.optional-dependencies]\ndev = ['pytest']\n"),
        ),
        (
            "the group dev",
            pyproject("[dependency-groups]\ndev = ['pytest']\n"),
        ),
        (
            "hatch's environment",
            pyproject("[tool.hatch.envs.test]\ndependencies = ['pytest']\n"),
        ),
        (
            "Poetry's dev group",
            poetry("[tool.poetry.group.dev.dependencies]\npytest = '*'\n"),
        ),
        (
            "Poetry's dev-dependencies, with a lock",
            [
                poetry("[tool.poetry.dev-dependencies]\npytest = '*'\n"),
                vec![
                    file(
                        "poetry.lock",
                        "[[package]]\nname = 'idna'\nversion = '3.6'\n",
                    ),
                    file(
                        "test_lock.py",
                        "import idna\ndef test_it():\n    assert idna.__version__ == '3.6'\n",
                    ),
                ],
            ]
            .concat(),
        ),
        (
            "tox.ini",
            vec![
                requirements(),
                file("tox.ini", "[testenv]\ndeps =\n    pytest\n"),
            ],
        ),
        (
            "a Pipfile",
            vec![file(
                "Pipfile",
                "[packages]\nidna = '*'\n[dev-packages]\npytest = '*'\n",
            )],
        ),
        (
            "setup.cfg",
            vec![
                file("setup.py", "from setuptools import setup\nsetup()\n"),
                file(
                    "setup.cfg",
                    "[metadata]\nname = app\n[options]\npy_modules = main\ninstall_requires = idna\n\
                     [options.extras_require]\ntest = pytest\n",
                ),
            ],
        ),
    ]
}

/// The first command in the clone at `dir`; None if it does what it should.
fn first_command(dir: &Path, installer: &str) -> Option<String> {
    let mut command: Command = vrun_command(dir);
    command.env("VRUN_INSTALLER", installer);
    command.args(["pytest", "-q", "-p", "no:cacheprovider"]);
    let outcome = Outcome::of(&mut command);
    let is_tested = outcome.status.success() && outcome.stdout.contains(" passed");
    (!is_tested).then(|| outcome.to_string())
}

#[test]
fn vrun_pytest_is_all_that_a_clone_needs() {
    let project = Project::new();
    if !installs(&project, "app", &["idna", "pytest"]) {
        return;
    }
    let clones = clones();
    let project = clones
        .iter()
        .enumerate()
        .fold(project, |project, (at, (_, files))| {
            let common = COMMON.map(|(name, text)| (name, text.to_owned()));
            let all = files.iter().chain(&common);
            all.fold(project, |project, (name, text)| {
                let project = project.file(&format!("pip/{at}/{name}"), text);
                project.file(&format!("uv/{at}/{name}"), text)
            })
        });
    let installers = installers();
    let runs = installers.iter().flat_map(|installer| {
        // pip is slow: where there is a uv too, it has every other one.
        let is_last = installers.last() == Some(installer);
        let clones = clones.iter().enumerate();
        let clones = clones.filter(move |(at, _)| is_last || at % 2 == 1);
        clones.map(move |(at, (name, _))| (*installer, at, *name))
    });
    let runs: Vec<_> = runs.collect();
    let wrong = |runs: &[(&str, usize, &str)]| {
        let failed = runs.iter().filter_map(|(installer, at, name)| {
            let dir = project.path(format!("{installer}/{at}"));
            let what = first_command(&dir, installer)?;
            Some(format!("{name}, {installer}: {what}"))
        });
        failed.collect::<Vec<_>>()
    };
    // Most of the time goes by waiting.
    let wrong: Vec<_> = std::thread::scope(|scope| {
        let parts = runs.chunks(runs.len().div_ceil(4));
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || wrong(part))).collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().expect("an end"));
        joined.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
