//! RECORD: the list of an installed project's files (PEP 376, PEP 627).

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// One of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordRow<'a> {
    /// Where the file lies from site-packages, with `/`.
    pub path: Cow<'a, str>,
    /// SHA-256 of what is in it, in base64 as RECORD has it; empty for what is compiled, which has neither.
    pub digest: Cow<'a, str>,
    /// How many bytes that are.
    pub size: u64,
}

impl<'a> RecordRow<'a> {
    /// The line for a file with that content.
    pub(crate) fn new(path: impl Into<Cow<'a, str>>, content: &[u8]) -> RecordRow<'a> {
        RecordRow {
            path: path.into(),
            digest: URL_SAFE_NO_PAD.encode(Sha256::digest(content)).into(),
            size: content.len() as u64,
        }
    }
}

/// The whole of it, as pip writes it with Python's csv module: sorted, CRLF, a field quoted where it must
/// be. `own` is where RECORD itself lies, whose digest it cannot hold.
pub(crate) fn render_record<'a>(rows: impl Iterator<Item = RecordRow<'a>>, own: &'a str) -> String {
    let mut rows: Vec<_> = rows.collect();
    rows.push(RecordRow {
        path: own.into(),
        digest: "".into(),
        size: 0,
    });
    // Most of them come sorted, a few lists of them, which this sort merges.
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    let mut text = String::with_capacity(rows.len() * TYPICAL_LINE_LEN);
    for row in rows {
        text.push_str(&csv_field(&row.path));
        if row.digest.is_empty() {
            text.push_str(",,\r\n");
        } else {
            text.push_str(",sha256=");
            text.push_str(&row.digest);
            let _ = write!(text, ",{}\r\n", row.size);
        }
    }
    text
}

/// What a line of it takes, about.
const TYPICAL_LINE_LEN: usize = 128;

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
    fn a_listing_is_sorted_quoted_and_names_itself_without_a_digest() {
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
