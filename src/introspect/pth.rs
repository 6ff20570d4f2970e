//! A `.pth` file -> the directories that it adds to the path, and the lines that Python would execute.
//!
//! `addpackage` of site.py. What such a line does is unknown until it runs: it becomes a caveat, and the rest is read
//! as if it did nothing.

use std::path::Path;

use super::caveat::Caveat;
use super::posixpath::{is_space, strip};
use super::version_rules::{PthRules, PthSyntax};

/// What site.py makes of the lines of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PthLines {
    /// The directories as written, in order.
    pub dirs: Vec<Vec<u8>>,
    /// The lines that are code.
    pub caveats: Vec<Caveat>,
}

/// Reads the content of `file`, in a locale whose encoding is UTF-8 or ASCII.
///
/// # Errors
/// Its bytes are not in the encoding that Python expects, as far as is known here: Python most likely stops at it.
pub(super) fn parse_pth(
    content: &[u8],
    file: &Path,
    rules: PthRules,
    is_ascii_locale: bool,
) -> Result<PthLines, Caveat> {
    let undecodable = || Caveat::Undecodable(file.to_owned());
    let text = str::from_utf8(content).map_err(|_| undecodable())?;
    if is_ascii_locale && !rules.is_utf8 && !text.is_ascii() {
        return Err(undecodable());
    }
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) if rules.is_utf8 => rest,
        _ => text,
    };
    let mut lines = PthLines::default();
    for (at, line) in split_lines(text, rules).into_iter().enumerate() {
        let line = match rules.syntax {
            PthSyntax::Legacy => line,
            PthSyntax::Pep829 => strip(line),
        };
        if line.starts_with('#') || strip(line).is_empty() {
            continue;
        }
        if line.starts_with("import ") || line.starts_with("import\t") {
            lines.caveats.push(executed_line(file, at + 1, line));
            continue;
        }
        let has_nul = line.contains('\0');
        if has_nul && rules.is_ended_by_nul {
            break;
        }
        if !has_nul {
            let dir = line.trim_end_matches(is_space);
            lines.dirs.push(dir.as_bytes().to_vec());
        }
    }
    Ok(lines)
}

/// The lines of a `.start` file: each names a function that is called (PEP 829).
pub(super) fn parse_start_file(content: &[u8], file: &Path, rules: PthRules) -> Vec<Caveat> {
    let text = str::from_utf8(content).unwrap_or_default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = split_lines(text, rules).into_iter().enumerate();
    let lines = lines.map(|(at, line)| (at + 1, strip(line)));
    let calls = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let calls = calls.map(|(at, line)| executed_line(file, at, line));
    calls.collect()
}

fn executed_line(file: &Path, line: usize, text: &str) -> Caveat {
    Caveat::ExecutedLine {
        file: file.to_owned(),
        line,
        text: strip(text).to_owned(),
    }
}

/// The lines of a file opened as text, or, if it is decoded first, those of `str.splitlines`, which knows more line
/// ends.
fn split_lines(text: &str, rules: PthRules) -> Vec<&str> {
    let is_end = |c: char| match c {
        '\n' | '\r' => true,
        '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
            rules.is_utf8
        }
        _ => false,
    };
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_end) {
        let (line, end) = rest.split_at(at);
        lines.push(line);
        let width = end.chars().next().map_or(0, char::len_utf8);
        rest = end.strip_prefix("\r\n").unwrap_or(&end[width..]);
    }
    lines.push(rest);
    lines
}

#[cfg(test)]
mod tests {
    use super::super::version_rules::CLocaleEncoding;
    use super::*;
    use crate::fuzz::fuzz;

    const OLD: PthRules = PthRules {
        is_hidden_skipped: false,
        is_utf8: false,
        syntax: PthSyntax::Legacy,
        c_locale_encoding: CLocaleEncoding::Utf8,
        is_ended_by_nul: true,
    };
    const NEW: PthRules = PthRules {
        is_hidden_skipped: true,
        is_utf8: true,
        is_ended_by_nul: false,
        ..OLD
    };

    fn dirs(text: &str, rules: PthRules) -> Vec<String> {
        let lines = parse_pth(text.as_bytes(), Path::new("/x.pth"), rules, false).expect("UTF-8");
        let text = |dir: &Vec<u8>| String::from_utf8(dir.clone()).expect("UTF-8");
        lines.dirs.iter().map(text).collect()
    }

    #[test]
    fn a_line_is_a_directory_unless_it_is_a_comment_code_or_blank() {
        let text = "# no\n\n  \n/a  \r\n b\rimport os\nimport\tos\nimports\n#\nc";
        for rules in [OLD, NEW] {
            assert_eq!(dirs(text, rules), ["/a", " b", "imports", "c"]);
        }
        let lines = parse_pth(text.as_bytes(), Path::new("/x.pth"), NEW, false).expect("UTF-8");
        let at = lines.caveats.iter().map(|caveat| match caveat {
            Caveat::ExecutedLine { line, .. } => *line,
            other => panic!("{other:?}"),
        });
        assert_eq!(at.collect::<Vec<_>>(), [6, 7]);
    }

    #[test]
    fn what_ends_a_line_and_starts_a_file_changed() {
        assert_eq!(dirs("\u{feff}/a\n", OLD), ["\u{feff}/a"]);
        assert_eq!(dirs("\u{feff}/a\n", NEW), ["/a"]);
        assert_eq!(dirs("a\u{c}b\n", OLD), ["a\u{c}b"]);
        assert_eq!(dirs("a\u{c}b\n", NEW), ["a", "b"]);
        let newest = PthRules {
            syntax: PthSyntax::Pep829,
            ..NEW
        };
        assert_eq!(
            dirs("  a  \n #\n import os\n", NEW),
            ["  a", " #", " import os"]
        );
        assert_eq!(dirs("  a  \n #\n import os\n", newest), ["a"]);
        assert_eq!(dirs("a\0\nb\n", OLD), [""; 0]);
        assert_eq!(dirs("a\0\nb\n", NEW), ["b"]);
    }

    #[test]
    fn any_pth_file_is_read() {
        let newest = PthRules {
            syntax: PthSyntax::Pep829,
            ..NEW
        };
        fuzz("pth", 2000, |bytes| {
            for rules in [OLD, NEW, newest] {
                let _ = parse_pth(bytes, Path::new("/x.pth"), rules, rules == OLD);
                parse_start_file(bytes, Path::new("/x.start"), rules);
            }
        });
    }
}
