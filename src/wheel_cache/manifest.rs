//! A manifest of the store: lines of fields, and a checksum at the end. One that was cut short or changed is none.

use std::fs;
use std::path::Path;

/// What its last line begins with.
const CHECKSUM_PREFIX: &str = "end ";

/// The last line's length: the checksum has eight digits.
const CHECKSUM_LINE_LEN: usize = CHECKSUM_PREFIX.len() + 8 + 1;

/// The lines with their checksum.
pub(super) fn with_checksum(lines: &str) -> String {
    format!("{lines}{}", checksum_line(lines))
}

/// The lines of the manifest in `file`, if it is there and as it was written.
pub(super) fn read_manifest(file: &Path) -> Option<String> {
    let mut text = fs::read_to_string(file).ok()?;
    let length = text.len().checked_sub(CHECKSUM_LINE_LEN)?;
    let (lines, end) = text.split_at_checked(length)?;
    if end != checksum_line(lines) {
        return None;
    }
    text.truncate(length);
    Some(text)
}

fn checksum_line(lines: &str) -> String {
    format!(
        "{CHECKSUM_PREFIX}{:08x}\n",
        crc32fast::hash(lines.as_bytes())
    )
}

/// A line, field by field.
pub(super) struct Fields<'a>(pub &'a str);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a str;

    /// The next that has a blank behind it.
    fn next(&mut self) -> Option<&'a str> {
        // For so short texts this is three times as fast as `split_once`.
        let end = self.0.bytes().position(|byte| byte == b' ')?;
        let (field, rest) = self.0.split_at(end);
        self.0 = rest.get(1..)?;
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_that_was_cut_or_changed_is_none() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("manifest");
        let read_back = |text: &str| {
            fs::write(&file, text).expect("a file");
            read_manifest(&file)
        };
        for lines in ["", "1 2 a.py\n", "1 2 a.py\n3 4 b.py\n"] {
            let text = with_checksum(lines);
            assert_eq!(read_back(&text).as_deref(), Some(lines));
            for end in 0..text.len() {
                assert_eq!(read_back(&text[..end]), None, "{end} of {text}");
            }
            assert_eq!(read_back(&format!("5 6 c.py\n{text}")), None);
            assert_eq!(read_back(&format!("{text}{text}")), None);
        }
        assert_eq!(read_back("1 2 a.py\nend\n"), None);
        assert_eq!(read_manifest(&dir.path().join("none")), None);
    }

    #[test]
    fn the_last_field_may_hold_blanks() {
        let mut fields = Fields("1 x a b.py");
        assert_eq!((fields.next(), fields.next()), (Some("1"), Some("x")));
        assert_eq!(fields.0, "a b.py");
    }
}
