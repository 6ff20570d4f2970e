//! CI: the log of an install, and the chapter's recipes, run as their CI would run them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::pythons;
use crate::wheels::app;

/// Runs a recipe.
const RUNNER: &str = include_str!("runner.py");

/// A wheel with a program, as pytest's is.
const BUILD_PYTEST: &str = "\
import sys, zipfile
info = 'pytest-1.dist-info/'
with zipfile.ZipFile(sys.argv[1] + '/pytest-1-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('pytest.py', 'import sys\\ndef main():\\n    import alpha\\n    print(\"tested with\", alpha.VERSION, sys.prefix)\\n')
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: pytest\\nVersion: 1\\nRequires-Dist: alpha\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'entry_points.txt', '[console_scripts]\\npytest = pytest:main\\n')
    wheel.writestr(info + 'RECORD', ''.join(name + ',,\\n' for name in wheel.namelist()) + info + 'RECORD,,\\n')
";

fn ci(installer: &str) -> Project {
    app(installer)
        .file("app/requirements.txt", "alpha\n")
        .var("CI", "true")
}

#[test]
fn on_github_what_an_installer_says_is_one_folded_group_and_stdout_is_the_programs() {
    let project = ci("pip").var("GITHUB_ACTIONS", "true");
    let made = project.run(["python", "-c", "print('hello')"]);
    let made = made.code(0).stdout("hello");
    let lines: Vec<_> = made.stderr.lines().collect();
    let place = |text: &str| lines.iter().position(|line| line.starts_with(text));
    let begun = place("::group::vrun: installing requirements.txt with pip");
    let said = lines.iter().position(|line| line.contains("alpha-2.0"));
    let ended = lines.iter().position(|line| *line == "::endgroup::");
    let done = place("vrun: installed requirements.txt in ");
    assert!(begun.is_some() && begun < said && said < ended, "{made}");
    assert!(ended < done, "{made}");
    project.run(["-q", "--sync", "--upgrade-nothing"]).code(125);
    assert_eq!(project.run(["-q", "--sync"]).code(0).stderr, "");
}

#[test]
fn a_group_is_ended_before_the_error_of_an_installer_that_fails() {
    let project = ci("pip")
        .var("GITHUB_ACTIONS", "true")
        .file("app/requirements.txt", "nowhere\n");
    let failed = project.run(["python", "-c", ""]).code(125);
    let (group, error) = failed.stderr.split_once("::endgroup::\n").expect("an end");
    assert!(group.contains("::group::vrun: installing "), "{failed}");
    assert!(
        error.contains("vrun: cannot install requirements.txt"),
        "{failed}"
    );
}

#[test]
fn other_logs_have_the_steps_alone() {
    let made = ci("pip").run(["python", "-c", ""]).code(0);
    assert!(!made.stderr.contains("::"), "{made}");
    assert_eq!(made.stderr.lines().count(), 4, "{made}");
    let at_home = app("pip").var("GITHUB_ACTIONS", "true");
    let made = at_home.file("app/requirements.txt", "alpha\n");
    let made = made.run(["python", "-c", ""]).code(0);
    assert!(!made.stderr.contains("::"), "{made}");
}

/// A Python that reads YAML.
pub(crate) fn yaml() -> Option<PathBuf> {
    let reads = |python: &PathBuf| {
        let mut python = Command::new(python);
        let status = python.args(["-I", "-c", "import yaml"]).status();
        status.is_ok_and(|status| status.success())
    };
    let debians = PathBuf::from("/usr/bin/python3");
    let found = [debians, pythons::newest().exe.clone()]
        .into_iter()
        .find(reads);
    if found.is_none() {
        tell(
            "not tested: recipes for CI, for no Python here reads YAML (apt install python3-yaml)",
        );
    }
    found
}

/// A checkout with vrun in it, which needs pytest and what that needs.
fn checkout() -> Project {
    let project = app("pip").dir("temp");
    let links = project.path("links");
    let mut build = Command::new(&pythons::newest().exe);
    let status = build.args(["-I", "-c", BUILD_PYTEST]).arg(&links).status();
    assert!(status.is_ok_and(|status| status.success()));
    fs::copy(env!("CARGO_BIN_EXE_vrun"), project.path("app/vrun")).expect("a copy");
    let temp = project.path("temp");
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    project
        .file("app/requirements.txt", "pytest\nalpha<2\n")
        .var("PATH", path)
        .var("RUNNER_TEMP", temp)
}

fn job(project: &Project, kind: &str, python: &PathBuf) -> Outcome {
    let chapter = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/chapters/recipes.md");
    let mut runner = Command::new(python);
    project.place(&mut runner);
    runner.args(["-I", "-c", RUNNER, kind, chapter]);
    Outcome::of(&mut runner).code(0)
}

/// What a cache does: what was kept is put into a fresh checkout.
fn cached(project: &Project, paths: &[&str]) {
    let sh = |script: &str| {
        let mut sh = Command::new("/bin/sh");
        project.place(&mut sh);
        Outcome::of(sh.args(["-ec", script])).code(0);
    };
    let paths = paths.join(" ");
    sh(&format!(
        "tar -cf ../kept.tar -P {paths} && rm -r {paths} && tar -xf ../kept.tar -P"
    ));
    // A checkout has the time of day.
    sh("touch *");
}

fn follow(kind: &str, kept: &[&str]) {
    let Some(python) = yaml() else { return };
    let project = checkout();
    let tested = |version: &str| {
        let at = project.path("app/.venv");
        format!("tested with {version} {}", at.display())
    };
    let first = job(&project, kind, &python);
    assert!(
        first
            .stdout
            .contains("vrun: installed requirements.txt in "),
        "{first}"
    );
    assert!(first.stdout.contains(&tested("1.0")), "{first}");
    cached(&project, kept);
    let second = job(&project, kind, &python);
    assert!(second.stdout.contains(&tested("1.0")), "{second}");
    assert!(!second.stdout.contains("vrun: "), "{second}");
    // A cache of before.
    let project = project.file("app/requirements.txt", "pytest\nalpha>1\n");
    let third = job(&project, kind, &python);
    assert!(third.stdout.contains("tested with 2.0 "), "{third}");
}

#[test]
fn the_recipe_for_github_installs_once_and_then_runs_from_its_cache() {
    follow("github", &[".venv", "../home/.cache/vrun"]);
}

#[test]
fn the_recipe_for_gitlab_installs_once_and_then_runs_from_its_cache() {
    follow("gitlab", &[".venv", ".cache/vrun"]);
}

#[test]
fn a_cached_environment_whose_base_is_another_is_an_error_that_says_what_helps() {
    let project = ci("pip");
    project.run(["-q", "python", "-c", ""]).code(0);
    // Another image: its Python is elsewhere, and of another version.
    for name in ["python", "python3"] {
        let link = project.path("app/.venv/bin").join(name);
        fs::remove_file(&link).expect("a link");
        std::os::unix::fs::symlink("/opt/hosted/3.2/bin/python3.2", &link).expect("a link");
    }
    let cfg = project.path("app/.venv/pyvenv.cfg");
    let text = fs::read_to_string(&cfg).expect("a file");
    let lines = text.lines().map(|line| match line.split_once(" = ") {
        Some(("home", _)) => "home = /opt/hosted/3.2/bin\n".into(),
        Some(("version", _)) => "version = 3.2.0\n".into(),
        _ => format!("{line}\n"),
    });
    fs::write(&cfg, lines.collect::<String>()).expect("a file");
    let failed = project.run(["python", "-c", "print('ran')"]);
    assert_ne!(failed.status.code(), Some(0), "{failed}");
    assert_eq!(failed.stdout, "");
    failed.says(&["/opt/hosted/3.2/bin/python3.2", "hint: `vrun --repair`"]);
}
