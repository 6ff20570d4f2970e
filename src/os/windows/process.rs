//! Processes: groups, sessions, and what ends with vrun.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::process::{Child, Command};

use win32job::{ExtendedLimitInfo, Job};

/// Whether the system does not know what kind of program a file is (ERROR_BAD_EXE_FORMAT).
pub(crate) fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(193)
}

/// What a process has in common with the programs that it becomes: it cannot become one.
pub(crate) fn process_chain_id() -> u32 {
    0
}

/// How often processes may hand on by one name, one inside the other: a program may well call itself, though not
/// that often (rustup draws the line there too).
pub(crate) const MAX_HANDOFFS: u32 = 20;

/// What tells a terminal's session from another: all are one.
pub(crate) fn session_id() -> u32 {
    0
}

/// Has `command` lead a group of its own: nothing to do before it runs, see `bind`.
pub(crate) fn new_process_group(_: &mut Command) {}

/// As long as it lives, a process and all that it starts may. Where jobs are not to be had, nothing.
#[derive(Debug)]
pub(crate) struct JobGuard {
    _job: Option<Job>,
}

/// Has a helper, with all that it starts, end when the answer is dropped, and when vrun ends.
pub(crate) fn guard_process(helper: &Child) -> JobGuard {
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close();
    JobGuard {
        _job: create_job(helper, &limits),
    }
}

/// Ends a process; what it has started ends with what `bind` gave.
///
/// # Errors
/// Whatever TerminateProcess says.
pub(crate) fn kill_process_group(leader: &mut Child) -> io::Result<()> {
    leader.kill()
}

/// Nothing to ask: a directory with a program in it that runs cannot be renamed.
pub(crate) fn command_lines() -> Option<Vec<Vec<u8>>> {
    Some(Vec::new())
}

/// Puts the program into a job that ends with vrun, as CPython's own redirector does (PC/launcher.c):
/// the program dies when vrun is killed, while what the program itself starts is its own affair.
/// Where jobs are not to be had, the program runs without one.
pub(crate) fn kill_on_exit(child: &Child) -> Option<Job> {
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close().limit_silent_breakaway_ok();
    create_job(child, &limits)
}

fn create_job(child: &Child, limits: &ExtendedLimitInfo) -> Option<Job> {
    let create_job = Job::create_with_limit_info(limits).ok()?;
    create_job
        .assign_process(child.as_raw_handle() as isize)
        .ok()?;
    Some(create_job)
}
