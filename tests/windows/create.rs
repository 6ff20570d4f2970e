//! `--create`, and what may lie where the environment is to be.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::project::{Outcome, Project};

const CREATE: [&str; 2] = ["--create", "--without-pip"];
const PREFIX: &str = "import sys; print(sys.prefix)";

/// That `dir` holds these, and nothing else.
#[track_caller]
fn assert_only(project: &Project, dir: &str, names: &[&str]) {
    let entries = fs::read_dir(project.path(dir)).expect("a directory");
    let mut found: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    found.sort();
    assert_eq!(found, names);
}

#[test]
fn an_empty_directory_is_replaced_and_one_with_things_in_it_is_refused() {
    let project = Project::new().dir("app/.venv");
    project
        .run(CREATE)
        .code(0)
        .stdout(&project.shown("app\\.venv"));
    assert_eq!(project.python(PREFIX), project.shown("app\\.venv"));
    assert_only(&project, "app", &[".venv", "setup.py"]);
    let project = Project::new().file("app/.venv/mine.txt", "mine");
    project.run(["python"]).code(125).says(&["mine.txt"]);
    assert_only(&project, "app/.venv", &["mine.txt"]);
}

#[test]
fn clear_makes_it_anew_and_upgrade_keeps_what_is_in_it() {
    let project = Project::with_venv().file("app/.venv/Lib/site-packages/old.py", "");
    project
        .run(["--create", "--without-pip", "--upgrade"])
        .code(0);
    assert!(project.path("app/.venv/Lib/site-packages/old.py").exists());
    assert_eq!(project.python(PREFIX), project.shown("app\\.venv"));
    project
        .run(["--create", "--without-pip", "--clear"])
        .code(0);
    assert!(!project.path("app/.venv/Lib/site-packages/old.py").exists());
    assert_eq!(project.python(PREFIX), project.shown("app\\.venv"));
    assert_only(&project, "app", &[".venv", "setup.py"]);
}

#[test]
fn a_place_is_named_with_either_separator_and_made_with_those_above_it() {
    for place in [
        "envs/deep/one",
        "envs\\deep\\one",
        ".\\envs/deep\\..\\deep/one\\",
    ] {
        let project = Project::new();
        let args = [&CREATE[..], &["--env", place]].concat();
        project
            .run(args)
            .code(0)
            .stdout(&project.shown("app\\envs\\deep\\one"));
    }
}

#[test]
fn paths_may_hold_blanks_and_letters_of_any_language() {
    let project = Project::new().file("Mein Prüfling €/setup.py", "");
    let project = project.cwd("Mein Prüfling €").var("PYTHONUTF8", "1");
    let at = project.shown("Mein Prüfling €\\.venv");
    project.run(CREATE).code(0).stdout(&at);
    assert_eq!(project.python(PREFIX), at);
    let prompt = "import os; print(os.environ['VIRTUAL_ENV_PROMPT'])";
    assert_eq!(project.python(prompt), "Mein Prüfling €");
}

#[test]
fn killed_midway_it_leaves_no_environment_and_the_next_makes_one_at_once() {
    // It takes so little time that it may be through before it is killed.
    let killed = (0..20).map(|_| Project::new()).find(killed_midway);
    let project = killed.expect("one that was killed in time");
    let next = project.run(CREATE).code(0);
    assert!(!next.stderr.contains("waiting"), "{next}");
    assert_only(&project, "app", &[".venv", "setup.py"]);
    assert_eq!(project.python(PREFIX), project.shown("app\\.venv"));
}

/// Kills vrun as soon as it has begun; whether that was before there was an environment.
fn killed_midway(project: &Project) -> bool {
    let mut command = project.vrun(["--create"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("vrun");
    let deadline = Instant::now() + Duration::from_secs(60);
    let at_work = || {
        let entries = fs::read_dir(project.path("app"))
            .expect("a directory")
            .flatten();
        let mut names = entries.map(|entry| entry.path());
        names.any(|path| path.join("pyvenv.cfg").exists() || path.join(".venv/pyvenv.cfg").exists())
    };
    while !at_work() {
        assert!(Instant::now() < deadline, "it does not begin");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("an end");
    !project.path("app/.venv").exists()
}

#[test]
fn a_python_can_be_asked_for_by_version_and_by_path() {
    let project = Project::new();
    let base = crate::project::base().display().to_string();
    for request in ["3", ">=3.8", &base, &format!("{base}\\python.exe")] {
        let outcome = project.run([&["-v", "-p", request], &CREATE[..], &["--clear"]].concat());
        outcome
            .code(0)
            .says(&[&format!("vrun: base {base}\\python.exe (Python 3.")]);
    }
}

#[test]
fn requests_as_for_py_mean_the_version_and_the_bits() {
    let project = Project::new();
    let base = crate::project::base().display().to_string();
    for request in ["py", "py -3", "3-64", "py -V:3"] {
        let outcome = project.run([&["-v", "-p", request], &CREATE[..], &["--clear"]].concat());
        outcome
            .code(0)
            .says(&[&format!("vrun: base {base}\\python.exe (Python 3.")]);
        project.run(["-p", request, "python", "-V"]).code(0);
    }
    let other = project.run(["-p", "3-32", "python", "-V"]).code(125);
    other.says(&["but --python asks for `3-32`"]);
    let other = project.run([&["-p", "3-32"], &CREATE[..], &["--clear"]].concat());
    other.code(125).says(&["no Python matches `3-32`"]);
}

#[test]
fn an_environments_python_stands_for_its_base() {
    let project = Project::new().venv("other");
    let other = project.path("other/Scripts");
    let project = project.first_on_path(other);
    let outcome: Outcome = project.run([&["-v"], &CREATE[..]].concat()).code(0);
    let base = crate::project::base().display().to_string();
    outcome.says(&[&format!("vrun: base {base}\\python.exe (Python 3.")]);
    let cfg = fs::read_to_string(project.path("app/.venv/pyvenv.cfg")).expect("a file");
    assert!(cfg.contains(&format!("home = {base}")), "{cfg}");
}

#[test]
fn an_upgrade_keeps_who_made_the_environment() {
    let project = Project::copied();
    let read = || std::fs::read_to_string(project.path("app/.venv/pyvenv.cfg")).expect("text");
    let mark = format!("vrun = {}", env!("CARGO_PKG_VERSION"));
    assert!(read().lines().any(|line| line == mark), "{}", read());
    for _ in 0..2 {
        project.run(["--create", "--upgrade"]).code(0);
        assert_eq!(
            read().lines().filter(|line| *line == mark).count(),
            1,
            "{}",
            read()
        );
    }
}

#[test]
fn a_dry_run_is_for_powershell() {
    let project = Project::with_venv();
    let line = project.run(["-n", "python", "it's"]).code(0).stdout;
    let (env, python) = (
        project.shown("app\\.venv"),
        project.shown("app\\.venv\\Scripts\\python"),
    );
    assert!(
        line.contains(&format!("$env:VIRTUAL_ENV = '{env}'; ")),
        "{line}"
    );
    assert!(
        line.contains(&format!("& '{python}")) && line.ends_with(" 'it''s'"),
        "{line}"
    );
}
