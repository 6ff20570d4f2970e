//! Links that a clone can hold where vrun writes files of its own: none is followed, and what it leads to stays as it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::project::{Project, program};
use crate::wheels::{app, installers, versions};

/// What every link leads to.
const MINE: &str = "mine\n";

fn project() -> Project {
    Project::with_python().file("home/mine.txt", MINE)
}

#[track_caller]
fn mine_is_unchanged(project: &Project) {
    let text = fs::read_to_string(project.path("home/mine.txt")).expect("a file");
    assert_eq!(text, MINE);
}

#[track_caller]
fn is_a_file(project: &Project, path: &str) {
    let found = fs::symlink_metadata(project.path(path)).expect("a file");
    assert!(found.is_file(), "{path}: {found:?}");
}

#[test]
fn the_marker_of_an_unfinished_environment() {
    let project = project().dir("app/.venv");
    let project = project.link("app/.venv/.vrun-unfinished", "../../home/mine.txt");
    project.run(["/bin/true"]).code(0);
    mine_is_unchanged(&project);
    is_a_file(&project, "app/.venv/pyvenv.cfg");
}

#[test]
fn the_old_pyvenv_cfg() {
    let project = project();
    project.run(["--create"]).code(0);
    fs::write(project.path("app/.venv/pyvenv.cfg"), b"home = \xff\n").expect("a file");
    let project = project.link("app/.venv/pyvenv.cfg.old", "../../home/mine.txt");
    project.run(["--repair"]).code(0);
    mine_is_unchanged(&project);
    let old = fs::read(project.path("app/.venv/pyvenv.cfg.old"));
    assert_eq!(old.expect("a file"), b"home = \xff\n");
    is_a_file(&project, "app/.venv/pyvenv.cfg.old");
}

#[test]
fn the_log_of_an_installer_and_the_state_of_what_it_installed() {
    for installer in installers() {
        let project = app(installer).file("home/mine.txt", MINE);
        project.run(["--create"]).code(0);
        let project = project
            .link("app/.venv/vrun-install.log", "../../home/mine.txt")
            .file("app/requirements.txt", "nowhere-to-be-found\n");
        let _ = fs::remove_file(project.path("app/.venv/vrun-requirements"));
        let project = project.link("app/.venv/vrun-requirements", "../../home/mine.txt");
        project.run(["--sync"]).code(125);
        mine_is_unchanged(&project);
        is_a_file(&project, "app/.venv/vrun-install.log");
        is_a_file(&project, "app/.venv/vrun-requirements");
        let project = project.file("app/requirements.txt", "alpha==1.0\n");
        project.run(["--sync"]).code(0);
        versions(&project).code(0);
        mine_is_unchanged(&project);
    }
}

#[test]
fn the_lock() {
    let project = project().link("app/.venv.vrun-lock", "../home/new.txt");
    project
        .run(["/bin/true"])
        .code(125)
        .says(&["vrun: cannot create ", ".venv.vrun-lock: it is a link"]);
    assert!(fs::symlink_metadata(project.path("home/new.txt")).is_err());
    project.assert_only(&[".venv.vrun-lock", "setup.py"]);
    fs::remove_file(project.path("app/.venv.vrun-lock")).expect("a link");
    project.run(["/bin/true"]).code(0);
}

#[test]
fn a_lock_that_is_no_file_holds_nothing_up() {
    let project = project();
    let fifo = project.path("app/.venv.vrun-lock");
    let made = Command::new(program("mkfifo").expect("mkfifo"))
        .arg(&fifo)
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    project
        .run(["/bin/true"])
        .code(125)
        .says(&["it is not a regular file"]);
}

/// A moved environment whose scripts directory is the user's own.
fn linked_scripts() -> (Project, PathBuf) {
    let project = project();
    project.run(["--create"]).code(0);
    let scripts = project.path("home/scripts");
    fs::rename(project.path("app/.venv/bin"), &scripts).expect("moved");
    symlink("../../home/scripts", project.path("app/.venv/bin")).expect("a link");
    fs::rename(project.path("app"), project.path("was")).expect("moved");
    fs::rename(project.path("was"), project.path("app2")).expect("moved");
    fs::create_dir(project.path("app")).expect("a directory");
    (project, scripts)
}

/// Each file and its content, and where each link leads.
fn contents(dir: &PathBuf) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(dir).expect("a directory").flatten();
    let mut found: Vec<_> = entries
        .map(|entry| {
            let path = entry.path();
            let link = fs::read_link(&path).map(|to| to.into_os_string().into_encoded_bytes());
            let text = link.or_else(|_| fs::read(&path)).unwrap_or_default();
            (path, text)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_scripts_directory_that_is_a_link_is_not_repaired() {
    let (project, scripts) = linked_scripts();
    fs::remove_file(scripts.join("pip")).expect("a script");
    let before = contents(&scripts);
    let env = project.path("app2/.venv");
    let args = ["--repair".as_ref(), "--env".as_ref(), env.as_os_str()];
    project.run(args).code(0);
    assert_eq!(contents(&scripts), before);
}

#[test]
fn a_scripts_directory_that_is_a_link_is_not_upgraded() {
    let (project, scripts) = linked_scripts();
    let before = contents(&scripts);
    let env = project.path("app2/.venv");
    let args = ["--create", "--upgrade", "--env"].map(AsRef::as_ref);
    let args = [&args[..], &[env.as_os_str()]].concat();
    project.run(args).code(126).says(&[
        "vrun: refusing to change ",
        "it is a link to ",
        "home/scripts",
    ]);
    assert_eq!(contents(&scripts), before);
}

#[test]
fn what_a_rebuild_keeps_comes_from_the_environment_alone() {
    let (project, scripts) = linked_scripts();
    fs::write(scripts.join("tool"), "#!/bin/sh\n").expect("a file");
    fs::remove_file(scripts.join("python3")).expect("a link");
    let env = project.path("app2/.venv");
    let cfg = "home = /nowhere\nversion = 2.6.1\ninclude-system-site-packages = false\n";
    fs::write(env.join("pyvenv.cfg"), cfg).expect("a file");
    for name in fs::read_dir(&scripts).expect("a directory").flatten() {
        if name.file_name().to_string_lossy().starts_with("python") {
            fs::remove_file(name.path()).expect("a link");
        }
    }
    let before = contents(&scripts);
    let args = ["--repair".as_ref(), "--env".as_ref(), env.as_os_str()];
    project.run(args).code(0);
    assert_eq!(contents(&scripts), before);
    assert!(!env.join("bin/tool").exists());
    assert!(
        !fs::symlink_metadata(env.join("bin"))
            .expect("a directory")
            .is_symlink()
    );
}
