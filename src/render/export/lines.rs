//! `--export`: a view -> the lines that apply it in a shell, and those that undo it.
//!
//! The lines first save the old values, so that `--undo` restores exactly those. They are saved once: a second export
//! keeps the first values.

use crate::error::Error;
use crate::process::Process;
use crate::view::View;

use super::target::ExportShell;
use super::{cmd, dotenv, fish, posix, powershell};

/// The lines that give `shell` the view.
///
/// # Errors
/// The shell cannot hold a value.
pub(crate) fn shell_lines(
    shell: ExportShell,
    view: &View,
    process: &Process,
) -> Result<Vec<u8>, Error> {
    match shell {
        ExportShell::Posix => Ok(posix::export_lines(view, process)),
        ExportShell::Fish => Ok(fish::export_lines(view, process)),
        ExportShell::PowerShell => powershell::export_lines(view).map(String::into_bytes),
        ExportShell::Cmd => cmd::export_lines(view, process).map(String::into_bytes),
    }
}

/// The lines that bring back what was before, and do nothing where nothing was exported.
///
/// # Errors
/// The shell cannot hold a value.
pub(crate) fn undo_lines(shell: ExportShell, process: &Process) -> Result<Vec<u8>, Error> {
    match shell {
        ExportShell::Posix => Ok(posix::undo_lines().into_bytes()),
        ExportShell::Fish => Ok(fish::undo_lines().into_bytes()),
        ExportShell::PowerShell => Ok(powershell::undo_lines().into_bytes()),
        ExportShell::Cmd => cmd::undo_lines(process).map(String::into_bytes),
    }
}

/// The lines for a `.env` file.
///
/// # Errors
/// What reads such files would not agree on a value.
pub(crate) fn dotenv_lines(view: &View, process: &Process) -> Result<Vec<u8>, Error> {
    dotenv::export_lines(view, process).map(String::into_bytes)
}
