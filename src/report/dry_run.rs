//! `-n`: a program and a view -> one line for sh that does what vrun would have done.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::quoted;
use crate::program::Program;
use crate::view::View;

/// The line, with its newline. `directory` is where vrun was told to go first. Bytes, because paths and
/// arguments are bytes.
pub fn line(program: &Program, view: &View, directory: Option<&Path>) -> Vec<u8> {
    let mut line = Vec::new();
    if let Some(directory) = directory {
        line.extend_from_slice(b"cd ");
        quote(directory.as_os_str(), &mut line);
        line.extend_from_slice(b" && ");
    }
    line.extend_from_slice(b"env");
    for name in view.unset {
        line.extend_from_slice(b" -u ");
        line.extend_from_slice(name.as_bytes());
    }
    for (name, value) in &view.set {
        line.push(b' ');
        line.extend_from_slice(name.as_bytes());
        line.push(b'=');
        quote(value, &mut line);
    }
    let stand_in = program.stand_in.as_ref();
    if let Some(prefix) = stand_in.and_then(|other| other.prefix.as_ref()) {
        line.extend_from_slice(b" PYTHONHOME=");
        quote(prefix.as_os_str(), &mut line);
    }
    let first = program.argv.first().map(OsString::as_os_str);
    if let Some(name) = first.filter(|_| stand_in.is_some()) {
        // POSIX has no command that starts a program by another name than its own; bash, ksh and zsh have this.
        line.extend_from_slice(b" bash -c 'exec -a \"$0\" \"$@\"' ");
        quote(name, &mut line);
    } else if program.file.as_os_str().as_encoded_bytes().contains(&b'=') {
        // env takes a word with `=` in it for one more variable.
        line.extend_from_slice(b" sh -c 'exec \"$0\" \"$@\"'");
    }
    let args = program.argv.iter().skip(1).map(|arg| arg.as_os_str());
    for word in [program.file.as_os_str()].into_iter().chain(args) {
        line.push(b' ');
        quote(word, &mut line);
    }
    line.push(b'\n');
    line
}

/// Quotes for sh. A byte that is no UTF-8 stands outside the quotes; it is no special character there.
fn quote(word: &OsStr, line: &mut Vec<u8>) {
    if word.is_empty() {
        line.extend_from_slice(b"''");
    }
    for chunk in word.as_encoded_bytes().utf8_chunks() {
        if !chunk.valid().is_empty() {
            line.extend_from_slice(quoted(chunk.valid()).as_bytes());
        }
        line.extend_from_slice(chunk.invalid());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_so_that_sh_reads_it_back() {
        for (word, quoted) in [
            ("plain", "plain"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            let mut line = Vec::new();
            quote(OsStr::new(word), &mut line);
            assert_eq!(String::from_utf8_lossy(&line), quoted);
        }
    }
}
