//! A script's first line: which interpreter the kernel would start for it (execve(2), "Interpreter
//! scripts").

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// More than the kernel reads of it.
const LONGEST: usize = 512;

/// What stands after `#!` in the first line of `file`; None for a file without one.
///
/// # Errors
/// The file cannot be read.
pub fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    let line = first_line(file)?;
    Ok(line.strip_prefix(b"#!").map(ToOwned::to_owned))
}

/// The words of a first line, as the kernel takes them: between blanks. A carriage return is part of
/// its word.
pub fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    line.split(is_blank).filter(|word| !word.is_empty())
}

/// Whether a first line starts vrun: `/usr/bin/env vrun`, `/usr/bin/env -S vrun -s`, `/opt/bin/vrun`.
pub fn names_vrun(line: &[u8]) -> bool {
    let mut words = words(line.trim_ascii_end());
    match words.next().map(file_name) {
        Some(b"vrun") => true,
        // What env is told before the program's name: options, and variables to set (env(1)).
        Some(b"env") => {
            let mut rest = words.skip_while(|word| word.starts_with(b"-") || word.contains(&b'='));
            rest.next().map(file_name) == Some(b"vrun")
        }
        _ => false,
    }
}

/// Whether `file` is no text, which no shell would make sense of: its first line holds a NUL byte
/// (bash looks at that too).
pub fn is_binary(file: &Path) -> bool {
    first_line(file).is_ok_and(|line| line.contains(&0))
}

fn first_line(file: &Path) -> io::Result<Vec<u8>> {
    // To open a pipe with a name is to wait for who writes into it.
    if !fs::metadata(file)?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut head = [0; LONGEST];
    let length = File::open(file)?.read(&mut head)?;
    let line = head[..length].split(|byte| *byte == b'\n').next();
    Ok(line.unwrap_or_default().to_owned())
}

fn file_name(path: &[u8]) -> &[u8] {
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
            "/bin/env\tvrun",
        ] {
            assert!(names_vrun(line.as_bytes()), "{line}");
        }
        for line in [
            "/bin/sh",
            "/usr/bin/env python3",
            "/usr/bin/env -S python -m vrun",
            "/bin/vrunner",
            "",
        ] {
            assert!(!names_vrun(line.as_bytes()), "{line}");
        }
    }
}
