//! A `-c` line -> the shell that runs it; or, where the line is a program and its words and nothing more, that
//! program, which is the same in the end and saves the shell's start.
//!
//! The line is the shell's: programs in it are looked up as a shell does it, on the view's PATH. Where there is none,
//! or it does not start, the shell is left to find that out, in its own words and with its own exit code.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::os::{self, ArgQuoting};
use crate::quote::printable;
use crate::venv;

use super::context::ResolveContext;
use super::model::Program;
use super::python_names::has_separator;
use super::simple_command;

/// A shell's command line, as `sh -c` takes it.
#[derive(Clone, Debug)]
pub(crate) struct ShellLine {
    /// The line.
    pub text: OsString,
    /// Options for the shell, in their order.
    options: Vec<OsString>,
    /// The shell, where VRUN_SHELL names one.
    shell: Option<OsString>,
    /// What variables have a shell do before it reads the line.
    setup: ShellSetup,
}

/// What variables have a shell do before it reads a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShellSetup {
    Absent,
    /// Options and functions, or to leave variables out whose names it cannot have.
    Present,
}

impl ShellLine {
    /// `text`, with options for a shell that is to have `vars`.
    pub(crate) fn new(
        text: OsString,
        options: Vec<OsString>,
        vars: &[(OsString, OsString)],
    ) -> ShellLine {
        let named = vars
            .iter()
            .find(|(name, value)| os::is_same_var(name, "VRUN_SHELL") && !value.is_empty());
        let sets_up = vars
            .iter()
            .any(|(name, _)| simple_command::is_setup_var(name));
        ShellLine {
            text,
            options,
            shell: named.map(|(_, shell)| shell.clone()),
            setup: if sets_up {
                ShellSetup::Present
            } else {
                ShellSetup::Absent
            },
        }
    }

    /// The words of a line that says the same to a shell and to execve(2).
    fn simple_words(&self) -> Option<Vec<OsString>> {
        let shell = self.shell.as_deref().map(Path::new);
        let name = shell.map_or(Some(OsStr::new("sh")), Path::file_name)?;
        let is_plain = self.options.is_empty() && self.setup == ShellSetup::Absent;
        (is_plain && simple_command::is_supported_shell(name))
            .then(|| simple_command::parse_simple_command(&self.text))
            .flatten()
    }
}

/// What runs `line`.
///
/// # Errors
/// There is no such shell (127), or it cannot be run (126), or it is vrun (125).
pub(super) fn resolve_line(
    line: ShellLine,
    args: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let shell = resolve_shell(&line, args, places)?;
    let direct = line.simple_words().and_then(|words| {
        let file = shell_lookup(words.first()?, places.path)?;
        Some(Program {
            fallback_shell: Some(Box::new(shell.clone())),
            ..Program::new(file, words)
        })
    });
    Ok(direct.unwrap_or(shell))
}

/// As a shell looks a program up: vrun is one like others, under whatever name.
fn shell_lookup(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if has_separator(name) {
        return Some(name.into());
    }
    // `which` takes a `~` in PATH for the home directory, and a shell does not.
    let has_tilde = path.as_encoded_bytes().windows(2).any(|pair| pair == b":~");
    let found = which::which_in_global(name, Some(path)).ok()?.next();
    found.filter(|_| !has_tilde)
}

/// The shell that runs `line`, whatever it says.
///
/// # Errors
/// As `find`.
pub(super) fn resolve_shell(
    line: &ShellLine,
    args: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let (file, name) = match &line.shell {
        Some(named) => (find_named_shell(named, places)?, named.as_os_str()),
        None => default_shell(places)?,
    };
    if os::is_cmd(&file) {
        return cmd_program(file, line, &args);
    }
    // What follows `--` in vrun's own arguments may look like an option.
    let ends_options = line.text.as_encoded_bytes().starts_with(b"-");
    let end = Some(OsString::from("--")).filter(|_| ends_options);
    let argv = [name.to_owned()].into_iter().chain(line.options.clone());
    let argv = argv.chain(["-c".into()]).chain(end);
    let argv = argv.chain([line.text.clone()]).chain(args).collect();
    Ok(Program::new(file, argv))
}

/// The system's, and what it is called by.
fn default_shell(places: &ResolveContext<'_>) -> Result<(PathBuf, &'static OsStr), Error> {
    let name = Path::new(os::DEFAULT_SHELL);
    let file = if name.is_absolute() {
        name.to_owned()
    } else {
        find_outside_env(name.as_os_str(), places).ok_or_else(|| {
            Error::not_found(format!("no shell named `{}` on PATH", os::DEFAULT_SHELL))
                .with_hint("`VRUN_SHELL` names another")
        })?
    };
    Ok((file, name.file_name().unwrap_or(name.as_os_str())))
}

fn find_named_shell(name: &OsStr, places: &ResolveContext<'_>) -> Result<PathBuf, Error> {
    let hint = "unset VRUN_SHELL, or have it name a shell: `export VRUN_SHELL=bash`";
    let what = printable(name);
    let found = if has_separator(name) {
        which::which_in(name, None::<&OsStr>, ".").ok()
    } else {
        find_outside_env(name, places)
    };
    let Some(file) = found else {
        let error = if Path::new(name).exists() && has_separator(name) {
            Error::refused(format!("{what} is not executable"))
        } else {
            Error::not_found(format!("no shell named `{what}`"))
        };
        return Err(error.with_cause("VRUN_SHELL names it").with_hint(hint));
    };
    let is_own = |own: &PathBuf| os::is_same_file(own, &file);
    if places.self_exe.as_ref().is_some_and(is_own) {
        return Err(Error::failed("VRUN_SHELL names vrun itself")
            .with_cause(format!("{} is vrun", printable(&file)))
            .with_hint(hint));
    }
    Ok(file)
}

/// A shell is the system's, not a package's: the environment's own scripts are left out.
fn find_outside_env(name: &OsStr, places: &ResolveContext<'_>) -> Option<PathBuf> {
    let scripts = venv::scripts_dir(places.root);
    let found = which::which_in_global(name, Some(places.path)).ok()?;
    found
        .filter(|file| file.parent() != Some(&scripts))
        .find(|file| file.is_absolute())
}

/// `cmd /d /s /c "LINE"`: no AutoRun, and of the quotes the outermost two are taken off, whatever is between them.
fn cmd_program(file: PathBuf, line: &ShellLine, args: &[OsString]) -> Result<Program, Error> {
    if let Some(other) = line.options.first().or(args.first()) {
        let what = format!("cmd takes no `{}` with a line", printable(other));
        return Err(Error::failed(what).with_hint("`VRUN_SHELL` names another shell"));
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
