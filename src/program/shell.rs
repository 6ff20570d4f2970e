//! A `-c` line -> the shell that runs it; or, if the line is only a program and its arguments, that program, which has
//! the same effect and saves the shell's start.
//!
//! Programs in the line are looked up on the view's PATH, as a shell would. If a program is missing or does not start,
//! the shell reports that, with its own message and exit code.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::os::{self, ArgQuoting};
use crate::quote::printable;

use super::context::ResolveContext;
use super::lookup::is_in;
use super::model::Program;
use super::python_names::has_separator;
use super::shell_line::ShellLine;

/// What runs `line`.
///
/// # Errors
/// There is no such shell (127), or it cannot be run (126), or it is vrun (125).
pub(super) fn resolve_line(
    line: ShellLine,
    args: Vec<OsString>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let shell = resolve_shell(&line, args, context)?;
    let direct = line.simple_words().and_then(|words| {
        let file = shell_lookup(words.first()?, context.path)?;
        Some(Program {
            fallback_shell: Some(Box::new(shell.clone())),
            ..Program::new(file, words)
        })
    });
    Ok(direct.unwrap_or(shell))
}

/// Looks a program up as a shell does: vrun is a program like any other, under any name.
fn shell_lookup(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if has_separator(name) {
        return Some(name.into());
    }
    // The `which` crate expands `~` in PATH; a shell does not.
    let has_tilde = path.as_encoded_bytes().windows(2).any(|pair| pair == b":~");
    let found = which::which_in_global(name, Some(path)).ok()?.next();
    found.filter(|_| !has_tilde)
}

/// The shell that runs `line`, whatever the line says.
///
/// # Errors
/// As [`resolve_line`].
pub(super) fn resolve_shell(
    line: &ShellLine,
    args: Vec<OsString>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let (file, name) = match &line.shell {
        Some(name) => (find_named_shell(name, context)?, name.as_os_str()),
        None => default_shell(context)?,
    };
    if os::is_cmd(&file) {
        return cmd_program(file, line, &args);
    }
    // What follows `--` in vrun's own arguments may look like an option.
    let is_like_option = line.text.as_encoded_bytes().starts_with(b"-");
    let mut argv = vec![name.to_owned()];
    argv.extend_from_slice(&line.options);
    argv.push("-c".into());
    argv.extend(is_like_option.then(|| "--".into()));
    argv.push(line.text.clone());
    argv.extend(args);
    Ok(Program::new(file, argv))
}

/// The system's shell, and its name.
fn default_shell(context: &ResolveContext<'_>) -> Result<(PathBuf, &'static OsStr), Error> {
    let name = Path::new(os::DEFAULT_SHELL);
    let file = if name.is_absolute() {
        name.to_owned()
    } else {
        find_outside_env(name.as_os_str(), context).ok_or_else(|| {
            Error::not_found(format!("no shell named `{}` on PATH", os::DEFAULT_SHELL))
                .with_hint("set `VRUN_SHELL` to another shell")
        })?
    };
    Ok((file, name.file_name().unwrap_or(name.as_os_str())))
}

fn find_named_shell(name: &OsStr, context: &ResolveContext<'_>) -> Result<PathBuf, Error> {
    let set = os::set_var_command("VRUN_SHELL", "bash");
    let hint = format!("unset VRUN_SHELL, or set it to a shell: `{set}`");
    let what = printable(name);
    let found = if has_separator(name) {
        which::which_in(name, None::<&OsStr>, ".").ok()
    } else {
        find_outside_env(name, context)
    };
    let Some(file) = found else {
        let error = if has_separator(name) && Path::new(name).exists() {
            Error::refused(format!("{what} is not executable"))
        } else {
            Error::not_found(format!("no shell named `{what}`"))
        };
        return Err(error.with_cause("VRUN_SHELL names it").with_hint(hint));
    };
    let is_file = |self_exe: &PathBuf| os::is_same_file(self_exe, &file);
    if context.self_exe.as_ref().is_some_and(is_file) {
        return Err(Error::failed("VRUN_SHELL names vrun itself")
            .with_cause(format!("{} is vrun", printable(&file)))
            .with_hint(hint));
    }
    Ok(file)
}

/// Skips the environment's scripts, because the shell must come from the system, not from a package.
fn find_outside_env(name: &OsStr, context: &ResolveContext<'_>) -> Option<PathBuf> {
    let scripts = context.scripts_dir();
    let mut found = which::which_in_global(name, Some(context.path)).ok()?;
    found.find(|file| file.is_absolute() && !is_in(&scripts, file))
}

/// `cmd /d /s /c "LINE"`: no AutoRun; /s makes cmd strip the outermost two quotes, whatever is between them.
fn cmd_program(file: PathBuf, line: &ShellLine, args: &[OsString]) -> Result<Program, Error> {
    if let Some(word) = line.options.first().or(args.first()) {
        let what = format!("cmd takes no `{}` with a line", printable(word));
        return Err(Error::failed(what).with_hint("set `VRUN_SHELL` to another shell"));
    }
    let mut text = OsString::from("\"");
    text.push(&line.text);
    text.push("\"");
    let argv = ["cmd", "/d", "/s", "/c"].map(OsString::from);
    Ok(Program {
        quoting: ArgQuoting::RawLast,
        ..Program::new(file, argv.into_iter().chain([text]).collect())
    })
}
