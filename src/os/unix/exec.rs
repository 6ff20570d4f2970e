//! Becoming another program (execve(2)) with the standard streams that vrun got.

use std::convert::Infallible;
use std::ffi::{CString, OsString};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::arg_quoting::ArgQuoting;
use super::signals;

/// musl's malloc is made to be small, not fast.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Becomes `program`: same process, same terminal, same standard streams. Returns only if it cannot.
#[expect(clippy::disallowed_methods, reason = "vrun becomes the program here")]
pub(crate) fn exec(
    program: &Path,
    argv: &[OsString],
    _: ArgQuoting,
    vars: &[(OsString, OsString)],
) -> io::Result<Infallible> {
    let path = CString::new(program.as_os_str().as_bytes())?;
    let argv = argv
        .iter()
        .map(|arg| CString::new(arg.as_bytes()))
        .collect::<Result<Vec<_>, _>>()?;
    let vars = vars.iter().map(assignment).collect::<Result<Vec<_>, _>>()?;
    signals::restore_sigpipe();
    restore_closed_streams();
    nix::unistd::execve(&path, &argv, &vars).map_err(io::Error::from)
}

fn assignment((name, value): &(OsString, OsString)) -> io::Result<CString> {
    let mut line = Vec::with_capacity(name.len() + value.len() + 2);
    line.extend_from_slice(name.as_bytes());
    line.push(b'=');
    line.extend_from_slice(value.as_bytes());
    Ok(CString::new(line)?)
}

/// Which standard streams were closed when vrun started. Rust's runtime opens /dev/null on them before `main`, so the
/// constructor below records them first.
static CLOSED_AT_START: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

#[ctor::ctor]
fn record_closed_streams() {
    signals::record_sigpipe();
    for (stream, closed) in standard_streams().into_iter().zip(&CLOSED_AT_START) {
        closed.store(rustix::io::fcntl_getfd(stream).is_err(), Ordering::Relaxed);
    }
}

/// Has execve close what std opened, so that the program finds the streams as vrun did. If execve fails they are still
/// open for the error message.
fn restore_closed_streams() {
    for (stream, closed) in standard_streams().into_iter().zip(&CLOSED_AT_START) {
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
