//! The making of an environment, cut off at its system calls: each of them fails once, and is once the last
//! that its process comes to. There is no environment or a whole one, nothing stays behind, and the next run
//! works.
//!
//! Of a kind of call (mkdir, write ...) with many of them an even spread is taken, the first and the last among
//! them: so many as a scenario says with ENOSPC and with a kill, a quarter of that with each other error. All
//! are taken where VRUN_TEST_EVERY_FAULT is set.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;

use crate::project::{Outcome, tell};

mod site;
mod strace;
mod tree;

use site::{Before, Place, Site, Warm};
use strace::{Blow, Fault, Helpers};
use tree::Tree;

/// A creation.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    args: &'static [&'static str],
    place: Place,
    before: Before,
    /// Whether the cache has all that it can have; then no Python is asked what it is.
    is_warm: bool,
    /// How many points of one kind of call are taken.
    points: usize,
}

const USUAL: Scenario = Scenario {
    name: "a warm cache",
    args: &["--create"],
    place: Place::Nothing,
    before: Before::None,
    is_warm: true,
    points: 12,
};

#[test]
fn a_creation_with_a_warm_cache_is_whole_or_not_there() {
    check(&USUAL);
}

#[test]
fn a_creation_with_an_empty_cache_is_whole_or_not_there() {
    check(&Scenario {
        name: "an empty cache",
        is_warm: false,
        points: 4,
        ..USUAL
    });
}

#[test]
fn a_creation_without_pip_is_whole_or_not_there() {
    check(&Scenario {
        name: "without pip",
        args: &["--create", "--without-pip"],
        points: 6,
        ..USUAL
    });
}

#[test]
fn an_environment_that_is_made_anew_is_the_old_or_the_new_one_at_every_moment() {
    check(&Scenario {
        name: "over an old one",
        args: &["--create", "--clear"],
        before: Before::Old,
        points: 6,
        ..USUAL
    });
}

#[test]
fn a_directory_that_is_filled_in_place_is_an_environment_once_it_is_whole() {
    for (name, place) in [
        ("through a link", Place::Link),
        ("in a mount point", Place::Mount),
        (
            "in a tree that cannot be written to",
            Place::MountInReadOnly,
        ),
    ] {
        check(&Scenario {
            name,
            args: &["/bin/true"],
            place,
            points: 3,
            ..USUAL
        });
    }
}

#[test]
fn a_mount_point_that_is_filled_anew_keeps_the_old_environment_where_that_fails() {
    for (name, place) in [
        ("over an old one in a mount point", Place::Mount),
        (
            "the same in a tree that cannot be written to",
            Place::MountInReadOnly,
        ),
    ] {
        check(&Scenario {
            name,
            args: &["--create", "--clear"],
            place,
            before: Before::Old,
            points: 3,
            ..USUAL
        });
    }
}

#[test]
fn a_maker_that_is_asked_to_end_leaves_nothing_or_a_whole_environment() {
    let warm = Warm::new();
    let known = learn(&USUAL, &warm, |site| {
        let made = site.vrun(USUAL.args).output();
        assert!(made.is_ok_and(|output| output.status.success()));
        BTreeMap::new()
    });
    for step in 0..30 {
        let site = Site::new(USUAL.place, USUAL.before, Some(&warm));
        let mut vrun = site.vrun(USUAL.args);
        let vrun = vrun.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = vrun.spawn().expect("vrun");
        thread::sleep(Duration::from_millis(step * 3));
        crate::project::signal(&child, "TERM");
        let outcome = Outcome::from(child.wait_with_output().expect("an end"));
        let tree = site.tree();
        match (outcome.status.code(), outcome.status.signal()) {
            (Some(0), _) => assert!(tree == known.after, "{outcome}"),
            (Some(130), _) => assert!([&known.before, &known.after].contains(&&tree), "{outcome}"),
            // Before there was anything to clean up, or when all was done.
            (_, Some(15)) => {
                let kept = tree::without_strays(&tree);
                assert!([&known.before, &known.after].contains(&&kept), "{outcome}");
            }
            _ => panic!("after {step}: {outcome}"),
        }
        let next = Outcome::of(&mut site.vrun(&["/bin/true"])).code(0);
        let difference = tree::difference(&site.tree(), &known.after);
        assert!(site.tree() == known.after, "{next}\n{difference}");
    }
}

