//! Lines for cmd, each for one `set` in a `for /f`, which passes the line on as it is: only the last quote is special.
//!
//! cmd has only environment variables, so the old values are saved in those, and vrun reads them itself. To cmd, an
//! empty variable is unset.

use std::ffi::OsStr;

use crate::error::Error;
use crate::process::Process;
use crate::view::{self, View};

use super::values::{unrepresentable, utf8_value};

const SAVED_VAR: &str = "_VRUN_OLD";

pub(super) fn export_lines(view: &View, process: &Process) -> Result<String, Error> {
    let mut lines = String::new();
    if process.non_empty_var(SAVED_VAR).is_none() {
        for name in view::variable_names() {
            let value = process.var(name).unwrap_or_default();
            lines.push_str(&set_line(&format!("{SAVED_VAR}_{name}"), value)?);
        }
        lines.push_str(&set_line(SAVED_VAR, "1".as_ref())?);
    }
    for (name, value) in view.vars_to_set() {
        lines.push_str(&set_line(name, value)?);
    }
    for name in view.vars_to_unset() {
        lines.push_str(&set_line(name, OsStr::new(""))?);
    }
    Ok(lines)
}

pub(super) fn undo_lines(process: &Process) -> Result<String, Error> {
    let mut lines = String::new();
    if process.non_empty_var(SAVED_VAR).is_some() {
        for name in view::variable_names() {
            let old = format!("{SAVED_VAR}_{name}");
            lines.push_str(&set_line(name, process.var(&old).unwrap_or_default())?);
            lines.push_str(&set_line(&old, OsStr::new(""))?);
        }
        lines.push_str(&set_line(SAVED_VAR, OsStr::new(""))?);
    }
    Ok(lines)
}

fn set_line(name: &str, value: &OsStr) -> Result<String, Error> {
    let value = utf8_value(name, value, "cmd")?;
    if value.chars().any(char::is_control) {
        return Err(unrepresentable(name, "cmd", "has more than one line"));
    }
    Ok(format!("{name}={value}\r\n"))
}
