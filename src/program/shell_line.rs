//! A `-c` line, with the shell and the options for it.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::os;

use super::simple_command::{is_setup_var, is_supported_shell, parse_simple_command};

/// A command line, as `sh -c` takes it.
#[derive(Clone, Debug)]
pub(crate) struct ShellLine {
    pub text: OsString,
    /// Options for the shell, in order.
    pub(super) options: Vec<OsString>,
    /// VRUN_SHELL.
    pub(super) shell: Option<OsString>,
    /// Whether variables make a shell do something before it reads the line, or drop variables whose names are not
    /// valid in a shell.
    has_setup_vars: bool,
}

impl ShellLine {
    /// `text`, with options for a shell that gets `vars`.
    pub(crate) fn new(
        text: OsString,
        options: Vec<OsString>,
        vars: &[(OsString, OsString)],
    ) -> ShellLine {
        let names_shell = |(name, value): &&(OsString, OsString)| {
            os::is_same_var(name, "VRUN_SHELL") && !value.is_empty()
        };
        ShellLine {
            text,
            options,
            shell: vars
                .iter()
                .find(names_shell)
                .map(|(_, shell)| shell.clone()),
            has_setup_vars: vars.iter().any(|(name, _)| is_setup_var(name)),
        }
    }

    /// The line's words, if they mean the same to a shell and to execve(2).
    pub(super) fn simple_words(&self) -> Option<Vec<OsString>> {
        let shell = self.shell.as_deref().map(Path::new);
        let name = shell.map_or(Some(OsStr::new("sh")), Path::file_name)?;
        let is_plain = self.options.is_empty() && !self.has_setup_vars;
        let is_simple = is_plain && is_supported_shell(name);
        is_simple
            .then(|| parse_simple_command(&self.text))
            .flatten()
    }
}
