//! The same lines by vrun and by sh: what they print, what they say, how they end.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::app;
use crate::sandbox::Sandbox;

/// With programs of many kinds, in the environment and beside it.
fn busy() -> Sandbox {
    app()
        .script("app/.venv/bin/unmarked", "echo \"unmarked $#\"; exit 3\n")
        .script("app/.venv/bin/lost", "#!/no/such/interpreter\n")
        .script("app/.venv/bin/marked", "#!/bin/sh\necho \"$0\" \"$@\"\n")
        .script("app/.venv/bin/if", "#!/bin/sh\necho wrong\n")
        .script("app/.venv/bin/echo", "#!/bin/sh\necho wrong\n")
        .script("app/.venv/bin/A=1", "#!/bin/sh\necho wrong\n")
        .file("app/.venv/bin/unrunnable", "#!/bin/sh\n")
        .script("app/tool", "#!/bin/sh\necho tool \"$@\"\nexit 4\n")
        .script("app/tool.py", "#!/bin/sh\necho not python\n")
        .file("app/plain", "")
        .dir("app/dir")
        .file("app/a b", "")
}

/// The variables of a shell in which the environment is active.
fn activated(sandbox: Sandbox) -> Sandbox {
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/app/.venv")
        .var("VIRTUAL_ENV_PROMPT", "app")
        .var("PATH", "[ROOT]/app/.venv/bin:/usr/bin:/bin")
}

#[track_caller]
fn assert_same<A: AsRef<OsStr>>(by_sh: &Sandbox, by_vrun: &Sandbox, words: &[A]) {
    assert_same_by("sh", by_sh, by_vrun, words);
}

#[track_caller]
fn assert_same_by<A: AsRef<OsStr>>(shell: &str, by_sh: &Sandbox, by_vrun: &Sandbox, words: &[A]) {
    let wanted = by_sh.start(shell, words).whole();
    let got = by_vrun.run(words).whole();
    let shown: Vec<_> = words.iter().map(AsRef::as_ref).collect();
    assert_eq!(got, wanted, "{shown:?}: by vrun, and by {shell}");
}

/// Words, quotes, builtins, reserved words, redirections, patterns, odd spacing: a line to a row.
const LINES: &str = include_str!("lines.txt");

#[test]
fn a_line_comes_out_as_sh_has_it() {
    let (by_sh, by_vrun) = (activated(busy()), busy());
    for line in LINES.lines() {
        assert_same(&by_sh, &by_vrun, &["-c", line]);
    }
    for line in [
        "",
        " ",
        "\t",
        "\n",
        "\n\nprobe\n",
        "probe\n",
        "probe\nprobe x",
        "probe \\\n x",
        "probe x\r",
        "probe\r",
        "\rprobe",
        "probe \r x",
        "probe\x0bx",
        "probe\x0cx",
        "probe 'a\nb'",
        "probe \"a\tb\"",
        "probe\ta\t\tb",
        "#",
        "# probe\nprobe",
        "probe é 'ü' \"\u{20ac}\"",
        "é",
        "probe a\u{a0}b",
        "probe\u{a0}a",
        "probe \u{3000} x",
        "probe 'a\u{1}b' \u{7f}",
        "cat <<X\nprobe $((1+1))\nX\n",
        "if true\nthen probe\nfi",
    ] {
        assert_same(&by_sh, &by_vrun, &["-c", line]);
    }
    for bytes in [
        &b"probe \xff"[..],
        b"probe '\xff'",
        b"\xff",
        b"probe \x80\x81 \x88",
    ] {
        assert_same(
            &by_sh,
            &by_vrun,
            &[OsStr::new("-c"), OsStr::from_bytes(bytes)],
        );
    }
}

#[test]
fn a_line_comes_out_as_bash_has_it_where_vrun_shell_says_so() {
    if which::which("bash").is_err() {
        eprintln!("not tested: lines of bash, for there is none");
        return;
    }
    let told = || busy().var("VRUN_SHELL", "bash");
    let (by_bash, by_vrun) = (activated(told()), told());
    for line in LINES.lines() {
        assert_same_by("bash", &by_bash, &by_vrun, &["-c", line]);
    }
}

