//! Projects that were moved, renamed and copied, with environments of several makers: every console script
//! runs in the environment that lies there now, and what it starts does too.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// Builds a wheel with a console script `where`, which prints its sys.prefix, and that of the `python` that
/// it starts.
const BUILD_WHEEL: &str = r#"
import sys, zipfile
code = """
import subprocess, sys
def main():
    print(sys.prefix)
    sys.stdout.flush()
    subprocess.check_call(['python', '-c', 'import sys; print(sys.prefix)'])
    print(' '.join(sys.argv[1:]))
"""
info = 'vrun_where-1.0.dist-info/'
files = {
    'vrun_where.py': code,
    info + 'METADATA': 'Metadata-Version: 2.1\nName: vrun-where\nVersion: 1.0\n',
    info + 'WHEEL': 'Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    info + 'entry_points.txt': '[console_scripts]\nwhere = vrun_where:main\n',
}
record = ''.join('%s,,\n' % name for name in files) + info + 'RECORD,,\n'
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, text in files.items():
        wheel.writestr(name, text)
    wheel.writestr(info + 'RECORD', record)
"#;

/// Installs the wheel with the environment's pip.
fn install(project: &Project) {
    let wheel = wheel(project);
    let options = ["--no-index", "--no-deps", "--disable-pip-version-check"];
    project
        .run([&["python", "-m", "pip", "install"], &options[..], &[&wheel]].concat())
        .code(0);
}

fn wheel(project: &Project) -> String {
    let wheel = project.path("vrun_where-1.0-py3-none-any.whl");
    let wheel = wheel.to_str().expect("UTF-8").to_owned();
    project.run(["python", "-c", BUILD_WHEEL, &wheel]).code(0);
    wheel
}

/// `vrun where a b` in that directory runs there, and what it starts does too.
#[track_caller]
fn runs_in(project: &Project, dir: &str) {
    let at = project.path(dir);
    let prefix = at.join(".venv").display().to_string();
    let mut command = project.vrun(["where", "a", "b"]);
    let ran = Outcome::of(command.current_dir(&at)).code(0);
    assert_eq!(ran.stderr, "", "{ran}");
    ran.stdout(&format!("{prefix}\n{prefix}\na b"));
}

/// The project is moved to where a shell has to quote, copied back, and moved to where a first line is too
/// long; each time the other places are gone, or hold another environment.
fn survives_moves(project: &Project) {
    runs_in(project, "app");
    let rename = |from: &str, to: &str| {
        fs::rename(project.path(from), project.path(to)).expect("moved");
    };
    rename("app", "my app");
    runs_in(project, "my app");
    copy(&project.path("my app"), &project.path("copy"));
    runs_in(project, "copy");
    runs_in(project, "my app");
    let long = "long".repeat(50);
    rename("copy", &long);
    runs_in(project, &long);
    rename("my app", "app");
    runs_in(project, "app");
}

pub(crate) fn copy(from: &Path, to: &Path) {
    let copied = Command::new("/bin/cp").arg("-a").args([from, to]).status();
    assert!(copied.is_ok_and(|status| status.success()));
}

#[test]
fn an_environment_of_vruns_survives_moves_and_copies_for_every_python_found() {
    for python in pythons::all() {
        let project = Project::new().python("python3", python);
        install(&project);
        survives_moves(&project);
        // pip's own script too.
        let said = project.run(["pip", "--version"]).code(0).stdout;
        assert!(said.contains("/app/.venv/"), "{said}");
    }
}

#[test]
fn pip_in_a_copy_leaves_the_original_alone() {
    let project = Project::with_python();
    install(&project);
    copy(&project.path("app"), &project.path("copy"));
    let mut uninstall = project.vrun(["pip", "uninstall", "-qy", "vrun-where"]);
    Outcome::of(uninstall.current_dir(project.path("copy"))).code(0);
    assert!(!project.path("copy/.venv/bin/where").exists());
    runs_in(&project, "app");
}

#[test]
fn an_environment_born_where_a_first_line_needs_the_shell_survives_too() {
    let project = Project::with_python();
    let long = "born".repeat(40);
    fs::rename(project.path("app"), project.path(&long)).expect("moved");
    let at = project.path(&long);
    let wheel = project.path("vrun_where-1.0-py3-none-any.whl");
    let wheel = wheel.to_str().expect("UTF-8");
    let options = ["--no-index", "--no-deps", "--disable-pip-version-check"];
    for words in [
        vec!["python", "-c", BUILD_WHEEL, wheel],
        [&["pip", "install"], &options[..], &[wheel]].concat(),
    ] {
        Outcome::of(project.vrun(words).current_dir(&at)).code(0);
    }
    fs::rename(&at, project.path("app")).expect("moved");
    let script = fs::read_to_string(project.path("app/.venv/bin/where")).expect("a script");
    assert!(script.starts_with("#!/bin/sh\n'''exec' /"), "{script}");
    survives_moves(&project);
}

#[test]
fn environments_of_virtualenv_and_uv_survive_moves_and_copies() {
    for maker in ["virtualenv", "uv"] {
        let project = Project::with_python();
        let Some(tools) = tool(&project, maker) else {
            continue;
        };
        let python = &pythons::newest().exe;
        let mut make = Command::new(tools.join(maker));
        project.place(&mut make);
        match maker {
            "uv" => make.args(["venv", "-q", "--offline", "-p"]),
            _ => make.args(["-q", "--no-periodic-update", "-p"]),
        };
        Outcome::of(make.arg(python).arg(".venv")).code(0);
        let wheel = wheel(&project);
        if maker == "uv" {
            // pip too, as a bundled wheel: without it an environment of uv's has none.
            project.run(["python", "-m", "ensurepip"]).code(0);
            fs::copy(
                project.path("app/.venv/bin/pip3"),
                project.path("app/.venv/bin/pip"),
            )
            .expect("a script");
            let mut install = Command::new(tools.join("uv"));
            project.place(&mut install);
            install.args(["pip", "install", "-q", "--offline", "--no-index"]);
            Outcome::of(install.arg(&wheel)).code(0);
        } else {
            install(&project);
        }
        survives_moves(&project);
    }
}

/// The scripts directory of an environment that has that tool from the index; None, which is said, without one.
pub(crate) fn tool(project: &Project, name: &str) -> Option<std::path::PathBuf> {
    let at = project.path("tools");
    let at_text = at.to_str().expect("UTF-8");
    project.run(["--create", "--env", at_text]).code(0);
    // The index is the user's, and so are its settings.
    let installed = Command::new(at.join("bin/python"))
        .args([
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            name,
        ])
        .output()
        .expect("pip");
    if !installed.status.success() {
        tell(format_args!(
            "not tested: pip reaches no index with {name} here: {}",
            String::from_utf8_lossy(&installed.stderr)
        ));
        return None;
    }
    Some(at.join("bin"))
}
