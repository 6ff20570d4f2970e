//! Shims of version managers that are no scripts, told from their place: the real mise, from npm.

use std::fs;
use std::process::Command;

use crate::npm;
use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// mise with one Python that has a program `tool`, and its shims on PATH behind vrun's environment.
fn with_mise() -> Option<Project> {
    let project = Project::with_python()
        .dir("home")
        .dir("home/.local/share/mise/installs/python/3.9.1/bin");
    let mise = npm::install("@jdxcode/mise", &project)?.join("@jdxcode/mise/bin/mise");
    if !mise.is_file() {
        tell("not tested: shims of mise, for npm has none for this system");
        return None;
    }
    let bin = project.path("home/.local/share/mise/installs/python/3.9.1/bin");
    std::os::unix::fs::symlink(&pythons::newest().exe, bin.join("python")).expect("a link");
    fs::copy("/bin/sh", bin.join("tool")).expect("a program");
    let project = project.var("MISE_OFFLINE", "1");
    for args in [&["use", "-g", "python@3.9.1"][..], &["reshim"]] {
        let mut command = Command::new(&mise);
        command.args(args);
        project.place(&mut command);
        Outcome::of(command.env("HOME", project.path("home"))).code(0);
    }
    let shims = project.path("home/.local/share/mise/shims");
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        project.path("bin").display(),
        shims.display()
    );
    Some(project.var("PATH", path))
}

#[test]
fn a_shim_of_mises_for_a_python_is_refused_and_another_runs() {
    let Some(project) = with_mise() else { return };
    project.run(["python", "-c", ""]).code(0);
    let shims = project.path("home/.local/share/mise/shims");
    assert!(
        fs::read_link(shims.join("tool"))
            .expect("a link")
            .ends_with("mise")
    );
    let told = ["`tool` is not in", "is a shim of mise that runs a Python"];
    project.run(["tool", "-c", ""]).code(126).says(&told);
    // What none of its Pythons has belongs to another language.
    std::os::unix::fs::symlink(
        fs::read_link(shims.join("tool")).expect("a link"),
        shims.join("other"),
    )
    .expect("a link");
    let other = project.run(["-v", "other"]);
    assert_ne!(other.status.code(), Some(126), "{other}");
}
