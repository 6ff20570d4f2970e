//! Many at once, killed midway, interrupted: there is no environment or a whole one, made once.

use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::project::{Project, interrupt, signal, tell};
use crate::stripped;

#[test]
fn fifty_at_once_make_one_environment_and_all_succeed() {
    let project = Project::with_python();
    let children: Vec<Child> = (0..50)
        .map(|_| {
            let mut vrun = project.vrun(["python", "-c", "import sys; print(sys.prefix)"]);
            vrun.stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("vrun")
        })
        .collect();
    let venv = project.path("app/.venv");
    let ended: Vec<_> = children
        .into_iter()
        .map(|child| child.wait_with_output().expect("an end"))
        .collect();
    let mut said = String::new();
    for output in &ended {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let prefix = String::from_utf8_lossy(&output.stdout);
        assert_eq!(prefix.trim_end(), venv.display().to_string());
        said.push_str(&stderr);
    }
    assert_eq!(said.matches("vrun: creating ").count(), 1, "{said}");
    assert_eq!(said.matches("vrun: created ").count(), 1, "{said}");
    assert!(
        said.matches("vrun: waiting for another vrun").count() <= 49,
        "{said}"
    );
    project.assert_only(&[".venv", "setup.py"]);
}

/// A project whose Python takes its time: vrun leaves it to make its environments itself, because its venv
/// has no templates.
fn slow() -> Project {
    let project = stripped::python_without("venv/scripts");
    let bin = project.path("poor/bin");
    project.first_on_path(&bin)
}

#[test]
fn a_maker_that_is_killed_leaves_no_environment_and_the_next_makes_one() {
    let project = slow();
    let mut maker = start(&project);
    let staged = midway(&project);
    signal(&maker, "KILL");
    assert_eq!(maker.wait().expect("an end").signal(), Some(9));
    assert!(!project.path("app/.venv").exists());
    fs::write(staged.join("dead"), "").expect("a file");
    // What it had started goes on for a while, and has the lock as long.
    let lock = File::open(project.path("app/.venv.vrun-lock")).expect("a lock");
    // No other user can open it, and hold up the next.
    let mode = lock.metadata().expect("a lock").mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
    drop(lock);
    let venv = project.path("app/.venv");
    let next = project.run(["python", "-c", "import sys; print(sys.prefix)"]);
    next.code(0).stdout(&venv.display().to_string());
    project.run(["pip", "--version"]).code(0);
    // What the dead one left is gone, and the new one is not made of it.
    project.assert_only(&[".venv", "setup.py"]);
    assert!(!venv.join("dead").exists());
}

/// As after `sudo vrun`, or in a container that mounts the project.
#[test]
fn what_a_killed_vrun_of_roots_leaves_is_the_lock_of_the_directorys_owner() {
    if !nix::unistd::Uid::effective().is_root() {
        return tell(
            "not tested: a vrun of root's in another user's directory, for that takes root",
        );
    }
    const DAEMON: u32 = 1;
    let project = slow();
    chown(project.path("app"), Some(DAEMON), None).expect("an owner");
    let mut maker = start(&project);
    midway(&project);
    signal(&maker, "KILL");
    maker.wait().expect("an end");
    let lock = fs::metadata(project.path("app/.venv.vrun-lock")).expect("a lock");
    assert_eq!((lock.uid(), lock.mode() & 0o777), (DAEMON, 0o600));
}

#[test]
fn an_interrupted_maker_ends_with_130_and_leaves_nothing() {
    for name in ["INT", "TERM", "HUP"] {
        interrupted_by(name);
    }
}

fn interrupted_by(name: &str) {
    let project = slow();
    let mut maker = start(&project);
    let staged = midway(&project);
    // Now what venv has started is at work, and what that has.
    while !is_unpacking(&staged) {
        thread::sleep(Duration::from_millis(5));
        assert!(staged.exists(), "it is too late");
    }
    // What is left of it if it dies now is nothing for git.
    let outer = staged.parent().expect("a directory");
    assert_eq!(fs::read(outer.join(".gitignore")).expect("a file"), b"*\n");
    signal(&maker, name);
    let status = maker.wait().expect("an end");
    let mut said = String::new();
    maker
        .stderr
        .take()
        .expect("a pipe")
        .read_to_string(&mut said)
        .expect("UTF-8");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("vrun: interrupted"), "{said}");
    project.assert_only(&["setup.py"]);
    // Nor does anything that it had started come back to it.
    thread::sleep(Duration::from_millis(500));
    project.assert_only(&["setup.py"]);
}

#[test]
fn a_signal_that_came_ignored_stays_ignored_and_the_others_do_not() {
    for (ignored, other) in [("INT", "TERM"), ("HUP", "TERM"), ("TERM", "HUP")] {
        let project = slow();
        let mut maker = ignoring(ignored, &project);
        midway(&project);
        signal(&maker, ignored);
        assert_eq!(maker.wait().expect("an end").code(), Some(0), "{ignored}");
        project.assert_only(&[".venv", "setup.py"]);
        let project = slow();
        let mut maker = ignoring(ignored, &project);
        midway(&project);
        signal(&maker, other);
        assert_eq!(maker.wait().expect("an end").code(), Some(130), "{other}");
        project.assert_only(&["setup.py"]);
    }
}

