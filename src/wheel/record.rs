//! RECORD: the list of an installed project's files (PEP 376, PEP 627).

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordRow<'a> {
    /// Relative to site-packages, with `/`.
    pub path: Cow<'a, str>,
    /// SHA-256 in RECORD's base64; empty for bytecode and RECORD itself, whose rows have neither digest nor size.
    pub digest: Cow<'a, str>,
    pub size: u64,
}

impl<'a> RecordRow<'a> {
    /// The row of a file with this content.
    pub(crate) fn new(path: impl Into<Cow<'a, str>>, content: &[u8]) -> RecordRow<'a> {
        RecordRow {
            path: path.into(),
            digest: URL_SAFE_NO_PAD.encode(Sha256::digest(content)).into(),
            size: content.len() as u64,
        }
    }
}

/// The text of RECORD, at `record_path`, as pip writes it with Python's csv module: sorted, CRLF, fields quoted where
/// necessary.
pub(crate) fn render_record<'a>(
    rows: impl Iterator<Item = RecordRow<'a>>,
    record_path: &'a str,
) -> String {
    let mut rows: Vec<_> = rows.collect();
    rows.push(RecordRow {
        path: record_path.into(),
        digest: "".into(),
        size: 0,
    });
    // A few sorted lists in a row, which this sort merges.
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    let mut text = String::with_capacity(rows.len() * TYPICAL_ROW_LEN);
    for RecordRow { path, digest, size } in rows {
        text.push_str(&csv_field(&path));
        let _ = match digest.is_empty() {
            true => write!(text, ",,\r\n"),
            false => write!(text, ",sha256={digest},{size}\r\n"),
        };
    }
    text
}

const TYPICAL_ROW_LEN: usize = 128;

fn csv_field(path: &str) -> Cow<'_, str> {
    if path.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", path.replace('"', "\"\"")).into();
    }
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_is_sorted_quoted_and_lists_itself_without_a_digest() {
        let rows = [
            RecordRow::new("b.py", b"x"),
            RecordRow::new("a,b.py", b""),
            RecordRow {
                path: "__pycache__/b.cpython-313.pyc".into(),
                digest: "".into(),
                size: 0,
            },
        ];
        assert_eq!(
            render_record(rows.into_iter(), "c/RECORD"),
            "__pycache__/b.cpython-313.pyc,,\r\n\
             \"a,b.py\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n\
             b.py,sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE,1\r\n\
             c/RECORD,,\r\n"
        );
    }
}
