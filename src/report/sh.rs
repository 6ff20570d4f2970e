//! A word of any bytes -> the same, quoted for sh and its kin.

use std::ffi::OsStr;

use crate::error::quoted;

/// Adds the word to a line. A byte that is no UTF-8 stands outside the quotes; it is no special character there.
pub fn quote(word: &OsStr, line: &mut Vec<u8>) {
    if word.is_empty() {
        line.extend_from_slice(b"''");
    }
    for chunk in word.as_encoded_bytes().utf8_chunks() {
        if !chunk.valid().is_empty() {
            line.extend_from_slice(quoted(chunk.valid()).as_bytes());
        }
        line.extend_from_slice(chunk.invalid());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_so_that_sh_reads_it_back() {
        for (word, quoted) in [
            ("plain", "plain"),
            ("/a-b_c.d:e@f,g+h", "/a-b_c.d:e@f,g+h"),
            ("é", "é"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("\r", "'\r'"),
            ("=ls", "'=ls'"),
            ("", "''"),
        ] {
            let mut line = Vec::new();
            quote(OsStr::new(word), &mut line);
            assert_eq!(String::from_utf8_lossy(&line), quoted);
        }
    }
}
