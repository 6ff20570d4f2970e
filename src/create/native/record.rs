//! RECORD: the list of an installed project's files (PEP 376, PEP 627).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// One of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the file lies from site-packages, with `/`.
    pub path: String,
    /// SHA-256 of what is in it, in base64 as RECORD has it; empty for what is compiled, which has neither.
    pub digest: String,
    /// How many bytes that are.
    pub size: u64,
}

impl Row {
    /// The line for a file with that content.
    pub fn new(path: String, content: &[u8]) -> Row {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
        Row {
            path,
            digest,
            size: content.len() as u64,
        }
    }

    /// The directory from site-packages, and the name there.
    pub fn place(&self) -> (&str, &str) {
        self.path.rsplit_once('/').unwrap_or(("", &self.path))
    }

    /// The line for a `.pyc`, which Python may write anew.
    pub fn of_code(path: String) -> Row {
        Row {
            path,
            digest: String::new(),
            size: 0,
        }
    }
}

/// The files, those next to each other together that lie in one directory, with its path from site-packages.
pub fn by_folder<'a, T>(
    files: &'a [T],
    row: impl Fn(&T) -> &Row + Copy + 'a,
) -> impl Iterator<Item = (&'a str, &'a [T])> {
    let folders = files.chunk_by(move |a, b| row(a).place().0 == row(b).place().0);
    folders.filter_map(move |files| Some((row(files.first()?).place().0, files)))
}

/// The whole of it, as pip writes it with Python's csv module: sorted, CRLF, a field quoted where it must
/// be. `own` is where RECORD itself lies, whose digest it cannot hold.
pub fn listing<'a>(rows: impl Iterator<Item = &'a Row>, own: &str) -> String {
    let mut rows: Vec<_> = rows.collect();
    let own = Row::of_code(own.to_owned());
    rows.push(&own);
    rows.sort_unstable_by_key(|row| row.path.as_str());
    let mut text = String::with_capacity(rows.len() * LINE);
    for row in rows {
        text.push_str(&field(&row.path));
        if row.digest.is_empty() {
            text.push_str(",,\r\n");
        } else {
            text.push_str(",sha256=");
            text.push_str(&row.digest);
            text.push_str(&format!(",{}\r\n", row.size));
        }
    }
    text
}

/// What a line of it takes, about.
const LINE: usize = 128;

fn field(path: &str) -> Cow<'_, str> {
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
            Row::new("b.py".into(), b"x"),
            Row::new("a,b.py".into(), b""),
            Row::of_code("__pycache__/b.cpython-313.pyc".into()),
        ];
        assert_eq!(
            listing(rows.iter(), "c/RECORD"),
            "__pycache__/b.cpython-313.pyc,,\r\n\
             \"a,b.py\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n\
             b.py,sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE,1\r\n\
             c/RECORD,,\r\n"
        );
    }
}
