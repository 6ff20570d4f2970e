//! Values of variables, checked for what a shell or file can hold.

use std::ffi::OsStr;

use crate::error::Error;
use crate::process::Process;
use crate::view::View;

/// A value where nothing but text can stand, on one line.
pub(super) fn utf8_value<'a>(name: &str, value: &'a OsStr, reader: &str) -> Result<&'a str, Error> {
    match value.to_str() {
        None => Err(unrepresentable(name, reader, "is no UTF-8")),
        Some(text) => Ok(text),
    }
}

/// The error for a value that cannot be said.
pub(super) fn unrepresentable(name: &str, reader: &str, why: &str) -> Error {
    Error::failed(format!("{name} cannot be said to {reader}"))
        .with_cause(format_args!("its value {why}"))
        .with_hint("move the project, or say where else with `--env PATH`")
}

/// The variables to take away that are there: who cannot unset gets them empty, which Python takes for unset.
pub(super) fn vars_to_empty<'a>(
    view: &'a View,
    process: &'a Process,
) -> impl Iterator<Item = &'static str> + 'a {
    let is_there = |name: &&str| process.non_empty_var(name).is_some();
    view.vars_to_unset().iter().copied().filter(is_there)
}
