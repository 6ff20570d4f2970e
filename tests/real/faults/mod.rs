//! The making of an environment, cut off at its system calls: each of them fails once, and is once the last
//! that its process comes to. There is no environment or a whole one, nothing stays behind, and the next run
//! works.
//!
//! Of a kind of call (mkdir, write ...) with many of them an even spread is taken, the first and the last among
//! them: so many as a scenario says, with a kill and with each error in turn. Where VRUN_TEST_ALL is set, each call gets
//! each of them.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::project::Outcome;

/// The base interpreter, meanwhile.
mod base;
mod check;
mod site;
mod strace;
/// What changes an environment that is there, and what makes others.
mod tasks;
pub(crate) mod tree;

use check::{Scenario, check, learn};
use site::{Before, Place, Site, Warm};

const USUAL: Scenario = Scenario {
    name: "a warm cache",
    args: &["--create"],
    place: Place::Nothing,
    before: Before::None,
    is_warm: true,
    points: 3,
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
        points: 2,
        ..USUAL
    });
}

#[test]
fn a_creation_without_pip_is_whole_or_not_there() {
    check(&Scenario {
        name: "without pip",
        args: &["--create", "--without-pip"],
        points: 2,
        ..USUAL
    });
}

#[test]
fn an_environment_that_is_made_anew_is_the_old_or_the_new_one_at_every_moment() {
    check(&Scenario {
        name: "over an old one",
        args: &["--create", "--clear"],
        before: Before::Old,
        points: 2,
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
            points: 2,
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
            points: 2,
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
