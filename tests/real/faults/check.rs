//! A way to make an environment -> the faults that may strike it, each once, and what is there then.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use nix::errno::Errno;

use super::site::{Before, Place, Site, Warm};
use super::strace::{self, Blow, Fault, Helpers};
use super::tree::{self, Tree};
use crate::project::{Outcome, tell};

/// A creation.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    pub name: &'static str,
    pub args: &'static [&'static str],
    pub place: Place,
    pub before: Before,
    /// Whether the cache has all that it can have; then no Python is asked what it is.
    pub is_warm: bool,
    /// How many points of one kind of call are taken.
    pub points: usize,
}

/// What the project holds before, after an undisturbed creation, and after a plain first use.
pub(super) struct Known {
    pub before: Tree,
    pub after: Tree,
    plain: Tree,
    counts: BTreeMap<String, usize>,
}

pub(super) fn learn(
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
    fn helpers(&self) -> Helpers {
        match self.is_warm {
            true => Helpers::None,
            false => Helpers::LetGo,
        }
    }

    fn site(&self, warm: &Warm) -> Site {
        Site::new(self.place, self.before, Some(warm).filter(|_| self.is_warm))
    }
}

#[track_caller]
pub(super) fn check(scenario: &Scenario) {
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
    let known = learn(scenario, &warm, |site| {
        strace::count(site, scenario.helpers(), scenario.args)
    });
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

pub(super) fn faults(counts: &BTreeMap<String, usize>, points: usize) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut turn = 0;
    for (call, count) in counts {
        let blows = blows(call);
        let fault = |n, blow| Fault {
            call: call.clone(),
            n,
            blow,
        };
        if strace::is_every_fault() {
            let each = |n| blows.iter().map(move |blow| fault(n, *blow));
            faults.extend((1..=*count).flat_map(each));
            continue;
        }
        for n in strace::spread(*count, points) {
            // Each blow in turn, and every other time a kill.
            turn += 1;
            let blow = match turn % 2 {
                0 => Blow::Kill,
                _ => blows[turn / 2 % (blows.len() - 1)],
            };
            faults.push(fault(n, blow));
        }
    }
    faults
}

/// What may happen at a call.
fn blows(call: &str) -> Vec<Blow> {
    let errors: &[Errno] = match call {
        // To read and to write.
        "openat" => &[Errno::EIO, Errno::EMFILE, Errno::ESTALE, Errno::EACCES],
        "getdents64" => &[Errno::EIO, Errno::ESTALE],
        // EPERM and its like say that the file system has no links; Python is copied then.
        "symlink" => &[Errno::ENOSPC, Errno::EIO, Errno::EACCES, Errno::ESTALE],
        "flock" => &[Errno::ENOLCK],
        "unlink" | "unlinkat" | "rmdir" | "chmod" | "fchmod" => {
            &[Errno::EIO, Errno::EROFS, Errno::EACCES, Errno::ESTALE]
        }
        "mkdir" | "rename" => &[
            Errno::EROFS,
            Errno::EINTR,
            Errno::EACCES,
            Errno::ESTALE,
            Errno::ENOSPC,
            Errno::EIO,
        ],
        _ => &[
            Errno::ENOSPC,
            Errno::EDQUOT,
            Errno::EIO,
            Errno::EROFS,
            Errno::EACCES,
            Errno::EINTR,
            Errno::ESTALE,
        ],
    };
    let errors = errors.iter().copied().map(Blow::Error);
    errors.chain([Blow::Kill]).collect()
}

/// One fault, and the next run.
fn strike(scenario: &Scenario, site: &Site, known: &Known, fault: &Fault) -> Result<(), String> {
    let mut maker = strace::with(fault, scenario.helpers(), site, scenario.args);
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
