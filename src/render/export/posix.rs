//! Lines for sh, bash, zsh and similar shells (POSIX, sh).
//!
//! The old values are saved in shell variables that are not exported: `e` and the value, or `s` and the value if the
//! variable was not exported, or nothing if it was unset.

use std::ffi::OsStr;

use crate::os;
use crate::process::Process;
use crate::quote::push_shell_quoted;
use crate::view::{self, View};

/// By POSIX, assigning PATH forgets where programs were found, but not every shell does it.
const REHASH: &str = "hash -r 2>/dev/null || :;\n";

pub(super) fn export_lines(view: &View, process: &Process) -> Vec<u8> {
    let mut lines = String::from("case ${_VRUN_OLD-} in '') _VRUN_OLD=1;\n");
    for name in view::variable_names() {
        lines.push_str(&if process.var(name).is_some() {
            format!("_VRUN_OLD_{name}=\"e${{{name}-}}\";\n")
        } else {
            format!(
                "case ${{{name}+x}} in x) _VRUN_OLD_{name}=\"s${name}\";; *) _VRUN_OLD_{name}=;; esac;\n"
            )
        });
    }
    lines.push_str(";; esac;\n");
    let mut lines = lines.into_bytes();
    for (name, value) in view.vars_to_set() {
        lines.extend_from_slice(name.as_bytes());
        lines.push(b'=');
        if name == "PATH" {
            push_path(value, &mut lines);
        } else {
            push_shell_quoted(value, &mut lines);
        }
        lines.extend_from_slice(format!("; export {name};\n").as_bytes());
    }
    lines.extend_from_slice(
        format!("unset {};\n{REHASH}", view.vars_to_unset().join(" ")).as_bytes(),
    );
    lines
}

/// On Windows these are the shells of Git, MSYS2 and Cygwin, which separate the entries of PATH with `:`.
fn push_path(value: &OsStr, line: &mut Vec<u8>) {
    let is_windows = os::PATH_SEPARATOR == ';';
    if is_windows {
        line.extend_from_slice(b"\"$(cygpath -u -p -- ");
    }
    push_shell_quoted(value, line);
    if is_windows {
        line.extend_from_slice(b")\"");
    }
}

pub(super) fn undo_lines() -> String {
    let mut lines = String::from("case ${_VRUN_OLD-} in ?*)\n");
    let mut saved = String::from("_VRUN_OLD");
    for name in view::variable_names() {
        let old = format!("_VRUN_OLD_{name}");
        lines.push_str(&format!(
            "case ${{{old}-}} in e*) {name}=\"${{{old}#e}}\"; export {name};; \
             s*) unset {name}; {name}=\"${{{old}#s}}\";; *) unset {name};; esac;\n"
        ));
        saved.push_str(&format!(" {old}"));
    }
    lines.push_str(&format!("unset {saved};\n{REHASH};; esac;\n"));
    lines
}
