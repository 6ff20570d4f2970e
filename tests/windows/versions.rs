//! Other versions of CPython: `VRUN_WINDOWS_PYTHONS` lists their directories.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::info::assert_same;
use crate::project::{Outcome, Project, started, tell};

/// First use, what `--info` tells, and a move, with the CPython 3.`minor`.
fn works(minor: u32) {
    let Some(home) = home(minor) else {
        let not = format!("not tested: CPython 3.{minor}, for VRUN_WINDOWS_PYTHONS lists none");
        return tell(not);
    };
    let project = Project::new().first_on_path(&home);
    let ask = "import sys; print(*sys.version_info[:2], sys.prefix)";
    let env = project.shown("app\\.venv");
    assert_eq!(project.python(ask), format!("3 {minor} {env}"));
    let libraries = assert_same(&project);
    assert!(libraries.iter().all(|kind| kind == "code"), "{libraries:?}");
    project.run(["--doctor"]).code(0);
    fs::rename(project.path("app"), project.path("my app")).expect("moved");
    let project = project.cwd("my app");
    project.run(["--doctor"]).code(1);
    project.run(["--repair"]).code(0);
    project.run(["--doctor"]).code(0);
    let mut pip = Command::new(project.path("my app/.venv/Scripts/pip.exe"));
    project.place(pip.arg("--version"));
    let pip = Outcome::of(started(&mut pip)).code(0).stdout;
    assert!(pip.contains(&project.shown("my app\\.venv")), "{pip}");
    assert_same(&project);
}

fn home(minor: u32) -> Option<PathBuf> {
    let listed = env::var_os("VRUN_WINDOWS_PYTHONS")?;
    let mut homes = env::split_paths(&listed);
    homes.find(|home| home.join(format!("python3{minor}.dll")).is_file())
}

#[test]
fn cpython_3_8_makes_and_repairs_an_environment() {
    works(8);
}

#[test]
fn cpython_3_11_makes_and_repairs_an_environment() {
    works(11);
}

#[test]
fn cpython_3_13_makes_and_repairs_an_environment() {
    works(13);
}
