//! Files in pip's format -> the local files that they include, and the local projects that they install.
//!
//! Read as pip does it (pip/_internal/req/req_file.py): a byte order mark says the encoding, a backslash continues a
//! line, a comment begins at a `#` after white space, a value is a word as a shell reads it. Files are relative to the
//! file that includes them, projects to the directory where the installer works. All other lines are left to the
//! installer.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::process;
use crate::read::{MAX_TEXT, decode_text, read_file};

/// How many files and projects are followed at most: each costs a look before every command, and a link to its own
/// directory makes files with endless names.
pub(crate) const MAX_FILES: usize = 10_000;

/// What ends a line besides `\r\n` (Python's `str.splitlines`).
const LINE_ENDS: [char; 10] = [
    '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// What a requirement file refers to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References {
    /// The file itself and those that it includes, whether they exist or not.
    pub files: Vec<PathBuf>,
    /// The directories of projects.
    pub projects: Vec<PathBuf>,
    /// Whether it also says what no file here shows: by a URL of another file, or a `${VARIABLE}`.
    pub has_unwatched: bool,
}

/// Follows `file`, for an installer that works in `cwd`.
pub(crate) fn read_references(file: &Path, cwd: &Path) -> References {
    let mut found = References {
        files: vec![file.to_owned()],
        ..References::default()
    };
    let mut known: HashSet<_> = found.files.iter().cloned().collect();
    let mut unread: VecDeque<_> = found.files.iter().cloned().collect();
    while let Some(file) = unread.pop_front() {
        let dir = file.parent().unwrap_or(&file);
        let lines = logical_lines(&read_file(&file, MAX_TEXT).unwrap_or_default());
        for reference in lines.iter().filter_map(|line| parse_line(line)) {
            if known.len() >= MAX_FILES {
                return found;
            }
            match reference {
                Reference::Include(path) => {
                    let path = process::normalize(dir.join(path));
                    if known.insert(path.clone()) {
                        found.files.push(path.clone());
                        unread.push_back(path);
                    }
                }
                Reference::Unwatched => found.has_unwatched = true,
                Reference::Project(path) => {
                    let path = process::normalize(cwd.join(path));
                    if known.insert(path.clone()) {
                        found.projects.push(path);
                    }
                }
            }
        }
    }
    found
}

/// Whether a file holds nothing but comments and blank lines.
pub(crate) fn is_blank(file: &Path) -> bool {
    let bytes = read_file(file, MAX_TEXT);
    bytes.is_ok_and(|bytes| logical_lines(&bytes).iter().all(String::is_empty))
}

/// The requirements in a file as the installer's arguments; none if it holds options, variables or paths too.
pub(super) fn plain_requirements(file: &Path) -> Vec<Vec<String>> {
    let lines = logical_lines(&read_file(file, MAX_TEXT).unwrap_or_default());
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    let requirement = |line: String| {
        let is_start = |letter: char| letter.is_ascii_alphanumeric();
        let is_plain = line.starts_with(is_start) && !line.contains(" --") && !line.contains("${");
        is_plain.then(|| vec![line])
    };
    let found: Option<Vec<_>> = lines.map(requirement).collect();
    found.unwrap_or_default()
}

/// Lines without comments and the white space around them; continued ones are joined.
pub(crate) fn logical_lines(bytes: &[u8]) -> Vec<String> {
    let text = decode_text(bytes).replace("\r\n", "\n");
    let mut lines = Vec::new();
    let mut joined = String::new();
    for line in text.split(LINE_ENDS) {
        let is_comment = line.trim_start().starts_with('#');
        match line.strip_suffix('\\').filter(|_| !is_comment) {
            Some(start) => joined.push_str(start),
            None => {
                // A comment ends what it continues.
                joined.extend(is_comment.then_some(' '));
                joined.push_str(line);
                lines.push(strip_comment(&joined).to_owned());
                joined.clear();
            }
        }
    }
    lines.push(strip_comment(&joined).to_owned());
    lines
}

fn strip_comment(line: &str) -> &str {
    let is_start = |at: &usize| *at == 0 || line[..*at].ends_with(char::is_whitespace);
    let mut signs = line.match_indices('#').map(|(at, _)| at);
    let end = signs.find(is_start).unwrap_or(line.len());
    line[..end].trim()
}

/// A line that names a local file or project.
#[derive(Debug, PartialEq, Eq)]
enum Reference {
    /// `-r FILE`, `-c FILE`
    Include(String),
    /// `-e DIR`, `./DIR`
    Project(String),
    /// `-r URL`, `six==${VERSION}`
    Unwatched,
}

fn parse_line(line: &str) -> Option<Reference> {
    let value = |names: &[&str]| {
        let rest = names.iter().find_map(|name| line.strip_prefix(name))?;
        Some(first_word(rest.trim_start_matches(['=', ' ', '\t'])))
    };
    // In a URL it usually stands for a login.
    if line.contains("${") && !line.contains("://") {
        return Some(Reference::Unwatched);
    }
    if let Some(file) = value(&["--requirement", "--constraint", "-r", "-c"]) {
        let path = local_path(&file).map(|path| Reference::Include(path.to_owned()));
        return Some(path.unwrap_or(Reference::Unwatched));
    }
    let target = value(&["--editable", "-e"]).or_else(|| {
        let (_, url) = line.split_once(" @ ").unwrap_or(("", line));
        let is_path = url.starts_with(['.', '/']) || url.starts_with("file:");
        is_path.then(|| first_word(url))
    })?;
    project_dir(&target).map(|path| Reference::Project(path.to_owned()))
}

