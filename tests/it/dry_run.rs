//! -n prints what would run and runs nothing; -v says what was chosen, and why; -q says nothing but errors.

use crate::sandbox::Sandbox;

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .dir("app/src")
        .cwd("app/src")
}

/// What `-n` prints, as a line for this run's shell.
fn line(sandbox: &Sandbox, typed: &[&str]) -> String {
    let printed = sandbox.run(typed).text();
    assert!(printed.ends_with('\n'), "{printed:?}");
    printed.replace("[ROOT]", &sandbox.path("").to_string_lossy())
}

#[test]
fn dry_run_prints_one_line_and_runs_nothing() {
    for option in ["-n", "--dry-run"] {
        let sandbox = app();
        let before = sandbox.tree();
        let printed = sandbox.run([option, "touch", "made"]).text();
        assert_eq!(printed.lines().count(), 1, "{printed}");
        assert!(
            printed.contains("touch") && printed.contains("made"),
            "{printed}"
        );
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn the_line_of_dry_run_does_in_a_shell_what_vrun_would_have_done() {
    for typed in [
        &["probe"][..],
        &[
            "probe",
            "a b",
            "it's",
            "\"q\"",
            "$HOME",
            "*",
            "",
            "new\nline",
            "back\\slash",
            "#",
            "~",
            "a=b",
            "-n",
            "é",
        ],
        &["-m", "pytest", "-k", "a and b"],
        &["python", "-c", "print('x')"],
        &["../run me.py", "x"],
        &["-C", "..", "probe"],
        &["-C", "../my dir", "./tool"],
        &["--env", "../it's here", "probe", "x"],
        &["--project", "../..", "--env", "../.venv", "probe"],
    ] {
        let sandbox = app()
            .venv("app/it's here")
            .file("app/run me.py", "")
            .probe("app/my dir/tool");
        let sandbox = sandbox
            .var("PYTHONHOME", "/x")
            .var("VIRTUAL_ENV", "[ROOT]/old");
        let dry: Vec<_> = ["-n"].iter().chain(typed).copied().collect();
        let line = line(&sandbox, &dry);
        let ran = sandbox.run(typed).text();
        let pasted = sandbox.sh(&line).text();
        // What names a program by its path is the one thing that may differ: a shell has no other way.
        let rest = |text: &str| {
            text.lines()
                .filter(|line| !line.starts_with("argv[0]="))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(rest(&pasted), rest(&ran), "{line}");
    }
}

#[test]
fn the_line_of_dry_run_is_bytes_where_they_are_not_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = app();
    let words = ["-n", "printf", "%s"].map(OsStr::new);
    // The shell writes it into a file, for what a test sees is text.
    let printed = sandbox
        .run(words.into_iter().chain([OsStr::from_bytes(b"a \xe9' b")]))
        .text();
    assert!(printed.contains('\u{fffd}'), "{printed:?}");
    let line = "word=$(printf 'a \\351'); line=$($vrun -n printf '%s' \"$word\"); eval \"$line\" | od -An -tx1";
    sandbox.sh(line).stdout(" 61 20 e9\n");
}

#[test]
fn dry_run_where_there_is_no_environment_says_what_would_be_made_and_makes_nothing() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .dir("app/src")
        .cwd("app/src");
    let before = sandbox.tree();
    for typed in [
        &["-n", "python", "x.py"][..],
        &["-n", "-m", "pytest"],
        &["-n", "pytest"],
        &["-n", "true"],
    ] {
        let outcome = sandbox.run(typed).says("[ROOT]/app/.venv");
        let printed = outcome.text();
        assert!(
            printed.contains("VIRTUAL_ENV=[ROOT]/app/.venv"),
            "{printed}"
        );
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn dry_run_starts_nothing_that_lies_in_the_project_or_its_environment() {
    let trap = "#!/bin/sh\ntouch [ROOT]/started\n";
    let sandbox = Sandbox::new().file(
        "app/.venv/pyvenv.cfg",
        "home = [ROOT]/app/base\ninclude-system-site-packages = false\nversion = 3.12.1\n",
    );
    let sandbox = sandbox
        .script("app/.venv/bin/python", trap)
        .script("app/.venv/bin/pip", trap);
    let sandbox = sandbox
        .script("app/base/python3", trap)
        .script("app/base/python", trap)
        .script("app/x.py", trap);
    let sandbox = sandbox.file("app/pyproject.toml", "").cwd("app");
    for typed in [
        &["-n", "python"][..],
        &["-n", "x.py"],
        &["-n", "-m", "x"],
        &["-n", "-p", "3.12", "pip", "list"],
    ] {
        sandbox.run(typed);
        assert!(!sandbox.path("started").exists(), "{typed:?}");
    }
}

#[test]
fn dry_run_fails_as_the_run_would() {
    app()
        .run(["-n", "no-such-program"])
        .error(127, &["`no-such-program`"]);
    app().run(["-n", "./gone"]).error(127, &["./gone"]);
    app()
        .dir("app/src/dir")
        .run(["-n", "./dir"])
        .error(126, &["./dir"]);
    app().run(["-n", "-s", "gone"]).error(127, &["gone"]);
    app()
        .run(["-n", "-C", "gone", "true"])
        .error(125, &["gone"]);
}

#[test]
fn verbose_says_which_environment_why_and_which_program_on_stderr() {
    for option in ["-v", "--verbose"] {
        let said = app().run([option, "probe"]).in_env("app/.venv").said();
        assert!(
            said.lines().all(|line| line.starts_with("vrun: ")),
            "{said}"
        );
        for part in ["[ROOT]/app/.venv", "nearest", "[ROOT]/app/.venv/bin/probe"] {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
    }
    app()
        .var("VRUN_VERBOSE", "1")
        .run(["probe"])
        .says("[ROOT]/app/.venv/bin/probe");
}

#[test]
fn verbose_names_the_rule_that_decided() {
    let sandbox = || app().venv("app/other").file("app/tox.ini", "");
    sandbox()
        .run(["-v", "--env", "../other", "true"])
        .says("--env");
    sandbox()
        .var("VRUN_ENV", "other")
        .run(["-v", "true"])
        .says("VRUN_ENV");
    sandbox()
        .var("VIRTUAL_ENV", "[ROOT]/app/other")
        .run(["-v", "true"])
        .says("active");
    sandbox()
        .cwd("app/.venv")
        .run(["-v", "true"])
        .says("inside");
    let redirected = Sandbox::new()
        .venv("envs/x")
        .file("app/.venv", "../envs/x\n")
        .cwd("app");
    redirected.run(["-v", "true"]).says("[ROOT]/app/.venv");
}

#[test]
fn quiet_silences_all_but_errors() {
    let sandbox = app().var("VRUN_QUIET", "1");
    sandbox.run(["true"]).code(0);
    sandbox
        .run(["no-such-program"])
        .error(127, &["no-such-program"]);
    app()
        .run(["-q", "no-such-program"])
        .error(127, &["no-such-program"]);
    let new = Sandbox::new().file("app/pyproject.toml", "").cwd("app");
    new.run(["-q", "-n", "true"]).code(0);
}

#[test]
fn an_option_outweighs_the_variable_of_its_opposite() {
    app()
        .var("VRUN_QUIET", "1")
        .run(["-v", "true"])
        .says("[ROOT]/app/.venv");
    app().var("VRUN_VERBOSE", "1").run(["-q", "true"]).code(0);
}

#[test]
fn the_line_of_dry_run_holds_where_a_path_could_be_an_assignment() {
    let sandbox = Sandbox::new().venv("a=b/.venv").probe("a=b/c=d").cwd("a=b");
    for typed in [
        &["probe", "x=y"][..],
        &["python"],
        &["./c=d"],
        &["-C", ".", "./c=d"],
    ] {
        let ran = sandbox.run(typed).text();
        let dry: Vec<_> = ["-n"].iter().chain(typed).copied().collect();
        let pasted = sandbox.sh(&line(&sandbox, &dry)).text();
        let file = |text: &str| text.lines().next().map(str::to_owned);
        assert_eq!(file(&pasted), file(&ran), "{typed:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_error_and_one_that_nobody_reads_on_is_none() {
    for answer in ["-n true", "--help", "--version"] {
        app()
            .sh(&format!("exec $vrun {answer} >/dev/full"))
            .error(125, &["stdout"]);
        app()
            .sh(&format!(
                "{{ $vrun {answer}; echo $? >code; }} | true; cat code"
            ))
            .stdout("0\n");
    }
}

#[test]
fn a_dry_run_foretells_no_environment_that_would_not_be_made() {
    let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
    sandbox
        .run(["--no-create", "-n", "true"])
        .error(125, &["--no-create"]);
    let taken = sandbox.file("app/.venv/notes.txt", "");
    taken
        .run(["-n", "true"])
        .error(125, &["[ROOT]/app/.venv", "notes.txt"]);
}

#[test]
fn a_dry_run_starts_nothing_of_the_project_whatever_python_is_asked_for() {
    let sandbox = app().script("app/evil", "#!/bin/sh\ntouch \"$0.ran\"\n");
    let before = sandbox.tree();
    sandbox.run(["-n", "-p", "./evil", "probe"]).code(0).text();
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn the_line_of_a_dry_run_means_the_same_to_bash() {
    let sandbox = app();
    let words = ["probe", "{a,b}", "!x", "^y", "~", "[z]", "$HOME", "`id`"];
    let dry: Vec<_> = ["-n"].iter().chain(&words).copied().collect();
    let pasted = format!("exec bash -c {}", shell_words::quote(&line(&sandbox, &dry)));
    let seen = sandbox.sh(&pasted).text();
    for (at, word) in words.iter().enumerate().skip(1) {
        assert!(seen.contains(&format!("argv[{at}]={word}\n")), "{seen}");
    }
}
