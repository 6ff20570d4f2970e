//! The program runs as if vrun were not there.

use std::ffi::OsStr;
#[cfg(target_os = "linux")]
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::sandbox::Sandbox;

fn app() -> Sandbox {
    Sandbox::new().venv("app/.venv").cwd("app")
}

#[test]
fn the_programs_exit_code_is_passed_through() {
    for code in [0, 1, 2, 77, 125, 126, 127, 128, 130, 255] {
        app()
            .run(["probe", "--exit", &code.to_string()])
            .code(code)
            .stdout("");
    }
}

#[test]
fn the_programs_death_by_signal_is_passed_through() {
    for (name, number) in [
        ("HUP", 1),
        ("INT", 2),
        ("KILL", 9),
        ("ALRM", 14),
        ("TERM", 15),
    ] {
        app()
            .run(["probe", "--kill", name])
            .signal(number)
            .stdout("");
    }
}

#[test]
fn the_program_is_the_same_process() {
    let sandbox = app();
    let outcome = sandbox.run(["probe", "--pid"]);
    let pid = outcome.pid();
    outcome.stdout(&format!("{pid}\n"));
}

#[test]
fn an_argument_is_passed_byte_for_byte() {
    app()
        .run([
            OsStr::new("probe"),
            OsStr::from_bytes(b"\xff"),
            OsStr::new(""),
        ])
        .argv(&["probe", "\\xff", ""]);
    let all: Vec<u8> = (1..=255).collect();
    let words = ["sh", "-c", "printf %s \"$1\" | od -An -v -tu1", "sh"].map(OsStr::new);
    let printed = app()
        .run(words.into_iter().chain([OsStr::from_bytes(&all)]))
        .text();
    let seen: Vec<u8> = printed
        .split_whitespace()
        .map(|byte| byte.parse().expect("a byte"))
        .collect();
    assert_eq!(seen, all);
}

#[test]
fn ten_thousand_arguments_are_passed() {
    let mut words: Vec<String> = ["sh", "-c", "echo $#", "sh"].map(str::to_owned).into();
    words.extend((0..10_000).map(|n| n.to_string()));
    app().run(words).stdout("10000\n");
}

#[test]
fn standard_input_is_the_programs() {
    app().sh("printf 'a\\nb\\n' | $vrun cat").stdout("a\nb\n");
    // vrun takes nothing of it for itself, and leaves the rest to whoever comes next.
    app()
        .sh("printf 'a\\nb\\n' | { $vrun sh -c 'read x; echo got $x'; cat; }")
        .stdout("got a\nb\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_stream_stays_closed_and_an_open_one_open() {
    let look = "#!/bin/sh\nexec 9>seen\nfor fd in 0 1 2; do test -e /proc/$$/fd/$fd && echo $fd >&9; done\nexit 0\n";
    let sandbox = app().script("app/look", look);
    for (closed, open) in [
        ("", "0\n1\n2\n"),
        ("<&-", "1\n2\n"),
        (">&-", "0\n2\n"),
        ("2>&-", "0\n1\n"),
        ("<&- >&- 2>&-", ""),
    ] {
        sandbox
            .sh(&format!("exec $vrun ./look {closed}"))
            .stdout("");
        let seen = fs::read_to_string(sandbox.path("app/seen")).expect("what it saw");
        assert_eq!(seen, open, "{closed}");
    }
}

#[test]
fn vrun_may_fail_with_its_streams_closed() {
    for closed in ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        app()
            .sh(&format!("exec $vrun no-such-program {closed}"))
            .code(127)
            .stdout("");
    }
}

#[cfg(target_os = "linux")]
#[track_caller]
fn assert_signals_are_as_without_vrun(before: &str) {
    let sandbox = app();
    let look = "grep ^Sig[BIC] /proc/self/status";
    let without = sandbox.sh(&format!("{before} exec {look}")).text();
    let with = sandbox.sh(&format!("{before} exec $vrun {look}")).text();
    assert_eq!(with, without, "after {before:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn signals_are_ignored_blocked_and_caught_as_without_vrun() {
    assert_signals_are_as_without_vrun("");
    assert_signals_are_as_without_vrun("trap '' HUP INT;");
    assert_signals_are_as_without_vrun("trap '' TSTP TTIN TTOU QUIT TERM CHLD USR1;");
}

#[cfg(target_os = "linux")]
#[test]
fn a_broken_pipe_is_ignored_where_it_was_without_vrun() {
    // Rust's own start-up changes this one; systemd's services run with it ignored.
    assert_signals_are_as_without_vrun("trap '' PIPE;");
}

#[test]
fn a_program_whose_reader_has_gone_dies_as_without_vrun() {
    // Ignored, SIGPIPE would make `yes` complain; left alone, it ends without a word.
    app().sh("$vrun yes | head -n 1").stdout("y\n");
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_is_left_open_and_none_is_closed() {
    let sandbox = app();
    let line = "exec 3</dev/null 5>&1;";
    let without = sandbox.sh(&format!("{line} exec ls /proc/self/fd")).text();
    let with = sandbox
        .sh(&format!("{line} exec $vrun ls /proc/self/fd"))
        .text();
    assert_eq!(with, without);
}

#[test]
fn stdout_is_never_vruns() {
    for voice in ["-q", "-v"] {
        app()
            .run([voice, "sh", "-c", "echo mine"])
            .stdout("mine\n")
            .said();
        app().run([voice, "true"]).stdout("").said();
    }
}

#[test]
fn vrun_says_nothing_while_all_goes_well() {
    app()
        .run(["sh", "-c", "echo out; echo err >&2"])
        .stdout("out\n")
        .says("err\n");
    let said = app().run(["sh", "-c", "echo err >&2"]).said();
    assert_eq!(said, "err\n");
}

#[cfg(target_os = "linux")]
#[test]
fn the_terminal_and_the_process_group_are_those_of_before() {
    let sandbox = app();
    let without = sandbox.sh("exec cut -d' ' -f5-8 /proc/self/stat").text();
    let with = sandbox
        .sh("exec $vrun cut -d' ' -f5-8 /proc/self/stat")
        .text();
    assert_eq!(with, without);
}