fn ignoring(name: &str, project: &Project) -> Child {
    let mut command = std::process::Command::new("/bin/sh");
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let script = format!("trap '' {name}; exec '{vrun}' python -c ''");
    project.place(&mut command);
    let command = command.args(["-c", &script]).stderr(Stdio::null());
    command.spawn().expect("a shell")
}

#[test]
fn the_program_ends_at_a_signal_as_ever_once_the_environment_is_made() {
    let project = slow();
    let sleep = "import time; print('begun', flush=True); time.sleep(60)";
    for name in ["INT", "TERM", "HUP"] {
        let code = format!("import signal as s; s.signal(s.SIGINT, s.SIG_DFL); {sleep}");
        let mut vrun = project.interruptible(&["python", "-c", &code]);
        vrun.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = vrun.spawn().expect("vrun");
        let mut begun = [0; 5];
        let mut stdout = child.stdout.take().expect("a pipe");
        stdout.read_exact(&mut begun).expect("a line");
        signal(&child, name);
        let ended = child.wait().expect("an end").signal();
        let numbers = [("INT", 2), ("TERM", 15), ("HUP", 1)];
        assert!(numbers.contains(&(name, ended.unwrap_or_default())));
        fs::remove_dir_all(project.path("app/.venv")).expect("an environment");
    }
}

#[test]
fn who_waits_for_a_failing_maker_tries_for_itself() {
    let project = slow();
    let mut maker = start(&project);
    midway(&project);
    let mut waiter = project.vrun(["python", "-c", ""]);
    let waiter = waiter.stderr(Stdio::piped()).spawn().expect("vrun");
    // Long enough that it says that it waits.
    thread::sleep(Duration::from_millis(800));
    interrupt(&maker);
    assert_eq!(maker.wait().expect("an end").code(), Some(130));
    let output = waiter.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.starts_with("vrun: waiting for another vrun, which is creating "),
        "{said}"
    );
    assert_eq!(said.matches("vrun: creating ").count(), 1, "{said}");
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn a_maker_that_is_stopped_keeps_its_turn_and_what_it_has_made() {
    let project = slow();
    let mut maker = start(&project);
    let staged = midway(&project);
    signal(&maker, "STOP");
    let mut waiter = project.vrun(["python", "-c", ""]);
    let mut waiter = waiter.stderr(Stdio::piped()).spawn().expect("vrun");
    // Long enough that it would have swept, and made one.
    thread::sleep(Duration::from_millis(1500));
    assert!(waiter.try_wait().expect("a look").is_none(), "it waits");
    assert!(staged.join("pyvenv.cfg").is_file(), "nothing is swept");
    assert!(!project.path("app/.venv").exists());
    signal(&maker, "CONT");
    assert_eq!(maker.wait().expect("an end").code(), Some(0));
    let output = waiter.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("vrun: creating "), "{said}");
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn who_finds_an_environment_lets_a_maker_at_work_on_it_be() {
    let project = slow();
    project.run(["--create"]).code(0);
    let mut maker = project.vrun(["--create", "--clear"]);
    let mut maker = maker.stdout(Stdio::null()).spawn().expect("vrun");
    let staged = midway(&project);
    signal(&maker, "STOP");
    project.run(["python", "-c", ""]).code(0);
    assert!(staged.join("pyvenv.cfg").is_file(), "nothing is swept");
    signal(&maker, "CONT");
    assert_eq!(maker.wait().expect("an end").code(), Some(0));
    project.assert_only(&[".venv", "setup.py"]);
}

/// Whether pip lies there, or a part of it.
fn is_unpacking(staged: &Path) -> bool {
    let entries = fs::read_dir(staged.join("lib"))
        .into_iter()
        .flatten()
        .flatten();
    let mut packages = entries.map(|entry| entry.path().join("site-packages/pip"));
    packages.any(|pip| pip.exists())
}

fn start(project: &Project) -> Child {
    let mut vrun = project.interruptible(&["python", "-c", ""]);
    vrun.stderr(Stdio::piped()).spawn().expect("vrun")
}

/// Waits until the environment is half made, and says where.
fn midway(project: &Project) -> PathBuf {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        let names = project.names("app");
        let staged = names
            .iter()
            .find(|name| name.starts_with(".venv.vrun-") && !name.ends_with("-lock"));
        let staged = staged.map(|name| project.path("app").join(name).join(".venv"));
        if let Some(staged) = staged.filter(|staged| staged.join("pyvenv.cfg").is_file()) {
            return staged;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("no environment was begun: {:?}", project.names("app"));
}