/// What the project holds before, after an undisturbed creation, and after a plain first use.
struct Known {
    before: Tree,
    after: Tree,
    plain: Tree,
    counts: BTreeMap<String, usize>,
}

fn learn(
    scenario: &Scenario,
    warm: &Warm,
    make: impl FnOnce(&Site) -> BTreeMap<String, usize>,
) -> Known {
    let site = scenario.site(warm);
    let before = site.tree();
    let counts = make(&site);
    let after = site.tree();
    let bare = Scenario {
        before: Before::None,
        ..*scenario
    };
    let bare = bare.site(warm);
    Outcome::of(&mut bare.vrun(&["/bin/true"])).code(0);
    Known {
        before,
        after,
        plain: bare.tree(),
        counts,
    }
}

impl Scenario {
    fn site(&self, warm: &Warm) -> Site {
        Site::new(self.place, self.before, Some(warm).filter(|_| self.is_warm))
    }
}

#[track_caller]
fn check(scenario: &Scenario) {
    let name = scenario.name;
    if let Some(reason) = strace::lacks() {
        tell(format_args!("not tested: faults at system calls: {reason}"));
        return;
    }
    if !Site::can_be(scenario.place) {
        tell(format_args!(
            "not tested: faults {name}: nothing can be mounted here"
        ));
        return;
    }
    let warm = Warm::new();
    let known = learn(scenario, &warm, |site| strace::count(site, scenario.args));
    let faults = faults(&known.counts, scenario.points);
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(fault) = faults.get(at)
        {
            let site = scenario.site(&warm);
            let struck = strike(scenario, &site, &known, fault);
            // A tree that looks right is not started each time.
            let struck = struck.and_then(|()| if at % 16 == 0 { started(&site) } else { Ok(()) });
            if let Err(why) = struck {
                wrong
                    .lock()
                    .expect("a list")
                    .push(format!("{fault}: {why}"));
            }
        }
    };
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner().expect("a list");
    tell(format_args!(
        "{name}: {} faults of {:?}",
        faults.len(),
        known.counts
    ));
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

fn faults(counts: &BTreeMap<String, usize>, points: usize) -> Vec<Fault> {
    let is_every = env::var_os("VRUN_TEST_EVERY_FAULT").is_some();
    let mut faults = Vec::new();
    for (call, count) in counts {
        for blow in blows(call) {
            let most = match blow {
                _ if is_every => usize::MAX,
                Blow::Kill | Blow::Error(Errno::ENOSPC) => points,
                Blow::Error(_) => points.div_ceil(4),
            };
            let fault = |n| Fault {
                call: call.clone(),
                n,
                blow,
            };
            faults.extend(strace::spread(*count, most).into_iter().map(fault));
        }
    }
    faults
}

/// What may happen at a call.
fn blows(call: &str) -> Vec<Blow> {
    let errors: &[Errno] = match call {
        // To read and to write.
        "openat" => &[Errno::EIO, Errno::EMFILE],
        "getdents64" => &[Errno::EIO],
        // What a file system without links says to one differs; Python is copied then.
        "symlink" => &[Errno::ENOSPC, Errno::EDQUOT],
        "flock" => &[Errno::ENOLCK],
        "unlink" | "unlinkat" | "rmdir" | "chmod" | "fchmod" => &[Errno::EIO, Errno::EROFS],
        _ => &[Errno::ENOSPC, Errno::EDQUOT, Errno::EIO, Errno::EROFS],
    };
    let errors = errors.iter().copied().map(Blow::Error);
    errors.chain([Blow::Kill]).collect()
}

