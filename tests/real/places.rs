//! What may lie where the environment is to be.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::mounts::{can_mount, in_mounts};
use crate::project::{Outcome, Project, tell};

const PREFIX: [&str; 3] = ["python", "-c", "import sys; print(sys.prefix)"];

/// Whoever is nobody in particular.
const NOBODY: u32 = 65534;

#[test]
fn an_empty_directory_is_replaced() {
    let project = Project::with_python().dir("app/.venv");
    let path = project.path("app/.venv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a directory");
    let venv = path.display().to_string();
    project.run(PREFIX).code(0).stdout(&venv);
    project.assert_only(&[".venv", "setup.py"]);
    let mode = || fs::metadata(&path).expect("a directory").mode() & 0o777;
    assert_eq!(mode(), 0o700);
    project.run(["--create", "--clear"]).code(0);
    assert_eq!(mode(), 0o700);
}

#[test]
fn a_link_to_an_empty_directory_stays_and_is_filled() {
    let project = Project::with_python()
        .dir("far")
        .link("app/.venv", "../far");
    let venv = project.path("app/.venv");
    project
        .run(PREFIX)
        .code(0)
        .stdout(&venv.display().to_string());
    assert!(venv.is_symlink());
    project.run(["pip", "--version"]).code(0);
    project.assert_only(&[".venv", "setup.py"]);
    assert!(
        !project
            .names("far")
            .iter()
            .any(|name| name.starts_with(".vrun"))
    );
}

#[test]
fn a_directory_of_other_things_a_file_and_a_dangling_link_stay_as_they_are() {
    let taken = |project: &Project, cause: &str| {
        let refused = project
            .run(PREFIX)
            .code(125)
            .says(&["vrun: ", cause, "hint: "]);
        assert_eq!(refused.stdout, "");
        project.assert_only(&[".venv", "setup.py"]);
    };
    let other = Project::with_python().file("app/.venv/notes.txt", "mine");
    taken(&other, "a directory with other things in it: notes.txt");
    assert_eq!(other.names("app/.venv"), ["notes.txt"]);
    taken(
        &Project::with_python().link("app/.venv", "nowhere"),
        "nowhere",
    );
    taken(&Project::with_python().file("app/.venv", ""), ".venv");
}

#[test]
fn a_named_place_is_made_with_the_directories_above_it() {
    let project = Project::with_python();
    let at = project.path("app/new/one two/.env's").display().to_string();
    let mut args = vec!["--env", "new/one two/.env's"];
    args.extend(PREFIX);
    project.run(&args).code(0).stdout(&at);
    project
        .run(["--env", "new/one two/.env's", "pip", "--version"])
        .code(0);
    assert_eq!(project.names("app/new/one two"), [".env's"]);
}

#[test]
fn a_named_place_that_fails_leaves_no_directories() {
    let project = Project::new();
    project
        .run(["--env", "new/deep/env", "python", "-V"])
        .code(125);
    project.assert_only(&["setup.py"]);
}

#[test]
fn a_place_on_the_path_separator_is_refused() {
    let project = Project::with_python();
    project
        .run(["--env", "a:b", "python", "-V"])
        .code(126)
        .says(&["this path contains `:`, which separates the entries of PATH"]);
    project.assert_only(&["setup.py"]);
}

#[test]
fn a_tree_that_cannot_be_written_to_is_a_clear_error() {
    let project = Project::with_python();
    let app = project.path("app");
    // The program itself may lie where nobody else may look.
    let vrun = project.path("vrun");
    let copied = Command::new("/bin/cp")
        .arg(env!("CARGO_BIN_EXE_vrun"))
        .arg(&vrun)
        .status();
    assert!(copied.is_ok_and(|status| status.success()));
    fs::set_permissions(project.path(""), fs::Permissions::from_mode(0o755)).expect("a mode");
    fs::set_permissions(&app, fs::Permissions::from_mode(0o555)).expect("a mode");
    let mut command = Command::new(vrun);
    project.place(&mut command);
    if fs::metadata(&app).expect("a directory").uid() == 0 {
        // Root may write anywhere.
        chown(project.path("home"), Some(NOBODY), None).expect("a new owner");
        command.uid(NOBODY);
    }
    let refused = Outcome::of(command.args(PREFIX)).code(125);
    let what = format!("vrun: cannot create {}\n", app.join(".venv").display());
    refused.says(&[&what, "permission denied", "--env PATH"]);
    project.assert_only(&["setup.py"]);
}

