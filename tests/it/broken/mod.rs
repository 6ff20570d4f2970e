//! Broken environments: the error names what is wrong and what helps; nothing is changed.
//! What stands in for a Python that is gone is for real Pythons (tests/real/broken.rs).

use crate::sandbox::Sandbox;

/// Those that were made on another system, or for another machine.
mod elsewhere;
/// What a program starts as `python` in one.
mod started;

const REPAIR: &str = "hint: `vrun --repair` rebuilds it with the same packages";

/// An environment with a scripts directory and no Python yet.
fn app(cfg: &str) -> Sandbox {
    Sandbox::new()
        .file("app/.venv/pyvenv.cfg", cfg)
        .dir("app/.venv/bin")
        .cwd("app")
}

/// Whatever has that environment's Python run is refused so, and nothing is changed.
#[track_caller]
fn refused(sandbox: &Sandbox, parts: &[&str]) {
    let before = sandbox.tree();
    for typed in [
        &["python"][..],
        &["python3", "x.py"],
        &["-m", "x"],
        &["-n", "python"],
    ] {
        sandbox.run(typed).error(126, parts);
    }
    assert_eq!(before, sandbox.tree());
}

#[test]
fn the_link_that_leads_nowhere_and_where_it_pointed() {
    let sandbox =
        app("home = /nonexist/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n")
            .link("app/.venv/bin/python", "python3")
            .link("app/.venv/bin/python3", "/nonexist/bin/python3.11")
            .script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python\n")
            .var("PATH", "/nonexist");
    let told = [
        "vrun: [ROOT]/app/.venv is broken: its Python is gone",
        "cause: [ROOT]/app/.venv/bin/python3 points to /nonexist/bin/python3.11, which does not exist",
        REPAIR,
    ];
    refused(&sandbox, &told);
    sandbox.run(["tool"]).error(126, &told);
    sandbox.run([".venv/bin/python"]).error(126, &told);
    sandbox.run([".venv/bin/tool"]).error(126, &told);
}

#[test]
fn a_script_that_looks_for_its_python_on_path_does_not_find_the_next_one() {
    let sandbox = app("home = /nonexist/bin\ninclude-system-site-packages = false\n")
        .link("app/.venv/bin/python", "/nonexist/bin/python3.11")
        .script("app/.venv/bin/tool", "#!/usr/bin/env python3\n")
        .script("app/manage", "#!/usr/bin/env python3\n")
        .probe("other/python3")
        .var("PATH", "[ROOT]/other:/usr/bin:/bin");
    for typed in ["tool", "./manage"] {
        sandbox.run([typed]).error(126, &["its Python is gone"]);
    }
    sandbox
        .run(["--outside", "./manage"])
        .argv(&["python3", "./manage"])
        .says("is the next one on PATH");
}

#[test]
fn links_that_lead_in_a_circle() {
    let sandbox = app("home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n")
        .link("app/.venv/bin/python", "python3")
        .link("app/.venv/bin/python3", "python");
    let told = [
        "/app/.venv is broken: its Python is a link to itself",
        REPAIR,
    ];
    refused(&sandbox, &told);
    sandbox.run(["python"]).error(
        126,
        &["cause: [ROOT]/app/.venv/bin/python is a link that leads back to itself"],
    );
}

#[test]
fn a_python_that_this_user_may_not_reach() {
    let sandbox = app("home = [ROOT]/locked/bin\ninclude-system-site-packages = false\n")
        .probe("locked/bin/python3.12")
        .link("app/.venv/bin/python", "[ROOT]/locked/bin/python3.12")
        .by_nobody("locked");
    sandbox.chmod("locked", 0o000);
    sandbox.run(["python"]).error(
        126,
        &[
            "/app/.venv cannot be used: its Python is inaccessible",
            "points to [ROOT]/locked/bin/python3.12, which this user may not access",
            "hint: `ls -ld [ROOT]/locked/bin/python3.12` shows its owner",
        ],
    );
    sandbox.chmod("locked", 0o755);
}

/// bin/python -> python3 -> usr/bin/python3 -> python3.12, in an environment for 3.11.
fn upgraded() -> Sandbox {
    app("home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n")
        .probe("usr/bin/python3.12")
        .link("usr/bin/python3", "python3.12")
        .link("app/.venv/bin/python", "python3")
        .link("app/.venv/bin/python3.11", "python3")
        .link("app/.venv/bin/python3", "[ROOT]/usr/bin/python3")
}

#[test]
fn a_base_that_is_now_of_another_minor_version_is_noticed_before_it_runs() {
    let sandbox = upgraded().script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python3\n");
    let told = [
        "vrun: [ROOT]/app/.venv is broken: it was created with Python 3.11, and its Python is now 3.12",
        "leads to [ROOT]/usr/bin/python3.12, which would see none of the packages for 3.11",
        REPAIR,
    ];
    refused(&sandbox, &told);
    sandbox.run(["python3.11"]).error(126, &told);
    sandbox.run(["tool"]).error(126, &told);
    sandbox.run([".venv/bin/python"]).error(126, &told);
    sandbox
        .run(["sh", "-c", "echo ran"])
        .stdout("ran\n")
        .says("is broken: it was created with Python 3.11");
}

#[test]
fn a_base_of_another_patch_or_with_its_own_packages_there_is_fine() {
    upgraded()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.9\n",
        )
        .run(["python"])
        .code(0);
    upgraded()
        .dir("app/.venv/lib/python3.12/site-packages")
        .run(["python"])
        .code(0);
    // Where pyvenv.cfg does not say, the library does.
    let silent = |library: &str| {
        upgraded()
            .file(
                "app/.venv/pyvenv.cfg",
                "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\n",
            )
            .dir(format!("app/.venv/lib/{library}"))
    };
    silent("python3.12").run(["python"]).code(0);
    silent("python3.11").run(["python"]).error(
        126,
        &["created with Python 3.11, and its Python is now 3.12"],
    );
}

#[test]
fn a_copy_is_left_to_itself_where_nothing_can_stand_in() {
    // It may find its library where it was configured to be.
    Sandbox::new()
        .venv_with(
            "app/.venv",
            "home = /nonexist/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n",
        )
        .cwd("app")
        .var("PATH", "/nonexist")
        .run(["python"])
        .argv(&["[ROOT]/app/.venv/bin/python"]);
}

#[test]
fn a_broken_one_that_came_with_a_checkout_is_named_as_that() {
    let sandbox = app("home = /nonexist/bin\ninclude-system-site-packages = false\n")
        .link("app/.venv/bin/python", "/nonexist/bin/python3.11")
        .var("PATH", "/usr/local/bin:/usr/bin:/bin");
    sandbox.sh("git init -q").code(0);
    let said = sandbox.run(["python"]).complaint();
    assert!(!said.contains("git"), "{said}");
    sandbox.sh("git add -f .venv").code(0);
    sandbox.run(["python"]).error(
        126,
        &[
            "its Python is gone",
            "cause: git tracks it: it came with the checkout",
        ],
    );
}

#[test]
fn a_program_that_needs_no_python_runs_in_a_broken_one() {
    let sandbox = upgraded()
        .probe("app/.venv/bin/ruff")
        .script("app/.venv/bin/shell", "#!/bin/sh\necho shell\n");
    // It may start one, so a line says what that would be.
    let said = "a `python` that this program starts sees none of its packages";
    sandbox.run(["ruff"]).in_env("app/.venv").says(said);
    sandbox.run(["shell"]).stdout("shell\n").says(said);
}
