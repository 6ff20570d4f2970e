//! Windows, where no process can become another: vrun waits, and stays out of the way.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use win32job::{ExtendedLimitInfo, Job};

use super::Owner;

/// The scripts directory of an environment (sysconfig's `venv` scheme).
pub const SCRIPTS: &str = "Scripts";
/// What ends a program's file name.
pub const EXE: &str = ".exe";
/// The variable that names the home directory.
pub const HOME: &str = "USERPROFILE";
/// Directories for temporary files that all users share: each has one of his own.
pub const TEMPS: [&str; 0] = [];
/// What separates the entries of PATH.
pub const PATH_SEPARATOR: char = ';';
/// Where programs are looked up when PATH is unset: nowhere.
pub const DEFAULT_PATH: &str = "";
/// What runs a script that names no interpreter: nothing.
pub const SHELL: Option<&str> = None;

/// Whether the system does not know what kind of program a file is (ERROR_BAD_EXE_FORMAT).
pub fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(193)
}

/// Whether two variable names are the same to this system: it ignores case.
pub fn same_variable(name: &OsStr, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// Whether both paths lead to the same file or directory, links followed. False where either cannot
/// be looked at.
pub fn same_file(a: &Path, b: &Path) -> bool {
    match (dunce::canonicalize(a), dunce::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// Whether there is still a file at `path`. Whether it is the one that `file` was opened from is more than
/// std tells here: the file's index is not stable in it, and a file that is made anew within seconds of the
/// old one's end is given the old one's time of creation. So who waited for a lock whose file was replaced
/// meanwhile may hold one that is not there any more; the rename into place fails where two then make the
/// same environment.
pub fn is_still_at(_: &File, path: &Path) -> bool {
    path.is_file()
}

/// What tells a file from another: std does not say here.
pub fn inode(_: &Metadata) -> u64 {
    0
}

/// What tells a terminal's session from another: all are one.
pub fn session() -> u32 {
    0
}

/// Whether links lead in a circle (ERROR_CANT_RESOLVE_FILENAME).
pub fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(1921)
}

/// Stands a copy of `target` at `at`: links are for administrators here.
///
/// # Errors
/// It cannot be copied.
pub fn link(target: &Path, at: &Path) -> io::Result<()> {
    fs::copy(target, at).map(drop)
}

/// Text of this system from the bytes that another program wrote.
pub fn text(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// Has `command` lead a group of its own: nothing to do, a process is ended alone here.
pub fn lead_group(_: &mut Command) {}

/// What the handler calls: there is one for all, and it stays.
static ACT: Mutex<Option<Box<dyn FnMut() + Send>>> = Mutex::new(None);

/// Stands for a handler that is set once and stays.
#[derive(Debug)]
pub struct Heeded;

/// Has `act` called for each Ctrl-C, and for a console that is closed.
pub fn heed_ends(act: impl FnMut() + Send + 'static) -> Heeded {
    *ACT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(act));
    // The one failure there is: the handler is set already.
    let _ = ctrlc::try_set_handler(|| {
        if let Some(act) = &mut *ACT.lock().unwrap_or_else(PoisonError::into_inner) {
            act();
        }
    });
    Heeded
}

/// Ends a process.
///
/// # Errors
/// Whatever TerminateProcess says.
pub fn kill_group(leader: &mut Child) -> io::Result<()> {
    leader.kill()
}

/// Whose a file is: always who may do anything anyway. What a search comes upon lies in the user's profile, or
/// on a drive where others let him in: who may write there is in access lists, and the owner says little (what an
/// administrator makes belongs to the group of them all).
pub fn owner(_: &Metadata) -> Owner {
    super::ROOT
}

/// Who runs this process: see `owner`.
pub fn me() -> Owner {
    super::ROOT
}

/// Whether others than its owner may write to it: see `owner`.
pub fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// What people call a user, of whom there is one: see `owner`.
pub fn name(_: Owner) -> OsString {
    "the system".into()
}

/// The user's home directory by the system's records; USERPROFILE is always there.
pub fn home_on_record() -> Option<PathBuf> {
    None
}

/// The directory for files that can be made again.
pub fn cache_home(_: Option<&Path>, setting: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    setting("LOCALAPPDATA").filter(|path| path.is_absolute())
}

/// Whether links are made as a matter of course: they are for administrators here.
pub const HAS_LINKS: bool = false;
/// Where venv keeps the templates that are this system's own.
pub const TEMPLATES: &str = "nt";
/// Whether an environment has a `lib64` beside its `lib`.
pub const HAS_LIB64: bool = false;

/// Every file whose name says so can be run.
///
/// # Errors
/// None.
pub fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes `to` share the blocks of `from`: std has no such call here.
///
/// # Errors
/// Always.
pub fn clone(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Has two directories change places: there is no such call.
///
/// # Errors
/// Always.
pub fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Programs are told by their names.
///
/// # Errors
/// Never.
pub fn make_program(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Files have no mode.
///
/// # Errors
/// None.
pub fn copy_mode(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Files have no mode.
pub fn same_mode(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Makes `dir`. What lies below the user's profile is his alone.
///
/// # Errors
/// It cannot be made.
pub fn private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

/// Runs `program` and ends with its exit code, all 32 bits of it. Returns only to say why it could
/// not start.
///
/// # Errors
/// Whatever CreateProcess says.
pub fn become_program(
    program: &Path,
    argv: &[OsString],
    vars: &[(OsString, OsString)],
) -> io::Result<Infallible> {
    // Ctrl-C goes to every process on the console. It is the program's to act on; vrun must outlive
    // it to pass the exit code on. Failing to set the handler is no reason not to run.
    let _ = ctrlc::set_handler(|| {});
    let mut command = Command::new(program);
    command
        .args(argv.iter().skip(1))
        .env_clear()
        .envs(vars.iter().map(|(name, value)| (name, value)));
    let mut child = command.spawn()?;
    let job = dies_with_us(&child);
    let status = child.wait()?;
    drop(job);
    std::process::exit(status.code().unwrap_or(1))
}

/// Puts the program into a job that ends with vrun, as CPython's own redirector does (PC/launcher.c):
/// the program dies when vrun is killed, while what the program itself starts is its own affair.
/// Where jobs are not to be had, the program runs without one.
fn dies_with_us(child: &Child) -> Option<Job> {
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close().limit_silent_breakaway_ok();
    let job = Job::create_with_limit_info(&limits).ok()?;
    job.assign_process(child.as_raw_handle() as isize).ok()?;
    Some(job)
}
