//! Where vrun's own arguments end and the program's begin; options and the variables of their names.

use crate::sandbox::Sandbox;

const PYTHON: &str = "[ROOT]/app/.venv/bin/python";

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .file("app/f", "")
        .cwd("app")
}

#[test]
fn what_comes_after_the_command_belongs_to_the_program_byte_for_byte() {
    for (typed, argv) in [
        (
            &["-m", "pytest", "-h"][..],
            &[PYTHON, "-m", "pytest", "-h"][..],
        ),
        (
            &["-m", "x", "--", "--", "y"],
            &[PYTHON, "-m", "x", "--", "--", "y"],
        ),
        (&["-mx", "-q"], &[PYTHON, "-m", "x", "-q"]),
        (
            &["-qm", "x", "--version"],
            &[PYTHON, "-m", "x", "--version"],
        ),
        (&["-m", "-h", "-V"], &[PYTHON, "-m", "-h", "-V"]),
        (&["-s", "f", "--help"], &[PYTHON, "f", "--help"]),
        (&["-s", "f", "--", "-q"], &[PYTHON, "f", "--", "-q"]),
        (&["-q", "python", "-h"], &[PYTHON, "-h"]),
        (&["python", "--", "-x"], &[PYTHON, "--", "-x"]),
        (&["python", "-n", "-C", "x"], &[PYTHON, "-n", "-C", "x"]),
        (
            &["probe", "--env", "x", "--typo"],
            &["probe", "--env", "x", "--typo"],
        ),
        (
            &["probe", "", "a b", "$HOME", "*", "\n"],
            &["probe", "", "a b", "$HOME", "*", "\\n"],
        ),
    ] {
        app().run(typed).argv(argv);
    }
}

#[test]
fn a_first_double_dash_ends_vruns_options_and_is_dropped() {
    app().run(["--", "probe", "-h"]).argv(&["probe", "-h"]);
    app()
        .run(["-q", "--", "probe", "--"])
        .argv(&["probe", "--"]);
    app()
        .probe("app/.venv/bin/-x")
        .run(["--", "-x", "-y"])
        .argv(&["-x", "-y"]);
    app().run(["--", "-x"]).error(127, &["`-x`"]);
}

#[test]
fn any_word_may_be_a_program() {
    for word in ["help", "info", "create", "sync", "run", "doctor"] {
        app()
            .probe(format!("app/.venv/bin/{word}"))
            .run([word, "-h"])
            .argv(&[word, "-h"]);
    }
}

#[test]
fn an_option_takes_its_value_in_the_same_word_or_the_next() {
    for typed in [
        &["--env", "e"][..],
        &["--env=e"],
        &["-Cx", "--env=../e"],
        &["-C", "x", "--env", "../e"],
    ] {
        let sandbox = app().venv("app/e").dir("app/x");
        sandbox.run(typed.iter().chain(&["probe"])).in_env("app/e");
    }
}

#[test]
fn a_usage_error_is_125_and_names_what_is_wrong() {
    for (typed, named) in [
        (&["--typo", "x"][..], "--typo"),
        (&["-Z", "x"], "-Z"),
        (&["-qZ", "x"], "-Z"),
        (&["-C"], "--directory"),
        (&["--directory"], "--directory"),
        (&["--project"], "--project"),
        (&["--env"], "--env"),
        (&["-p"], "--python"),
        (&["-m"], "-m"),
        (&["-s"], "-s"),
        (&["--no-create=maybe", "x"], "--no-create"),
    ] {
        app().run(typed).error(125, &[named]);
    }
}

#[test]
fn options_that_make_sense_for_a_whole_job_read_a_variable_of_their_own_name() {
    // A Python that is not this environment's runs only where VRUN_OUTSIDE is on.
    let outside = || {
        app()
            .probe("tools/python3.9")
            .var("PATH", "[ROOT]/tools:/usr/bin:/bin")
    };
    for on in ["1", "true", "yes", "on", "YES"] {
        outside()
            .var("VRUN_OUTSIDE", on)
            .run(["python3.9"])
            .line("file=[ROOT]/tools/python3.9");
    }
    for off in ["0", "false", "no", "off", ""] {
        outside()
            .var("VRUN_OUTSIDE", off)
            .run(["python3.9"])
            .error(127, &["python3.9"]);
    }
}

