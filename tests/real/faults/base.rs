//! The base interpreter, while looks and links fail: whatever the system says, no byte of it changes.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::pythons;

use super::site::on_path;
use super::strace;
use super::tree::{self, Tree};

/// Looks that follow no link are among these.
const LOOKS: &str = "?lstat,?newfstatat,?statx,?fstatat64";
const LINKS: &str = "?symlink,?symlinkat";

const CREATE: &[&str] = &["--create", "--without-pip"];
const UPGRADE: &[&str] = &["--create", "--upgrade", "--without-pip"];

/// A project whose only Python is a copy of its own, `py/bin/python3.12`.
struct OwnBase {
    project: Project,
    exe: PathBuf,
}

impl OwnBase {
    fn new() -> OwnBase {
        let python = pythons::newest();
        let name = format!("python{}", python.short());
        let library = python.says("import os; print(os.path.dirname(os.__file__))");
        let project = Project::new().dir("py/bin").dir("py/lib");
        let exe = project.path("py/bin").join(&name);
        fs::copy(&python.exe, &exe).expect("a copy");
        let project = project
            .link("py/bin/python3", &name)
            .link(&format!("py/lib/{name}"), library)
            .link("bin/python3", "../py/bin/python3");
        OwnBase { project, exe }
    }

    fn state(&self) -> (Tree, Vec<u8>) {
        (
            tree::of(&self.project.path("py")),
            fs::read(&self.exe).expect("a file"),
        )
    }

    /// vrun, with these words for strace.
    fn traced(&self, words: &[&str], args: &[&str]) -> Outcome {
        let vrun = self.project.vrun(args);
        // One that waits for ever for a look to succeed is an error too.
        let mut command = Command::new(on_path("timeout"));
        command.arg("10").arg(on_path("strace"));
        // By now nothing is started that would have to be let go of.
        command.args(["-f", "-qq", "--seccomp-bpf"]).args(words);
        command.arg(vrun.get_program()).args(vrun.get_args());
        self.project.place(&mut command);
        Outcome::of(&mut command)
    }

    fn count(&self, calls: &str, args: &[&str]) -> usize {
        let log = self.project.path("log");
        let words = [
            "-o",
            log.to_str().expect("UTF-8"),
            "-e",
            &format!("trace={calls}"),
        ];
        self.traced(&words, args).code(0);
        fs::read_to_string(log).expect("a log").lines().count()
    }

    fn struck(&self, calls: &str, error: &str, when: &str, args: &[&str]) -> Outcome {
        let inject = format!("inject={calls}:error={error}:when={when}");
        let trace = format!("trace={calls}");
        self.traced(&["-o", "/dev/null", "-e", &trace, "-e", &inject], args)
    }
}

/// Each look and each link fails once, and from then on.
fn check(args: &[&str]) {
    if let Some(reason) = strace::lacks() {
        tell(format_args!("not tested: faults around the base: {reason}"));
        return;
    }
    let base = OwnBase::new();
    base.project.run(CREATE).code(0);
    let venv = base.project.path("app/.venv");
    let make_room = || {
        if args == CREATE {
            let _ = fs::remove_dir_all(&venv);
        }
    };
    let before = base.state();
    let mut points = 0;
    for (calls, errors) in [
        (LOOKS, &["EIO", "ESTALE", "EACCES"][..]),
        (LINKS, &["EIO", "ESTALE", "EACCES", "EEXIST", "EPERM"]),
    ] {
        make_room();
        for n in strace::sample(base.count(calls, args), 12) {
            // Of the many looks each meets one of the errors.
            let errors = match calls {
                LOOKS => &errors[n % errors.len()..][..1],
                _ => errors,
            };
            for (error, when) in errors.iter().flat_map(|error| [(error, ""), (error, "+")]) {
                make_room();
                let when = format!("{n}{when}");
                let struck = base.struck(calls, error, &when, args);
                points += 1;
                assert!(base.state() == before, "{calls} {error} {when}: {struck}");
                let code = struck.status.code();
                // Where looks fail for good, there may be no Python to be found either.
                let is_told = code == Some(0) || struck.stderr.contains("vrun: ");
                assert!(
                    is_told && matches!(code, Some(0 | 125 | 126)),
                    "{calls} {error} {when}: {struck}"
                );
                if points % 16 == 0 {
                    let next = base.project.run(args).code(0);
                    assert!(base.state() == before, "after {error} {when}: {next}");
                }
            }
        }
    }
    tell(format_args!("the base, {args:?}: {points} faults"));
}

#[test]
fn the_base_is_unchanged_where_a_creation_cannot_look_or_link() {
    check(CREATE);
}

#[test]
fn the_base_is_unchanged_where_an_upgrade_cannot_look_or_link() {
    check(UPGRADE);
}
