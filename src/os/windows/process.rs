//! Processes: groups, sessions, and those that end with vrun.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::windows::io::AsRawHandle;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use win32job::{ExtendedLimitInfo, Job};

/// Nothing is inherited but the standard streams.
pub(crate) fn set_inherited(_: &File) -> io::Result<()> {
    Ok(())
}

/// ERROR_BAD_EXE_FORMAT
pub(crate) fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(193)
}

/// A process cannot become a program.
pub(crate) fn process_chain_id() -> u32 {
    0
}

/// How often nested processes may hand over by one name: a program may call itself, but not that often (rustup has the
/// same limit).
pub(crate) const MAX_HANDOFFS: u32 = 20;

pub(crate) fn session_id() -> u32 {
    0
}

/// Nothing to do before `command` runs: see `guard_process`.
pub(crate) fn new_process_group(_: &mut Command) {}

/// A process and all that it starts end when this is dropped. Without jobs, it does nothing.
#[derive(Debug)]
pub(crate) struct JobGuard {
    _job: Option<Job>,
}

/// Ties `helper`, with all that it starts, to the guard and to vrun.
pub(crate) fn guard_process(helper: &Child) -> JobGuard {
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close();
    let _job = create_job(helper, &limits);
    JobGuard { _job }
}

/// There are no signals.
pub(crate) fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

/// vrun has had the Ctrl-C itself.
pub(crate) fn is_interrupt(_: ExitStatus) -> bool {
    false
}

/// Kills `leader`; what it has started ends with its `JobGuard`.
pub(crate) fn kill_process_group(leader: &mut Child) -> io::Result<()> {
    leader.kill()
}

/// None are needed: a directory that holds a running program cannot be renamed.
pub(crate) fn command_lines() -> Option<Vec<Vec<u8>>> {
    Some(Vec::new())
}

/// Puts the program into a job that ends with vrun, as CPython's redirector does (PC/launcher.c): the program dies when
/// vrun is killed, but what it has started lives on. Without jobs, the program runs outside of one.
pub(super) fn kill_on_exit(child: &Child) -> Option<Job> {
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close().limit_silent_breakaway_ok();
    create_job(child, &limits)
}

fn create_job(child: &Child, limits: &ExtendedLimitInfo) -> Option<Job> {
    let job = Job::create_with_limit_info(limits).ok()?;
    job.assign_process(child.as_raw_handle() as isize).ok()?;
    Some(job)
}

/// A thread reads, for a pipe has no end to waiting.
pub(crate) struct OutputReader(Receiver<Vec<u8>>);

impl OutputReader {
    pub(crate) fn new(mut stream: impl Read + Send + 'static) -> io::Result<OutputReader> {
        let (sender, chunks) = mpsc::sync_channel(64);
        thread::Builder::new().spawn(move || {
            let mut bytes = vec![0; 16 * 1024];
            while let Ok(length @ 1..) = stream.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        })?;
        Ok(OutputReader(chunks))
    }

    pub(crate) fn read_available(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self.0.try_recv() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(TryRecvError::Empty) => Err(ErrorKind::WouldBlock.into()),
            Err(TryRecvError::Disconnected) => Ok(None),
        }
    }
}

/// None is needed: the system keeps a process's exit code.
pub(crate) const EXIT_CODE_SHELL: Option<[&str; 2]> = None;

pub(crate) fn loses_exit_codes() -> bool {
    false
}

pub(crate) fn is_child_gone(_: &io::Error) -> bool {
    false
}

pub(crate) fn exit_status(_: Option<i32>) -> ExitStatus {
    ExitStatus::default()
}
