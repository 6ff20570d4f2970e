//! Reading files: the only place that opens one to read.
//!
//! What a project or an environment holds may be anything: a FIFO that no one ever writes to, a link to /dev/zero, a
//! file without end. So only regular files are read, behind links too; opening one never waits; and each kind of file
//! has a size at which reading ends.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::os;

/// The limit for a file whose first line is all that matters: no path and no version is longer.
pub(crate) const MAX_LINE_FILE: usize = 64 << 10;

/// The limit for texts that people and tools write: requirement files, RECORD, scripts.
pub(crate) const MAX_TEXT: usize = 64 << 20;

/// The limit for programs and wheels, debug information included.
pub(crate) const MAX_BINARY: usize = 256 << 20;

/// What one read takes: more than most small files hold.
const SMALL: usize = 4 << 10;

/// Opens a regular file to read; a link to one is followed.
///
/// # Errors
/// It is of another kind.
pub(crate) fn open_regular(file: &Path) -> io::Result<File> {
    let opened = os::open_to_read(file)?;
    check_regular(&opened)?;
    Ok(opened)
}

/// All of a regular file.
///
/// # Errors
/// It holds more than `limit` bytes.
pub(crate) fn read_file(file: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let opened = os::open_to_read(file)?;
    let size = check_regular(&opened)?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    if size <= limit {
        bytes.try_reserve_exact(size + 1)?;
        opened.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    }
    match size > limit || bytes.len() > limit {
        true => Err(too_large(limit)),
        false => Ok(bytes),
    }
}

/// The same as text.
///
/// # Errors
/// It holds more than `limit` bytes, or is not UTF-8.
pub(crate) fn read_text(file: &Path, limit: usize) -> io::Result<String> {
    String::from_utf8(read_file(file, limit)?)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Text as editors and PowerShell save it: UTF-8, or UTF-16 behind a mark, which is left out.
pub(crate) fn decode_text(bytes: &[u8]) -> String {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2);
        let units: Vec<_> = units.map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => String::from_utf8_lossy(text).into_owned(),
    }
}

/// The first `limit` bytes of a file that is expected to be small, in as few system calls as can be: a short read has
/// reached its end. So what kind of file it is, is known only of a longer one; a FIFO reads as empty.
pub(crate) fn read_start(file: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let (opened, mut bytes) = read_head(file, SMALL)?;
    if bytes.len() == SMALL {
        check_regular(&opened)?;
        let rest = limit.saturating_sub(SMALL);
        opened.take(rest as u64).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The processor that a program for Windows is for, by its first bytes ("PE Format": Machine).
pub(crate) fn pe_machine(head: &[u8]) -> Option<u16> {
    let at = u32::from_le_bytes(head.get(0x3c..0x40)?.try_into().ok()?) as usize;
    let machine = head.get(at.checked_add(4)?..at.checked_add(6)?)?;
    let is_program = head.starts_with(b"MZ");
    is_program.then_some(u16::from_le_bytes(machine.try_into().ok()?))
}

/// A file, and its first `length` bytes, fewer if it is shorter, in one read.
pub(crate) fn read_head(file: &Path, length: usize) -> io::Result<(File, Vec<u8>)> {
    let mut opened = os::open_to_read(file)?;
    let mut head = vec![0; length];
    let read = opened.read(&mut head).map_err(|error| match error.kind() {
        ErrorKind::WouldBlock => not_regular(),
        _ => error,
    })?;
    head.truncate(read);
    Ok((opened, head))
}

fn check_regular(file: &File) -> io::Result<u64> {
    let found = file.metadata()?;
    match found.is_file() {
        true => Ok(found.len()),
        false => Err(not_regular()),
    }
}

fn not_regular() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")
}

fn too_large(limit: usize) -> io::Error {
    let size = match limit >> 20 {
        0 => format!("{} KiB", limit >> 10),
        mib => format!("{mib} MiB"),
    };
    io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {size}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("file");
        for size in [0, 1, SMALL - 1, SMALL, SMALL + 1, 65_536, 65_537] {
            let text = vec![b'x'; size];
            fs::write(&file, &text).expect("a file");
            assert_eq!(read_start(&file, usize::MAX).expect("readable"), text);
            match read_file(&file, MAX_LINE_FILE) {
                Ok(read) => assert_eq!(read, text),
                Err(error) => {
                    assert_eq!(error.to_string(), "it is larger than 64 KiB");
                    assert_eq!(size, 65_537);
                }
            }
        }
        assert_eq!(read_start(&file, 10_000).expect("readable").len(), 10_000);
    }

    #[test]
    fn a_mark_says_how_text_is_encoded() {
        for bytes in [
            &b"3.12"[..],
            b"\xef\xbb\xbf3.12",
            b"\xff\xfe3\0.\x001\x002\0",
            b"\xfe\xff\x003\0.\x001\x002",
        ] {
            assert_eq!(decode_text(bytes), "3.12", "{bytes:?}");
        }
        assert_eq!(decode_text(b"\xff\xfe3"), "");
    }

    #[test]
    fn only_a_regular_file_is_read() {
        let dir = tempfile::tempdir().expect("a directory");
        assert!(read_file(dir.path(), MAX_TEXT).is_err());
        assert!(read_start(dir.path(), MAX_TEXT).is_err());
    }
}
