//! A Windows program -> the Python that it starts, if it is the launcher of a console script; and the same launcher for
//! another Python.
//!
//! Windows starts no scripts, so each is a small program with the script appended as a zip file. It starts the Python
//! that it names with its own file, which Python runs as a zip file. There are three forms: the program, a shebang, the
//! zip (distlib's PC/launcher.c, which pip and virtualenv write); the program, the zip, the Python's path, its length and
//! a magic number (uv before 0.9); a program with path and zip as resources (uv's crates/uv-trampoline/src/bounce.rs).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use super::pe_resources::{self, read_u32};
use super::shebang;

/// How much of the file's end is read: the zip file's last record and, mostly, all of it.
const TAIL_SIZE: u64 = 4096;

/// No path in a shebang is longer (distlib's buffers are a few times MAX_PATH).
const MAX_LINE_LENGTH: u64 = 4096;

/// Launchers have small resources; a program with pictures in them is not worth a read.
const MAX_RESOURCE_SIZE: u32 = 64 * 1024;

/// The end of a launcher (uv before 0.9, and before 0.5), and its size with the length before it.
const UV_MAGIC: [&[u8]; 2] = [b"UVSC", b"UVUV"];
const UV_TRAILER_SIZE: usize = 8;

/// The name of the resource with the path (uv since 0.9).
const UV_PATH_RESOURCE: &str = "UV_PYTHON_PATH";

/// What a launcher starts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LauncherTarget {
    /// The Python, as it is written there.
    pub python: Vec<u8>,
    /// The arguments before the script.
    pub flags: Vec<Vec<u8>>,
}

/// Whether a file that starts with `head` is a Windows program ("PE Format", "MS-DOS Stub").
pub(super) fn has_mz_magic(head: &[u8]) -> bool {
    head.starts_with(b"MZ")
}

/// Reads the launcher `file`, which starts with `head`. None for any other program.
///
/// # Errors
/// The file cannot be read.
pub(super) fn read_launcher(file: &mut File, head: &[u8]) -> io::Result<Option<LauncherTarget>> {
    let length = file.seek(SeekFrom::End(0))?;
    let tail = read_range(file, length.saturating_sub(TAIL_SIZE), TAIL_SIZE)?;
    if let Some(path) = parse_uv_trailer(&tail) {
        return Ok(Some(without_flags(path)));
    }
    if let Some(zip) = find_zip_start(&tail, length) {
        let from = zip.saturating_sub(MAX_LINE_LENGTH);
        let before = read_range(file, from, zip - from)?;
        let line = last_shebang(&before).map(|line| &before[line]);
        if let Some(target) = line.and_then(parse_launcher_shebang) {
            return Ok(Some(target));
        }
    }
    match pe_resources::locate_resources(head) {
        Some((from, size, address)) if size <= MAX_RESOURCE_SIZE => {
            let section = read_range(file, from.into(), size.into())?;
            let path = pe_resources::find_raw_data(&section, address, UV_PATH_RESOURCE);
            Ok(path.map(without_flags))
        }
        _ => Ok(None),
    }
}

/// The launcher `program` with `python` for the Python that it starts; None for any other program.
pub(crate) fn rewrite_launcher(program: &[u8], python: &Path) -> Option<Vec<u8>> {
    let python = python.as_os_str().as_encoded_bytes();
    if let Some(path) = parse_uv_trailer(program) {
        let rest = &program[..program.len() - path.len() - UV_TRAILER_SIZE];
        let length = u32::try_from(python.len()).ok()?.to_le_bytes();
        let magic = &program[program.len() - 4..];
        return Some([rest, python, &length, magic].concat());
    }
    rewrite_shebang(program, python)
        .or_else(|| pe_resources::replace_raw_data(program, UV_PATH_RESOURCE, python))
}

