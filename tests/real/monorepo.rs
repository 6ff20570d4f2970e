//! The packages of a monorepo share the environment at its root: what each of them requires is installed there when that
//! is asked for, and remembered for each.

use std::fs;

use crate::project::{Outcome, Project};
use crate::pythons;
use crate::wheels::{ANY, VERSIONS, app, installers, wheel};

/// A root that requires alpha below 2, installed, and a package that requires beta.
fn monorepo(installer: &str) -> Project {
    let project = app(installer)
        .dir("app/.git")
        .file("app/requirements.txt", "alpha<2\n")
        .file("app/packages/a/requirements.txt", "beta\n");
    in_root(&project).code(0).stdout("alpha 1.0");
    project
}

fn in_root(project: &Project) -> Outcome {
    project.run(["python", "-c", VERSIONS])
}

fn in_package(project: &Project, options: &[&str]) -> Outcome {
    let run = ["python", "-c", VERSIONS];
    project.run([&["-C", "packages/a"], options, &run].concat())
}

#[test]
fn a_packages_requirements_get_a_notice_and_sync_installs() {
    for installer in installers() {
        let project = monorepo(installer);
        let venv = project.path("app/.venv").display().to_string();
        let package = project.path("app/packages/a").display().to_string();
        let line = format!(
            "vrun: packages/a/requirements.txt is not installed in {venv}: `vrun -C {package} --sync` installs it\n"
        );
        let first = in_package(&project, &[]).code(0).stdout("alpha 1.0");
        assert_eq!(first.stderr, line);
        assert_eq!(in_package(&project, &[]).code(0).stderr, "");
        assert_eq!(in_root(&project).code(0).stderr, "");
        let at = ["-C", "packages/a"];
        let doctor = project
            .run([&at[..], &["--doctor"]].concat())
            .code(1)
            .stdout;
        assert!(
            doctor.contains("packages/a/requirements.txt is not installed"),
            "{doctor}"
        );
        let planned = project.run([&at[..], &["-n", "--sync"]].concat()).code(0);
        assert_eq!(planned.stderr, "vrun: would install requirements.txt\n");
        let info = project
            .run([&at[..], &["--info", "--json"]].concat())
            .code(0)
            .stdout;
        assert!(info.contains("packages/a/requirements.txt"), "{info}");
        let synced = in_package(&project, &["--sync"]).code(0);
        synced
            .stdout("alpha 1.0\nbeta 1.0")
            .says(&["vrun: installed requirements.txt in "]);
        assert_eq!(in_package(&project, &[]).code(0).stderr, "");
        project.run([&at[..], &["--doctor"]].concat()).code(0);
        project.run(["--doctor"]).code(0);
    }
}

#[test]
fn drift_is_noticed_in_its_package_and_for_the_root_in_all() {
    let project = monorepo("pip").file("app/packages/b/requirements.txt", "alpha\n");
    in_package(&project, &["--sync"]).code(0);
    // What it requires is there already, whoever has installed it.
    let other = project
        .run(["-C", "packages/b", "python", "-c", ""])
        .code(0);
    assert_eq!(other.stderr, "");
    let project = project.file("app/packages/a/requirements.txt", "beta\nalpha\n");
    assert_eq!(in_root(&project).code(0).stderr, "");
    let root = project.path("app").display().to_string();
    let changed = |file: &str, dir: &str| {
        format!("vrun: {file} changed since the last install: run `vrun -C {root}{dir} --sync`\n")
    };
    assert_eq!(
        in_package(&project, &[]).code(0).stderr,
        changed("packages/a/requirements.txt", "/packages/a")
    );
    in_package(&project, &["--sync"]).code(0);
    assert_eq!(in_package(&project, &[]).code(0).stderr, "");
    let project = project.file("app/requirements.txt", "alpha<=1\n");
    assert_eq!(
        in_package(&project, &[]).code(0).stderr,
        changed("requirements.txt", "")
    );
    let project = project.var("VRUN_SYNC", "1");
    in_package(&project, &[])
        .code(0)
        .says(&["vrun: installed requirements.txt in "]);
    assert_eq!(in_root(&project).code(0).stderr, "");
}

