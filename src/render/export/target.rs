//! What `--export` writes for: a shell, a `.env` file, or GitHub Actions. The names that a user types for them are in
//! `cli/args.rs` (`EXPORT_TARGETS`).
//!
//! The lines for a shell first save the old values, which those of `--undo` restore. A second export keeps the values
//! that the first one saved.

use crate::error::Error;
use crate::process::Process;
use crate::view::View;

use super::{cmd, fish, posix, powershell};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Shell(ExportShell),
    /// A `.env` file, for editors and python-dotenv.
    Dotenv,
    /// The files of a step of GitHub Actions.
    GitHub,
}

/// Shells that read the same lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportShell {
    /// sh, bash, zsh.
    Posix,
    /// fish 3 and later.
    Fish,
    /// PowerShell and Windows PowerShell.
    PowerShell,
    /// cmd.exe.
    Cmd,
}

impl ExportShell {
    /// # Errors
    /// The shell cannot represent a value.
    pub(crate) fn export_lines(self, view: &View, process: &Process) -> Result<Vec<u8>, Error> {
        match self {
            ExportShell::Posix => Ok(posix::export_lines(view, process)),
            ExportShell::Fish => Ok(fish::export_lines(view, process).into_bytes()),
            ExportShell::PowerShell => powershell::export_lines(view).map(String::into_bytes),
            ExportShell::Cmd => cmd::export_lines(view, process).map(String::into_bytes),
        }
    }

    /// Lines that do nothing if nothing was exported.
    ///
    /// # Errors
    /// The shell cannot represent a value.
    pub(crate) fn undo_lines(self, process: &Process) -> Result<String, Error> {
        match self {
            ExportShell::Posix => Ok(posix::undo_lines()),
            ExportShell::Fish => Ok(fish::undo_lines()),
            ExportShell::PowerShell => Ok(powershell::undo_lines()),
            ExportShell::Cmd => cmd::undo_lines(process),
        }
    }
}
