//! `--export`: a view -> what gives it to the shell that reads it, and what takes it back.
//!
//! The lines for a shell first remember what was, so that `--undo` brings back that and nothing else. They do so once:
//! exported again, for another environment, what was before the first stays what comes back. Every statement
//! ends in `;`, for `eval $(...)` without quotes puts all on one line.

use std::ffi::OsStr;

use crate::error::Error;
use crate::view::View;
use crate::world::World;

mod cmd;
mod dotenv;
mod fish;
pub mod github;
mod posix;
mod powershell;

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A shell.
    Shell(Dialect),
    /// Editors and python-dotenv, in a file.
    Dotenv,
    /// GitHub Actions, in the files that it names.
    GitHub,
}

/// What a shell reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// sh, bash, zsh.
    Posix,
    /// fish 3 and later.
    Fish,
    /// PowerShell and Windows PowerShell.
    PowerShell,
    /// cmd.exe.
    Cmd,
}

/// The lines that give `shell` the view.
///
/// # Errors
/// The shell cannot hold a value.
pub fn lines(shell: Dialect, view: &View, world: &World) -> Result<Vec<u8>, Error> {
    match shell {
        Dialect::Posix => Ok(posix::lines(view, world)),
        Dialect::Fish => Ok(fish::lines(view, world)),
        Dialect::PowerShell => powershell::lines(view).map(String::into_bytes),
        Dialect::Cmd => cmd::lines(view, world).map(String::into_bytes),
    }
}

/// The lines that bring back what was before, and do nothing where nothing was exported.
///
/// # Errors
/// The shell cannot hold a value.
pub fn undo(shell: Dialect, world: &World) -> Result<Vec<u8>, Error> {
    match shell {
        Dialect::Posix => Ok(posix::undo().into_bytes()),
        Dialect::Fish => Ok(fish::undo().into_bytes()),
        Dialect::PowerShell => Ok(powershell::undo().into_bytes()),
        Dialect::Cmd => cmd::undo(world).map(String::into_bytes),
    }
}

/// The lines for a `.env` file.
///
/// # Errors
/// What reads such files would not agree on a value.
pub fn dotenv(view: &View, world: &World) -> Result<Vec<u8>, Error> {
    dotenv::lines(view, world).map(String::into_bytes)
}

/// A value where nothing but text can stand, on one line.
fn text<'a>(name: &str, value: &'a OsStr, reader: &str) -> Result<&'a str, Error> {
    match value.to_str() {
        None => Err(unsayable(name, reader, "is no UTF-8")),
        Some(text) => Ok(text),
    }
}

/// The error for a value that cannot be said.
fn unsayable(name: &str, reader: &str, why: &str) -> Error {
    Error::failed(format!("{name} cannot be said to {reader}"))
        .cause(format_args!("its value {why}"))
        .hint("move the project, or say where else with `--env PATH`")
}

/// The variables to take away that are there: who cannot unset gets them empty, which Python takes for unset.
fn emptied<'a>(view: &'a View, world: &'a World) -> impl Iterator<Item = &'static str> + 'a {
    let is_there = |name: &&str| world.setting(name).is_some();
    view.unset().iter().copied().filter(is_there)
}
