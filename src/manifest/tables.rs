//! A TOML file that says what to install (pyproject.toml, Pipfile) -> its tables, or the error that it cannot be read.

use std::io::ErrorKind;
use std::path::Path;

use crate::error::{Error, io_reason};
use crate::quote::{printable, toml_cause};
use crate::read::{MAX_TEXT, read_text};

/// The tables; None if there is no such file.
pub(super) fn read_tables(file: &Path) -> Result<Option<toml::Table>, Error> {
    let text = match read_text(file, MAX_TEXT) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable_error(file, io_reason(&error)))?,
    };
    let tables = text.parse().map(Some);
    tables.map_err(|error| unreadable_error(file, toml_cause(&text, 1, &error)))
}

/// The value below these names.
pub(super) fn get<'t>(tables: &'t toml::Table, names: &[&str]) -> Option<&'t toml::Value> {
    let (first, rest) = names.split_first()?;
    let first = tables.get(*first)?;
    rest.iter().try_fold(first, |table, name| table.get(*name))
}

pub(super) fn unreadable_error(file: &Path, cause: String) -> Error {
    let what = format!("cannot read what to install from {}", printable(file));
    Error::failed(what)
        .with_cause(cause)
        .with_hint("fix that file, or run without it: `vrun --no-install ...`")
}