fn rewrite_shebang(program: &[u8], python: &[u8]) -> Option<Vec<u8>> {
    let zip = usize::try_from(find_zip_start(program, program.len() as u64)?).ok()?;
    let from = zip.saturating_sub(MAX_LINE_LENGTH as usize);
    let shebang = last_shebang(program.get(from..zip)?)?;
    let (start, end) = (from + shebang.start, from + shebang.end);
    let line = &program[start..end];
    let old = parse_launcher_shebang(line)?.python;
    let quotes = if line.starts_with(b"\"") { 2 } else { 0 };
    // distlib quotes only a path with a blank.
    let quote: &[u8] = if python.contains(&b' ') { b"\"" } else { b"" };
    let rest = &program[start + quotes + old.len()..];
    Some([&program[..start], quote, python, quote, rest].concat())
}

fn without_flags(path: &[u8]) -> LauncherTarget {
    let (python, flags) = (path.to_owned(), Vec::new());
    LauncherTarget { python, flags }
}

fn read_range(file: &mut File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path at the end (uv before 0.9).
fn parse_uv_trailer(tail: &[u8]) -> Option<&[u8]> {
    let mut magic = UV_MAGIC.iter();
    let rest = magic.find_map(|magic| tail.strip_suffix(*magic))?;
    let length = read_u32(rest, rest.len().checked_sub(4)?)? as usize;
    let end = rest.len() - 4;
    rest.get(end.checked_sub(length)?..end)
}

/// Where the zip file starts, by the lengths in its last record, which is in `tail` (APPNOTE.TXT, 4.3.16).
fn find_zip_start(tail: &[u8], length: u64) -> Option<u64> {
    let at = tail.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let directory = u64::from(read_u32(tail, at + 12)?) + u64::from(read_u32(tail, at + 16)?);
    let end = length - (tail.len() - at) as u64;
    end.checked_sub(directory)
}

/// Where the text after the last `#!` is, in a line that ends where the zip file starts.
fn last_shebang(before: &[u8]) -> Option<Range<usize>> {
    let line = before.strip_suffix(b"\n")?;
    let at = 2 + line.windows(2).rposition(|two| two == b"#!")?;
    let text = line[at..].trim_ascii_start();
    let start = line.len() - text.len();
    Some(start..start + text.trim_ascii_end().len())
}

/// A path, in quotes if it contains a blank, and Python's flags.
fn parse_launcher_shebang(line: &[u8]) -> Option<LauncherTarget> {
    let (path, rest) = match line.strip_prefix(b"\"") {
        Some(quoted) => quoted.split_at(quoted.iter().position(|byte| *byte == b'"')?),
        None => {
            let end = line.iter().position(u8::is_ascii_whitespace);
            line.split_at(end.unwrap_or(line.len()))
        }
    };
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    Some(LauncherTarget {
        python: path.to_owned(),
        flags: shebang::split_words(rest).map(ToOwned::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::pe_resources::HIGH_BIT;
    use super::*;
    use crate::fuzz::fuzz;

    const ZIP: &[u8] = b"PK\x03\x04__main__.pyPK\x01\x02__main__.py";

    /// The last record of a zip file that holds ZIP and nothing else.
    fn last_record() -> Vec<u8> {
        let mut record = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
        record.extend([15, 0, 0, 0, ZIP.len() as u8 - 15, 0, 0, 0, 0, 0]);
        record
    }

    fn read_launcher_parts(parts: &[&[u8]]) -> Option<LauncherTarget> {
        let mut file = tempfile::tempfile().expect("a file");
        let bytes = parts.concat();
        file.write_all(&bytes).expect("written");
        read_launcher(&mut file, &bytes).expect("readable")
    }

    fn expected_target(python: &str, flags: &[&str]) -> Option<LauncherTarget> {
        Some(LauncherTarget {
            python: python.into(),
            flags: flags.iter().map(|flag| flag.as_bytes().to_vec()).collect(),
        })
    }

    #[test]
    fn distlibs_launcher_names_its_python_in_a_line_before_the_zip_file() {
        let (program, end) = ([b"MZ".as_slice(), &[0; 9000]].concat(), last_record());
        let zip = [ZIP, &end].concat();
        for (line, python, flags) in [
            ("#!C:\\app\\python.exe\r\n", "C:\\app\\python.exe", &[][..]),
            ("#!\"C:\\a b\\python.exe\"\n", "C:\\a b\\python.exe", &[]),
            ("#!\"C:\\a b\\p.exe\" -E\n", "C:\\a b\\p.exe", &["-E"]),
            ("#!C:\\python.exe -s -E\n", "C:\\python.exe", &["-s", "-E"]),
        ] {
            let found = read_launcher_parts(&[&program, line.as_bytes(), &zip]);
            assert_eq!(found, expected_target(python, flags), "{line}");
        }
        // Longer than what is read at once.
        let script = vec![b'x'; 9000];
        let mut end = end.clone();
        end[16..20].copy_from_slice(&(ZIP.len() as u32 - 15 + 9000).to_le_bytes());
        let found = read_launcher_parts(&[&program, b"#!C:\\python.exe\n", &script, ZIP, &end]);
        assert_eq!(found, expected_target("C:\\python.exe", &[]));
    }

    #[test]
    fn an_earlier_uvs_launcher_ends_with_the_path() {
        let (path, end) = (b"C:\\my app\\Scripts\\python.exe", last_record());
        let length = (path.len() as u32).to_le_bytes();
        let expected = expected_target("C:\\my app\\Scripts\\python.exe", &[]);
        for magic in [b"UVSC", b"UVUV"] {
            let parts: [&[u8]; 7] = [b"MZ", &[0; 500], ZIP, &end, path, &length, magic];
            assert_eq!(read_launcher_parts(&parts), expected);
        }
    }

    /// A program with one section, in which the resource `name` holds `path`.
    fn with_resource(name: &str, path: &[u8]) -> Vec<u8> {
        let mut section = Vec::new();
        for (id, target) in [(10, HIGH_BIT | 24), (HIGH_BIT | 88, HIGH_BIT | 48), (0, 72)] {
            section.extend([0; 12]);
            section.extend([1, 0, 0, 0]);
            section.extend(u32::to_le_bytes(id));
            section.extend(u32::to_le_bytes(target));
        }
        section.extend(0x5200u32.to_le_bytes());
        section.extend((path.len() as u32).to_le_bytes());
        section.extend([0; 8]);
        section.extend((name.len() as u16).to_le_bytes());
        section.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        section.resize(0x200, 0);
        section.extend(path);
        let mut program = vec![0; 0x400];
        let mut put =
            |at: usize, bytes: &[u8]| program[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"MZ");
        put(0x3c, &0x80u32.to_le_bytes());
        put(0x80, b"PE\0\0\x64\x86\x02\0");
        put(0x80 + 20, &240u16.to_le_bytes());
        put(0x80 + 24, &0x20bu16.to_le_bytes());
        put(0x80 + 24 + 112 + 16, &0x5000u32.to_le_bytes());
        let text = [0, 0x1000, 0x100, 0x100].map(u32::to_le_bytes).concat();
        put(0x80 + 24 + 240, &[&b".text\0\0\0"[..], &text].concat());
        put(0x80 + 24 + 32, &0x1000u32.to_le_bytes());
        put(0x80 + 24 + 36, &0x200u32.to_le_bytes());
        let size = section.len() as u32;
        let resources = [size, 0x5000, size, 0x400].map(u32::to_le_bytes).concat();
        put(0x80 + 24 + 280, &[&b".pedata\0"[..], &resources].concat());
        [program, section].concat()
    }

    #[test]
    fn a_later_uvs_launcher_holds_the_path_as_a_resource() {
        let path = b"C:\\my app\\Scripts\\python.exe";
        let found = |name: &str| read_launcher_parts(&[&with_resource(name, path)]);
        let expected = expected_target("C:\\my app\\Scripts\\python.exe", &[]);
        assert_eq!(found("UV_PYTHON_PATH"), expected);
        assert_eq!(found("PYTHON_PATH_XX"), None);
    }

    #[track_caller]
    fn check_rewritten(parts: &[&[u8]], paths: &[&str]) -> Vec<u8> {
        let mut program = parts.concat();
        for path in paths {
            let flags = read_launcher_parts(&[&program]).expect("a launcher").flags;
            program = rewrite_launcher(&program, Path::new(path)).expect("a launcher");
            let target = read_launcher_parts(&[&program]).expect("a launcher");
            assert_eq!(target.python, path.as_bytes());
            assert_eq!(target.flags, flags);
        }
        program
    }

    #[test]
    fn a_launcher_gets_another_python_and_keeps_the_rest() {
        let (program, end) = ([b"MZ".as_slice(), &[0; 9000]].concat(), last_record());
        let paths = [
            "C:\\my app\\python.exe",
            "D:\\p.exe",
            "C:\\a b\\c d\\python.exe",
        ];
        for line in ["#!C:\\app\\python.exe\n\r\n", "#! \"C:\\a b\\p.exe\" -sE\n"] {
            let parts: [&[u8]; 4] = [&program, line.as_bytes(), ZIP, &end];
            let new = check_rewritten(&parts, &paths);
            let tail = [
                line.split_at(line.rfind(".exe").expect("a path") + 4)
                    .1
                    .trim_start_matches('"')
                    .as_bytes(),
                ZIP,
                &end,
            ]
            .concat();
            assert!(new.starts_with(&program) && new.ends_with(&tail), "{line}");
        }
        for magic in UV_MAGIC {
            let parts: [&[u8]; 6] = [&program, ZIP, &end, b"C:\\p.exe", &[8, 0, 0, 0], magic];
            let new = check_rewritten(&parts, &paths);
            assert!(new.starts_with(&[&program, ZIP, &end[..]].concat()) && new.ends_with(magic));
        }
    }

    #[test]
    fn a_longer_path_makes_the_resources_of_a_launcher_grow() {
        let long = format!("C:\\{}\\python.exe", "x".repeat(900));
        let program = with_resource(UV_PATH_RESOURCE, b"C:\\app\\python.exe");
        check_rewritten(
            &[&program],
            &[
                "C:\\python.exe",
                &long,
                "C:\\app\\python.exe",
                &long,
                "D:\\x\\python.exe",
            ],
        );
        // What follows the program stays.
        let new = check_rewritten(&[&program, b"the rest"], &[&long]);
        assert!(new.ends_with(b"the rest"));
        for length in 0..program.len() {
            let cut = &program[..length];
            assert!(
                rewrite_launcher(cut, Path::new("C:\\python.exe")).is_none(),
                "{length}"
            );
        }
    }

    #[test]
    fn any_other_program_is_no_launcher_however_it_is_cut() {
        let whole = with_resource("UV_PYTHON_PATH", b"C:\\python.exe");
        for length in 0..whole.len() - 14 {
            assert_eq!(read_launcher_parts(&[&whole[..length]]), None, "{length}");
        }
        let ends: [&[u8]; 4] = [
            &last_record(),
            b"UVSC",
            b"\xff\xff\xff\xffUVSC",
            b"PK\x05\x06",
        ];
        for end in ends {
            assert_eq!(read_launcher_parts(&[b"MZ", end]), None);
        }
    }

    #[test]
    fn any_launcher_is_read() {
        fuzz("launcher", 1000, |bytes| {
            drop(read_launcher_parts(&[bytes]));
            drop(rewrite_launcher(bytes, Path::new("C:\\a b\\python.exe")));
        });
    }
}