#[test]
fn a_variable_that_is_neither_on_nor_off_is_a_usage_error_that_names_it() {
    for name in [
        "VRUN_OUTSIDE",
        "VRUN_NO_CREATE",
        "VRUN_QUIET",
        "VRUN_VERBOSE",
    ] {
        app()
            .var(name, "maybe")
            .run(["probe"])
            .error(125, &[name, "maybe"]);
    }
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let names = [
        "VRUN_OUTSIDE",
        "VRUN_NO_CREATE",
        "VRUN_QUIET",
        "VRUN_VERBOSE",
        "VRUN_ENV",
        "VRUN_PROJECT",
    ];
    let more = [
        "VRUN_PYTHON",
        "VRUN_NAME",
        "VRUN_CEILING_DIRECTORIES",
        "VRUN_CACHE_DIR",
        "VIRTUAL_ENV",
    ];
    for name in names.iter().chain(&more) {
        app()
            .var(name, "")
            .run(["probe"])
            .argv(&["probe"])
            .in_env("app/.venv");
    }
}

#[test]
fn vrun_alone_prints_the_short_help_on_stderr_and_exits_125() {
    let short = Sandbox::new().run(["-h"]).text();
    let said = Sandbox::new().run([""; 0]).code(125).stdout("").said();
    assert_eq!(said, short);
    for typed in [
        &["--"][..],
        &["-q"],
        &["-n"],
        &["-C", "app"],
        &["--no-install"],
    ] {
        let sandbox = Sandbox::new().dir("app");
        sandbox
            .run(typed)
            .error(125, &["vrun: no command is given\n", "`vrun -h`"]);
    }
}

#[test]
fn help_and_version_are_answers_on_stdout() {
    let short = Sandbox::new().run(["-h"]).text();
    let full = Sandbox::new().run(["--help"]).text();
    assert!(short.lines().count() <= 30, "{short}");
    for word in [
        "vrun [OPTIONS] COMMAND [ARG]...",
        "-m",
        "-c",
        "--env",
        "--python",
        "--sync",
        "--doctor",
    ] {
        assert!(short.contains(word), "-h does not tell of {word}:\n{short}");
        assert!(
            full.contains(word),
            "--help does not tell of {word}:\n{full}"
        );
    }
    assert!(
        short.contains("`vrun --help`") && !short.contains("--outside"),
        "{short}"
    );
    for (typed, help) in [
        (&["-q", "-h"], &short),
        (&["-h", "--env"], &short),
        (&["-q", "--help"], &full),
    ] {
        Sandbox::new().run(typed).stdout(help);
    }
    for typed in ["-V", "--version"] {
        Sandbox::new()
            .run([typed])
            .stdout(&format!("vrun {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn help_and_version_of_a_program_are_its_own() {
    for typed in ["-h", "--help", "-V", "--version"] {
        app().run(["probe", typed]).argv(&["probe", typed]);
    }
}

#[test]
fn a_command_with_a_newline_is_127_and_its_message_stays_on_one_line() {
    let said = app().run(["no\nsuch"]).error(127, &["no\\nsuch"]).said();
    assert!(
        said.lines()
            .all(|line| line.starts_with("vrun: ") || line.starts_with("  ")),
        "{said}"
    );
}

#[test]
fn an_empty_command_is_127() {
    app().run([""]).error(127, &[]);
    app().run(["", "x"]).error(127, &[]);
}

#[test]
fn a_flag_may_be_given_twice() {
    app().run(["-qq", "true"]).code(0);
    app().run(["-n", "-n", "true"]).code(0).text();
    app().run(["-v", "-v", "true"]).says("[ROOT]/app/.venv");
}

#[test]
fn what_does_not_go_together_is_an_error_and_does_nothing() {
    for typed in [
        &["--man", "--create"][..],
        &["--completions", "bash", "--man"],
        &["--doctor", "--man"],
        // It would change nothing.
        &["--cache", "--outside"],
        &["--cache", "--clear", "-p", "3"],
        &["--man", "--env", ".venv"],
        &["--completions", "bash", "--isolated"],
        &["--info", "--outside"],
        &["--create", "--outside"],
    ] {
        let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
        let before = sandbox.tree();
        sandbox
            .run(typed)
            .error(125, &["cannot be used with"])
            .text();
        assert_eq!(sandbox.tree(), before);
    }
}
