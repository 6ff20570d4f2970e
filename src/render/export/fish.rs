//! Lines for fish.
//!
//! The old values are saved in lists, as in `posix`: `e` or `s` first, then the values. `eval (...)` turns newlines into
//! spaces, so no line may break inside a word.

use std::ffi::OsStr;

use crate::os;
use crate::process::Process;
use crate::quote::fish_quote;
use crate::view::{self, View};

pub(super) fn export_lines(view: &View, process: &Process) -> String {
    let mut lines = String::from("if not set -q _VRUN_OLD;\nset -g _VRUN_OLD 1;\n");
    for name in view::variable_names() {
        let old = format!("_VRUN_OLD_{name}");
        lines.push_str(&if process.var(name).is_some() {
            format!("set -g {old} e ${name};\n")
        } else {
            format!("set -g {old}; set -q {name}; and set -g {old} s ${name};\n")
        });
    }
    lines.push_str("end;\n");
    for (name, value) in view.vars_to_set() {
        lines.push_str(&format!("set -gx {name}"));
        if name == "PATH" {
            push_path(value, &mut lines);
        } else {
            lines.push_str(&format!(" {}", fish_quote(value)));
        }
        lines.push_str(";\n");
    }
    for name in view.vars_to_unset() {
        lines.push_str(&format!("set -q {name}; and set -e {name};\n"));
    }
    lines
}

/// PATH is a list in fish.
fn push_path(value: &OsStr, line: &mut String) {
    if os::PATH_SEPARATOR == ';' {
        let path = fish_quote(value);
        line.push_str(&format!(" (cygpath -u -p -- {path} | string split :)"));
        return;
    }
    for entry in os::split_paths(value) {
        line.push_str(&format!(" {}", fish_quote(entry.as_os_str())));
    }
}

pub(super) fn undo_lines() -> String {
    let mut lines = String::from("if set -q _VRUN_OLD;\n");
    for name in view::variable_names() {
        let old = format!("_VRUN_OLD_{name}");
        lines.push_str(&format!(
            "switch \"${old}[1]\"; case e; set -e {old}[1]; set -gx {name} ${old}; \
             case s; set -e {old}[1]; set -gu {name} ${old}; \
             case '*'; set -q {name}; and set -e {name}; end; set -e {old};\n"
        ));
    }
    lines.push_str("set -e _VRUN_OLD;\nend;\n");
    lines
}
