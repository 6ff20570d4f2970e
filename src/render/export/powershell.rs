//! Lines for PowerShell and Windows PowerShell. They are ASCII, because Windows PowerShell reads a program's output in an
//! old code page, and because both take curly quotes for quotes (about_Quoting_Rules).
//!
//! The old values are saved in a variable of the session, by name. Setting an environment variable to $null removes it.

use crate::error::Error;
use crate::quote::powershell_quote;
use crate::view::{self, View};

use super::values::utf8_value;

const SAVED_VAR: &str = "global:_VRUN_OLD";

pub(super) fn export_lines(view: &View) -> Result<String, Error> {
    let saved = view::variable_names().map(|name| format!("'{name}' = $env:{name}"));
    let mut lines = format!(
        "if (-not (Test-Path variable:{SAVED_VAR})) {{ ${SAVED_VAR} = @{{ {} }} }};\n",
        saved.collect::<Vec<_>>().join("; ")
    );
    for (name, value) in view.vars_to_set() {
        let value = powershell_quote(utf8_value(name, value, "PowerShell")?);
        lines.push_str(&format!("$env:{name} = {value};\n"));
    }
    for name in view.vars_to_unset() {
        lines.push_str(&format!("$env:{name} = $null;\n"));
    }
    Ok(lines)
}

pub(super) fn undo_lines() -> String {
    let mut lines = format!("if (Test-Path variable:{SAVED_VAR}) {{\n");
    for name in view::variable_names() {
        lines.push_str(&format!("$env:{name} = ${SAVED_VAR}['{name}'];\n"));
    }
    lines.push_str("Remove-Variable -Scope Global -Name _VRUN_OLD;\n};\n");
    lines
}
