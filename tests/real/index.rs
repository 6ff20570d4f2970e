//! A real package index, as pip is set up on this system.

use std::path::Path;
use std::process::Command;

use crate::project::{self, Outcome, Project};
use crate::pythons;
use crate::wheels;

/// vrun in the project, with the user's own variables: where the index is, and what certificates are to be
/// believed, is his affair.
fn vrun(project: &Project, args: &[&str]) -> Outcome {
    vrun_with(project, args, &[])
}

/// Whether pip, in the environment of `dir`, could install these; else says that it could not.
pub(crate) fn installs(project: &Project, dir: &str, packages: &[&str]) -> bool {
    pip_runs(project, dir, &["install", "-q"], packages)
}

/// The same with another command of pip's.
pub(crate) fn pip_runs(project: &Project, dir: &str, command: &[&str], packages: &[&str]) -> bool {
    let dir = project.path(dir);
    let dir = dir.to_str().expect("a plain path");
    let words = ["-q", "-C", dir, "pip"];
    let words: Vec<_> = words
        .iter()
        .chain(command)
        .chain(packages)
        .copied()
        .collect();
    let outcome = vrun(project, &words);
    if !outcome.status.success() {
        project::tell(format_args!(
            "not tested: {packages:?}, which pip cannot install here:\n{outcome}"
        ));
    }
    outcome.status.success()
}

fn vrun_with(project: &Project, args: &[&str], vars: &[(&str, &str)]) -> Outcome {
    let mut command = vrun_command(&project.path("app"));
    command.args(args).envs(vars.iter().copied());
    Outcome::of(&mut command)
}

/// vrun in `dir`, with the user's own variables and the newest Python.
pub(crate) fn vrun_command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vrun"));
    command.current_dir(dir);
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy().into_owned();
        if name_text.starts_with("VRUN_") || name_text == "VIRTUAL_ENV" {
            command.env_remove(name);
        }
    }
    command.env("VRUN_PYTHON", &pythons::newest().exe);
    // Last on PATH: one that is there already counts before it.
    if let Some(dir) = wheels::uv().and_then(|uv| uv.parent()) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let dirs = std::env::split_paths(&path).chain([dir.to_owned()]);
        command.env("PATH", std::env::join_paths(dirs).expect("plain names"));
    }
    command
}

#[test]
fn a_package_from_the_index_is_there_for_the_project_and_for_no_other() {
    let (one, other) = (Project::new(), Project::new());
    let installed = vrun(&one, &["pip", "install", "--quiet", "tomli==2.0.1"]);
    if !installed.status.success() {
        project::tell(format_args!(
            "not tested: pip reaches no index here:\n{installed}"
        ));
        return;
    }
    let version = "from importlib.metadata import version; print(version('tomli'))";
    vrun(&one, &["python", "-c", version])
        .code(0)
        .stdout("2.0.1");
    vrun(&other, &["python", "-c", version]).code(1);
    let installed = vrun(&other, &["pip", "install", "--quiet", "tomli==2.0.2"]);
    installed.code(0);
    vrun(&other, &["python", "-c", version])
        .code(0)
        .stdout("2.0.2");
    vrun(&one, &["python", "-c", version])
        .code(0)
        .stdout("2.0.1");
}

/// What only a newer pip knows, which the index has.
#[test]
fn a_pip_that_is_too_old_for_a_format_is_upgraded_first_and_that_is_said() {
    let project =
        "[project]\nname = \"app\"\nversion = \"1\"\n[tool.setuptools]\npy-modules = []\n";
    let lock = "lock-version = \"1.0\"\ncreated-by = \"a test\"\npackages = []\n";
    for (file, text, says) in [
        (
            "app/pyproject.toml",
            project,
            ": an editable pyproject.toml needs 21.3\n",
        ),
        ("app/pylock.toml", lock, ": pylock.toml needs 26.1\n"),
    ] {
        let project = Project::new().file(file, text);
        // An empty one builds nothing.
        std::fs::remove_file(project.path("app/setup.py")).expect("a file");
        let python = ["python", "-c", "import sys"];
        let made = vrun_with(&project, &python, &[("VRUN_INSTALLER", "pip")]);
        if made.stderr.contains("cannot upgrade pip in ") {
            project::tell("not tested: pip reaches no index here, which is said");
            return;
        }
        let made = made.code(0);
        let upgraded = made.stderr.contains("vrun: upgrading pip ");
        assert_eq!(upgraded, made.stderr.contains(says), "{made}");
        let said = vrun(&project, &python).code(0).stderr;
        assert_eq!(said, "");
    }
}

/// Pins of a real index, by pip and by uv where there is one.
#[test]
fn a_clone_has_the_versions_that_its_files_pin() {
    let version = "from importlib.metadata import version; print(version('tomli'))";
    for installer in ["pip", "uv"] {
        let pins = "tomli==2.0.1 --hash=sha256:939de3e7a6161af0c887ef91b7d41a53e7c5a1ca976325f429cb46ea9bc30ecc\n";
        let project = Project::new().file("app/requirements.txt", pins);
        let vars = [("VRUN_INSTALLER", installer)];
        let made = vrun_with(&project, &["python", "-c", version], &vars);
        if !made.status.success() {
            let why = made.stderr;
            project::tell(format_args!("not tested: pins by {installer}:\n{why}"));
            continue;
        }
        made.stdout("2.0.1");
    }
}

/// The same of a script, which is not the project's.
#[test]
fn a_script_has_the_versions_that_it_pins() {
    let text = "# /// script\n# dependencies = ['tomli==2.0.1']\n# ///\n\
        from importlib.metadata import version; print(version('tomli'))\n";
    for installer in ["pip", "uv"] {
        let project = Project::new().file("app/tool.py", text);
        let cache = project.path("cache").display().to_string();
        let vars = [("VRUN_INSTALLER", installer), ("VRUN_CACHE_DIR", &cache)];
        let ran = vrun_with(&project, &["tool.py"], &vars);
        if !ran.status.success() {
            let why = ran.stderr;
            project::tell(format_args!("not tested: a script by {installer}:\n{why}"));
            continue;
        }
        ran.stdout("2.0.1");
        let again = vrun_with(&project, &["tool.py"], &vars).code(0);
        assert_eq!(again.stdout("2.0.1").stderr, "");
    }
}

#[test]
fn upgrade_deps_brings_pip_up_to_date_from_the_index() {
    let project = Project::new();
    let bundled = pythons::newest().says("import ensurepip; print(ensurepip.version())");
    let made = vrun(&project, &["--create", "--upgrade-deps"]);
    if !made.status.success() {
        made.says(&[
            "vrun: cannot upgrade pip in ",
            "`vrun --env ",
            " pip install --upgrade pip`",
        ]);
        project::tell("not tested: pip reaches no index here, which is said");
        return;
    }
    let said = vrun(&project, &["pip", "--version"]).code(0).stdout;
    assert!(
        !said.starts_with(&format!("pip {bundled} ")),
        "the index has nothing newer than {said}"
    );
    let cfg = std::fs::read_to_string(project.path("app/.venv/pyvenv.cfg")).expect("a file");
    assert!(cfg.contains(" -m venv --upgrade-deps "), "{cfg}");
}
