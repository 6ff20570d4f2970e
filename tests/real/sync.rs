//! `--sync` where nothing has changed: vrun sees from files that there is nothing to do. Where files cannot show that, the
//! installer looks.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::project::{Outcome, Project, tell};
use crate::pythons;
use crate::wheels::{ANY, BACKEND, PYPROJECT, app, installers, versions, wheel};

const UP_TO_DATE: &str = "vrun: up to date with requirements.txt\n";

fn sync(project: &Project, args: &[&str]) -> String {
    let args = [&["--sync"], args].concat();
    project.run(args).code(0).stderr
}

/// That the installer was not asked, and that it was.
#[track_caller]
fn assert_idle(project: &Project) {
    assert_eq!(sync(project, &[]), UP_TO_DATE);
}

#[track_caller]
fn assert_looks(project: &Project) {
    let said = sync(project, &[]);
    assert!(said.contains("vrun: installed "), "{said}");
}

/// An installed project that requires this.
fn installed(installer: &str, requirements: &str) -> Project {
    let project = app(installer).file("app/requirements.txt", requirements);
    project.run(["--create"]).code(0);
    project
}

#[test]
fn a_sync_with_nothing_to_do_starts_nothing_and_is_instant() {
    for installer in installers() {
        let project = installed(installer, "alpha\n");
        let calls = project.path("calls");
        let say = format!("#!/bin/sh\necho \"$0\" >>{}\nexit 1\n", calls.display());
        for file in ["bin/uv", "bin/pip", "app/.venv/bin/python"] {
            let _ = fs::remove_file(project.path(file));
        }
        let project = project
            .script("bin/uv", &say)
            .script("app/.venv/bin/python", &say);
        let time = |_| {
            let started = Instant::now();
            assert_idle(&project);
            started.elapsed()
        };
        let times: Vec<_> = (0..5).map(time).collect();
        assert!(
            times.iter().min() < Some(&Duration::from_millis(50)),
            "{times:?}"
        );
        assert_eq!(sync(&project, &["/bin/true"]), UP_TO_DATE);
        project.run(["-n", "--sync"]).code(0).says(&[UP_TO_DATE]);
        assert!(!calls.exists());
        // Touched and the same.
        let project = project.file("app/requirements.txt", "alpha\n");
        assert_idle(&project);
        let before = fs::read(project.path("app/.venv/vrun-requirements")).expect("a file");
        assert_idle(&project);
        let after = fs::read(project.path("app/.venv/vrun-requirements")).expect("a file");
        assert_eq!(before, after);
        assert!(!calls.exists());
    }
}

#[test]
fn upgrade_asks_for_newer_versions_and_sync_alone_does_not() {
    for installer in installers() {
        let project = installed(installer, "alpha\n");
        wheel(&project, &["alpha", "3.0", ANY]);
        assert_idle(&project);
        versions(&project).stdout("alpha 2.0");
        let dry = project.run(["-n", "--sync", "--upgrade"]).code(0);
        dry.says(&["vrun: would install or upgrade requirements.txt\n"]);
        let said = sync(&project, &["--upgrade"]);
        assert!(said.contains("installed requirements.txt"), "{said}");
        versions(&project).stdout("alpha 3.0");
        // A change is installed without the rest being upgraded.
        wheel(&project, &["alpha", "4.0", ANY]);
        wheel(&project, &["gamma", "1.0", ANY]);
        let project = project.file("app/requirements.txt", "alpha\ngamma\n");
        assert_looks(&project);
        versions(&project).stdout("alpha 3.0\ngamma 1.0");
        let project = project.file("app/requirements.txt", "alpha<3\ngamma\n");
        let project = project.var("VRUN_SYNC", "1");
        versions(&project).stdout("alpha 2.0\ngamma 1.0");
    }
}

#[test]
fn what_is_taken_out_of_the_environment_is_installed_again() {
    for installer in installers() {
        let project = installed(installer, "beta\n");
        assert_idle(&project);
        project.run(["--doctor"]).code(0);
        project
            .run(["pip", "uninstall", "-q", "-y", "beta"])
            .code(0);
        let doctor = project.run(["--doctor"]).code(1).stdout;
        assert!(doctor.contains("cause: removed since: beta\n"), "{doctor}");
        for undo in [
            &["pip", "uninstall", "-q", "-y", "alpha"][..],
            &["pip", "install", "-q", "--no-deps", "alpha==2.0"],
        ] {
            project.run(undo).code(0);
            assert_looks(&project);
            versions(&project).stdout("alpha 1.0\nbeta 1.0");
            assert_idle(&project);
        }
        // What a person adds is no reason to look.
        wheel(&project, &["gamma", "1.0", ANY]);
        project.run(["pip", "install", "-q", "gamma"]).code(0);
        assert_idle(&project);
        // But for `--exact`.
        let said = sync(&project, &["--exact"]);
        assert!(said.contains("removing gamma"), "{said}");
        assert_eq!(sync(&project, &["--exact"]), UP_TO_DATE);
        project.run(["pip", "install", "-q", "gamma"]).code(0);
        let said = sync(&project, &["--exact"]);
        assert!(said.contains("removing gamma"), "{said}");
    }
}

