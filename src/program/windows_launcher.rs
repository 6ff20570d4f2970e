//! A program for Windows -> the Python that it starts, where it is the launcher of a console script.
//!
//! There the system starts no scripts, so a small program stands for each, with the script in it as a zip file:
//! the Python that it names is started with the program's own file, which Python runs as a zip file. Three forms
//! are about: the program, a first line, the zip (distlib's PC/launcher.c, which pip and virtualenv write); the
//! program, the zip, the Python's path, its length, and a magic number (uv before 0.9); a program that holds
//! path and zip as resources (uv's crates/uv-trampoline/src/bounce.rs).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::pe_resources::{self, read_u32};
use super::shebang;

/// How each program for Windows starts (the PE format, "MS-DOS Stub").
const MZ_MAGIC: &[u8] = b"MZ";

/// As much of the end as is read: a zip file's last record and, mostly, all of its zip file.
const TAIL_SIZE: u64 = 4096;

/// No path in a first line is longer (distlib's buffers are as long as MAX_PATH, a few times over).
const MAX_LINE_LENGTH: u64 = 4096;

/// Resources of launchers are small; a program's with pictures in it are not worth a read.
const MAX_RESOURCE_SIZE: u32 = 64 * 1024;

/// What a later uv calls the path.
const UV_PATH_RESOURCE: &str = "UV_PYTHON_PATH";

/// What a launcher starts its Python with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LauncherTarget {
    /// The Python, as it is written there.
    pub python: Vec<u8>,
    /// What it is called with before the script.
    pub flags: Vec<Vec<u8>>,
}

/// Whether a file that starts so may be one.
pub(super) fn has_mz_magic(head: &[u8]) -> bool {
    head.starts_with(MZ_MAGIC)
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
        if let Some(launched) = last_shebang_line(&before).and_then(parse_launcher_line) {
            return Ok(Some(launched));
        }
    }
    let Some((from, size, address)) =
        pe_resources::locate_resources(head).filter(|(_, size, _)| *size <= MAX_RESOURCE_SIZE)
    else {
        return Ok(None);
    };
    let section = read_range(file, from.into(), size.into())?;
    Ok(pe_resources::find_raw_data(&section, address, UV_PATH_RESOURCE).map(without_flags))
}

fn without_flags(path: &[u8]) -> LauncherTarget {
    LauncherTarget {
        python: path.to_owned(),
        flags: Vec::new(),
    }
}

