//! A command under strace -> what it starts of the project's, and whatever it writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::project::{Outcome, Project, program};

/// What starts a program, opens a file, or changes a file system.
const CALLS: [&str; 34] = [
    "execve",
    "execveat",
    "open",
    "openat",
    "openat2",
    "creat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "lchown",
    "fchown",
    "fchownat",
    "truncate",
    "ftruncate",
    "utimes",
    "utimensat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
];

/// How a file is opened that may be written.
const TO_WRITE: [&str; 4] = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"];

/// Why nothing can be traced here.
pub(super) fn lacks() -> Option<String> {
    if program("strace").is_none() {
        return Some("there is no strace".to_owned());
    }
    match strace(Path::new("/dev/null")).arg("/bin/true").output() {
        Err(error) => Some(format!("strace: {error}")),
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

fn strace(log: &Path) -> Command {
    let calls = CALLS.map(|call| format!("?{call}")).join(",");
    let mut strace = Command::new(program("strace").unwrap_or_else(|| "strace".into()));
    strace.args([
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-s",
        "4096",
        "-e",
        "signal=none",
    ]);
    strace
        .args(["-e", &format!("trace={calls}"), "-o"])
        .arg(log);
    strace
}

/// What vrun does in the project that an action that only reads may not do, with each of these arguments, as a shell
/// reads them.
pub(super) fn deeds(project: &Project, lines: &[String]) -> Vec<String> {
    let dir = TempDir::new().expect("a directory");
    let log = dir.path().join("log");
    let vrun = env!("CARGO_BIN_EXE_vrun");
    // One shell for all, for strace takes longer to start than vrun does.
    let run = |line: &String| format!("\"$0\" {line} >/dev/null 2>&1; test $? -lt 128 || exit 1\n");
    let mut traced = strace(&log);
    traced.args([
        "/bin/sh",
        "-c",
        &lines.iter().map(run).collect::<String>(),
        vrun,
    ]);
    project.place(&mut traced);
    Outcome::of(&mut traced).code(0);
    let log = fs::read(log).expect("a log");
    let log = String::from_utf8_lossy(&log);
    // The first is the shell.
    let calls = log.lines().filter_map(|line| line.split_once(' ')).skip(1);
    let clones = ["app", "home/envs"].map(|dir| project.path(dir));
    let (mut typed, mut count, mut deeds) = ("", 0, Vec::new());
    for call in calls.map(|(_, call)| call.trim_start()) {
        match call
            .strip_prefix("execve(")
            .filter(|start| start.contains(vrun))
        {
            Some(start) => {
                typed = start.split_inclusive(']').next().unwrap_or(start);
                count += 1;
            }
            None if is_deed(call, &clones) => deeds.push(format!("{typed}: {call}")),
            None => {}
        }
    }
    assert_eq!(count, lines.len(), "each is run");
    deeds
}

fn is_deed(call: &str, clones: &[PathBuf]) -> bool {
    // `<... openat resumed>` goes on with a call.
    let Some((name, arguments)) = call.split_once('(').filter(|_| !call.starts_with('<')) else {
        return false;
    };
    let path = Path::new(arguments.split('"').nth(1).unwrap_or_default());
    match name {
        "execve" | "execveat" => !is_elsewhere(path, clones),
        "open" | "openat" | "openat2" => {
            let is_null = path == Path::new("/dev/null");
            !is_null && TO_WRITE.iter().any(|flag| arguments.contains(flag))
        }
        _ => true,
    }
}

/// Whether a program surely lies outside the clones: by its own path and by its real directory. What /proc names
/// depends on who looks.
fn is_elsewhere(path: &Path, clones: &[PathBuf]) -> bool {
    let real = path.parent().and_then(|dir| dir.canonicalize().ok());
    let is_in_clone = |path: &Path| clones.iter().any(|clone| path.starts_with(clone));
    path.is_absolute()
        && !path.starts_with("/proc")
        && !is_in_clone(path)
        && !real.is_some_and(|real| is_in_clone(&real))
}
