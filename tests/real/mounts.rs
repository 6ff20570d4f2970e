//! Mounts that only one command sees, where they can be had (unshare(1)).

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::project::{Outcome, Project};

/// Whether a shell line that mounts something works in mounts of its own.
pub(crate) fn can_mount(line: &str) -> bool {
    let tried = Command::new(unshare())
        .args(["-m", "/bin/sh", "-c", line])
        .output();
    tried.is_ok_and(|output| output.status.success())
}

/// Runs a shell line in the project, with mounts that only it sees.
pub(crate) fn in_mounts(project: &Project, line: &str) -> Outcome {
    let mut command = Command::new(unshare());
    project.place(&mut command);
    Outcome::of(command.args(["-m", "/bin/sh", "-c", line]))
}

/// Where util-linux's program is: a project's own PATH does not have it.
fn unshare() -> PathBuf {
    let dirs = env::var_os("PATH").unwrap_or_default();
    let files = env::split_paths(&dirs).map(|dir| dir.join("unshare"));
    let mut files = files.filter(|file| file.is_file());
    files.next().unwrap_or_else(|| "unshare".into())
}
