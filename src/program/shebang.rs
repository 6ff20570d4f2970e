//! A script's first line: which interpreter the kernel would start for it (execve(2), "Interpreter
//! scripts").

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::self_exe::is_vrun_name;

/// More than the kernel reads of it.
pub(crate) const MAX_SHEBANG_LENGTH: usize = 512;

/// What stands after `#!` in the first line of `file`; None for a file without one.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn read_shebang(file: &Path) -> io::Result<Option<Vec<u8>>> {
    let line = read_first_line(file)?;
    Ok(parse_shebang(&line).map(ToOwned::to_owned))
}

/// The same of a file's beginning.
pub(crate) fn parse_shebang(head: &[u8]) -> Option<&[u8]> {
    head_line(head).strip_prefix(b"#!")
}

/// The words of a first line, as the kernel takes them: between blanks. A carriage return is part of
/// its word.
pub(crate) fn split_words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    line.split(is_blank).filter(|word| !word.is_empty())
}

/// Whether a first line starts vrun, and not a shim: `/usr/bin/env vrun`, `/usr/bin/env -S vrun -s`,
/// `/opt/bin/vrun-1.2`.
pub(crate) fn runs_vrun(line: &[u8]) -> bool {
    let mut words = split_words(line.trim_ascii_end());
    match words.next() {
        Some(path) if file_name(path) == b"env" => env_runs_vrun(words),
        Some(path) => is_vrun_word(file_name(path)),
        None => false,
    }
}

/// Whether env, told these words, starts vrun: after its options, some with a value in the next word, and
/// variables to set (env(1)). What -S splits may stand in quotes, and right behind the option.
fn env_runs_vrun<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> bool {
    while let Some(word) = words.next() {
        let bare = |word: &'a [u8]| word.trim_ascii().strip_prefix(b"\"").unwrap_or(word);
        let split = word
            .strip_prefix(b"-S")
            .or(word.strip_prefix(b"--split-string="));
        let word = match split {
            Some(b"") => continue,
            Some(glued) => bare(glued),
            None => bare(word),
        };
        match word {
            b"-u" | b"--unset" | b"-C" | b"--chdir" => {
                words.next();
            }
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

/// Whether `file` is no text, which no shell would make sense of: its first line holds a NUL byte
/// (bash looks at that too).
pub(crate) fn is_binary(file: &Path) -> bool {
    read_first_line(file).is_ok_and(|line| line.contains(&0))
}

fn read_first_line(file: &Path) -> io::Result<Vec<u8>> {
    // To open a pipe with a name is to wait for who writes into it.
    if !fs::metadata(file)?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut head = [0; MAX_SHEBANG_LENGTH];
    let length = File::open(file)?.read(&mut head)?;
    Ok(head_line(&head[..length]).to_owned())
}

/// The first line of a file that begins so, as far as it counts.
fn head_line(head: &[u8]) -> &[u8] {
    let head = &head[..head.len().min(MAX_SHEBANG_LENGTH)];
    let mut lines = head.split(|byte| *byte == b'\n');
    lines.next().unwrap_or_default()
}

/// What stands behind the last `/`.
pub(crate) fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_names_vrun_however_it_is_reached() {
        for line in [
            "/usr/bin/env vrun",
            "/usr/bin/env -S vrun -s",
            "/usr/bin/env -S FOO=1 vrun -q",
            "/opt/bin/vrun",
            "/opt/bin/vrun-1.2 -s",
            "/bin/env\tvrun",
            "/usr/bin/env -S -u FOO vrun",
            "/usr/bin/env -Svrun",
            "/usr/bin/env -S \"vrun\" -s",
            "/usr/bin/env --split-string=vrun -q",
            "/usr/bin/env -i -C /tmp vrun",
        ] {
            assert!(runs_vrun(line.as_bytes()), "{line}");
        }
        for line in [
            "/bin/sh",
            "/usr/bin/env python3",
            "/usr/bin/env -S python -m vrun",
            "/bin/vrunner",
            "/home/ada/shims/python",
            "",
        ] {
            assert!(!runs_vrun(line.as_bytes()), "{line}");
        }
    }
}
