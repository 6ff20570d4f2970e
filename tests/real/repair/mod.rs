//! `--repair` in projects that were moved, renamed and copied: afterwards everything in the environment names the
//! place where it lies, and works without vrun.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;

use crate::moved;
use crate::project::{Outcome, Project, program, tell};
use crate::pythons;

/// What editable installs left.
mod editable;
/// It does not say whose packages are seen.
mod isolated;
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
        repair(project, &env).says(&[
            "activation scripts",
            &format!(" now refer to {}", env.display()),
        ]);
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
fn a_project_whose_name_has_a_line_break_is_sound_and_can_be_moved() {
    for python in [&pythons::all()[0], pythons::newest()] {
        let project = Project::new()
            .python("python3", python)
            .dir("two\nlines/.git");
        let vrun = |dir: &str, args: &[&str]| {
            let mut vrun = project.vrun(args);
            Outcome::of(vrun.current_dir(project.path(dir)))
        };
        vrun("two\nlines", &["-q", "--create"]).code(0);
        vrun("two\nlines", &["--doctor"]).code(0);
        let repaired = vrun("two\nlines", &["--repair"]).code(0);
        repaired.says(&["there is nothing to repair"]);
        fs::rename(project.path("two\nlines"), project.path("one")).expect("moved");
        vrun("one", &["--doctor"]).code(1);
        vrun("one", &["--repair"]).code(0);
        vrun("one", &["--doctor"]).code(0);
        let env = project.path("one/.venv").display().to_string();
        let line = format!(". '{env}/bin/activate' && echo \"$VIRTUAL_ENV\"");
        let mut shell = Command::new("/bin/sh");
        project.place(&mut shell);
        Outcome::of(shell.args(["-c", &line])).code(0).stdout(&env);
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
        ran.stdout
            .contains("console scripts still refer to the old location"),
        "{ran}"
    );
    assert_eq!(before, whole::files(&project.path("new")));
}

/// Before any of the renames by which a file takes the place of the old one.
#[test]
fn a_repair_that_is_killed_is_finished_by_the_next() {
    let Some(strace) = program("strace") else {
        return tell("not tested: a repair that is killed, for there is no strace");
    };
    let project = Project::with_python();
    install(&project);
    let env = project.path("new/.venv");
    let texts = || {
        let files = whole::files(&env).into_iter();
        files
            .map(|(file, (.., text))| (file, text))
            .collect::<Vec<_>>()
    };
    let (app, new) = (project.path("app"), project.path("new"));
    let there_and_back = |repair_new: &mut dyn FnMut()| {
        fs::rename(&app, &new).expect("moved");
        repair_new();
        let found = texts();
        fs::rename(&new, &app).expect("moved back");
        repair(&project, &app.join(".venv"));
        found
    };
    let whole = there_and_back(&mut || drop(repair(&project, &env)));
    let mut cuts = 0;
    for at in 1..40 {
        let mut was_killed = false;
        let found = there_and_back(&mut || {
            let calls = "rename,renameat,renameat2";
            let mut traced = Command::new(&strace);
            project.place(&mut traced);
            traced
                .args(["-f", "-qq", "-o", "/dev/null", "-e"])
                .arg(format!("trace={calls}"))
                .args(["-e", &format!("inject={calls}:signal=KILL:when={at}")])
                .args([env!("CARGO_BIN_EXE_vrun"), "--repair"]);
            let ended = Outcome::of(traced.current_dir(&new));
            was_killed = ended.status.signal() == Some(9);
            if was_killed {
                repair(&project, &env);
            } else if !ended.status.success() {
                tell(format_args!("not tested: a repair that is killed: {ended}"));
                repair(&project, &env);
            }
        });
        assert_eq!(whole, found, "cut off at the rename {at}");
        if !was_killed {
            break;
        }
        cuts += 1;
    }
    // RECORD, two scripts at least, activation scripts, pyvenv.cfg.
    assert!(cuts == 0 || cuts >= 6, "{cuts}");
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
