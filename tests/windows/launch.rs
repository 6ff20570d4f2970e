//! The program runs as if vrun were not there: arguments, exit codes, its end.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::project::Project;

const ARGS: &str = "import sys; print(*map(ascii, sys.argv[1:]))";

#[test]
fn arguments_arrive_as_they_were_sent() {
    let args = [
        "plain",
        "a b",
        "",
        "a\"b",
        "\"",
        "\"quoted\"",
        "end\\",
        "blank and end\\",
        "a\\\\\"b",
        "%PATH%",
        "^&|<>",
        "*.py",
        "ü€",
        "--",
        "-h",
    ];
    let sent: Vec<_> = args.iter().map(|arg| arg.to_string()).collect();
    let outcome = Project::with_venv().run(["python", "-c", ARGS].iter().copied().chain(args));
    let told = "'plain' 'a b' '' 'a\"b' '\"' '\"quoted\"' 'end\\\\' 'blank and end\\\\' 'a\\\\\\\\\"b' '%PATH%' '^&|<>' '*.py' '\\xfc\\u20ac' '--' '-h'";
    assert_eq!(outcome.clone().code(0).stdout, told, "{sent:?}");
    outcome.silent();
}

#[test]
fn the_exit_code_is_passed_on_all_of_its_32_bits() {
    let project = Project::with_venv();
    for code in [0, 1, 125, 255, 256, 300, 0xC000013A_u32 as i32, -1] {
        let exit = format!("import os; os._exit({code})");
        project.run(["python", "-c", &exit]).code(code).silent();
    }
    project.run(["cmd", "/d", "/c", "exit 9"]).code(9);
}

#[test]
fn standard_input_is_the_programs() {
    let project = Project::with_venv();
    let mut command = project.vrun(["python", "-c", "print(ascii(input()))"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("vrun");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, b"hello there\n").expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim_end(),
        "'hello there'"
    );
}

#[test]
fn the_program_dies_with_vrun() {
    let project = Project::with_venv();
    let code = "import time; print('here', flush=True); time.sleep(300)";
    let mut command = project.vrun(["python", "-c", code]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("vrun");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    assert_eq!(line.trim_end(), "here");
    child.kill().expect("killed");
    child.wait().expect("an end");
    // The pipe ends when the last process that holds it does.
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let _ = stdout.read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let waited = end.recv_timeout(Duration::from_secs(30));
    assert!(waited.is_ok(), "the program lives on");
}

#[test]
fn a_program_that_is_none_is_refused_with_the_systems_reason() {
    let project = Project::with_venv().file("tools/broken.exe", "no program at all");
    let file = project.shown("tools\\broken.exe");
    project
        .run(["broken"])
        .code(126)
        .says(&[&format!("vrun: {file} cannot be run")]);
}

#[test]
fn batch_files_run_and_their_arguments_are_no_commands() {
    let show = "@echo off\r\necho [%~1] [%~2]\r\nexit /b 7\r\n";
    let project = Project::with_venv().file("tools/show.bat", show);
    project
        .run(["show", "a b", "c"])
        .code(7)
        .stdout("[a b] [c]")
        .silent();
    project.run(["show.BAT", "a", ""]).code(7).stdout("[a] []");
    let outcome = project.run(["show", "x&echo pwned", "y\" & echo pwned"]);
    assert!(
        !outcome.stdout.lines().any(|line| line.trim() == "pwned"),
        "{outcome}"
    );
    // wine's cmd makes something else of how std keeps `%` from it; what counts is that it is not expanded.
    let system = std::env::var("OS").expect("set on every Windows");
    let outcome = project.run(["show", "%OS%", "b"]).code(7);
    assert!(!outcome.stdout.contains(&system), "{outcome}");
}

#[test]
fn programs_of_other_directories_see_the_environment_too() {
    let tool = "@echo off\r\npython -c \"import sys; print(sys.prefix)\"\r\n";
    let project = Project::with_venv().file("tools/tool.cmd", tool);
    project
        .run(["tool"])
        .code(0)
        .stdout(&project.shown("app\\.venv"));
    project
        .run(["cmd", "/d", "/c", "tool"])
        .code(0)
        .stdout(&project.shown("app\\.venv"));
}
