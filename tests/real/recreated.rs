//! `--create --clear` where requirements are installed: the old environment makes room once the new one has them.

use std::fs;

use crate::mounts::{can_mount, in_mounts};
use crate::project::{Project, tell};
use crate::wheels::{BACKEND, PYPROJECT, VERSIONS, app, installers, versions};

const CLEAR: [&str; 2] = ["--create", "--clear"];

/// The project's own build backend tells what the environment in its place has while this one is installed.
const LOOKS: &str = "
import subprocess
def look():
    python = os.path.join('.venv', 'bin', 'python')
    with open('seen', 'wb') as seen:
        seen.write(subprocess.check_output([python, '-c', open('versions.py').read()]))
def build_editable(*args):
    if os.path.exists('.venv'):
        look()
    return build_wheel(*args)
";

fn looking_app(installer: &str) -> Project {
    app(installer)
        .file("app/backend.py", &format!("{BACKEND}{LOOKS}"))
        .file("app/versions.py", VERSIONS)
        .file("app/pyproject.toml", PYPROJECT)
}

/// A program that starts meanwhile finds all that it needs.
#[test]
fn the_old_environment_stays_until_the_requirements_are_in_the_new_one() {
    for installer in installers() {
        let project = looking_app(installer);
        project.run(["/bin/true"]).code(0);
        project.run(["-m", "pip", "install", "beta"]).code(0);
        let old = versions(&project).code(0);
        assert_eq!(old.stdout, "alpha 1.0\nbeta 1.0\n", "{old}");
        let cleared = project.run(CLEAR).code(0);
        let seen = fs::read_to_string(project.path("app/seen")).expect("a look");
        assert_eq!(seen, old.stdout, "{cleared}");
        versions(&project).code(0).stdout("alpha 2.0");
        project.assert_only(&[
            ".venv",
            "__pycache__",
            "backend.py",
            "begun",
            "pyproject.toml",
            "seen",
            "setup.py",
            "versions.py",
        ]);
        // Nothing in it names the place where it was built.
        assert_eq!(project.run(["/bin/true"]).code(0).stderr, "");
        project.run(["--doctor"]).code(0);
        project.run(["pip", "--version"]).code(0);
        let names = fs::read_dir(project.path("app/.venv/bin")).expect("a directory");
        for file in names.map(|entry| entry.expect("an entry").path()) {
            let text = fs::read(&file).unwrap_or_default();
            assert!(
                !String::from_utf8_lossy(&text).contains(".vrun-"),
                "{file:?}"
            );
        }
    }
}

/// As where the index cannot be reached: whoever clears an environment has it until there is another.
#[test]
fn the_old_environment_stays_where_the_requirements_cannot_be_installed() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "alpha<2\n");
        versions(&project).code(0).stdout("alpha 1.0");
        let project = project.file("app/requirements.txt", "nowhere-to-be-found\n");
        let log = project.path("app/.venv/vrun-install.log");
        let failed = project.run(CLEAR).code(125).stdout("").says(&[
            "vrun: cannot install requirements.txt into ",
            "nowhere-to-be-found",
            &format!("the full output of {installer} is in {}", log.display()),
            "\n  cause: the old environment is unchanged\n",
            "\n  hint: `vrun --create --clear --no-install` recreates it without them",
        ]);
        assert!(log.exists(), "{failed}");
        project.assert_only(&[".venv", "requirements.txt", "setup.py"]);
        versions(&project)
            .code(0)
            .stdout("alpha 1.0")
            .says(&["requirements.txt changed since the last install"]);
        project.run([CLEAR[0], CLEAR[1], "--no-install"]).code(0);
        versions(&project).code(0).stdout("");
        // Where none stood there is one afterwards, which the next command completes.
        let project = app(installer).file("app/requirements.txt", "nowhere-to-be-found\n");
        project.run(CLEAR).code(125);
        let project = project.file("app/requirements.txt", "alpha<2\n");
        versions(&project).code(0).stdout("alpha 1.0");
    }
}

/// `--upgrade-deps` works in the new one too before that takes its place.
#[test]
fn the_old_environment_stays_where_pip_cannot_be_upgraded() {
    let project = app("pip").file("app/requirements.txt", "alpha<2\n");
    versions(&project).code(0).stdout("alpha 1.0");
    let project = project.var("PIP_TIMEOUT", "long");
    let failed = project
        .run([CLEAR[0], CLEAR[1], "--upgrade-deps"])
        .code(125)
        .says(&[
            "vrun: cannot upgrade pip in ",
            "\n  cause: the old environment is unchanged\n",
        ]);
    project.assert_only(&[".venv", "requirements.txt", "setup.py"]);
    assert!(!failed.stderr.contains(".venv.vrun-"), "{failed}");
    let project = project.var("PIP_TIMEOUT", "1");
    versions(&project).code(0).stdout("alpha 1.0");
}

/// Where an environment is filled in its place, as in a mount point, and vrun is killed meanwhile.
#[test]
fn what_was_asked_for_is_known_where_a_replacement_was_killed() {
    let project = app("pip")
        .file("app/requirements.txt", "alpha==1.0\n")
        .file("app/other.txt", "alpha==2.0\n");
    let options = ["--create", "--requirements", "other.txt"];
    project.run(options).code(0);
    fs::remove_file(project.path("app/.venv/pyvenv.cfg")).expect("a file");
    let project = project.file("app/.venv/.vrun-unfinished", "");
    versions(&project).code(0).stdout("alpha 2.0");
    // What is recorded of packages that are not there counts for nothing.
    fs::remove_file(project.path("app/.venv/pyvenv.cfg")).expect("a file");
    let project = project.file("app/.venv/.vrun-unfinished", "");
    project.run(["--create", "--no-install"]).code(0);
    assert!(!project.path("app/.venv/vrun-requirements").exists());
    assert!(!project.path("app/.venv/vrun-packages").exists());
}

#[test]
fn a_mount_point_keeps_its_requirements_where_a_replacement_fails() {
    let project = app("pip")
        .dir("app/.venv")
        .file("app/requirements.txt", "nowhere-to-be-found\n")
        .file("app/other.txt", "alpha\n");
    let venv = project.path("app/.venv").display().to_string();
    let mount = format!("/bin/mount -t tmpfs none '{venv}'");
    if !can_mount(&mount) {
        return tell("not tested: a file system cannot be mounted here");
    }
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let script = format!(
        "{mount} && '{vrun}' --create --requirements other.txt && ! '{vrun}' --create --clear && '{vrun}' --sync"
    );
    in_mounts(&project, &script).code(0).says(&[
        "cannot install requirements.txt",
        "vrun: up to date with other.txt",
    ]);
}
