//! What vrun does to what is there, cut off at its system calls: nothing else has changed, and the next run finishes it.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::check::faults;
use super::site::{Site, Warm};
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
    /// Where it may write.
    place: &'static [&'static str],
    /// How many points of one kind of call are taken.
    points: usize,
}

const USUAL: Task = Task {
    name: "",
    args: &["--repair"],
    prepare: create,
    helpers: Helpers::None,
    is_one_step: false,
    place: &["app/.venv", "cache"],
    points: 2,
};

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
    let warm = Warm::new().with_wheels();
    let base_before = base();
    let ready = || {
        let site = Site::with_cache(&warm);
        (task.prepare)(&site);
        site
    };
    let site = ready();
    let before = task.result(&site);
    let counts = strace::count(&site, task.helpers, task.args);
    let known = Known {
        before,
        after: task.result(&site),
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
    let count = faults.len();
    tell(format_args!("{name}: {count} faults of {counts:?}"));
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    assert!(base() == base_before, "{name}: the base has changed");
}

/// The base interpreter and its library.
fn base() -> Tree {
    let python = pythons::newest();
    let library = python.says("import os; print(os.path.dirname(os.__file__))");
    let mut base = tree::of(library.as_ref());
    let found = fs::metadata(&python.exe).expect("a file");
    let state = format!("{} {:?}", found.len(), found.modified());
    base.insert("python".into(), state);
    base
}

impl Task {
    /// What it makes. What else the cache holds may be more or less.
    fn result(&self, site: &Site) -> Tree {
        let mut tree = tree::of(&site.project.path(""));
        let is_result = |path: &str| {
            self.place.iter().any(|place| path.starts_with(place))
                && (!path.starts_with("cache") || path.starts_with("cache/scripts"))
        };
        tree.retain(|path, _| is_result(path));
        // Each project is elsewhere.
        let root = site.project.path("").display().to_string();
        for kind in tree.values_mut() {
            *kind = kind.replace(&root, "[ROOT]/");
        }
        tree
    }
}

/// What an environment is made of, without what is noted of an install.
fn environment(tree: &Tree) -> Tree {
    let mut tree = tree::without_strays(tree);
    let notes = ["/vrun-requirements", "/vrun-packages"];
    let is_note = |path: &str| notes.iter().any(|note| path.ends_with(note));
    tree.retain(|path, _| path != "cache/scripts" && !is_note(path));
    tree
}

