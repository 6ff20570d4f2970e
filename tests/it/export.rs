//! --export gives a shell the view, and --undo brings back what was. The shells themselves: `tests/real/export`.

use std::fs;

use crate::sandbox::Sandbox;

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .venv("other/.venv")
        .dir("app/src")
        .file("app/setup.py", "")
        .file("other/setup.py", "")
        .cwd("app/src")
}

const VIEW: &str = "eval \"$($vrun --export sh)\"; ";
const UNDO: &str = "eval \"$($vrun --export sh --undo)\"; ";
/// Variables that the shell alone knows would be seen here too.
const SEEN: &str = "set -a; [ROOT]/lib/probe | grep -v '^argv\\|^file'; env | grep ^_VRUN || :; ";

#[test]
fn the_shell_sees_what_a_program_sees() {
    let sandbox = app()
        .var("PYTHONHOME", "/x")
        .var("PYTHONEXECUTABLE", "")
        .var("VIRTUAL_ENV", "[ROOT]/other/.venv")
        .var("PATH", "[ROOT]/other/.venv/bin:/usr/bin::/bin");
    let ran = sandbox.run(["[ROOT]/lib/probe"]).text();
    let rest = |text: String| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with("argv"));
        lines.map(str::to_owned).collect()
    };
    for line in [
        "eval \"$($vrun --export sh)\"",
        "eval $($vrun --export sh)",
        "eval \"$($vrun --export bash)\"",
        "eval \"$($vrun --export zsh)\"",
        "eval \"$($vrun --export sh)\"; eval \"$($vrun --export sh)\"",
    ] {
        let seen = sandbox.sh(&format!("{line}; exec [ROOT]/lib/probe")).text();
        assert_eq!(rest(seen), rest(ran.clone()), "{line}");
    }
}

#[test]
fn undo_brings_back_exactly_what_was() {
    let sandboxes = [
        app(),
        app()
            .var("PYTHONHOME", "/x\n")
            .var("PYTHONEXECUTABLE", "")
            .var("VIRTUAL_ENV", "[ROOT]/other/.venv")
            .var("VIRTUAL_ENV_PROMPT", " * ")
            .var("PATH", "[ROOT]/other/.venv/bin:/usr/bin::/bin"),
    ];
    for sandbox in sandboxes {
        let before = sandbox.sh(&format!("{SEEN}:")).text();
        for between in [
            "",
            "cd ../../other; eval \"$($vrun --export sh)\"; cd -; ",
            "PATH=/new:$PATH; VIRTUAL_ENV=x; unset VIRTUAL_ENV_PROMPT; PYTHONHOME=y; ",
            "cd /; ",
            "rm -r [ROOT]/app/.venv; ",
        ] {
            let line = format!("{VIEW}{between}cd [ROOT]/app/src; {UNDO}{SEEN}:");
            let after = sandbox.sh(&line.replace("cd -", "cd - >/dev/null")).text();
            assert_eq!(after, before, "{between}");
        }
    }
}

#[test]
fn what_the_shell_had_not_exported_comes_back_unexported() {
    let line = format!("PYTHONHOME=mine; {VIEW}{UNDO}echo $PYTHONHOME; env | grep -c HOME=mine");
    app().sh(&line).code(1).stdout("mine\n0\n");
}

#[test]
fn programs_do_not_see_what_is_remembered() {
    app()
        .sh(&format!("{VIEW}env | grep -c _VRUN"))
        .code(1)
        .stdout("0\n");
}

#[test]
fn undo_does_nothing_where_nothing_was_exported_and_needs_no_environment() {
    for shell in ["sh", "bash", "zsh", "fish", "powershell", "cmd"] {
        let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
        let before = sandbox.tree();
        sandbox.run(["--export", shell, "--undo"]).code(0).text();
        assert_eq!(sandbox.tree(), before);
    }
    let bare = Sandbox::new();
    let before = bare.sh(&format!("{SEEN}:")).text();
    bare.sh(&format!("set -eu; {UNDO}{UNDO}{SEEN}:"))
        .stdout(&before);
}

