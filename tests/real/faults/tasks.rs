//! What vrun does to what is there, cut off at its system calls: nothing else has changed, and the next run finishes it.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::check::faults;
use super::site::{Before, Place, Site, Warm};
use super::strace::{self, Blow, Fault, Helpers};
use super::tree::{self, Tree};
use crate::project::{Outcome, tell};
use crate::pythons;

/// What vrun is asked to do.
struct Task {
    name: &'static str,
    args: &'static [&'static str],
    /// Makes the project ready for it.
    prepare: fn(&Site),
    helpers: Helpers,
    /// Whether what is there changes in one step.
    is_one_step: bool,
    /// How many points of one kind of call are taken.
    points: usize,
}

/// What is there before and after it.
struct Known {
    before: Tree,
    after: Tree,
}

#[track_caller]
fn check(task: &Task) {
    let name = task.name;
    if let Some(reason) = strace::lacks() {
        tell(format_args!("not tested: faults, {name}: {reason}"));
        return;
    }
    let warm = Warm::new();
    let base_before = base();
    let ready = || {
        let site = Site::new(Place::Nothing, Before::None, Some(&warm));
        (task.prepare)(&site);
        site
    };
    let site = ready();
    let before = site.tree();
    let counts = strace::count(&site, task.helpers, task.args);
    let known = Known {
        before,
        after: site.tree(),
    };
    let faults = faults(&counts, task.points);
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(why) = strike(task, &ready(), &known, fault) {
                let mut wrong = wrong.lock().expect("a list");
                wrong.push(format!("{fault}: {why}"));
            }
        }
    };
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner().expect("a list");
    tell(format_args!(
        "{name}: {} faults of {counts:?}",
        faults.len()
    ));
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    assert!(base() == base_before, "{name}: the base has changed");
}

/// The base interpreter and its library.
fn base() -> Tree {
    let python = pythons::newest();
    let library = python.says("import os; print(os.path.dirname(os.__file__))");
    let mut base = tree::of(library.as_ref());
    let found = fs::metadata(&python.exe).expect("a file");
    base.insert(
        "python".into(),
        format!("{} {:?}", found.len(), found.modified()),
    );
    base
}

/// One fault, and the next run.
fn strike(task: &Task, site: &Site, known: &Known, fault: &Fault) -> Result<(), String> {
    let outside = site.outside();
    let mut command = strace::with(fault, task.helpers, site, task.args);
    let outcome = Outcome::of(command.stdin(Stdio::null()));
    let failed = |why: &str| Err(format!("{why}\n{outcome}"));
    if site.outside() != outside {
        return failed("something else has changed");
    }
    let has_ended = match (fault.blow, outcome.status.code()) {
        (Blow::Kill, None) => outcome.status.signal() == Some(9),
        // It was of no consequence, or this time no thread had so many calls.
        (_, Some(0)) => true,
        (Blow::Error(_), Some(1 | 125 | 126)) => outcome.stderr.contains("vrun: "),
        _ => false,
    };
    if !has_ended {
        return failed("ends so");
    }
    let kept = tree::without_strays(&site.tree());
    if task.is_one_step && kept != known.before && kept != known.after {
        return failed(&format!(
            "neither: {}",
            tree::difference(&kept, &known.after)
        ));
    }
    let next = Outcome::of(&mut site.vrun(task.args));
    if !next.status.success() {
        return failed(&format!("the next run fails\n{next}\nafter"));
    }
    if site.tree() != known.after {
        let difference = tree::difference(&site.tree(), &known.after);
        return failed(&format!("after the next run: {difference}\n{next}\nafter"));
    }
    match site.outside() == outside {
        true => Ok(()),
        false => failed("something else has changed by the next run"),
    }
}

/// An environment with nothing to be installed.
fn create(site: &Site) {
    let requirements = site.project.path("app/requirements.txt");
    fs::write(requirements, "# nothing\n").expect("a file");
    Outcome::of(&mut site.vrun(&["--create"])).code(0);
}

/// Its Python is gone, and there is none of its minor version.
fn lose_python(site: &Site) {
    create(site);
    let env = site.project.path("app/.venv");
    let short = pythons::newest().short();
    let rename = |from: String, to: &str| fs::rename(env.join(from), env.join(to)).expect("moved");
    rename(format!("lib/python{short}"), "lib/python3.5");
    for file in ["pyvenv.cfg", "vrun-requirements"] {
        let file = env.join(file);
        let text = fs::read_to_string(&file).expect("UTF-8");
        let lines = text.lines().map(|line| match line.split_once(' ') {
            Some(("home", _)) => "home = /nowhere/bin",
            Some(("version", _)) => "version = 3.5.0",
            Some(("executable", _)) => "executable = /nowhere/bin/python3.5",
            Some(("python", _)) => "python 3.5",
            _ => line,
        });
        fs::write(file, lines.collect::<Vec<_>>().join("\n") + "\n").expect("a file");
    }
    for name in ["python", "python3", &format!("python{short}")] {
        fs::remove_file(env.join("bin").join(name)).expect("a link");
    }
    symlink("/nowhere/bin/python3.5", env.join("bin/python")).expect("a link");
}

#[test]
fn a_rebuild_that_is_cut_off_is_finished_by_the_next() {
    check(&Task {
        name: "a rebuild",
        args: &["--repair"],
        prepare: lose_python,
        helpers: Helpers::None,
        is_one_step: true,
        points: 2,
    });
}
