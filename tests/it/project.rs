//! Where an environment would be made, and where never unasked.

use crate::sandbox::Sandbox;

/// No option.
const PLAIN: [&str; 0] = [];

#[test]
fn in_a_project_it_would_be_made_in_the_projects_root() {
    for file in [
        "pyproject.toml",
        "pylock.toml",
        "requirements.txt",
        "setup.py",
        "setup.cfg",
        "Pipfile",
        "tox.ini",
        ".python-version",
    ] {
        let sandbox = Sandbox::new()
            .file(format!("app/{file}"), "")
            .dir("app/src/deep")
            .cwd("app/src/deep");
        assert_eq!(sandbox.plans(PLAIN), "[ROOT]/app/.venv", "{file}");
    }
    for dir in [".git", ".hg"] {
        let sandbox = Sandbox::new()
            .dir(format!("app/{dir}"))
            .dir("app/src/deep")
            .cwd("app/src/deep");
        assert_eq!(sandbox.plans(PLAIN), "[ROOT]/app/.venv", "{dir}");
    }
}

#[test]
fn a_git_worktree_and_a_submodule_are_projects() {
    for text in [
        "gitdir: [ROOT]/main/.git/worktrees/tree\n",
        "gitdir: ../.git/modules/lib\n",
    ] {
        let sandbox = Sandbox::new()
            .dir("main/.git")
            .file("main/tree/.git", text)
            .dir("main/tree/src");
        assert_eq!(
            sandbox.cwd("main/tree/src").plans(PLAIN),
            "[ROOT]/main/tree/.venv",
            "{text}"
        );
    }
}

#[test]
fn what_npm_installs_is_no_project_and_gets_no_environment() {
    for marker in ["app/setup.py", "app/.git/HEAD", "app/package.json"] {
        let sandbox = Sandbox::new()
            .file(marker, "")
            .file("app/node_modules/dep/setup.py", "")
            .dir("app/node_modules/dep/node_modules/deeper/.git")
            .cwd("app/node_modules/dep/node_modules/deeper");
        assert_eq!(sandbox.plans(PLAIN), "[ROOT]/app/.venv", "{marker}");
    }
    let sandbox = Sandbox::new()
        .file("lib/site-packages/dep/setup.py", "")
        .cwd("lib/site-packages/dep");
    let said = "refusing to create an environment in installed packages, [ROOT]/lib/site-packages";
    sandbox.run(["true"]).error(126, &[said]);
}

#[test]
fn the_project_is_the_nearest_one() {
    let sandbox = Sandbox::new()
        .dir("mono/.git")
        .file("mono/a/setup.py", "")
        .dir("mono/a/src")
        .cwd("mono/a/src");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/mono/a/.venv");
}

#[test]
fn in_no_project_it_would_be_made_in_the_start_directory() {
    assert_eq!(
        Sandbox::new()
            .dir("plain/sub")
            .cwd("plain/sub")
            .plans(PLAIN),
        "[ROOT]/plain/sub/.venv"
    );
    assert_eq!(
        Sandbox::new().dir("plain").plans(["--project", "plain"]),
        "[ROOT]/plain/.venv"
    );
    assert_eq!(
        Sandbox::new().dir("plain").plans(["-C", "plain"]),
        "[ROOT]/plain/.venv"
    );
}