#[test]
fn the_shells_options_are_read_as_sh_reads_them() {
    let (by_sh, by_vrun) = (activated(busy()), busy());
    let line = "echo $-; false; echo \"$0\" \"$@\" $UNSET; probe | grep -c argv";
    for options in [
        &["-c"][..],
        &["-ec"],
        &["-ce"],
        &["-e", "-c"],
        &["-c", "-e"],
        &["-xec"],
        &["-x", "-c", "-e"],
        &["-uc"],
        &["-euxc"],
        &["-euo", "noglob", "-c"],
        &["-eco", "noglob"],
        &["-oc", "noglob"],
        &["-ooc", "noglob", "nounset"],
        &["-o", "noglob", "-c"],
        &["-c", "-o", "noglob"],
        &["-c", "--"],
        &["-c", "-"],
        &["-ec", "-"],
        &["-e", "-c", "--"],
        &["-cc"],
        &["-ee", "-c"],
        &["-euo", "no-such-option", "-c"],
        &["-c", "-o", ""],
        &["-euo", "-c", "-c"],
    ] {
        for args in [
            &[][..],
            &["name"],
            &["name", "a b", "-c"],
            &["-e", "--", "x"],
        ] {
            for line in [line, "probe x", "-x", "-", "no-such"] {
                let is_option =
                    line.starts_with('-') && !options.contains(&"--") && !options.contains(&"-");
                if !is_option {
                    let words: Vec<_> = options.iter().chain([&line]).chain(args).collect();
                    assert_same(&by_sh, &by_vrun, &words);
                }
            }
        }
    }
}

#[test]
fn a_program_sees_the_variables_that_sh_would_hand_on() {
    let with = |sandbox: Sandbox, vars: &[(&str, &str)]| {
        vars.iter()
            .fold(sandbox, |sandbox, (name, value)| sandbox.var(name, value))
    };
    for vars in [
        &[("PWD", "[ROOT]")][..],
        &[("PWD", "/no/such")],
        &[("PWD", "app")],
        &[("PWD", "")],
        &[
            ("IFS", "x"),
            ("PS4", "x"),
            ("ENV", "./tool"),
            ("OPTIND", "7"),
        ],
        &[("no.name", "1"), ("1", "x"), ("a-b", "y")],
        &[
            ("BASH_ENV", "./tool"),
            ("SHELLOPTS", "noexec"),
            ("BASH_FUNC_probe%%", "() { echo f; }"),
        ],
    ] {
        let (by_sh, by_vrun) = (with(activated(busy()), vars), with(busy(), vars));
        for line in [
            "printenv PWD",
            "printenv no.name",
            "probe x",
            "sh -c 'probe x'",
            "printenv PS4 IFS ENV OPTIND",
        ] {
            assert_same(&by_sh, &by_vrun, &["-c", line]);
        }
    }
    let (by_sh, by_vrun) = (activated(busy()).unset("PWD"), busy().unset("PWD"));
    assert_same(&by_sh, &by_vrun, &["-c", "printenv PWD"]);
}

/// Words and signs, with nothing between them that could do harm or wait for long.
fn made_up() -> impl Strategy<Value = OsString> {
    let parts = [
        "probe", "./tool", "unmarked", "marked", "echo", "no-such", "a", "b c", "-x", "=", "A=1",
        "'", "\"", "\\", "$", "$0", "${x}", "`", "|", ";", "&&", "||", "(", ")", "<plain", ">out",
        "2>&1", "*", "?", "[", "]", "#", "~", "%", "!", "{", "}", "^", "@", ":", "+", ",", ".",
        "/", "-", "if", "then", "fi", "true", "false", "exit 3", "\n", "\t", "\r", " ", " ", " ",
        " ", "é",
    ];
    let part = proptest::sample::select(parts.map(OsStr::new).to_vec());
    let programs = ["probe ", "./tool ", "marked ", ""]
        .map(OsStr::new)
        .to_vec();
    let program = proptest::sample::select(programs);
    (program, proptest::collection::vec(part, 0..9))
        .prop_map(|(program, parts)| {
            let mut line = program.to_owned();
            line.extend(parts);
            line
        })
        .prop_filter("a process's own number, an option, a job", |line| {
            let line = line.to_string_lossy();
            // Behind a backslash one of two `&` is left, and what runs in the background speaks when it likes.
            !line.contains("$$") && !line.starts_with('-') && !line.contains("\\&")
        })
}

#[test]
fn a_made_up_line_comes_out_as_sh_has_it() {
    let (by_sh, by_vrun) = (activated(busy()), busy());
    let config = Config {
        cases: 400,
        rng_seed: match env::var_os("VRUN_TEST_ALL") {
            Some(_) => RngSeed::Random,
            None => RngSeed::Fixed(0),
        },
        failure_persistence: None,
        ..Config::default()
    };
    let same = |line: OsString| {
        let words = [OsStr::new("-c"), &line];
        let mut wanted = by_sh.start("sh", words).whole();
        let mut got = by_vrun.run(words).whole();
        // What stands in a pipe speaks when it likes, or not at all where no one listens any more.
        if line.as_bytes().contains(&b'|') {
            (wanted.2, got.2) = Default::default();
        }
        prop_assert_eq!(got, wanted, "by vrun, and by sh: {:?}", line);
        Ok(())
    };
    TestRunner::new(config)
        .run(&made_up(), same)
        .unwrap_or_else(|error| panic!("{error}"));
}
