//! Other versions of CPython: `VRUN_WINDOWS_PYTHONS` lists their directories.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::first::copy;
use crate::info::assert_same;
use crate::project::{Outcome, Project, started, tell};
use crate::requirements::{SCRIPT, with_wheel};

/// A project's life with the CPython 3.`minor`.
fn works(minor: u32) {
    let Some(home) = home(minor) else {
        let not = format!("not tested: CPython 3.{minor}, for VRUN_WINDOWS_PYTHONS lists none");
        return tell(not);
    };
    let project = with_wheel("hello\n").first_on_path(&home);
    let ask = "import sys; print(*sys.version_info[:2], sys.prefix)";
    let env = project.shown("app\\.venv");
    assert_eq!(project.python(ask), format!("3 {minor} {env}"));
    is_sound(&project, "app");
    let libraries = assert_same(&project);
    assert!(libraries.iter().all(|kind| kind == "code"), "{libraries:?}");

    // What is not required stays, until only what is required is to be there.
    let project = project.file("app/requirements.txt", "# nothing\n");
    project.run(["--sync"]).code(0);
    project.run(["hello"]).code(0);
    project.run(["--sync", "--exact"]).code(0);
    project.run(["python", "-c", "import hello"]).code(1);
    let project = project.file("app/requirements.txt", "hello\n");
    project.run(["--sync"]).code(0);
    is_sound(&project, "app");

    let project = project.file("app/tool.py", SCRIPT);
    let prefix = project.run(["-s", "tool.py"]).code(0).stdout;
    assert!(prefix.starts_with(&project.shown("cache")), "{prefix}");

    copy(&project.path("app"), &project.path("copy"));
    let project = project.cwd("copy");
    is_repaired(&project, "copy");
    fs::rename(project.path("app"), project.path("my app")).expect("moved");
    is_repaired(&project.cwd("my app"), "my app");
}

/// `--doctor` finds what names the place where `dir` was made, and `--repair` mends it.
fn is_repaired(project: &Project, dir: &str) {
    let said = project.run(["--doctor"]).code(1).stdout;
    assert!(said.contains("old location"), "{said}");
    project.run(["--repair"]).code(0);
    is_sound(project, dir);
    assert_same(project);
}

/// Nothing is wrong with the environment in `dir`, and what pip wrote starts its Python, with vrun or without.
fn is_sound(project: &Project, dir: &str) {
    project.run(["--doctor"]).code(0);
    let env = project.shown(&format!("{dir}\\.venv"));
    project
        .run(["hello", "x"])
        .code(1)
        .stdout(&format!("{env}|'x'"));
    for (name, code) in [("pip", 0), ("hello", 1)] {
        let file = format!("{dir}/.venv/Scripts/{name}.exe");
        let mut program = Command::new(project.path(file));
        project.place(program.arg("--version"));
        let said = Outcome::of(started(&mut program)).code(code).stdout;
        assert!(said.contains(&env), "{said}");
    }
}

fn home(minor: u32) -> Option<PathBuf> {
    let listed = env::var_os("VRUN_WINDOWS_PYTHONS")?;
    let mut homes = env::split_paths(&listed);
    homes.find(|home| home.join(format!("python3{minor}.dll")).is_file())
}

#[test]
fn a_project_lives_with_cpython_3_8() {
    works(8);
}

#[test]
fn a_project_lives_with_cpython_3_11() {
    works(11);
}

#[test]
fn a_project_lives_with_cpython_3_13() {
    works(13);
}
