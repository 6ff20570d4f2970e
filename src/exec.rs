//! vrun becomes the program. Errors say what the system said and why.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::os::{self, ArgQuoting};
use crate::program::{Program, shebang};
use crate::quote::printable;

/// Becomes `program` with `vars` as all its variables. Comes back only to say why it could not.
pub(crate) fn exec(program: &Program, vars: &[(OsString, OsString)]) -> Error {
    let error = try_exec(&program.file, &program.argv, program.quoting, vars);
    if let Some(shell) = &program.fallback_shell {
        return exec(shell, vars);
    }
    match os::SCRIPT_SHELL {
        Some(shell) if os::is_unknown_format(&error) && is_shell_script(&program.file) => {
            // A script without a first line is the shell's: execvp(3) has it so, and so does `env`.
            let script = qualify_name(&program.file);
            let args = program.argv.iter().skip(1).cloned();
            let argv: Vec<_> = [shell.into(), script.into()]
                .into_iter()
                .chain(args)
                .collect();
            explain_exec_error(
                &program.file,
                try_exec(Path::new(shell), &argv, ArgQuoting::Standard, vars),
            )
        }
        _ => explain_exec_error(&program.file, error),
    }
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

/// What the system's refusal to start `file` comes from.
fn explain_exec_error(file: &Path, error: io::Error) -> Error {
    let refused = Error::refused(format!("{} cannot be run", printable(file)));
    match (error.kind(), shebang_interpreter(file)) {
        (ErrorKind::NotFound, _) if !file.exists() => {
            Error::not_found(format!("no file named {}", printable(file)))
        }
        (ErrorKind::NotFound, Some(interpreter)) => refused.with_cause(format_args!(
            "its first line names {interpreter}, which does not exist"
        )),
        (ErrorKind::NotFound, None) => {
            refused.with_cause("the loader that it names is not on this system")
        }
        (_, Some(interpreter)) => refused.with_cause(format_args!(
            "its first line names {interpreter}: {}",
            io_reason(&error)
        )),
        (_, None) if os::is_unknown_format(&error) && shebang::is_binary(file) => {
            refused.with_cause("it is a program for another system")
        }
        (_, None) if os::is_unknown_format(&error) => match shebang::read_shebang(file) {
            Err(unreadable) => refused.with_cause(io_reason(&unreadable)),
            // The system's own words name no file (Windows: "%1 is not a valid application").
            Ok(_) => refused.with_cause("it is no program"),
        },
        (_, None) => refused.with_cause(io_reason(&error)),
    }
}

/// The interpreter that a script's first line names, for a message.
fn shebang_interpreter(file: &Path) -> Option<String> {
    let line = shebang::read_shebang(file).ok()??;
    let word = shebang::split_words(&line).next()?;
    Some(printable(String::from_utf8_lossy(word).as_ref()))
}