#[test]
fn what_may_change_unseen_is_looked_at_each_time() {
    let lib = |project: Project| {
        let project = project.file("lib/pyproject.toml", PYPROJECT);
        project.file("lib/backend.py", BACKEND)
    };
    for installer in installers() {
        // A directory is copied.
        let project = lib(app(installer)).file("app/requirements.txt", "../lib\n");
        project.run(["--create"]).code(0);
        assert_looks(&project);
        // An editable one is not.
        let project = project.file("app/requirements.txt", "-e ../lib\n");
        assert_looks(&project);
        assert_idle(&project);
        // Limits that a variable names are in no file of the project.
        let limits = project.path("limits.txt").display().to_string();
        let project = project.file("limits.txt", "alpha<2\n");
        let project = project
            .var("PIP_CONSTRAINT", &limits)
            .var("UV_CONSTRAINT", &limits);
        assert_looks(&project);
        versions(&project).stdout("alpha 1.0");
        // A variable in the file itself, which uv does not read.
        if installer == "uv" {
            continue;
        }
        let project = project
            .var("PIP_CONSTRAINT", "")
            .var("UV_CONSTRAINT", "")
            .var("VERSION", "1.0")
            .file("app/requirements.txt", "alpha==${VERSION}\n");
        assert_looks(&project);
        assert_looks(&project);
    }
}

#[test]
fn a_repository_is_looked_at_unless_it_is_required_at_a_commit() {
    if which::which("git").is_err() {
        return tell("not tested: what is required from a repository, for there is no git");
    }
    for installer in installers() {
        let project = app(installer)
            .file("lib/pyproject.toml", PYPROJECT)
            .file("lib/backend.py", BACKEND);
        let commit = "git init -q -b main && git add . && \
            git -c user.name=a -c user.email=a@b commit -qm 1 && git rev-parse HEAD";
        let mut sh = Command::new("/bin/sh");
        let made = sh
            .args(["-c", commit])
            .current_dir(project.path("lib"))
            .output();
        let commit = String::from_utf8(made.expect("a repository").stdout).expect("UTF-8");
        let url = format!("app @ git+file://{}", project.path("lib").display());
        let path = format!(
            "{}:/usr/local/bin:/usr/bin:/bin",
            project.path("bin").display()
        );
        let project = project
            .var("PATH", path)
            .file("app/requirements.txt", &format!("{url}@main\n"));
        project.run(["--create"]).code(0);
        assert_looks(&project);
        let pinned = format!("{url}@{}\n", commit.trim());
        let project = project.file("app/requirements.txt", &pinned);
        assert_looks(&project);
        // The installer keeps what is of the branch and has the same version.
        project.run(["--create", "--clear"]).code(0);
        assert_idle(&project);
    }
}

#[test]
fn in_a_copy_the_original_is_not_what_is_required() {
    for installer in installers() {
        let project = app(installer)
            .file("app/pyproject.toml", PYPROJECT)
            .file("app/backend.py", BACKEND);
        project.run(["--create"]).code(0);
        assert_eq!(
            sync(&project, &[]),
            "vrun: up to date with pyproject.toml\n"
        );
        let status = Command::new("/bin/cp")
            .args(["-a", "app", "copy"])
            .current_dir(project.path(""))
            .status();
        assert!(status.is_ok_and(|status| status.success()));
        let mut copy = project.vrun(["-q", "--sync"]);
        Outcome::of(copy.current_dir(project.path("copy"))).code(0);
        let code = "import json, sys, importlib.metadata as m\nprint(json.loads(m.distribution('app').read_text('direct_url.json'))['url'])";
        if pythons::newest().short() >= "3.8".into() {
            let mut copy = project.vrun(["-q", "python", "-c", code]);
            let ran = Outcome::of(copy.current_dir(project.path("copy"))).code(0);
            assert!(ran.stdout.trim().ends_with("/copy"), "{ran}");
        }
    }
}

#[test]
fn what_was_selected_is_remembered_until_it_is_undone() {
    let project = installed("pip", "alpha<2\n")
        .file("app/requirements-dev.txt", "gamma\n")
        .file("app/other.txt", "beta\n");
    wheel(&project, &["gamma", "1.0", ANY]);
    project
        .run(["--sync", "--no-dev", "--requirements", "other.txt"])
        .code(0);
    let planned = || project.run(["-n", "--sync", "--upgrade"]).code(0).stderr;
    assert_eq!(planned(), "vrun: would install or upgrade other.txt\n");
    let said = sync(&project, &["--requirements="]);
    assert!(said.contains("installed requirements.txt in "), "{said}");
    assert_eq!(
        planned(),
        "vrun: would install or upgrade requirements.txt\n"
    );
    let all = project
        .vrun(["--sync"])
        .env("VRUN_NO_DEV", "0")
        .output()
        .expect("vrun");
    let said = String::from_utf8_lossy(&all.stderr).into_owned();
    assert!(said.contains("requirements-dev.txt"), "{said}");
    assert!(planned().contains("requirements-dev.txt"));
    project.run(["--sync", "--group="]).code(0);
}