#[test]
fn sync_exact_keeps_what_another_package_requires() {
    for installer in installers() {
        let project = monorepo(installer);
        in_package(&project, &["--sync"]).code(0);
        wheel(&project, &["gamma", "1.0", ANY]);
        project.run(["pip", "install", "gamma"]).code(0);
        let exact = project.run(["--sync", "--exact"]).code(0);
        exact.says(&["vrun: removing gamma: nothing requires it\n"]);
        in_root(&project).code(0).stdout("alpha 1.0\nbeta 1.0");
        fs::remove_dir_all(project.path("app/packages/a")).expect("a directory");
        let exact = project.run(["--sync", "--exact"]).code(0);
        exact.says(&["vrun: removing beta: nothing requires it\n"]);
        in_root(&project).code(0).stdout("alpha 1.0");
    }
}

#[test]
fn a_package_that_requires_nothing_syncs_the_root() {
    let project = monorepo("pip").file("app/packages/a/tox.ini", "[flake8]\n");
    fs::remove_file(project.path("app/packages/a/requirements.txt")).expect("a file");
    assert_eq!(in_package(&project, &[]).code(0).stderr, "");
    let project = project.file("app/requirements.txt", "beta\n");
    in_package(&project, &["--sync"])
        .code(0)
        .stdout("alpha 1.0\nbeta 1.0");
    // Until it does.
    let project = project.file("app/packages/a/requirements.txt", "gamma\n");
    let said = in_package(&project, &[]).code(0);
    said.says(&["vrun: packages/a/requirements.txt is not installed in "]);
}

#[test]
fn in_a_package_the_roots_environment_is_recreated_for_the_root() {
    let project = monorepo("pip");
    in_package(&project, &["--sync"]).code(0);
    for create in [
        &["--create", "--clear"][..],
        &["--create", "--clear", "--env", "../../.venv"],
    ] {
        let at = ["-C", "packages/a"];
        let made = project.run([&at[..], create].concat()).code(0);
        in_root(&project).code(0).stdout("alpha 1.0");
        project
            .run(["--sync"])
            .code(0)
            .says(&["up to date with requirements.txt"]);
        let said = "vrun: packages/a/requirements.txt is not installed in ";
        let next = in_package(&project, &[]).code(0);
        let told = [made.stderr, next.stderr].concat();
        assert_eq!(told.matches(said).count(), 1, "{told}");
    }
}

#[test]
fn an_environment_of_the_users_own_is_not_looked_at_for_a_package() {
    let project = app("pip")
        .dir("app/.git")
        .file("app/packages/a/requirements.txt", "beta\n");
    let venv = project.path("app/.venv").display().to_string();
    pythons::newest().says(&format!(
        "import venv; venv.create({venv:?}, symlinks=True, with_pip=True)"
    ));
    let before = project.names("app/.venv");
    assert_eq!(in_package(&project, &[]).code(0).stderr, "");
    assert_eq!(project.names("app/.venv"), before);
    in_package(&project, &["--sync"])
        .code(0)
        .stdout("alpha 1.0\nbeta 1.0");
}

#[test]
fn what_the_root_requires_stays_within_its_limits() {
    for installer in installers() {
        let project = monorepo(installer).file("app/packages/a/requirements.txt", "alpha\n");
        in_package(&project, &["--sync", "--upgrade"])
            .code(0)
            .stdout("alpha 1.0");
        let project = project.file("app/packages/a/requirements.txt", "alpha>=2\n");
        in_package(&project, &["--sync"]).code(125).says(&["alpha"]);
        in_root(&project).code(0).stdout("alpha 1.0");
    }
}
