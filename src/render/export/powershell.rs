//! Lines for PowerShell and Windows PowerShell. They are ASCII, because Windows PowerShell reads a program's output in an
//! old code page, and because both take curly quotes for quotes (about_Quoting_Rules).
//!
//! The old values are saved in a variable of the session, by name. Setting an environment variable to $null removes it.

use std::ffi::OsStr;

use crate::error::Error;
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
        lines.push_str(&format!("$env:{name} = {};\n", quote_value(name, value)?));
    }
    for name in view.vars_to_unset() {
        lines.push_str(&format!("$env:{name} = $null;\n"));
    }
    Ok(lines)
}

/// A string, with code units for what is not printable ASCII. It starts with the string, because PowerShell converts
/// what is added to a string, and adds to a number.
fn quote_value(name: &str, value: &OsStr) -> Result<String, Error> {
    let mut word = String::from("'");
    for unit in utf8_value(name, value, "PowerShell")?.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok('\'') => word.push_str("''"),
            Ok(c) if c == ' ' || c.is_ascii_graphic() => word.push(c),
            _ => word.push_str(&format!("' + [char]{unit} + '")),
        }
    }
    word.push('\'');
    Ok(word)
}

pub(super) fn undo_lines() -> String {
    let mut lines = format!("if (Test-Path variable:{SAVED_VAR}) {{\n");
    for name in view::variable_names() {
        lines.push_str(&format!("$env:{name} = ${SAVED_VAR}['{name}'];\n"));
    }
    lines.push_str("Remove-Variable -Scope Global -Name _VRUN_OLD;\n};\n");
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_ascii_whatever_it_holds() {
        for (value, word) in [
            ("", "''"),
            (r"C:\a b", r"'C:\a b'"),
            ("it's $x `y` \"z\"", "'it''s $x `y` \"z\"'"),
            ("\u{2018}é", "'' + [char]8216 + '' + [char]233 + ''"),
            ("a\nb", "'a' + [char]10 + 'b'"),
            ("\u{1f40d}", "'' + [char]55357 + '' + [char]56333 + ''"),
        ] {
            assert_eq!(quote_value("PATH", OsStr::new(value)).expect("text"), word);
        }
    }
}
