//! Lines for PowerShell and Windows PowerShell, all of them ASCII: the latter reads what a program prints in an old
//! code page, and to both the curly quotes are quotes like any (about_Quoting_Rules).
//!
//! What was stands in a variable of the session, by name. A variable of the process that is given nothing is gone.

use crate::error::Error;
use crate::quote::powershell_quote;
use crate::view::{self, View};

use super::values::utf8_value;

const SAVED_VAR: &str = "global:_VRUN_OLD";

pub(super) fn export_lines(view: &View) -> Result<String, Error> {
    let kept = view::variable_names().map(|name| format!("'{name}' = $env:{name}"));
    let mut lines = format!(
        "if (-not (Test-Path variable:{SAVED_VAR})) {{ ${SAVED_VAR} = @{{ {} }} }};\n",
        kept.collect::<Vec<_>>().join("; ")
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