/// One fault, and the next run.
fn strike(task: &Task, site: &Site, known: &Known, fault: &Fault) -> Result<(), String> {
    let outside = site.outside(task.place);
    let mut command = strace::with(fault, task.helpers, site, task.args);
    let outcome = Outcome::of(command.stdin(Stdio::null()));
    let failed = |why: &str| Err(format!("{why}\n{outcome}"));
    let others = |tree: Tree| tree::without_strays(&tree);
    let now = others(site.outside(task.place));
    if now != outside {
        let difference = tree::difference(&now, &outside);
        return failed(&format!("something else has changed: {difference}"));
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
    let kept = environment(&task.result(site));
    let states = [&known.before, &known.after].map(environment);
    if task.is_one_step && !states.contains(&kept) {
        let difference = tree::difference(&kept, &states[1]);
        return failed(&format!("neither: {difference}"));
    }
    let next = Outcome::of(&mut site.vrun(task.args));
    if !next.status.success() {
        return failed(&format!("the next run fails\n{next}\nafter"));
    }
    // An unfinished file is left for an hour, for its owner may be at work.
    let mut result = task.result(site);
    result.retain(|path, _| !path.contains("/.vrun-new"));
    if result != known.after {
        let difference = tree::difference(&result, &known.after);
        return failed(&format!("after the next run: {difference}\n{next}\nafter"));
    }
    match others(site.outside(task.place)) == outside {
        true => Ok(()),
        false => failed("something else has changed by the next run"),
    }
}

/// An environment with nothing to be installed.
fn create(site: &Site) {
    require(site, "# nothing\n");
    run(site, &["--create"]);
}

fn require(site: &Site, text: &str) {
    let requirements = site.project.path("app/requirements.txt");
    fs::write(requirements, text).expect("a file");
}

fn run(site: &Site, args: &[&str]) {
    Outcome::of(&mut site.vrun(args)).code(0);
}

/// Its Python is gone, and so is what pyvenv.cfg says of it.
fn lose_links(site: &Site) {
    create(site);
    let env = site.project.path("app/.venv");
    let short = pythons::newest().short();
    for name in ["python", "python3", &format!("python{short}")] {
        fs::remove_file(env.join("bin").join(name)).expect("a link");
    }
    symlink("/nowhere/bin/python", env.join("bin/python")).expect("a link");
    rewrite(site, "pyvenv.cfg", |key| match key {
        "home" => Some("home = /nowhere/bin".into()),
        "executable" => Some("executable = /nowhere/bin/python".into()),
        _ => None,
    });
}

/// The same where there is none of its minor version.
fn lose_version(site: &Site) {
    lose_links(site);
    let env = site.project.path("app/.venv");
    let library = env.join(format!("lib/python{}", pythons::newest().short()));
    fs::rename(library, env.join("lib/python3.5")).expect("moved");
    for file in ["pyvenv.cfg", "vrun-requirements"] {
        rewrite(site, file, |key| match key {
            "version" => Some("version = 3.5.0".into()),
            "python" => Some("python 3.5".into()),
            _ => None,
        });
    }
}

/// Replaces lines, by their first word.
fn rewrite(site: &Site, file: &str, line_of: fn(&str) -> Option<String>) {
    let file = site.project.path("app/.venv").join(file);
    let text = fs::read_to_string(&file).expect("UTF-8");
    let lines = text.lines().map(|line| {
        let key = line.split(' ').next().unwrap_or_default();
        line_of(key).unwrap_or_else(|| line.to_owned()) + "\n"
    });
    fs::write(file, lines.collect::<String>()).expect("a file");
}

/// It was created elsewhere.
fn move_here(site: &Site) {
    require(site, "# nothing\n");
    run(site, &["--create", "--env", "elsewhere"]);
    let app = site.project.path("app");
    fs::rename(app.join("elsewhere"), app.join(".venv")).expect("moved");
}

#[test]
fn a_rebuild_that_is_cut_off_is_finished_by_the_next() {
    check(&Task {
        name: "a rebuild",
        prepare: lose_version,
        is_one_step: true,
        ..USUAL
    });
}

#[test]
fn a_repair_that_is_cut_off_is_finished_by_the_next() {
    check(&Task {
        name: "a repair of what was moved",
        prepare: move_here,
        ..USUAL
    });
    check(&Task {
        name: "a repair of what lost its Python",
        prepare: lose_links,
        ..USUAL
    });
}

#[test]
fn an_upgrade_that_is_cut_off_is_finished_by_the_next() {
    check(&Task {
        name: "an upgrade",
        args: &["--create", "--upgrade"],
        prepare: lose_links,
        ..USUAL
    });
}

#[test]
fn an_install_that_is_cut_off_is_finished_by_the_next() {
    check(&Task {
        name: "an install",
        args: &["--sync"],
        prepare: |site| {
            create(site);
            require(site, "alpha\n");
        },
        helpers: Helpers::LetGo,
        points: 1,
        ..USUAL
    });
    check(&Task {
        name: "an exact install",
        args: &["--sync", "--exact"],
        prepare: |site| {
            require(site, "beta\n");
            run(site, &["--create"]);
            require(site, "alpha\n");
        },
        helpers: Helpers::LetGo,
        points: 1,
        ..USUAL
    });
}

#[test]
fn shims_that_are_cut_off_are_made_by_the_next() {
    check(&Task {
        name: "shims",
        args: &["--shims", "../shims", "python", "pip"],
        prepare: |site| {
            let dir = site.project.path("shims");
            fs::create_dir(&dir).expect("a directory");
            // By another path, so that it is replaced.
            symlink(site.project.path("app/../vrun"), dir.join("pip")).expect("a link");
            symlink(env!("CARGO_BIN_EXE_vrun"), site.project.path("vrun")).expect("a link");
        },
        place: &["shims"],
        points: 4,
        ..USUAL
    });
}

#[test]
fn the_environment_of_a_script_is_whole_or_not_there() {
    check(&Task {
        name: "a script's environment",
        args: &["-s", "script.py"],
        prepare: |site| {
            let block = "# /// script\n# dependencies = []\n# ///\n";
            fs::write(site.project.path("app/script.py"), block).expect("a file");
        },
        is_one_step: true,
        ..USUAL
    });
}
