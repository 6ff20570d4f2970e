//! `--repair` in projects that were moved, renamed and copied: afterwards everything in the environment names the
//! place where it lies, and works without vrun.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::moved;
use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// What editable installs left.
mod editable;
/// Its base is gone, or what tells of it.
mod lost;
/// What a script may look like.
mod scripts;
/// What a person tries to see whether an environment is whole.
mod whole;

use whole::{can_be_changed, has_nothing_to_mend, install, is_whole, repair};

/// Moves the project from place to place; the environment of each is whole after `--repair`.
fn moves(project: &Project, places: &[&str]) -> PathBuf {
    let mut at = project.path("app");
    for place in places {
        let to = project.path(place);
        fs::rename(&at, &to).expect("moved");
        at = to;
        let env = at.join(".venv");
        repair(project, &env).says(&[&format!("files name {} again", env.display())]);
        is_whole(project, &env);
    }
    at.join(".venv")
}

#[test]
fn a_project_that_was_moved_to_whatever_place() {
    let project = Project::with_python();
    install(&project);
    let long = "long".repeat(50);
    let places = [
        "new",
        "my app",
        "it's",
        "a$HOME",
        "prøjekt",
        &long,
        "\"q\" 'it''''s' $`x`\\y",
        "end",
    ];
    let env = moves(&project, &places);
    has_nothing_to_mend(&project, &env);
    can_be_changed(&project, &env);
}

/// The activation scripts and the scripts of pip have changed much; the newest have their own test.
#[test]
fn environments_of_older_pythons() {
    let all = pythons::all();
    for python in [&all[0], &all[all.len() / 2]] {
        let project = Project::new().python("python3", python);
        install(&project);
        let env = moves(&project, &["it's my $HOME", "new"]);
        has_nothing_to_mend(&project, &env);
        can_be_changed(&project, &env);
    }
}

#[test]
fn environments_of_venv_virtualenv_and_uv() {
    for maker in ["venv", "virtualenv", "uv"] {
        let project = Project::with_python();
        let python = &pythons::newest().exe;
        let mut make = if maker == "venv" {
            let mut make = Command::new(python);
            make.args(["-m", "venv"]);
            make
        } else {
            let Some(tools) = moved::tool(&project, maker) else {
                continue;
            };
            let mut make = Command::new(tools.join(maker));
            match maker {
                "uv" => make.args(["venv", "-q", "--offline", "-p"]),
                _ => make.args(["-q", "--no-periodic-update", "-p"]),
            };
            make.arg(python);
            make
        };
        project.place(&mut make);
        Outcome::of(make.arg(".venv")).code(0);
        if maker == "uv" {
            // Without it an environment of uv's has no pip.
            project.run(["python", "-m", "ensurepip"]).code(0);
        }
        install(&project);
        let env = moves(&project, &["it's my $HOME", "new"]);
        has_nothing_to_mend(&project, &env);
        can_be_changed(&project, &env);
    }
}

#[test]
fn scripts_that_uv_installed() {
    let project = Project::with_python();
    let Some(tools) = moved::tool(&project, "uv") else {
        return;
    };
    project.run(["python", "-c", ""]).code(0);
    let mut uv = Command::new(tools.join("uv"));
    project.place(&mut uv);
    uv.args(["pip", "install", "-q", "--offline", "--no-index"]);
    Outcome::of(uv.arg(whole::wheel(&project, "1.0"))).code(0);
    let env = moves(&project, &["it's my $HOME", "new"]);
    can_be_changed(&project, &env);
}

#[test]
fn an_environment_that_was_renamed() {
    let project = Project::with_python();
    install(&project);
    let env = project.path("app/my env");
    fs::rename(project.path("app/.venv"), &env).expect("renamed");
    repair(&project, &env);
    is_whole(&project, &env);
    has_nothing_to_mend(&project, &env);
}

#[test]
fn a_copy_is_mended_and_its_original_is_as_it_was() {
    let project = Project::with_python();
    install(&project);
    let original = project.path("app/.venv");
    moved::copy(&project.path("app"), &project.path("copy"));
    let before = whole::files(&original);
    let env = project.path("copy/.venv");
    repair(&project, &env);
    is_whole(&project, &env);
    has_nothing_to_mend(&project, &env);
    can_be_changed(&project, &env);
    assert_eq!(before, whole::files(&original));
    is_whole(&project, &original);
}

#[test]
fn under_dry_run_it_says_what_is_wrong_and_changes_nothing() {
    let project = Project::with_python();
    install(&project);
    fs::rename(project.path("app"), project.path("new")).expect("moved");
    let before = whole::files(&project.path("new"));
    let mut vrun = project.vrun(["-n", "--repair"]);
    let ran = Outcome::of(vrun.current_dir(project.path("new"))).code(1);
    assert!(
        ran.stdout.contains("console scripts name another place"),
        "{ran}"
    );
    assert_eq!(before, whole::files(&project.path("new")));
}

/// Cut off between any two files, it is taken up again where it was left.
#[test]
fn a_repair_that_is_killed_is_finished_by_the_next() {
    let project = Project::with_python();
    install(&project);
    let env = moves(&project, &["new"]);
    let mut cuts = 0;
    for at in 0..12 {
        let (from, to) = (env.parent().expect("a project"), project.path("other"));
        fs::rename(from, &to).expect("moved");
        let mut vrun = project.vrun(["--repair"]);
        vrun.stdout(Stdio::null()).stderr(Stdio::null());
        let mut vrun = vrun.current_dir(&to).spawn().expect("vrun");
        thread::sleep(Duration::from_micros(1500 * at));
        let _ = vrun.kill();
        let ended = vrun.wait().expect("an end");
        cuts += usize::from(!ended.success());
        let mut vrun = project.vrun(["-q", "--repair"]);
        Outcome::of(vrun.current_dir(&to)).code(0);
        is_whole(&project, &to.join(".venv"));
        let left: Vec<_> = whole::files(&to.join(".venv")).into_keys().collect();
        let is_stray = |file: &PathBuf| file.to_string_lossy().contains(".vrun-");
        assert!(!left.iter().any(is_stray), "{left:?}");
        assert_eq!(project.names("other"), [".venv", "setup.py"]);
        fs::rename(&to, from).expect("moved back");
        repair(&project, &env);
    }
    if cuts == 0 {
        tell("not tested: a repair was never slow enough to be cut off");
    }
}

#[test]
fn an_environment_of_pypys() {
    let Some(pypy) = pythons::pypy() else {
        return tell("not tested: --repair with PyPy, for there is no pypy3");
    };
    let project = Project::new().link("bin/pypy3", pypy);
    install(&project);
    let env = moves(&project, &["it's my $HOME", "new"]);
    has_nothing_to_mend(&project, &env);
    can_be_changed(&project, &env);
}