#[test]
fn a_mount_point_is_filled_in_place() {
    let project = Project::with_python().dir("app/.venv");
    let venv = project.path("app/.venv").display().to_string();
    let mount = format!("/bin/mount -t tmpfs none '{venv}'");
    if !can_mount(&mount) {
        tell("not tested: a file system cannot be mounted here");
        return;
    }
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let script = format!(
        "{mount} && '{vrun}' python -c 'import sys; print(sys.prefix)' && '{vrun}' pip --version >&2 && /bin/ls -A .venv . >&2"
    );
    let filled = in_mounts(&project, &script).code(0).stdout(&venv);
    assert!(filled.stderr.contains("pyvenv.cfg"), "{filled}");
    assert!(!filled.stderr.contains("vrun-"), "{filled}");
    // What a vrun that was killed while it filled left behind is vrun's to finish.
    let dead = "/bin/mkdir .venv/bin && echo half > .venv/bin/pip && : > .venv/.vrun-unfinished";
    let script = format!("{mount} && {dead} && '{vrun}' pip --version && /bin/ls -A .venv >&2");
    let filled = in_mounts(&project, &script).code(0);
    assert!(filled.stdout.starts_with("pip "), "{filled}");
    assert!(!filled.stderr.contains("unfinished"), "{filled}");
}

#[test]
fn a_directory_in_a_tree_that_cannot_be_written_to_is_filled_in_place() {
    let vrun = env!("CARGO_BIN_EXE_vrun");
    // One that vrun makes an environment for itself, and one that it leaves to its own venv.
    for project in [
        Project::with_python(),
        crate::stripped::python_without("venv/scripts"),
    ] {
        let project = if project.path("poor/bin").is_dir() {
            let bin = project.path("poor/bin");
            project.first_on_path(&bin)
        } else {
            project
        };
        let app = project.path("app").display().to_string();
        let mount = format!(
            "/bin/mount -t tmpfs none '{app}' && cd '{app}' && : > setup.py && /bin/mkdir .venv && \
             /bin/mount -t tmpfs none .venv && /bin/mount -o remount,ro '{app}'"
        );
        if !can_mount(&mount) {
            tell("not tested: a file system cannot be mounted here");
            return;
        }
        let look = "/bin/ls -A . .venv >&2 && ! /bin/grep -rIl 'vrun-' .venv >&2";
        let script = format!(
            "{mount} && '{vrun}' python -c 'import sys; print(sys.prefix)' && {look} && '{vrun}' pip --version >&2"
        );
        let filled = in_mounts(&project, &script).code(0);
        let filled = filled.stdout(&format!("{app}/.venv"));
        assert!(filled.stderr.contains("pyvenv.cfg"), "{filled}");
        assert!(filled.stderr.contains("pip "), "{filled}");
        assert!(!filled.stderr.contains("vrun-"), "{filled}");
        // So is what a vrun that was killed there has left.
        let dead = "/bin/mkdir -p .venv/.venv.vrun-Ab12Cd/.venv && : > .venv/.venv.vrun-lock";
        let script = format!("{mount} && {dead} && '{vrun}' python -V && {look}");
        let filled = in_mounts(&project, &script).code(0);
        assert!(!filled.stderr.contains("vrun-"), "{filled}");
        // With nothing there to write in, it is an error.
        let none = "/bin/umount .venv";
        let script = format!("{mount} && {none} && '{vrun}' python -V");
        in_mounts(&project, &script)
            .code(125)
            .says(&["read-only file system", "--env PATH"]);
    }
}

#[test]
fn the_error_for_a_dangling_link_says_why() {
    let looped = Project::with_python().link("app/.venv", ".venv");
    looped
        .run(PREFIX)
        .code(125)
        .says(&["it is a link to .venv: too many levels", "--env PATH"]);
    let through = Project::with_python().link("app/.venv", "setup.py/env");
    let refused = through.run(PREFIX).code(125);
    let refused = refused.says(&[
        "it is a link to setup.py/env: not a directory",
        "--env PATH",
    ]);
    assert!(!refused.stderr.contains("`rm "), "{refused}");
}

#[test]
fn a_project_that_is_named_as_its_environment_is_never_to_be_moved_away() {
    let project = Project::with_python();
    for named in [".", "..", "../app"] {
        let refused = project.run(["--env", named, "python", "-V"]).code(125);
        let refused = refused.says(&["`--env` takes the environment's own directory"]);
        assert!(!refused.stderr.contains("`mv "), "{refused}");
    }
    project.assert_only(&["setup.py"]);
}

#[test]
fn a_full_disk_is_a_clear_error_and_leaves_nothing() {
    let project = Project::with_python();
    let app = project.path("app").display().to_string();
    let mount = format!("/bin/mount -t tmpfs -o size=3m none '{app}' && cd '{app}'");
    if !can_mount(&mount) {
        tell("not tested: a file system cannot be mounted here");
        return;
    }
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let script = format!("{mount} && : > setup.py && '{vrun}' python -V; echo $?; /bin/ls -A");
    let full = in_mounts(&project, &script).code(0).stdout("125\nsetup.py");
    full.says(&["vrun: cannot create ", "no space left on device", "hint: "]);
}
