//! RECORD: the list of an installed project's files (PEP 376, PEP 627).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// One of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the file lies from site-packages, with `/`.
    pub path: String,
    /// SHA-256 of what is in it, in base64 as RECORD has it.
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
}

/// The whole of it, as pip writes it with Python's csv module: sorted, CRLF, a field quoted where it must
/// be. `own` is where RECORD itself lies, whose digest it cannot hold.
pub fn listing<'a>(rows: impl Iterator<Item = &'a Row>, own: &str) -> String {
    let line = |row: &Row| {
        format!(
            "{},sha256={},{}\r\n",
            field(&row.path),
            row.digest,
            row.size
        )
    };
    let mut lines: Vec<_> = rows.map(|row| (row.path.as_str(), line(row))).collect();
    lines.push((own, format!("{},,\r\n", field(own))));
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn field(path: &str) -> String {
    if path.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", path.replace('"', "\"\""));
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_sorted_quoted_and_names_itself_without_a_digest() {
        let rows = [
            Row::new("b.py".into(), b"x"),
            Row::new("a,b.py".into(), b""),
        ];
        assert_eq!(
            listing(rows.iter(), "c/RECORD"),
            "\"a,b.py\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n\
             b.py,sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE,1\r\n\
             c/RECORD,,\r\n"
        );
    }
}
