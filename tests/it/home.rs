//! The home directory: `~/.venv` serves what is in no project.

use crate::sandbox::Sandbox;

/// No option.
const PLAIN: [&str; 0] = [];

#[test]
fn the_home_environment_serves_a_plain_folder_below_it_and_home_itself() {
    let sandbox = || Sandbox::new().venv("home/.venv").dir("home/notes/2026");
    sandbox()
        .cwd("home/notes/2026")
        .run(["probe"])
        .in_env("home/.venv");
    sandbox().cwd("home").run(["probe"]).in_env("home/.venv");
}

#[test]
fn from_inside_a_project_the_walk_ends_below_the_home_directory() {
    let sandbox = Sandbox::new()
        .venv("home/.venv")
        .file("home/code/app/pyproject.toml", "")
        .dir("home/code/app/src");
    assert_eq!(
        sandbox.cwd("home/code/app/src").plans(PLAIN),
        "[ROOT]/home/code/app/.venv"
    );
}

#[test]
fn from_inside_a_project_nothing_above_the_home_directory_serves_either() {
    let sandbox = Sandbox::new()
        .venv(".venv")
        .dir("home/app/.git")
        .cwd("home/app");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/home/app/.venv");
}

#[test]
fn an_environment_between_the_home_directory_and_what_is_no_project_serves() {
    let sandbox = Sandbox::new()
        .venv("home/code/.venv")
        .dir("home/code/app")
        .cwd("home/code/app");
    sandbox.run(["probe"]).in_env("home/code/.venv");
}

#[test]
fn the_home_directory_is_no_project_by_its_version_control() {
    for control in [".git", ".hg"] {
        let sandbox = Sandbox::new()
            .venv("home/.venv")
            .dir(format!("home/{control}"))
            .dir("home/notes");
        sandbox
            .cwd("home/notes")
            .run(["probe"])
            .in_env("home/.venv");
    }
}

#[test]
fn a_home_directory_with_a_python_projects_files_is_a_project() {
    let sandbox = Sandbox::new()
        .file("home/requirements.txt", "")
        .venv("home/odd")
        .dir("home/sub")
        .cwd("home/sub");
    sandbox.run(["probe"]).in_env("home/odd");
}

#[test]
fn the_home_directory_is_known_by_another_name_too() {
    let sandbox = Sandbox::new()
        .venv("home/.venv")
        .dir("home/app/.git")
        .link("users", "home")
        .cwd("users/app");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/users/app/.venv");
}

#[test]
fn without_a_home_directory_all_else_works() {
    for sandbox in [
        Sandbox::new().unset("HOME"),
        Sandbox::new().var("HOME", ""),
        Sandbox::new().var("HOME", "x"),
    ] {
        let sandbox = sandbox.venv("home/.venv").dir("home/app").cwd("home/app");
        sandbox.run(["probe"]).in_env("home/.venv");
    }
}

#[test]
fn a_home_environment_that_is_active_serves_a_project_that_has_none() {
    let sandbox = Sandbox::new()
        .venv("home/.venv")
        .dir("home/app/.git")
        .cwd("home/app");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/home/.venv")
        .run(["probe"])
        .in_env("home/.venv");
}