/// One fault, and the next run.
fn strike(scenario: &Scenario, site: &Site, known: &Known, fault: &Fault) -> Result<(), String> {
    let helpers = if scenario.is_warm {
        Helpers::None
    } else {
        Helpers::LetGo
    };
    let mut maker = strace::with(fault, helpers, site, scenario.args);
    let outcome = Outcome::of(maker.stdin(Stdio::null()));
    let made = left(scenario, known, fault, &site.tree())
        .and_then(|made| ended(fault, &outcome, made).map(|()| made))
        .map_err(|why| format!("{why}\n{outcome}"))?;
    // What lies in an environment that is there and whole is left to the next who makes one.
    let lies_within = scenario.place == Place::MountInReadOnly && made != Made::Nothing;
    let next: &[&str] = if lies_within {
        &["--create"]
    } else {
        &["/bin/true"]
    };
    let next = Outcome::of(&mut site.vrun(next));
    if !next.status.success() {
        return Err(format!("the next run fails\n{next}"));
    }
    let expected = match made {
        Made::Nothing => &known.plain,
        Made::Old => &known.before,
        Made::New => &known.after,
    };
    let then = site.tree();
    if then != *expected {
        let difference = tree::difference(&then, expected);
        return Err(format!("{made:?}, then the next run: {difference}"));
    }
    Ok(())
}

/// What there is after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Nothing,
    Old,
    New,
}

fn left(scenario: &Scenario, known: &Known, fault: &Fault, tree: &Tree) -> Result<Made, String> {
    // What a directory is taken away by may fail too.
    let kept = if fault.blow == Blow::Kill || fault.is_in_taking_away() {
        tree::without_strays(tree)
    } else {
        tree.clone()
    };
    let is_environment = |tree: &Tree| tree.keys().any(|path| path.ends_with("/pyvenv.cfg"));
    // A mount point and a directory behind a link are filled, and change places with nothing.
    let is_filled = scenario.place != Place::Nothing;
    if kept == known.after {
        Ok(Made::New)
    } else if kept == known.before {
        Ok(match scenario.before {
            Before::Old => Made::Old,
            Before::None => Made::Nothing,
        })
    } else if fault.blow == Blow::Kill && is_filled && !is_environment(&kept) {
        Ok(Made::Nothing)
    } else {
        let was_made = is_environment(&kept) && scenario.before == Before::None;
        let meant = if was_made {
            &known.after
        } else {
            &known.before
        };
        Err(format!("neither: {}", tree::difference(tree, meant)))
    }
}

/// Whether the maker ended as it should, and said why.
fn ended(fault: &Fault, outcome: &Outcome, made: Made) -> Result<(), String> {
    match (fault.blow, outcome.status.code()) {
        (Blow::Kill, None) if outcome.status.signal() == Some(9) => Ok(()),
        // In entered mounts a shell tells of it.
        (Blow::Kill, Some(137)) => Ok(()),
        // It was of no consequence, or this time no thread had so many calls.
        (_, Some(0)) if made == Made::New => Ok(()),
        (Blow::Error(errno), Some(125)) => {
            let error = io::Error::from(errno).to_string().to_lowercase();
            let reason = error.split(" (os error").next().unwrap_or_default();
            let said = outcome.stderr.to_lowercase();
            if said.contains("vrun: cannot ") && said.contains(reason) {
                return Ok(());
            }
            Err(format!("says nothing of `{reason}`"))
        }
        _ => Err(format!("ends so, with {made:?}")),
    }
}

fn started(site: &Site) -> Result<(), String> {
    let says = |args: &[&str]| Outcome::of(&mut site.vrun(args));
    let prefix = says(&["python", "-c", "import sys; print(sys.prefix)"]);
    let venv = site.project.path("app/.venv").display().to_string();
    if prefix.stdout.trim_end() != venv {
        return Err(format!("Python says\n{prefix}"));
    }
    Ok(())
}
