//! vrun under another name, which here is a copy of it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Command;

use crate::project::{Outcome, Project, started};

const SAYS: &str = "import sys; print(sys.prefix, *map(ascii, sys.argv[1:]), sep='|'); sys.exit(7)";

/// An environment, and shims of these names in `shims`, which is first on PATH.
fn project(names: &[&str]) -> Project {
    let project = Project::with_venv();
    make(&project, names).code(0);
    let dir = project.path("shims");
    project.first_on_path(dir)
}

fn make(project: &Project, names: &[&str]) -> Outcome {
    let words = ["-q", "--shims", "..\\shims"];
    project.run(words.iter().chain(names))
}

fn start(project: &Project, name: &str, args: &[&str]) -> Outcome {
    let mut command = Command::new(project.path("shims").join(name));
    command.args(args);
    project.place(&mut command);
    Outcome::of(started(&mut command))
}

#[test]
fn a_copy_of_vrun_runs_what_it_is_called() {
    let project = project(&["python", "tool"]).file("tools/tool.bat", "@echo tool %1\r\n");
    let prefix = project.shown("app\\.venv");
    for name in ["python.exe", "PYTHON", "Python.EXE"] {
        start(&project, name, &["-c", SAYS, "-q", "a b", "--env"])
            .code(7)
            .stdout(&format!("{prefix}|'-q'|'a b'|'--env'"))
            .silent();
    }
    // What the environment lacks is the next on PATH that is no shim, for vrun too.
    let dirs = [project.path("shims"), project.path("tools")];
    let path = std::env::join_paths(dirs).expect("plain paths");
    let project = project.first_on_path(path);
    start(&project, "tool", &["x"]).code(0).stdout("tool x");
    project.run(["tool", "x"]).code(0).stdout("tool x");
    start(&project, "python", &["-c", SAYS]).code(7);
}

#[test]
fn copies_that_another_vrun_made_are_shims_and_are_brought_up_to_this_one() {
    let project = project(&["tool"]).file("tools/tool.bat", "@echo tool\r\n");
    let copy = project.path("shims/tool.exe");
    let mut file = OpenOptions::new().append(true).open(&copy).expect("a shim");
    file.write_all(b"another version").expect("written");
    drop(file);
    let dirs = [project.path("shims"), project.path("tools")];
    let project = project.first_on_path(std::env::join_paths(dirs).expect("plain paths"));
    project.run(["tool"]).code(0).stdout("tool");
    start(&project, "tool", &[]).code(0).stdout("tool");
    let old = fs::metadata(&copy).expect("a shim").len();
    make(&project, &["tool"])
        .code(0)
        .stdout(&project.shown("shims\\tool.exe"));
    assert!(fs::metadata(&copy).expect("a shim").len() < old);
}

#[test]
fn nothing_else_is_overwritten_and_a_name_has_no_ending() {
    let project = Project::with_venv().file("shims/pytest.exe", "MZ");
    make(&project, &["python", "pytest"])
        .code(126)
        .says(&["exists, and is not a vrun shim"]);
    assert!(!project.path("shims/python.exe").exists());
    for name in ["python.exe", "tool.bat", "a\\b", "VRUN"] {
        make(&project, &[name])
            .code(125)
            .says(&["is not a valid shim name"]);
    }
}
