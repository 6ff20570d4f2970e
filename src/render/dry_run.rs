//! `-n`: a program and a view -> a line that does what vrun would do: for sh, on Windows for PowerShell.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::os;
use crate::program::Program;
use crate::quote::{powershell_argument, push_shell_quoted};
use crate::view::View;

/// The line, with its newline. `directory` is that of `-C`.
pub(crate) fn command_line(program: &Program, view: &View, directory: Option<&Path>) -> Vec<u8> {
    match os::HAS_SHEBANGS {
        true => sh_line(program, view, directory),
        false => powershell_line(program, view, directory).into_bytes(),
    }
}

/// The call operator starts what is in quotes (about_Operators).
fn powershell_line(program: &Program, view: &View, directory: Option<&Path>) -> String {
    let quote = |word: &OsStr| powershell_argument(&word.to_string_lossy());
    let mut line = String::new();
    if let Some(directory) = directory {
        line.push_str(&format!("Set-Location {}; ", quote(directory.as_os_str())));
    }
    for name in view.vars_to_unset() {
        line.push_str(&format!("$env:{name} = $null; "));
    }
    for (name, value) in view.vars_to_set() {
        line.push_str(&format!("$env:{name} = {}; ", quote(value)));
    }
    line.push('&');
    let args = program.argv.iter().skip(1).map(OsString::as_os_str);
    for word in [program.file.as_os_str()].into_iter().chain(args) {
        line.push_str(&format!(" {}", quote(word)));
    }
    line.push('\n');
    line
}

fn sh_line(program: &Program, view: &View, directory: Option<&Path>) -> Vec<u8> {
    let mut line = Vec::new();
    if let Some(directory) = directory {
        line.extend_from_slice(b"cd ");
        push_shell_quoted(directory.as_os_str(), &mut line);
        line.extend_from_slice(b" && ");
    }
    line.extend_from_slice(b"env");
    for name in view.vars_to_unset() {
        line.extend_from_slice(b" -u ");
        line.extend_from_slice(name.as_bytes());
    }
    for (name, value) in view.vars_to_set() {
        line.push(b' ');
        line.extend_from_slice(name.as_bytes());
        line.push(b'=');
        push_shell_quoted(value, &mut line);
    }
    let substitute = program.substitute.as_ref();
    if let Some(prefix) = substitute.and_then(|python| python.prefix.as_ref()) {
        line.extend_from_slice(b" PYTHONHOME=");
        push_shell_quoted(prefix.as_os_str(), &mut line);
    }
    let first = program.argv.first().map(OsString::as_os_str);
    if let Some(name) = first.filter(|_| substitute.is_some()) {
        // POSIX cannot start a program under another name; bash, ksh and zsh can.
        line.extend_from_slice(b" bash -c 'exec -a \"$0\" \"$@\"' ");
        push_shell_quoted(name, &mut line);
    } else if program.file.as_os_str().as_encoded_bytes().contains(&b'=') {
        // env takes a word with `=` for a variable.
        line.extend_from_slice(b" sh -c 'exec \"$0\" \"$@\"'");
    }
    let args = program.argv.iter().skip(1).map(|arg| arg.as_os_str());
    for word in [program.file.as_os_str()].into_iter().chain(args) {
        line.push(b' ');
        push_shell_quoted(word, &mut line);
    }
    line.push(b'\n');
    line
}
