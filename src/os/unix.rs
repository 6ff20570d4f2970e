//! Linux, macOS and the BSDs.

use std::borrow::Cow;
use std::convert::Infallible;
use std::ffi::{CString, OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Quoting;

mod dir;
pub use dir::*;
mod making;
pub use making::*;
mod places;
pub use places::*;
mod signals;
pub use signals::{Heeded, heed_ends};
mod users;
pub use users::*;

/// Gives memory instead of musl's malloc, which is made to be small.
#[cfg(target_env = "musl")]
#[global_allocator]
static MEMORY: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// The scripts directory of an environment (sysconfig's `venv` scheme).
pub const SCRIPTS: &str = "bin";
/// What ends a program's file name.
pub const EXE: &str = "";
/// The variable that names the home directory.
pub const HOME: &str = "HOME";
/// Directories for temporary files that all users share, whatever TMPDIR says (hier(7)).
pub const TEMPS: [&str; 2] = ["/tmp", "/var/tmp"];
/// Whether the system starts a script by what its first line says.
pub const STARTS_SCRIPTS: bool = true;
/// What separates the entries of PATH.
pub const PATH_SEPARATOR: char = ':';
/// Where programs are looked up when PATH is unset (glibc's `_CS_PATH`, which its execvp takes).
pub const DEFAULT_PATH: &str = "/bin:/usr/bin";
/// What runs a script that names no interpreter (execvp(3)).
pub const SHELL: Option<&str> = Some("/bin/sh");
/// What a command line is for (system(3)).
pub const LINE_SHELL: &str = "/bin/sh";

/// Whether a shell is the one of Windows, which takes a line in its own way: none is, here.
pub fn is_cmd(_: &Path) -> bool {
    false
}

/// Whether the system does not know what kind of program a file is.
pub fn is_unknown_format(error: &io::Error) -> bool {
    error.raw_os_error() == Some(nix::errno::Errno::ENOEXEC as i32)
}

/// Whether two variable names are the same to this system.
pub fn same_variable(name: &OsStr, wanted: &str) -> bool {
    name.as_bytes() == wanted.as_bytes()
}

/// A program's name as names of programs are compared: as it is.
pub fn plain_name(name: &str) -> Cow<'_, str> {
    name.into()
}

/// Whether both paths lead to the same file or directory, links followed. False where either cannot
/// be looked at.
pub fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

/// Whether two paths are the same by their text.
pub fn same_path(a: &Path, b: &Path) -> bool {
    a == b
}

/// Whether `path` still leads to the file that `file` was opened from.
pub fn is_still_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

/// What tells a file from all others: `found` is what it leads to.
pub fn identity(found: &Metadata, _: &Path) -> Option<(u64, u64)> {
    Some((found.dev(), found.ino()))
}

/// What a process has in common with the programs that it becomes, one after the other.
pub fn line_of_processes() -> u32 {
    std::process::id()
}

/// How often such a line may hand on by one name: once is right, and each turn of a circle is one more.
pub const TURNS: u32 = 5;

/// What tells a file from another of its file system.
pub fn inode(found: &Metadata) -> u64 {
    found.ino()
}

/// What tells a terminal's session from another: every process that a shell there starts is in it (setsid(2)).
pub fn session() -> u32 {
    let leader = nix::unistd::getsid(None).map(nix::unistd::Pid::as_raw);
    leader
        .ok()
        .and_then(|id| u32::try_from(id).ok())
        .unwrap_or(0)
}

/// The command lines of all processes, each with a NUL byte behind every word (proc(5)). None where the system
/// does not tell by files.
pub fn command_lines() -> Option<Vec<Vec<u8>>> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines: Vec<_> = lines.collect();
    Some(lines).filter(|lines| !lines.is_empty())
}

/// Whether links lead in a circle.
pub fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(nix::errno::Errno::ELOOP as i32)
}

/// Makes a symbolic link at `at`.
///
/// # Errors
/// Whatever symlink(2) says.
pub fn link(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Text of this system from the bytes that another program wrote.
pub fn text(bytes: Vec<u8>) -> Option<OsString> {
    Some(OsString::from_vec(bytes))
}

/// Has `command` lead a group of its own, so that all that it starts can be ended with it.
pub fn lead_group(command: &mut Command) {
    command.process_group(0);
}

/// Stands for the bond between vrun and a helper: its group is all of it.
#[derive(Debug)]
pub struct Bound;

/// Nothing to do: a helper leads a group.
pub fn bind(_: &Child) -> Bound {
    Bound
}

/// Ends a process that leads a group, and the group.
///
/// # Errors
/// Whatever kill(2) says.
pub fn kill_group(leader: &mut Child) -> io::Result<()> {
    let Ok(id) = i32::try_from(leader.id()) else {
        return leader.kill();
    };
    let group = nix::unistd::Pid::from_raw(id);
    nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL).map_err(io::Error::from)
}

/// What a person types so that a file can be run.
pub fn make_runnable(file: &str) -> Option<String> {
    Some(format!("`chmod +x {file}` if it is a program"))
}

/// The name by which the file at `path` is run, if it is a program: its own.
pub fn program_name(path: &Path) -> Option<OsString> {
    let found = path.metadata().ok()?;
    let is_program = found.is_file() && found.mode() & 0o111 != 0;
    path.file_name()
        .filter(|_| is_program)
        .map(OsStr::to_os_string)
}

/// Becomes `program`: same process, same terminal, same standard streams. Returns only to say why
/// it could not.
///
/// # Errors
/// Whatever execve(2) says, and InvalidInput for a NUL byte in what it is to be handed.
pub fn become_program(
    program: &Path,
    argv: &[OsString],
    _: Quoting,
    vars: &[(OsString, OsString)],
) -> io::Result<Infallible> {
    let path = CString::new(program.as_os_str().as_bytes())?;
    let argv = argv
        .iter()
        .map(|arg| CString::new(arg.as_bytes()))
        .collect::<Result<Vec<_>, _>>()?;
    let vars = vars.iter().map(assignment).collect::<Result<Vec<_>, _>>()?;
    signals::restore_sigpipe();
    close_what_came_closed();
    nix::unistd::execve(&path, &argv, &vars).map_err(io::Error::from)
}

fn assignment((name, value): &(OsString, OsString)) -> io::Result<CString> {
    let mut line = Vec::with_capacity(name.len() + value.len() + 2);
    line.extend_from_slice(name.as_bytes());
    line.push(b'=');
    line.extend_from_slice(value.as_bytes());
    Ok(CString::new(line)?)
}

/// Which of the standard streams came closed. std opens /dev/null on those before `main`, so this is
/// written by a constructor, which runs before that.
static CAME_CLOSED: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

#[ctor::ctor]
fn look_before_std_does() {
    signals::note_sigpipe();
    for (stream, closed) in standard_streams().into_iter().zip(&CAME_CLOSED) {
        closed.store(rustix::io::fcntl_getfd(stream).is_err(), Ordering::Relaxed);
    }
}

/// Marks std's stand-ins to be closed by execve, so that the program finds what vrun found. A failing
/// execve leaves them open for the error message.
fn close_what_came_closed() {
    for (stream, closed) in standard_streams().into_iter().zip(&CAME_CLOSED) {
        if closed.load(Ordering::Relaxed) {
            let _ = rustix::io::fcntl_setfd(stream, rustix::io::FdFlags::CLOEXEC);
        }
    }
}

fn standard_streams() -> [BorrowedFd<'static>; 3] {
    [
        rustix::stdio::stdin(),
        rustix::stdio::stdout(),
        rustix::stdio::stderr(),
    ]
}