#[test]
fn where_there_is_no_environment_nothing_is_printed_and_none_is_made() {
    for shell in ["sh", "fish", "powershell", "cmd", "dotenv", "github"] {
        let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
        let before = sandbox.tree();
        sandbox
            .run(["--export", shell])
            .error(125, &["[ROOT]/app/.venv", "--create"]);
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn vrun_in_an_exported_shell_finds_its_way_as_ever() {
    let sandbox = app().venv("envs/x").dir("plain");
    for (options, dir, env) in [
        ("", "app", "app/.venv"),
        ("", "other", "other/.venv"),
        ("--env ../../envs/x", "plain", "envs/x"),
    ] {
        let line = format!("eval \"$($vrun {options} --export sh)\"; cd [ROOT]/{dir}; $vrun probe");
        sandbox
            .sh(&line)
            .in_env(env)
            .line(&format!("PATH=[ROOT]/{env}/bin:/usr/bin:/bin"));
    }
}

#[test]
fn the_environment_is_found_by_the_options_of_all() {
    for options in [
        "-C ../../other",
        "--project ../../other",
        "--env ../../other/.venv",
    ] {
        let line = format!("eval \"$($vrun {options} --export sh)\"; [ROOT]/lib/probe");
        app().sh(&line).in_env("other/.venv");
    }
}

#[test]
fn a_value_that_a_shell_cannot_hold_is_an_error() {
    let sandbox = app()
        .venv("new\nline/.venv")
        .venv("${x}/.venv")
        .cwd("new\nline");
    sandbox
        .run(["--export", "cmd"])
        .error(125, &["VIRTUAL_ENV", "more than one line"]);
    sandbox
        .run(["--export", "dotenv"])
        .error(125, &["VIRTUAL_ENV", "more than one line"]);
    sandbox
        .run(["--env", "../${x}/.venv", "--export", "dotenv"])
        .error(125, &["`${`"]);
    let line = "PATH=$(printf '/q\\351:/usr/bin'); export PATH; $vrun --export";
    for shell in ["powershell", "cmd", "dotenv"] {
        sandbox
            .sh(&format!("cd [ROOT]/app; {line} {shell}"))
            .error(125, &["PATH", "UTF-8"]);
    }
}

#[test]
fn dotenv_is_three_lines_and_those_that_would_mislead_python_empty() {
    app().run(["--export", "dotenv"]).stdout(
        "VIRTUAL_ENV=[ROOT]/app/.venv\nVIRTUAL_ENV_PROMPT=app\nPATH=[ROOT]/app/.venv/bin:/usr/bin:/bin\n",
    );
    app()
        .var("PYTHONHOME", "/x")
        .run(["--export", "dotenv"])
        .line("PYTHONHOME=");
}

#[test]
fn github_is_appended_to_its_files_and_nothing_printed() {
    let sandbox = app()
        .file("env", "A=1")
        .file("path", "/a\n")
        .var("GITHUB_ENV", "[ROOT]/env")
        .var("GITHUB_PATH", "[ROOT]/path");
    let read = |name: &str| {
        let text = fs::read_to_string(sandbox.path(name)).expect("a file");
        text.replace(&*sandbox.path("").to_string_lossy(), "[ROOT]")
    };
    sandbox
        .run(["-n", "--export", "github"])
        .line("[ROOT]/app/.venv/bin");
    assert_eq!(read("env"), "A=1", "-n appends nothing");
    sandbox.run(["--export", "github"]).stdout("");
    assert_eq!(
        read("env"),
        "A=1\nVIRTUAL_ENV=[ROOT]/app/.venv\nVIRTUAL_ENV_PROMPT=app\n"
    );
    assert_eq!(read("path"), "/a\n[ROOT]/app/.venv/bin\n");
}

#[test]
fn github_gets_all_or_nothing() {
    let sandbox = app()
        .venv("new\nline/env")
        .var("GITHUB_ENV", "[ROOT]/env")
        .var("GITHUB_PATH", "[ROOT]/path");
    sandbox
        .run(["--env", "../../new\nline/env", "--export", "github"])
        .error(125, &["PATH", "more than one line"]);
    assert!(!sandbox.path("env").exists());
}

#[test]
fn github_needs_its_files() {
    app()
        .run(["--export", "github"])
        .error(125, &["GITHUB_ENV"]);
    app()
        .var("GITHUB_ENV", "[ROOT]/env")
        .run(["--export", "github"])
        .error(125, &["GITHUB_PATH"]);
    app()
        .var("GITHUB_ENV", "[ROOT]/none/env")
        .var("GITHUB_PATH", "[ROOT]/path")
        .run(["--export", "github"])
        .error(125, &["[ROOT]/none/env"]);
}

#[test]
fn it_takes_a_shell_and_no_command() {
    for (typed, named) in [
        (&["--export"][..], "--export"),
        (&["--export", "tcsh"], "fish"),
        (&["--export", "sh", "true"], "`true`"),
        (&["--undo"], "--undo is an option of --export"),
        (&["--create", "--undo"], "--undo is an option of --export"),
        (&["--export", "dotenv", "--undo"], "--undo"),
        (&["--export", "github", "--undo"], "--undo"),
        (&["--export", "sh", "--create"], "--create"),
    ] {
        app().run(typed).error(125, &[named]);
    }
}
