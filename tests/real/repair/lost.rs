//! `--repair` of environments that lost their Python, or what tells of it. Nothing but local wheels is to be had.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::whole::{can_be_changed, files, has_nothing_to_mend, install, is_whole, repair, wheel};
use crate::broken;
use crate::moved;
use crate::project::{Outcome, Project, tell};
use crate::pythons::{self, Python};

/// A project with a package, whose base is gone from where it was; what is on PATH now is the caller's.
fn bereft(python: &Python) -> Project {
    let project = broken::project(python);
    install(&project);
    fs::remove_dir_all(project.path("base")).expect("gone");
    let wheels = project.path("wheels");
    project
        .var("PIP_NO_INDEX", "1")
        .var("PIP_FIND_LINKS", wheels)
}

/// Two minor versions, older first, of which neither brings setuptools along; None, which is said, where there are none.
pub(super) fn two() -> Option<(&'static Python, &'static Python)> {
    let mut late = pythons::all()
        .iter()
        .filter(|python| python.version >= (3, 12, 0));
    let (old, new) = (late.next(), pythons::newest());
    let found = old.filter(|old| old.short() != new.short());
    if found.is_none() {
        tell("not tested: it takes two versions of Python from 3.12 on");
    }
    found.map(|old| (old, new))
}

#[track_caller]
fn has(env: &Path, short: &str) {
    let info = format!("lib/python{short}/site-packages/vrun_parcel-1.0.dist-info");
    assert!(env.join(info).is_dir(), "the same package in {short}");
}

#[test]
fn the_same_minor_version_elsewhere_takes_its_place_and_the_packages_stay() {
    for python in [&pythons::all()[0], pythons::newest()] {
        let name = format!("python{}", python.short());
        // For which it is already.
        let project = bereft(python)
            .python(&name, python)
            .var("VRUN_PYTHON", python.short());
        fs::remove_dir_all(project.path("wheels")).expect("removed");
        let env = project.path("app/.venv");
        let before = files(&env.join("lib"));
        repair(&project, &env);
        assert_eq!(before, files(&env.join("lib")));
        let led = fs::read_link(env.join("bin/python3")).expect("a link");
        assert_eq!(led, project.path("bin").join(&name));
        is_whole(&project, &env);
        has_nothing_to_mend(&project, &env);
        can_be_changed(&project, &env);
        project.assert_only(&[".venv", "setup.py"]);
    }
}

#[test]
fn where_there_is_only_another_minor_version_it_is_made_anew_with_the_same_packages() {
    let Some((old, new)) = two() else { return };
    let project = bereft(old).python("python3", new);
    // What is newer is not the same.
    wheel(&project, "2.0");
    let env = project.path("app/.venv");
    // What the user has there himself.
    let site = |python: &Python| format!("lib/python{}/site-packages", python.short());
    let (mine, theirs) = ("mine.pth", "vrun_parcel.py");
    let [was, is] = [old, new].map(|python| format!("{}/{mine}", site(python)));
    let was = [".env", "bin/postactivate", "etc/demo/x", &was];
    for path in was {
        let file = env.join(path);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a directory");
        fs::write(file, "/mine\n").expect("a file");
    }
    assert!(env.join(site(old)).join(theirs).is_file());
    repair(&project, &env).says(&[
        &format!("vrun: creating {} (Python {})", env.display(), new.full()),
        "vrun: kept .env, etc/demo/x, bin/postactivate and 1 more of the old environment",
        "vrun: reinstalling 1 package",
    ]);
    for path in [".env", "bin/postactivate", "etc/demo/x", &is] {
        assert_eq!(
            fs::read(env.join(path)).expect("a file"),
            b"/mine\n",
            "{path}"
        );
    }
    has(&env, &new.short());
    is_whole(&project, &env);
    has_nothing_to_mend(&project, &env);
    can_be_changed(&project, &env);
    project.assert_only(&[".venv", "setup.py"]);
}

/// Which no old one of would run in the new environment.
#[test]
fn setuptools_is_the_one_that_the_new_python_brings() {
    let mut early = pythons::all()
        .iter()
        .filter(|python| python.version < (3, 12, 0));
    let (Some(old), Some(new)) = (early.next(), early.next_back()) else {
        return tell("not tested: it takes two versions of Python before 3.12");
    };
    let project = bereft(old).python("python3", new);
    let env = project.path("app/.venv");
    repair(&project, &env);
    has(&env, &new.short());
    is_whole(&project, &env);
}

