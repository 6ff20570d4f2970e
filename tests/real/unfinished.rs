//! An install that is refused, interrupted, killed, or asked for by many at once: the environment is whole, and the next
//! run can finish.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::project::{Project, signal};
use crate::wheels::{BACKEND, PYPROJECT, VERSIONS, app, installers, versions, wheel};

/// What the installer refuses ends the first command, with all that it said; then commands run, with a line; when the
/// file is mended, the next one installs.
#[test]
fn what_cannot_be_installed_is_an_error_and_the_next_run_can_finish() {
    let hash = format!("alpha==1.0 --hash=sha256:{}\n", "0".repeat(64));
    for installer in installers() {
        for (requirements, part) in [
            ("nowhere-to-be-found\n", "nowhere-to-be-found"),
            ("alpha==2.0\nbeta\n", "alpha"),
            ("gamma\n", "gamma"),
            (&hash, "alpha"),
        ] {
            let project = app(installer).file("app/requirements.txt", requirements);
            wheel(&project, &["gamma", "1.0", "cp27-none-win32"]);
            refused_then_finished(project, installer, part);
        }
    }
}

fn refused_then_finished(project: Project, installer: &str, part: &str) {
    let log = project.path("app/.venv/vrun-install.log");
    let first = versions(&project).code(125).stdout("").says(&[
        "vrun: cannot install requirements.txt into ",
        "\n  cause: ",
        part,
        &format!("the full output of {installer} is in {}", log.display()),
        "\n  hint: commands run with what is installed; once that is fixed, `vrun --sync`",
    ]);
    let said = fs::read_to_string(&log).expect("a log");
    let mut lines = said.lines().filter(|line| !line.starts_with("ERROR: "));
    assert!(lines.all(|line| first.stderr.contains(line)), "{first}");
    // A look around.
    let next = versions(&project).code(0).stdout("");
    let line = "vrun: requirements.txt is not installed (";
    assert!(next.stderr.starts_with(line), "{next}");
    assert_eq!(next.stderr.lines().count(), 1, "{next}");
    project.run(["pip", "--version"]).code(0);
    // In CI it is tried again, and by request.
    let project = project.var("CI", "true");
    versions(&project).code(125);
    let project = project.var("CI", "false");
    project.run(["--sync"]).code(125);
    let project = project.file("app/requirements.txt", "alpha<2\n");
    let project = project.var("PIP_NO_INDEX", "1").var("UV_OFFLINE", "1");
    versions(&project).code(0).stdout("alpha 1.0");
    assert!(!log.exists());
    assert_eq!(versions(&project).code(0).stderr, "");
}

/// As setuptools says it of an application whose modules lie beside each other.
#[test]
fn a_project_that_is_no_package_is_an_error_with_a_way_on() {
    let backend = "def build_editable(*args):\n    raise SystemExit(\"error: Multiple top-level packages discovered in a \
        flat-layout: ['a', 'b'].\")\nbuild_wheel = build_editable\n";
    for installer in installers() {
        let project = app(installer)
            .file("app/pyproject.toml", PYPROJECT)
            .file("app/backend.py", backend);
        versions(&project).code(125).says(&[
            "Multiple top-level packages discovered in a flat-layout",
            "hint: `py-modules = []` below [tool.setuptools]",
            "`vrun --no-install ...`",
        ]);
        // A list counts before it.
        let project = project.file("app/requirements.txt", "alpha<2\n");
        versions(&project).code(0).stdout("alpha 1.0");
    }
}

/// A project whose build waits.
fn slow(installer: &str) -> Project {
    app(installer)
        .file("app/pyproject.toml", PYPROJECT)
        .file("app/backend.py", BACKEND)
        .file("app/wait", "")
}

fn begin(project: &Project) -> Child {
    let mut vrun = project.interruptible(&["python", "-c", VERSIONS]);
    vrun.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = vrun.spawn().expect("vrun");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !project.path("app/begun").exists() {
        assert!(Instant::now() < deadline, "no build was begun");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn go(project: &Project) {
    fs::remove_file(project.path("app/wait")).expect("a file");
}

#[test]
fn an_install_that_is_interrupted_is_taken_up_by_the_next_run() {
    for installer in installers() {
        let project = slow(installer);
        let mut vrun = begin(&project);
        signal(&vrun, "INT");
        assert_eq!(vrun.wait().expect("an end").code(), Some(130));
        let mut said = String::new();
        let stderr = vrun.stderr.as_mut().expect("a pipe");
        stderr.read_to_string(&mut said).expect("UTF-8");
        assert!(said.ends_with("vrun: interrupted\n"), "{said}");
        // The environment is whole.
        let there = project.run(["--no-install", "python", "-c", VERSIONS]);
        assert_eq!(there.code(0).stdout("").stderr, "");
        project.run(["--no-install", "pip", "--version"]).code(0);
        go(&project);
        let next = versions(&project).code(0).stdout("alpha 2.0");
        assert!(!next.stderr.contains("vrun: creating "), "{next}");
        assert!(
            next.stderr.starts_with("vrun: installing pyproject.toml"),
            "{next}"
        );
        let names = project.names("app");
        assert!(!names.iter().any(|name| name.contains("vrun")), "{names:?}");
    }
}

#[test]
fn an_install_that_is_killed_is_taken_up_once_what_it_started_is_gone() {
    for installer in installers() {
        let project = slow(installer);
        let mut vrun = begin(&project);
        signal(&vrun, "KILL");
        assert_eq!(vrun.wait().expect("an end").signal(), Some(9));
        // pip is still at work in there, and the lock is its own.
        let mut next = project.vrun(["python", "-c", VERSIONS]);
        let next = next.stdout(Stdio::piped()).stderr(Stdio::piped());
        let next = next.spawn().expect("vrun");
        thread::sleep(Duration::from_millis(900));
        go(&project);
        let output = next.wait_with_output().expect("an end");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert_eq!(output.stdout, b"alpha 2.0\n", "{said}");
        let at = project.path("app/.venv").display().to_string();
        let waits = format!("vrun: waiting for another vrun, which is installing into {at}\n");
        assert!(said.starts_with(&waits), "{said}");
    }
}

#[test]
fn many_first_uses_at_once_install_once() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "alpha\n");
        let all = project.at_once(10, &["python", "-c", VERSIONS], "alpha 2.0\n");
        assert_eq!(all.matches("vrun: installing ").count(), 1, "{all}");
        assert_eq!(all.matches("vrun: creating ").count(), 1, "{all}");
    }
}
