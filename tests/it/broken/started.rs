//! What a program starts as `python`, where the environment's own is gone or has become another one: vrun cannot stop
//! it, so the program runs, and a line says first what it would come upon.

use super::{app, upgraded};
use crate::sandbox::Sandbox;

const CFG: &str = "home = /nonexist/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n";

const GONE: &str = "vrun: [ROOT]/app/.venv is broken: its Python is gone; a `python` that this program starts is the next \
                    one on PATH; `vrun --repair` fixes it\n";
const OTHER: &str = "vrun: [ROOT]/app/.venv is broken: it was created with Python 3.11, and its Python is now 3.12; a `python` \
                     that this program starts sees none of its packages; `vrun --repair` fixes it\n";

/// Another Python is next on PATH, and programs of several kinds there start it.
fn around(sandbox: Sandbox) -> Sandbox {
    sandbox
        .probe("tools/python")
        .probe("tools/git")
        .script("tools/make", "#!/bin/sh\nexec python \"$@\"\n")
        .script("app/build", "#!/usr/bin/env bash\nexec python \"$@\"\n")
        .script("app/.venv/bin/just", "#!/bin/sh\nexec python \"$@\"\n")
        .probe("app/.venv/bin/runner")
        .var("PATH", "[ROOT]/tools:/usr/bin:/bin")
}

/// Its Python is a link to what is no more.
fn gone() -> Sandbox {
    around(app(CFG).link("app/.venv/bin/python", "/nonexist/bin/python3.11"))
}

/// Whatever may start a `python` by itself.
const STARTERS: [&[&str]; 9] = [
    &["make", "x.py"],
    &["sh", "-c", "python x.py"],
    &["env", "python", "x.py"],
    &["-c", "make x.py"],
    &["-c", "python x.py"],
    &["-c", "true && python x.py"],
    &["./build", "x.py"],
    // Programs of the environment that are no Python's are no different.
    &["just", "x.py"],
    &["-c", "just x.py"],
];

#[track_caller]
fn says(sandbox: &Sandbox, typed: &[&str], said: &str) {
    assert_eq!(sandbox.run(typed).code(0).said(), said, "{typed:?}");
}

#[test]
fn where_the_python_is_gone_a_line_says_so_before_a_program_takes_the_next_one() {
    let sandbox = gone();
    for typed in STARTERS {
        let (_, stdout, stderr) = sandbox.run(typed).code(0).whole();
        assert_eq!(stderr, GONE, "{typed:?}");
        assert!(stdout.contains("argv[1]=x.py"), "{typed:?}: {stdout}");
        assert!(
            stdout.contains("VIRTUAL_ENV=[ROOT]/app/.venv"),
            "{typed:?}: {stdout}"
        );
    }
    // Whether they would start one, no one knows.
    for typed in [
        &["git", "status"][..],
        &["-c", "git status"],
        &["runner"],
        &["-n", "git"],
    ] {
        says(&sandbox, typed, GONE);
    }
    // Another Python may run where it is asked for, and that is no secret either.
    says(&sandbox, &["--outside", "python"], GONE);
    says(&sandbox, &["-qc", "python; true"], "");
    says(&sandbox, &["-q", "make"], "");
    says(&sandbox.var("VRUN_QUIET", "1"), &["make"], "");
}

#[test]
fn a_vrun_that_starts_a_vrun_leaves_the_word_to_that() {
    let sandbox = gone().link("tools/vrun", "[ROOT]/opt/vrun");
    for typed in [
        &["vrun", "git"][..],
        &["-c", "vrun git"],
        &["[ROOT]/opt/vrun", "git"],
        &["vrun", "vrun", "-c", "git; true"],
    ] {
        says(&sandbox, typed, GONE);
    }
    says(&sandbox, &["vrun", "-q", "git"], "");
}

#[test]
fn so_it_does_where_the_python_has_become_another_minor_version() {
    let sandbox = around(upgraded());
    for typed in STARTERS {
        says(&sandbox, typed, OTHER);
    }
    says(&sandbox, &["git", "status"], OTHER);
    says(&sandbox, &["-q", "git", "status"], "");
    // Of a console script a line says so too, for there the kernel starts it.
    let sandbox = sandbox.script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python3\n");
    says(&sandbox, &["-c", "tool"], OTHER);
}

#[test]
fn a_console_script_that_a_shell_passes_over_is_no_surprise() {
    // Its Python is gone: dash goes on to the next one of the name on PATH.
    let sandbox = gone()
        .script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python\n")
        .script("tools/tool", "#!/bin/sh\n");
    for line in ["tool", "tool; true"] {
        let (_, _, stderr) = sandbox.run(["-c", line]).whole();
        assert!(stderr.starts_with(GONE), "{line}: {stderr}");
    }
}