fn read_range(file: &mut File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path at the end of an earlier uv's.
fn parse_uv_trailer(tail: &[u8]) -> Option<&[u8]> {
    let rest = tail.strip_suffix(b"UVSC")?;
    let length = read_u32(rest, rest.len().checked_sub(4)?)? as usize;
    let end = rest.len() - 4;
    rest.get(end.checked_sub(length)?..end)
}

/// Where the zip file starts whose last record is in `tail`, by what the record says of its length
/// (APPNOTE.TXT, 4.3.16).
fn find_zip_start(tail: &[u8], length: u64) -> Option<u64> {
    let at = tail.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let directory = u64::from(read_u32(tail, at + 12)?) + u64::from(read_u32(tail, at + 16)?);
    let end = length - (tail.len() - at) as u64;
    end.checked_sub(directory)
}

/// What stands behind the last `#!`, which ends where the zip file starts.
fn last_shebang_line(before: &[u8]) -> Option<&[u8]> {
    let line = before.strip_suffix(b"\n")?;
    let at = line.windows(2).rposition(|two| two == b"#!")?;
    Some(line[at + 2..].trim_ascii())
}

/// A path, in quotes where it holds a blank, and what Python is called with.
fn parse_launcher_line(line: &[u8]) -> Option<LauncherTarget> {
    let (path, rest) = match line.strip_prefix(b"\"") {
        Some(quoted) => quoted.split_at(quoted.iter().position(|byte| *byte == b'"')?),
        None => line.split_at(
            line.iter()
                .position(u8::is_ascii_whitespace)
                .unwrap_or(line.len()),
        ),
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
            (
                "#!\"C:\\my app\\python.exe\"\n",
                "C:\\my app\\python.exe",
                &[],
            ),
            (
                "#!\"C:\\my app\\python.exe\" -E\n",
                "C:\\my app\\python.exe",
                &["-E"],
            ),
            ("#!C:\\python.exe -s -E\n", "C:\\python.exe", &["-s", "-E"]),
        ] {
            let found = read_launcher_parts(&[&program, line.as_bytes(), &zip]);
            assert_eq!(found, expected_target(python, flags), "{line}");
        }
        // One that is longer than what is read at once.
        let script = vec![b'x'; 9000];
        let mut end = end.clone();
        end[16..20].copy_from_slice(&(ZIP.len() as u32 - 15 + 9000).to_le_bytes());
        let found = read_launcher_parts(&[&program, b"#!C:\\python.exe\n", &script, ZIP, &end]);
        assert_eq!(found, expected_target("C:\\python.exe", &[]));
    }

    #[test]
    fn an_earlier_uvs_launcher_ends_with_the_path() {
        let path = b"C:\\my app\\Scripts\\python.exe";
        let length = (path.len() as u32).to_le_bytes();
        let found = read_launcher_parts(&[
            b"MZ",
            &[0; 500],
            ZIP,
            &last_record(),
            path,
            &length,
            b"UVSC",
        ]);
        assert_eq!(
            found,
            expected_target("C:\\my app\\Scripts\\python.exe", &[])
        );
    }

    /// A program with one section, in which the resource `name` holds `path`.
    fn with_resource(name: &str, path: &[u8]) -> Vec<u8> {
        let mut section = Vec::new();
        let directory = |section: &mut Vec<u8>, id: u32, leads: u32| {
            section.extend([0; 12]);
            section.extend([1, 0, 0, 0]);
            section.extend(id.to_le_bytes());
            section.extend(leads.to_le_bytes());
        };
        directory(&mut section, 10, HIGH_BIT | 24);
        directory(&mut section, HIGH_BIT | 88, HIGH_BIT | 48);
        directory(&mut section, 0, 72);
        section.extend(0x5200u32.to_le_bytes());
        section.extend((path.len() as u32).to_le_bytes());
        section.extend([0; 8]);
        section.extend((name.len() as u16).to_le_bytes());
        section.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        section.resize(0x200, 0);
        section.extend(path);
        let mut program = b"MZ".to_vec();
        program.resize(0x3c, 0);
        program.extend(0x80u32.to_le_bytes());
        program.resize(0x80, 0);
        program.extend(b"PE\0\0\x64\x86\x02\0");
        program.resize(0x80 + 20, 0);
        program.extend(240u16.to_le_bytes());
        program.resize(0x80 + 24, 0);
        program.extend(0x20bu16.to_le_bytes());
        program.resize(0x80 + 24 + 112 + 16, 0);
        program.extend(0x5000u32.to_le_bytes());
        program.resize(0x80 + 24 + 240, 0);
        program.extend(b".text\0\0\0");
        for number in [0, 0x1000, 0x100, 0x100] {
            program.extend(u32::to_le_bytes(number));
        }
        program.resize(0x80 + 24 + 280, 0);
        program.extend(b".pedata\0");
        for number in [0, 0x5000, section.len() as u32, 0x400] {
            program.extend(u32::to_le_bytes(number));
        }
        program.resize(0x400, 0);
        [program, section].concat()
    }

    #[test]
    fn a_later_uvs_launcher_holds_the_path_as_a_resource() {
        let path = b"C:\\my app\\Scripts\\python.exe";
        let found = read_launcher_parts(&[&with_resource("UV_PYTHON_PATH", path)]);
        assert_eq!(
            found,
            expected_target("C:\\my app\\Scripts\\python.exe", &[])
        );
        assert_eq!(
            read_launcher_parts(&[&with_resource("PYTHON_PATH_XX", path)]),
            None
        );
    }

    #[test]
    fn any_other_program_is_no_launcher_however_it_is_cut() {
        let whole = with_resource("UV_PYTHON_PATH", b"C:\\python.exe");
        for length in 0..whole.len() - 14 {
            assert_eq!(read_launcher_parts(&[&whole[..length]]), None, "{length}");
        }
        for end in [
            &last_record()[..],
            b"UVSC",
            b"\xff\xff\xff\xffUVSC",
            b"PK\x05\x06",
        ] {
            assert_eq!(read_launcher_parts(&[b"MZ", end]), None);
        }
    }
}
