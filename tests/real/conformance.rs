//! `--create` measured by CPython's own tests of venv: of every Python found that brings them along, with
//! vrun in venv's place. How that is done is in conformance.py.

use std::collections::BTreeSet;
use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::pythons::{self, Python};

const MEASURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/conformance.py");

/// How conformance.py ends where the interpreter has no such tests.
const NO_SUITE: i32 = 3;

#[test]
fn cpythons_own_tests_of_venv_pass_with_vrun_in_its_place() {
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let creator = [vrun, "-q", "--create", "-p", "{base}", "--env", "{dir}"];
    let mut failed = Vec::new();
    let mut unlooked = BTreeSet::new();
    for python in pythons::all() {
        let Some(measured) = measure(python, &creator) else {
            continue;
        };
        let counts = measured.stdout.lines().last().unwrap_or_default();
        tell(format_args!("test_venv of {}: {counts}", python.full()));
        let reasons = measured.stdout.lines();
        let reasons = reasons
            .filter(|line| line.starts_with("skipped: ") || line.starts_with("not applicable: "));
        unlooked.extend(reasons.map(str::to_owned));
        if measured.status.code() != Some(0) {
            failed.push(format!("{}: {measured}", python.full()));
        }
    }
    unlooked.iter().for_each(tell);
    let control = "PYTHON -I -B tests/real/conformance.py {base} -m venv {dir}";
    assert!(
        failed.is_empty(),
        "{}\nwhether venv itself passes them says `{control}`",
        failed.join("\n")
    );
}

/// What is said to pass was looked at.
#[test]
fn a_creator_that_makes_nothing_passes_none_of_cpythons_tests() {
    for creator in ["true", "false"] {
        let Some(measured) = measure(pythons::newest(), &[creator]) else {
            return;
        };
        let measured = measured.code(1);
        assert!(measured.stdout.contains("\n0 passed, "), "{measured}");
    }
}

/// The tests of that Python, run to their end; None where it has none, which is said. That nothing stays behind
/// where they make their environments is asserted here.
fn measure(python: &Python, creator: &[&str]) -> Option<Outcome> {
    let project = Project::new().dir("tmp");
    let tmp = project.path("tmp");
    // The tests start bash, and that others.
    let project = project.var("TMPDIR", tmp).var("PATH", "/usr/bin:/bin");
    let mut command = Command::new(&python.exe);
    project.place(&mut command);
    let measured = Outcome::of(command.args(["-I", "-B", MEASURE]).args(creator));
    if measured.status.code() == Some(NO_SUITE) {
        let (full, why) = (python.full(), measured.stdout.trim_end());
        tell(format_args!("not tested: test_venv of {full}: {why}"));
        return None;
    }
    let nothing: [&str; 0] = [];
    assert_eq!(project.names("tmp"), nothing, "{measured}");
    Some(measured)
}
