//! `--create`, as far as it needs no Python: what it takes, what it refuses, and what it says of an environment
//! that is there. (What it makes is for the tests with real Pythons.)

use crate::sandbox::Sandbox;

fn app() -> Sandbox {
    Sandbox::new().venv("app/.venv").cwd("app")
}

/// A project without an environment, on a machine without a Python.
fn bare() -> Sandbox {
    let sandbox = Sandbox::new().file("app/pyproject.toml", "").dir("tools");
    sandbox.cwd("app").var("PATH", "[ROOT]/tools")
}

#[test]
fn an_environment_that_is_there_is_printed_and_stays_as_it_is() {
    let sandbox = app();
    let before = sandbox.tree();
    sandbox.run(["--create"]).stdout("[ROOT]/app/.venv\n");
    sandbox
        .run(["--create", "--prompt", "x"])
        .says("already exists");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn it_says_of_which_environment_it_speaks_as_a_run_does() {
    let sandbox = app().venv("other").dir("app/src").cwd("app/src");
    sandbox.run(["--create"]).stdout("[ROOT]/app/.venv\n");
    sandbox
        .run(["--create", "--env", "../../other"])
        .stdout("[ROOT]/other\n");
    sandbox
        .run(["-C", "/", "--create", "--project", "[ROOT]/app"])
        .stdout("[ROOT]/app/.venv\n");
    sandbox
        .run(["-v", "--create"])
        .says("the nearest, in [ROOT]/app");
}

#[test]
fn a_dry_run_prints_where_it_would_be_and_makes_nothing() {
    let sandbox = bare();
    let before = sandbox.tree();
    sandbox.run(["-n", "--create"]).stdout("[ROOT]/app/.venv\n");
    sandbox
        .run(["-n", "--create", "--env", "a/b"])
        .stdout("[ROOT]/app/a/b\n");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_dry_run_says_what_would_be_lost() {
    let sandbox = app();
    let before = sandbox.tree();
    for (option, told) in [
        (
            "--clear",
            "vrun: would replace [ROOT]/app/.venv and all that is in it\n",
        ),
        ("--upgrade", "vrun: would upgrade [ROOT]/app/.venv\n"),
    ] {
        let outcome = sandbox.run(["-n", "--create", option]);
        assert_eq!(outcome.stdout("[ROOT]/app/.venv\n").said(), told);
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn it_runs_no_program() {
    for typed in [&["--create", "pytest", "-q"][..], &["--create", "-m", "x"]] {
        app().run(typed).error(125, &["--create", "  hint: "]);
    }
    app()
        .run(["--create", "my env"])
        .error(125, &["`vrun --create --env 'my env'`"]);
}

#[test]
fn its_options_are_an_error_elsewhere_and_where_they_contradict_each_other() {
    for option in [
        "--system-site-packages",
        "--symlinks",
        "--copies",
        "--clear",
        "--upgrade",
        "--without-pip",
        "--upgrade-deps",
        "--without-scm-ignore-files",
    ] {
        app()
            .run([option, "probe"])
            .error(125, &[option, "--create"]);
        app().run([option]).error(125, &[option, "--create"]);
    }
    app()
        .run(["--prompt", "x", "probe"])
        .error(125, &["--prompt", "--create"]);
    for (one, other) in [
        ("--copies", "--symlinks"),
        ("--clear", "--upgrade"),
        ("--without-pip", "--upgrade-deps"),
        ("--no-create", "--create"),
    ] {
        app()
            .run(["--create", one, other])
            .error(125, &[one, other, "  hint: "]);
    }
}

#[test]
fn a_variable_that_forbids_first_use_does_not_forbid_it() {
    app()
        .var("VRUN_NO_CREATE", "1")
        .run(["--create"])
        .stdout("[ROOT]/app/.venv\n");
}

#[test]
fn a_prompt_is_one_line() {
    bare()
        .run(["--create", "--prompt", "x\nhome = /elsewhere"])
        .error(125, &["--prompt", "x\\nhome"]);
}

#[test]
fn it_fails_where_venv_fails_and_touches_nothing() {
    let sandbox = bare()
        .file("app/file", "mine")
        .dir("app/real")
        .link("app/link", "real")
        .link("app/nowhere", "gone");
    let before = sandbox.tree();
    for (path, part) in [
        ("file", "[ROOT]/app/file"),
        ("link", "[ROOT]/app/real"),
        ("nowhere", "does not exist"),
        ("file/below", "[ROOT]/app/file"),
    ] {
        sandbox
            .run(["--create", "--env", path])
            .error(125, &[part, "  hint: "]);
    }
    sandbox
        .run(["--create", "--env", "a:b"])
        .error(126, &["separates", "  hint: "]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn what_is_no_environment_is_never_cleared() {
    let sandbox = bare().file("app/data/keep", "mine").venv("app/work");
    let sandbox = sandbox.file("app/work/pyproject.toml", "");
    let before = sandbox.tree();
    sandbox
        .run(["--create", "--clear", "--env", "data"])
        .error(125, &["other things in it: keep", "  hint: "]);
    sandbox
        .run(["--create", "--clear", "--env", "work"])
        .error(126, &["refusing to clear", "  hint: "]);
    sandbox
        .run(["-C", "work/bin", "--create", "--clear"])
        .error(126, &["refusing to clear", "  hint: "]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn where_the_making_fails_an_environment_that_was_to_be_made_anew_is_still_there() {
    let sandbox = app().dir("tools").var("PATH", "[ROOT]/tools");
    let before = sandbox.tree();
    sandbox
        .run(["--create", "--clear"])
        .error(125, &["Python", "  hint: "]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn an_environment_that_is_merely_active_is_not_changed() {
    let sandbox = bare().venv("opt/env").var("VIRTUAL_ENV", "[ROOT]/opt/env");
    let before = sandbox.tree();
    sandbox.run(["--create"]).stdout("[ROOT]/opt/env\n");
    for option in ["--clear", "--upgrade"] {
        sandbox
            .run(["--create", option])
            .error(126, &["[ROOT]/opt/env", "`--env [ROOT]/opt/env`"]);
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn it_makes_none_where_none_is_made_unasked() {
    Sandbox::new()
        .cwd("home")
        .run(["--create"])
        .error(126, &["home directory", "--env"]);
}
