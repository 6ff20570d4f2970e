//! vrun becomes the program. An error explains the reason that the system gave.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::os::{self, ArgQuoting};
use crate::program::{Program, shebang};
use crate::quote::printable;

/// Becomes `program`, with `vars` as all its variables. Returns only if that fails, with the reason.
pub(crate) fn exec(program: &Program, vars: &[(OsString, OsString)]) -> Error {
    let file = &program.file;
    let mut error = try_exec(file, &program.argv, program.quoting, vars);
    if let Some(shell) = &program.fallback_shell {
        return exec(shell, vars);
    }
    if let Some(shell) = os::SCRIPT_SHELL
        && os::is_unknown_format(&error)
        && is_shell_script(file)
    {
        // A shell runs a script without a shebang, as with execvp(3) and `env`.
        let mut argv = vec![shell.into(), qualify_name(file).into()];
        argv.extend(program.argv.iter().skip(1).cloned());
        error = try_exec(Path::new(shell), &argv, ArgQuoting::Standard, vars);
    }
    explain_exec_error(file, error)
}

fn is_shell_script(file: &Path) -> bool {
    matches!(shebang::read_shebang(file), Ok(None)) && !shebang::is_binary(file)
}

/// A bare name, found through an empty entry of PATH, could be an option to a shell.
fn qualify_name(file: &Path) -> PathBuf {
    if file.components().count() > 1 {
        file.to_owned()
    } else {
        Path::new(".").join(file)
    }
}

fn try_exec(
    file: &Path,
    argv: &[OsString],
    quoting: ArgQuoting,
    vars: &[(OsString, OsString)],
) -> io::Error {
    match os::exec(file, argv, quoting, vars) {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

/// Why the system refused to start `file`.
fn explain_exec_error(file: &Path, error: io::Error) -> Error {
    let refused = Error::refused(format!("{} cannot be run", printable(file)));
    let is_missing = error.kind() == ErrorKind::NotFound;
    match shebang_interpreter(file) {
        _ if is_missing && !file.exists() => {
            Error::not_found(format!("no file named {}", printable(file)))
        }
        Some(interpreter) if is_missing => refused.with_cause(format_args!(
            "its first line names {interpreter}, which does not exist"
        )),
        Some(interpreter) => refused.with_cause(format_args!(
            "its first line names {interpreter}: {}",
            io_reason(&error)
        )),
        None if is_missing => refused.with_cause("the loader that it names is not on this system"),
        None if !os::is_unknown_format(&error) => refused.with_cause(io_reason(&error)),
        None if shebang::is_binary(file) => {
            refused.with_cause("it is a program for another system")
        }
        None => match shebang::read_shebang(file) {
            Err(unreadable) => refused.with_cause(io_reason(&unreadable)),
            // The system's message does not name the file (Windows: "%1 is not a valid application").
            Ok(_) => refused.with_cause("it is not a program"),
        },
    }
}

/// The interpreter that a script's first line names, for a message.
fn shebang_interpreter(file: &Path) -> Option<String> {
    let line = shebang::read_shebang(file).ok()??;
    let word = shebang::split_words(&line).next()?;
    Some(printable(String::from_utf8_lossy(word).as_ref()))
}
