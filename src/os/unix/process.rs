//! Processes: groups, sessions, and those that end with vrun.

use std::fs;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};

/// Whether the system does not know a file's format.
pub(crate) fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(nix::errno::Errno::ENOEXEC as i32)
}

/// Identifies a process and the programs that it becomes, one after the other.
pub(crate) fn process_chain_id() -> u32 {
    std::process::id()
}

/// How often such a chain may hand over by one name: once is right, and each turn of a loop adds one.
pub(crate) const MAX_HANDOFFS: u32 = 5;

/// Identifies a terminal's session: every process that a shell there starts is in it (setsid(2)).
pub(crate) fn session_id() -> u32 {
    let leader = nix::unistd::getsid(None).map(nix::unistd::Pid::as_raw);
    leader.map_or(0, |id| u32::try_from(id).unwrap_or(0))
}

/// The command lines of all processes, with a NUL byte after every word (proc(5)). None on systems without /proc.
#[expect(clippy::disallowed_methods, reason = "it is the system's own file")]
pub(crate) fn command_lines() -> Option<Vec<Vec<u8>>> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    let read = |entry: fs::DirEntry| fs::read(entry.path().join("cmdline")).ok();
    let lines: Vec<_> = entries.filter_map(read).collect();
    Some(lines).filter(|lines| !lines.is_empty())
}

/// The signal that has ended a process.
pub(crate) fn signal_of(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Makes `command` the leader of a process group, so that all that it starts can be killed with it.
pub(crate) fn new_process_group(command: &mut Command) {
    command.process_group(0);
}

/// Ties a helper to vrun: its process group does.
#[derive(Debug)]
pub(crate) struct JobGuard;

/// Nothing to do: a helper leads a process group.
pub(crate) fn guard_process(_: &Child) -> JobGuard {
    JobGuard
}

/// Kills the group that `leader` leads.
pub(crate) fn kill_process_group(leader: &mut Child) -> io::Result<()> {
    let Ok(id) = i32::try_from(leader.id()) else {
        return leader.kill();
    };
    let group = nix::unistd::Pid::from_raw(id);
    nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL).map_err(io::Error::from)
}
