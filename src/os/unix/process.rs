//! Processes: groups, sessions, and what ends with vrun.

use std::fs::{self};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

/// Whether the system does not know what kind of program a file is.
pub(crate) fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(nix::errno::Errno::ENOEXEC as i32)
}

/// What a process has in common with the programs that it becomes, one after the other.
pub(crate) fn process_chain_id() -> u32 {
    std::process::id()
}

/// How often such a line may hand on by one name: once is right, and each turn of a circle is one more.
pub(crate) const MAX_HANDOFFS: u32 = 5;

/// What tells a terminal's session from another: every process that a shell there starts is in it (setsid(2)).
pub(crate) fn session_id() -> u32 {
    let leader = nix::unistd::getsid(None).map(nix::unistd::Pid::as_raw);
    leader
        .ok()
        .and_then(|id| u32::try_from(id).ok())
        .unwrap_or(0)
}

/// The command lines of all processes, each with a NUL byte behind every word (proc(5)). None where the system
/// does not tell by files.
pub(crate) fn command_lines() -> Option<Vec<Vec<u8>>> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines: Vec<_> = lines.collect();
    Some(lines).filter(|lines| !lines.is_empty())
}

/// Has `command` lead a group of its own, so that all that it starts can be ended with it.
pub(crate) fn new_process_group(command: &mut Command) {
    command.process_group(0);
}

/// Stands for the bond between vrun and a helper: its group is all of it.
#[derive(Debug)]
pub(crate) struct JobGuard;

/// Nothing to do: a helper leads a group.
pub(crate) fn guard_process(_: &Child) -> JobGuard {
    JobGuard
}

/// Ends a process that leads a group, and the group.
///
/// # Errors
/// Whatever kill(2) says.
pub(crate) fn kill_process_group(leader: &mut Child) -> io::Result<()> {
    let Ok(id) = i32::try_from(leader.id()) else {
        return leader.kill();
    };
    let group = nix::unistd::Pid::from_raw(id);
    nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL).map_err(io::Error::from)
}
