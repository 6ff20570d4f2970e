//! Processes: groups, sessions, and those that end with vrun.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};

use nix::errno::Errno;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::FdFlags;

use super::signals;

/// Lets what is started from now on inherit `file`.
pub(crate) fn set_inherited(file: &File) -> io::Result<()> {
    Ok(rustix::io::fcntl_setfd(file, FdFlags::empty())?)
}

/// Whether the system does not know a file's format.
pub(crate) fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::ENOEXEC as i32)
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

/// Whether Ctrl-C has ended a process, or it says so as a shell does.
pub(crate) fn is_interrupt(status: ExitStatus) -> bool {
    let interrupt = nix::libc::SIGINT;
    status.signal() == Some(interrupt) || status.code() == Some(128 + interrupt)
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

/// What a helper prints, as far as it has printed it.
pub(crate) struct OutputReader(File);

impl OutputReader {
    pub(crate) fn new(stream: impl Into<OwnedFd>) -> io::Result<OutputReader> {
        let stream = stream.into();
        fcntl_setfl(&stream, fcntl_getfl(&stream)? | OFlags::NONBLOCK)?;
        Ok(OutputReader(stream.into()))
    }

    /// The next bytes; None at the end.
    ///
    /// # Errors
    /// `WouldBlock`: there are none yet.
    pub(crate) fn read_available(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = vec![0; 16 * 1024];
        let length = self.0.read(&mut bytes)?;
        bytes.truncate(length);
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }
}

/// A shell, and a line that runs a program with its arguments and writes the exit code to the file `$0`. Shells give
/// SIGCHLD its default back, for themselves and for what they start.
pub(crate) const EXIT_CODE_SHELL: Option<[&str; 2]> =
    Some(["/bin/sh", "\"$@\"; printf %s $? >\"$0\""]);

/// Whether nobody learns how this process's children end, because SIGCHLD was ignored at the start (sigaction(2)). The
/// program that vrun becomes is to find that as it was, so vrun does not change it.
pub(crate) fn loses_exit_codes() -> bool {
    signals::is_sigchld_ignored()
}

/// Whether a child is gone that was to be waited for.
pub(crate) fn is_child_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::ECHILD as i32)
}

/// What a shell's exit code stands for; without one it was killed.
pub(crate) fn exit_status(code: Option<i32>) -> ExitStatus {
    ExitStatus::from_raw(match code {
        None => nix::libc::SIGKILL,
        Some(code @ 129..) => code - 128,
        Some(code) => code << 8,
    })
}