#[test]
fn where_a_package_cannot_be_had_all_stays_as_it_was() {
    let Some((old, new)) = two() else { return };
    let project = bereft(old).python("python3", new);
    fs::remove_dir_all(project.path("wheels")).expect("removed");
    let env = project.path("app/.venv");
    let before = files(&env);
    project.run(["--repair"]).code(125).says(&[
        &format!("vrun: cannot rebuild {}", env.display()),
        "  cause: No matching distribution found for vrun-parcel==1.0",
        "  cause: the old environment is unchanged",
        "  hint: `vrun --repair --env ",
    ]);
    assert_eq!(before, files(&env));
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn nothing_is_called_reinstalled_that_is_not_there() {
    let Some((old, new)) = two() else { return };
    // pip succeeds, and installs nothing.
    let project = bereft(old).python("python3", new).var("PIP_DRY_RUN", "1");
    let env = project.path("app/.venv");
    let before = files(&env);
    project.run(["--repair"]).code(125).says(&[
        &format!("vrun: cannot rebuild {}", env.display()),
        "  cause: pip succeeds, but vrun-parcel is not in the new environment",
        "  cause: the old environment is unchanged",
        "  hint: look for target, root, prefix, user and dry-run in pip.conf",
    ]);
    assert_eq!(before, files(&env));
}

#[test]
fn killed_at_any_moment_the_old_or_the_new_one_stands_and_the_next_finishes() {
    let Some((old, new)) = two() else { return };
    let project = bereft(old).python("python3", new);
    let (app, kept) = (project.path("app"), project.path("kept"));
    moved::copy(&app, &kept);
    let env = app.join(".venv");
    let started = Instant::now();
    repair(&project, &env);
    let whole = started.elapsed();
    for part in [1, 4, 7, 9] {
        fs::remove_dir_all(&app).expect("removed");
        moved::copy(&kept, &app);
        let before = files(&env);
        let mut vrun = project.vrun(["-q", "--repair"]);
        let mut vrun = vrun.stdout(Stdio::null()).spawn().expect("vrun");
        thread::sleep(whole * part / 10);
        let _ = vrun.kill();
        vrun.wait().expect("an end");
        let library = env.join("lib").join(format!("python{}", old.short()));
        if library.exists() {
            assert_eq!(before, files(&env), "after {part} parts of ten");
        } else {
            has(&env, &new.short());
        }
        // What it had started may go on for a while, and has the lock as long.
        thread::sleep(Duration::from_millis(50));
        repair(&project, &env);
        has(&env, &new.short());
        is_whole(&project, &env);
        project.assert_only(&[".venv", "setup.py"]);
    }
}

#[test]
fn a_pyvenv_cfg_that_says_nothing_is_written_anew_and_what_it_said_is_kept() {
    let project = Project::with_python();
    install(&project);
    let env = project.path("app/.venv");
    let file = env.join("pyvenv.cfg");
    let made = fs::read(&file).expect("a file");
    for text in [
        &b""[..],
        b"prompt = mine\nversion = 3.0\n",
        b"prompt = \xff\n",
        b"nothing\n",
    ] {
        fs::write(&file, text).expect("a file");
        let _ = fs::remove_file(env.join("pyvenv.cfg.old"));
        let version = pythons::newest().full();
        let text_is_kept = text.starts_with(b"prompt = mine");
        if text_is_kept {
            let said = format!("prompt = mine\nversion = {version}\n");
            fs::write(&file, said).expect("a file");
        }
        repair(&project, &env);
        let home = format!("home = {}\n", project.path("bin").display());
        let now = fs::read_to_string(&file).expect("UTF-8");
        assert!(now.contains(&home), "{now}");
        assert!(now.contains(&format!("version = {version}\n")), "{now}");
        assert_eq!(now.contains("prompt = 'mine'\n"), text_is_kept, "{now}");
        let old = fs::read(env.join("pyvenv.cfg.old")).ok();
        let kept = Some(text.to_vec()).filter(|text| !text.is_empty() && !text_is_kept);
        assert_eq!(old, kept);
        is_whole(&project, &env);
        has_nothing_to_mend(&project, &env);
    }
    fs::write(&file, made).expect("a file");
}

#[test]
fn an_environment_without_a_name_of_python_or_with_names_that_lead_in_a_circle() {
    let project = Project::with_python();
    install(&project);
    let env = project.path("app/.venv");
    let remove = || {
        for entry in fs::read_dir(env.join("bin")).expect("scripts").flatten() {
            if entry.file_name().to_string_lossy().contains("python") {
                fs::remove_file(entry.path()).expect("removed");
            }
        }
    };
    remove();
    repair(&project, &env);
    is_whole(&project, &env);
    fs::remove_file(env.join("bin/python")).expect("removed");
    fs::create_dir(env.join("bin/python")).expect("a directory");
    repair(&project, &env);
    is_whole(&project, &env);
    remove();
    let project = project
        .link("app/.venv/bin/python", "python3")
        .link("app/.venv/bin/python3", "python");
    repair(&project, &env);
    is_whole(&project, &env);
    has_nothing_to_mend(&project, &env);
}

#[test]
fn an_environment_that_had_no_pip_gets_none() {
    let project = Project::with_python();
    project.run(["-q", "--create", "--without-pip"]).code(0);
    let env = project.path("app/.venv");
    fs::remove_file(env.join("bin/python")).expect("removed");
    repair(&project, &env);
    has_nothing_to_mend(&project, &env);
    for site in fs::read_dir(env.join("lib"))
        .expect("a directory")
        .flatten()
    {
        let site = site.path().join("site-packages");
        assert_eq!(fs::read_dir(site).expect("a directory").count(), 0);
    }
}

#[test]
fn copies_of_a_python_that_was_moved_are_made_anew() {
    // Of either era of getpath, which 3.11 parts.
    for python in [&pythons::all()[0], pythons::newest()] {
        let project = Project::new()
            .dir("base/bin")
            .link("base/bin/python3", &python.exe);
        let base = project.path("base/bin");
        let project = project.first_on_path(&base);
        project.run(["-q", "--create", "--copies"]).code(0);
        install(&project);
        fs::remove_dir_all(project.path("base")).expect("gone");
        broken::relocated(python, &project.path("moved"));
        let bin = project.path("moved/bin");
        let project = project.first_on_path(&bin);
        let env = project.path("app/.venv");
        repair(&project, &env);
        let cfg = fs::read_to_string(env.join("pyvenv.cfg")).expect("UTF-8");
        assert!(
            cfg.contains(&format!("home = {}\n", bin.display())),
            "{cfg}"
        );
        let python = fs::symlink_metadata(env.join("bin/python")).expect("a file");
        assert!(python.is_file(), "it stays a copy");
        is_whole(&project, &env);
        has_nothing_to_mend(&project, &env);
    }
}

#[test]
fn another_systems_environment_is_made_anew_only_where_it_is_named() {
    let site = "app/.venv/Lib/site-packages/vrun_parcel-1.0.dist-info";
    let project = Project::with_python()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = C:\\Python312\nversion = 3.12.1\n",
        )
        .dir("app/.venv/Scripts")
        .file("app/.venv/Scripts/python.exe", "MZ")
        .file(
            &format!("{site}/METADATA"),
            "Name: vrun-parcel\nVersion: 1.0\n\n",
        );
    wheel(&project, "1.0");
    let wheels = project.path("wheels");
    let project = project
        .var("PIP_NO_INDEX", "1")
        .var("PIP_FIND_LINKS", wheels);
    let env = project.path("app/.venv");
    let before = files(&env);
    project.run(["--repair"]).code(126).says(&[
        "is for another system: it was created on Windows",
        "  hint: `export VRUN_NAME=.venv-",
    ]);
    assert_eq!(before, files(&env));
    Outcome::of(&mut project.vrun(["--env", ".venv", "--repair"])).code(0);
    has(&env, &pythons::newest().short());
    is_whole(&project, &env);
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn an_environment_without_its_scripts_directory_has_all_of_them_again() {
    for python in [&pythons::all()[0], pythons::newest()] {
        let project = broken::project(python);
        install(&project);
        let env = project.path("app/.venv");
        fs::remove_dir_all(env.join("bin")).expect("removed");
        repair(&project, &env).says(&[
            "vrun: restored ",
            "parcel, pip",
            &format!(" in {}/bin\n", env.display()),
        ]);
        let python = project.run(["python", "-c", "import sys; print(sys.prefix)"]);
        python.code(0).stdout(&env.display().to_string());
        is_whole(&project, &env);
        has_nothing_to_mend(&project, &env);
        can_be_changed(&project, &env);
    }
}