#[test]
fn no_create_is_an_error_that_names_the_place_and_makes_nothing() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .dir("app/src")
        .cwd("app/src");
    let before = sandbox.tree();
    sandbox
        .run(["--no-create", "true"])
        .error(125, &["[ROOT]/app/.venv"]);
    let sandbox = sandbox.var("VRUN_NO_CREATE", "1");
    sandbox.run(["true"]).error(125, &["[ROOT]/app/.venv"]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn no_create_looks_at_an_odd_dot_venv_and_leaves_it_alone() {
    for odd in [
        Sandbox::new().dir("app/.venv"),
        Sandbox::new().file("app/.venv/keep", "mine"),
        Sandbox::new().dir("app").link("app/.venv", "nowhere"),
        Sandbox::new().dir("app").link("app/.venv", ".venv"),
        Sandbox::new()
            .dir("app")
            .dir("full")
            .link("app/.venv", "../full"),
    ] {
        let sandbox = odd.file("app/pyproject.toml", "").cwd("app");
        let before = sandbox.tree();
        sandbox
            .run(["--no-create", "true"])
            .error(125, &["[ROOT]/app/.venv"]);
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn none_is_made_in_the_home_directory() {
    for sandbox in [
        Sandbox::new(),
        Sandbox::new().dir("home/.git"),
        Sandbox::new().file("home/pyproject.toml", ""),
    ] {
        let sandbox = sandbox.cwd("home");
        let before = sandbox.tree();
        sandbox
            .run(["true"])
            .error(126, &["home directory", "[ROOT]/home", "--env"]);
        sandbox
            .run(["-n", "true"])
            .error(126, &["home directory", "--env"]);
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn none_is_made_in_the_home_directory_by_another_name() {
    let sandbox = Sandbox::new().link("seen", "home").cwd("seen");
    sandbox.run(["true"]).error(126, &["home directory"]);
}

#[test]
fn a_plain_directory_in_the_home_directory_is_no_project_though_the_home_directory_is_in_git() {
    let sandbox = Sandbox::new()
        .dir("home/.git")
        .dir("home/notes")
        .cwd("home/notes");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/home/notes/.venv");
}

#[test]
fn none_is_made_in_the_root() {
    // -n, for a failure of this test would leave its mark on the machine.
    Sandbox::new()
        .run(["-C", "/", "-n", "true"])
        .error(126, &["root", "--env"]);
}

#[test]
fn none_is_made_in_the_systems_temp_directory_itself() {
    let sandbox = Sandbox::new().dir("tmp/work");
    sandbox
        .run(["-C", "tmp", "true"])
        .error(126, &["[ROOT]/tmp", "--env"]);
    assert_eq!(sandbox.plans(["-C", "tmp/work"]), "[ROOT]/tmp/work/.venv");
    assert_eq!(sandbox.tree(), Sandbox::new().dir("tmp/work").tree());
}

#[test]
fn none_is_made_inside_another_environment() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .dir("app/.venv/src/x")
        .cwd("app/.venv/src/x");
    let sandbox = sandbox.var("VRUN_CEILING_DIRECTORIES", "[ROOT]/app/.venv");
    sandbox.run(["true"]).error(126, &["[ROOT]/app/.venv"]);
    assert!(!sandbox.path("app/.venv/src/x/.venv").exists());
}

#[test]
fn an_environment_that_is_named_may_be_made_anywhere() {
    let sandbox = Sandbox::new().cwd("home");
    assert_eq!(sandbox.plans(["--env", ".venv"]), "[ROOT]/home/.venv");
}

#[test]
fn the_directories_for_temporary_files_that_all_share_are_barred_whatever_tmpdir_says() {
    let sandbox = Sandbox::new();
    for shared in ["/tmp", "/var/tmp"] {
        sandbox
            .run(["-C", shared, "-n", "true"])
            .error(126, &[shared, "which all users share"]);
    }
}

#[test]
fn a_project_that_tmpdir_names_is_a_project_all_the_same() {
    let sandbox = Sandbox::new()
        .file("app/setup.py", "")
        .cwd("app")
        .var("TMPDIR", "[ROOT]/app");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/app/.venv");
}

#[test]
fn a_refusal_says_which_file_makes_the_home_directory_a_project() {
    let sandbox = Sandbox::new()
        .file("home/.python-version", "3\n")
        .dir("home/scripts");
    sandbox.cwd("home/scripts").run(["true"]).error(
        126,
        &["the home directory", "because of the .python-version there"],
    );
}
