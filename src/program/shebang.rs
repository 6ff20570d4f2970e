//! A script's first line: the interpreter that the kernel starts for it (execve(2), "Interpreter scripts"). This only
//! splits the line; `script_interpreter.rs` says what it means, and `script_policy.rs` whether the script runs.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{self, Path};

use crate::read::read_head;
use crate::self_exe::is_vrun_name;

/// More than the kernel reads of it.
pub(super) const MAX_SHEBANG_LENGTH: usize = 512;

/// The first line of `file` after `#!`; None for a file without a shebang.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn read_shebang(file: &Path) -> io::Result<Option<Vec<u8>>> {
    let (_, head) = open_head(file, MAX_SHEBANG_LENGTH)?;
    Ok(parse_shebang(&head).map(ToOwned::to_owned))
}

/// The same for the beginning of a file.
pub(super) fn parse_shebang(head: &[u8]) -> Option<&[u8]> {
    first_line(head).strip_prefix(b"#!")
}

/// The words of a shebang, as the kernel splits it: at blanks. A carriage return is part of its word.
pub(crate) fn split_words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| b" \t".contains(byte))
        .filter(|word| !word.is_empty())
}

/// Whether a shebang starts vrun, and not a shim: `/usr/bin/env vrun`, `/usr/bin/env -S vrun -s`, `/opt/bin/vrun-1.2`.
pub(super) fn runs_vrun(line: &[u8]) -> bool {
    let mut words = split_words(line.trim_ascii_end());
    match words.next() {
        Some(path) if file_name(path) == b"env" => env_runs_vrun(words),
        Some(path) => is_vrun_word(file_name(path)),
        None => false,
    }
}

/// Whether env starts vrun with these words: options, some with a value in the next word, and variables to set come
/// first (env(1)). What -S splits may be quoted, and follow the option without a blank.
fn env_runs_vrun<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> bool {
    while let Some(word) = words.next() {
        let split = word
            .strip_prefix(b"-S")
            .or(word.strip_prefix(b"--split-string="));
        let word = match split {
            Some(b"") => continue,
            split => split.unwrap_or(word),
        };
        match word.strip_prefix(b"\"").unwrap_or(word) {
            b"-u" | b"--unset" | b"-C" | b"--chdir" => drop(words.next()),
            [b'-', ..] => {}
            word if word.contains(&b'=') => {}
            word => return is_vrun_word(file_name(word)),
        }
    }
    false
}

fn is_vrun_word(name: &[u8]) -> bool {
    let name = name.strip_suffix(b"\"").unwrap_or(name);
    str::from_utf8(name).is_ok_and(|name| is_vrun_name(name.as_ref()))
}

/// Whether the first line of `file` has a NUL byte, so that no shell could run it (bash checks the same).
pub(crate) fn is_binary(file: &Path) -> bool {
    open_head(file, MAX_SHEBANG_LENGTH).is_ok_and(|(_, head)| first_line(&head).contains(&0))
}

/// The file and its first `length` bytes; fewer if it is shorter.
pub(super) fn open_head(file: &Path, length: usize) -> io::Result<(File, Vec<u8>)> {
    // Opening a named pipe lets its writer start, and reading takes the data from the program.
    match fs::metadata(file)?.is_file() {
        true => read_head(file, length),
        false => Err(ErrorKind::InvalidInput.into()),
    }
}

fn first_line(head: &[u8]) -> &[u8] {
    let head = &head[..head.len().min(MAX_SHEBANG_LENGTH)];
    head.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// The part after the last separator.
pub(super) fn file_name(path: &[u8]) -> &[u8] {
    let is_separator = |byte: &u8| path::is_separator(char::from(*byte));
    path.rsplit(is_separator).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn a_shebang_starts_vrun_in_many_ways() {
        let lines = "/usr/bin/env vrun|/usr/bin/env -S vrun -s|/usr/bin/env -S FOO=1 vrun -q|/opt/bin/vrun|\
            /opt/bin/vrun-1.2 -s|/bin/env\tvrun|/usr/bin/env -S -u FOO vrun|/usr/bin/env -Svrun|\
            /usr/bin/env -S \"vrun\" -s|/usr/bin/env --split-string=vrun -q|/usr/bin/env -i -C /tmp vrun";
        for line in lines.split('|') {
            assert!(runs_vrun(line.as_bytes()), "{line}");
        }
        let others = "/bin/sh|/usr/bin/env python3|/usr/bin/env -S python -m vrun|/bin/vrunner|/home/ada/shims/python|";
        for line in others.split('|') {
            assert!(!runs_vrun(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn any_shebang_is_split() {
        fuzz("script_head", 3000, |bytes| {
            let line = parse_shebang(bytes).unwrap_or(bytes);
            let _ = (runs_vrun(line), split_words(line).count());
        });
    }
}
