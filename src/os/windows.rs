//! Windows, where no process can become another: vrun waits, and stays out of the way.

use std::borrow::Cow;
use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command};

use same_file::Handle;
use win32job::{ExtendedLimitInfo, Job};

use super::Quoting;

mod dir;
pub use dir::*;
mod making;
pub use making::*;
mod places;
pub use places::*;
mod registry;
pub use registry::registered;
mod signals;
pub use signals::{Heeded, heed_ends};
mod users;
pub use users::*;

/// The scripts directory of an environment (sysconfig's `venv` scheme).
pub const SCRIPTS: &str = "Scripts";
/// What ends a program's file name.
pub const EXE: &str = ".exe";
/// The variable that names the home directory.
pub const HOME: &str = "USERPROFILE";
/// Directories for temporary files that all users share: each has one of his own.
pub const TEMPS: [&str; 0] = [];
/// Whether the system starts a script by what its first line says.
pub const STARTS_SCRIPTS: bool = false;
/// What separates the entries of PATH.
pub const PATH_SEPARATOR: char = ';';
/// Where programs are looked up when PATH is unset: nowhere.
pub const DEFAULT_PATH: &str = "";
/// What runs a script that names no interpreter: nothing.
pub const SHELL: Option<&str> = None;
/// What a command line is for.
pub const LINE_SHELL: &str = "cmd.exe";

/// Whether a shell is the one of Windows, which takes a line in its own way.
pub fn is_cmd(shell: &Path) -> bool {
    let stem = shell.file_stem();
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case("cmd"))
}

/// Whether the system does not know what kind of program a file is (ERROR_BAD_EXE_FORMAT).
pub fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(193)
}

/// Whether two variable names are the same to this system: it ignores case.
pub fn same_variable(name: &OsStr, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// A program's name as names of programs are compared: in small letters, and without the endings that may be
/// left out (PATHEXT, as far as it names programs).
pub fn plain_name(name: &str) -> Cow<'_, str> {
    let name = name.to_ascii_lowercase();
    let endings = [EXE, ".com", ".bat", ".cmd"];
    let plain = endings.iter().find_map(|end| name.strip_suffix(end));
    plain.map(str::to_owned).unwrap_or(name).into()
}

/// The name by which the file at `path` is run, if it is a program: without the ending, which says so.
pub fn program_name(path: &Path) -> Option<OsString> {
    let name = path.file_name()?.to_str()?;
    let plain = plain_name(name);
    (plain.len() < name.len()).then(|| name[..plain.len()].into())
}

/// Whether both paths lead to the same file or directory, links followed. False where either cannot
/// be looked at.
pub fn same_file(a: &Path, b: &Path) -> bool {
    same_file::is_same_file(a, b).unwrap_or(false)
}

/// Whether two paths are the same by their text.
pub fn same_path(a: &Path, b: &Path) -> bool {
    let same =
        |(a, b): (Component<'_>, Component<'_>)| a.as_os_str().eq_ignore_ascii_case(b.as_os_str());
    a.components().count() == b.components().count() && a.components().zip(b.components()).all(same)
}

/// Whether `path` still leads to the file that `file` was opened from.
pub fn is_still_at(file: &File, path: &Path) -> bool {
    let opened = file.try_clone().and_then(Handle::from_file);
    match (opened, Handle::from_path(path)) {
        (Ok(opened), Ok(there)) => opened == there,
        _ => false,
    }
}

/// What tells the file at `path` from all others.
pub fn identity(_: &Metadata, path: &Path) -> Option<Handle> {
    Handle::from_path(path).ok()
}

/// What a process has in common with the programs that it becomes: it cannot become one.
pub fn line_of_processes() -> u32 {
    0
}

/// How often processes may hand on by one name, one inside the other: a program may well call itself, though not
/// that often (rustup draws the line there too).
pub const TURNS: u32 = 20;

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

/// Stands a copy of `target`, which like a link's is seen from where `at` lies, at `at`: links are for
/// administrators here.
///
/// # Errors
/// It cannot be copied.
pub fn link(target: &Path, at: &Path) -> io::Result<()> {
    let from = at.parent().unwrap_or(at).join(target);
    fs::copy(from, at).map(drop)
}

/// Text of this system from the bytes that another program wrote.
pub fn text(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// Has `command` lead a group of its own: nothing to do before it runs, see `bind`.
pub fn lead_group(_: &mut Command) {}

/// As long as it lives, a process and all that it starts may. Where jobs are not to be had, nothing.
#[derive(Debug)]
pub struct Bound {
    _job: Option<Job>,
}

/// Has a helper, with all that it starts, end when the answer is dropped, and when vrun ends.
pub fn bind(helper: &Child) -> Bound {
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close();
    Bound {
        _job: job(helper, &limits),
    }
}

/// Ends a process; what it has started ends with what `bind` gave.
///
/// # Errors
/// Whatever TerminateProcess says.
pub fn kill_group(leader: &mut Child) -> io::Result<()> {
    leader.kill()
}

/// Nothing to ask: a directory with a program in it that runs cannot be renamed.
pub fn command_lines() -> Option<Vec<Vec<u8>>> {
    Some(Vec::new())
}

/// The user's home directory by the system's records; USERPROFILE is always there.
pub fn home_on_record() -> Option<PathBuf> {
    None
}

/// What a person types so that a file can be run: its name decides that, and nothing that is typed.
pub fn make_runnable(_: &str) -> Option<String> {
    None
}

/// Runs `program` and ends with its exit code, all 32 bits of it. Returns only to say why it could
/// not start.
///
/// # Errors
/// Whatever CreateProcess says.
pub fn become_program(
    program: &Path,
    argv: &[OsString],
    quoting: Quoting,
    vars: &[(OsString, OsString)],
) -> io::Result<Infallible> {
    // Ctrl-C goes to every process on the console. It is the program's to act on; vrun must outlive
    // it to pass the exit code on. Failing to set the handler is no reason not to run.
    let _ = ctrlc::set_handler(|| {});
    let mut command = Command::new(program);
    let args = argv.get(1..).unwrap_or_default();
    match (quoting, args.split_last()) {
        (Quoting::LastAsItIs, Some((text, words))) => command.args(words).raw_arg(text),
        _ => command.args(args),
    };
    command
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
    job(child, &limits)
}

fn job(child: &Child, limits: &ExtendedLimitInfo) -> Option<Job> {
    let job = Job::create_with_limit_info(limits).ok()?;
    job.assign_process(child.as_raw_handle() as isize).ok()?;
    Some(job)
}