/// The directory in a requirement that names a local project: `.[extra]`, `file:lib#egg=lib`.
pub(crate) fn project_dir(target: &str) -> Option<&str> {
    let end = target.find(['[', ';', '#']).unwrap_or(target.len());
    local_path(target[..end].trim())
}

/// A path as it is, or of a `file:` URL.
fn local_path(text: &str) -> Option<&str> {
    let path = match text.strip_prefix("file:") {
        Some(url) => ["//localhost", "//"]
            .iter()
            .find_map(|host| url.strip_prefix(host))
            .unwrap_or(url),
        None => text,
    };
    (!path.is_empty() && !path.contains("://")).then_some(path)
}

/// The first word, as a shell reads it (shlex).
fn first_word(text: &str) -> String {
    let mut word = String::new();
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(sign), _) if sign == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, ' ' | '\t') => break,
            (None | Some('"'), '\\') => word.extend(letters.next()),
            _ => word.push(letter),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn lines_that_name_files_are_followed() {
        let include = |path: &str| Some(Reference::Include(path.to_owned()));
        let project = |path: &str| Some(Reference::Project(path.to_owned()));
        for (line, expected) in [
            ("-r base.txt", include("base.txt")),
            ("-rbase.txt", include("base.txt")),
            ("--requirement=a/b.txt", include("a/b.txt")),
            ("-c 'my constraints.txt'", include("my constraints.txt")),
            ("-r my\\ base.txt", include("my base.txt")),
            ("-r file:base.txt", include("base.txt")),
            ("-r https://example.org/r.txt", Some(Reference::Unwatched)),
            ("six==${VERSION}", Some(Reference::Unwatched)),
            (
                "lib @ https://${TOKEN}@example.org/lib-1-py3-none-any.whl",
                None,
            ),
            ("-e .[dev]", project(".")),
            ("--editable=./lib", project("./lib")),
            ("-e file:lib", project("lib")),
            ("-e file:///src/lib#egg=lib", project("/src/lib")),
            ("-e ./lib --config-settings a=b", project("./lib")),
            ("-e ./lib ; python_version > '3'", project("./lib")),
            ("-e \"./my lib; os_name == 'x'\"", project("./my lib")),
            (".[test]", project(".")),
            ("../lib", project("../lib")),
            ("lib @ file:./lib", project("./lib")),
            ("-e git+https://example.org/x", None),
            ("lib @ https://example.org/x", None),
            ("requests==2.0 --hash=sha256:0", None),
            ("--extra-index-url https://example.org", None),
            ("", None),
        ] {
            assert_eq!(parse_line(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_are_those_of_pip() {
        let utf_16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| {
            let units = ['\u{feff}'].into_iter().chain(text.chars());
            let units = units.collect::<String>();
            units.encode_utf16().flat_map(to_bytes).collect::<Vec<_>>()
        };
        for (bytes, expected) in [
            (b"\xef\xbb\xbf-r a".to_vec(), "-r a"),
            (utf_16("-r a", u16::to_le_bytes), "-r a"),
            (utf_16("-r a\r\n-r b", u16::to_be_bytes), "-r a|-r b"),
            (b"-r a\t# b\nc#d".to_vec(), "-r a|c#d"),
            (b"-r \\\r\n a \\\n  # b\nc".to_vec(), "-r  a|c"),
            (b"-r a\r-r b".to_vec(), "-r a|-r b"),
            (b"# a \\\n-r b\\".to_vec(), "|-r b"),
            (b"".to_vec(), ""),
        ] {
            let mut lines = logical_lines(&bytes);
            while lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
                lines.pop();
            }
            assert_eq!(lines.join("|"), expected, "{bytes:?}");
        }
    }

    #[test]
    fn any_number_of_files_may_include_each_other() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |number: usize| dir.path().join(format!("{number}.txt"));
        let write = |number, text: &str| fs::write(file(number), text).expect("a file");
        for number in 0..2_000 {
            write(number, &format!("-r {}.txt\n-r 0.txt\n", number + 1));
        }
        let found = read_references(&file(0), dir.path()).files;
        assert_eq!(found, (0..=2_000).map(file).collect::<Vec<_>>());
        let lines: String = (0..MAX_FILES + 5)
            .map(|number| format!("-c {number}.txt\n"))
            .collect();
        write(3_000, &lines);
        let found = read_references(&file(3_000), dir.path()).files;
        assert_eq!(found.len(), MAX_FILES);
    }

    #[test]
    fn any_requirement_line_is_followed_or_left_alone() {
        fuzz("requirements", 3000, |bytes| {
            let lines = logical_lines(bytes);
            let _ = lines.iter().filter_map(|line| parse_line(line)).count();
        });
    }
}