#[test]
fn whatever_else_keeps_the_python_from_being_found_is_said_with_what_helps() {
    let next = "a `python` that this program starts is the next one on PATH";
    let circle = around(
        app(CFG)
            .link("app/.venv/bin/python", "python3")
            .link("app/.venv/bin/python3", "python"),
    );
    let none = around(app(CFG));
    #[cfg(target_os = "linux")]
    let elsewhere = around(
        app("home = /opt/homebrew/bin\ninclude-system-site-packages = false\n")
            .link("app/.venv/bin/python", "/opt/homebrew/bin/python3.12"),
    );
    let barred = around(
        app(CFG)
            .probe("locked/bin/python3.12")
            .link("app/.venv/bin/python", "[ROOT]/locked/bin/python3.12")
            .by_nobody("locked"),
    );
    barred.chmod("locked", 0o000);
    for (sandbox, what, help) in [
        (
            &circle,
            "is broken: its Python is a link to itself",
            "`vrun --repair` fixes it",
        ),
        (
            &none,
            "is broken: it has no Python",
            "`vrun --repair` fixes it",
        ),
        (
            &barred,
            "cannot be used: its Python is inaccessible",
            "`vrun --doctor` says what to do",
        ),
        #[cfg(target_os = "linux")]
        (
            &elsewhere,
            "is for another system: it was created on macOS",
            "`vrun --doctor` says what to do",
        ),
    ] {
        let said = format!("vrun: [ROOT]/app/.venv {what}; {next}; {help}\n");
        says(sandbox, &["git"], &said);
    }
    barred.chmod("locked", 0o755);
    // What is to be typed names the environment where it took that to come to it.
    let said = GONE.replace(
        "`vrun --repair`",
        "`vrun --env '[ROOT]/app/.venv' --repair`",
    );
    let sandbox = gone().dir("other").cwd("other");
    let (_, _, stderr) = sandbox.run(["--env", "../app/.venv", "git"]).whole();
    assert_eq!(stderr.replace('\'', ""), said.replace('\'', ""));
}

#[test]
fn which_says_it_with_why() {
    gone()
        .run(["-v", "--which", "git"])
        .code(0)
        .says("git is outside the environment; [ROOT]/app/.venv is broken: its Python is gone; ");
}

/// An environment for 3.12 whose Python is the file at `[ROOT]/usr/bin/python3.12`, as far as `links` go.
fn linked(home: &str, links: &[(&str, &str)]) -> Sandbox {
    let cfg = format!(
        "home = {home}\ninclude-system-site-packages = false\nversion_info = 3.12.4.final.0\n"
    );
    let sandbox = app(&cfg)
        .probe("usr/bin/python3.12")
        .link("usr/bin/python3", "python3.12");
    let links = links.iter();
    around(links.fold(sandbox, |sandbox, (link, target)| {
        sandbox.link(format!("app/.venv/bin/{link}"), target)
    }))
}

#[test]
fn there_is_no_false_alarm() {
    let versioned = ("python", "[ROOT]/usr/bin/python3.12");
    let unversioned = [("python3", "[ROOT]/usr/bin/python3"), ("python", "python3")];
    for (home, links) in [
        ("[ROOT]/usr/bin", &[versioned][..]),
        ("[ROOT]/usr/bin", &unversioned),
        // A home that has no such name, or is gone while the link is not.
        ("[ROOT]/tools", &[versioned]),
        ("[ROOT]/tools", &unversioned),
        ("/nonexist", &unversioned),
        ("relative", &unversioned),
        ("", &[versioned]),
        // A name that says no version.
        ("[ROOT]/usr/bin", &[("python", "[ROOT]/lib/probe")]),
    ] {
        let sandbox = linked(home, links);
        for typed in STARTERS {
            says(&sandbox, typed, "");
        }
    }
    // A copy, which may find its library wherever it was configured to be.
    for home in ["[ROOT]/usr/bin", "/nonexist"] {
        let sandbox = linked(home, &[]).probe("app/.venv/bin/python");
        says(&sandbox, &["git"], "");
    }
    // Packages for what is there now; a pyvenv.cfg that says no version, and no library that does.
    let sandbox = around(upgraded()).dir("app/.venv/lib/python3.12/site-packages");
    says(&sandbox, &["git"], "");
    let silent = "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\n";
    let sandbox = around(upgraded()).file("app/.venv/pyvenv.cfg", silent);
    says(&sandbox, &["git"], "");
}
