//! Lines for sh, bash, zsh and their kin, by what POSIX says of them.
//!
//! What was stands in variables of the shell that its programs do not see: `e` and the value, `s` and the
//! value where the shell had not exported it, nothing where there was none.

use std::ffi::OsStr;

use crate::os;
use crate::report::sh::quote;
use crate::view::{self, View};
use crate::world::World;

/// Assigning PATH forgets where programs were found, says POSIX; some shells have been known not to.
const FORGET: &str = "hash -r 2>/dev/null || :;\n";

pub fn lines(view: &View, world: &World) -> Vec<u8> {
    let mut lines = String::from("case ${_VRUN_OLD-} in '') _VRUN_OLD=1;\n");
    for name in view::names() {
        lines.push_str(&if world.var(name).is_some() {
            format!("_VRUN_OLD_{name}=\"e${{{name}-}}\";\n")
        } else {
            format!(
                "case ${{{name}+x}} in x) _VRUN_OLD_{name}=\"s${name}\";; *) _VRUN_OLD_{name}=;; esac;\n"
            )
        });
    }
    lines.push_str(";; esac;\n");
    let mut lines = lines.into_bytes();
    for (name, value) in view.set() {
        lines.extend_from_slice(name.as_bytes());
        lines.push(b'=');
        if name == "PATH" {
            path(value, &mut lines);
        } else {
            quote(value, &mut lines);
        }
        lines.extend_from_slice(format!("; export {name};\n").as_bytes());
    }
    lines.extend_from_slice(format!("unset {};\n{FORGET}", view.unset().join(" ")).as_bytes());
    lines
}

/// On Windows these shells are those of Git and MSYS2 or Cygwin, whose own PATH has `:` between its entries.
fn path(value: &OsStr, line: &mut Vec<u8>) {
    let is_of_windows = os::PATH_SEPARATOR == ';';
    if is_of_windows {
        line.extend_from_slice(b"\"$(cygpath -u -p -- ");
    }
    quote(value, line);
    if is_of_windows {
        line.extend_from_slice(b")\"");
    }
}

pub fn undo() -> String {
    let mut lines = String::from("case ${_VRUN_OLD-} in ?*)\n");
    let mut kept = String::from("_VRUN_OLD");
    for name in view::names() {
        let old = format!("_VRUN_OLD_{name}");
        lines.push_str(&format!(
            "case ${{{old}-}} in e*) {name}=\"${{{old}#e}}\"; export {name};; \
             s*) unset {name}; {name}=\"${{{old}#s}}\";; *) unset {name};; esac;\n"
        ));
        kept.push(' ');
        kept.push_str(&old);
    }
    lines.push_str(&format!("unset {kept};\n{FORGET};; esac;\n"));
    lines
}
