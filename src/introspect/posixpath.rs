//! Paths as Python treats them: as text, byte by byte. `std::path` would drop doubled and trailing separators; here
//! they stay where Python keeps them.

use std::path::{Path, PathBuf};

use crate::os;

/// A path as bytes.
pub(super) fn path_to_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

/// The path that the bytes spell, however they were decoded.
pub(super) fn bytes_to_path(bytes: &[u8]) -> PathBuf {
    let plain = bytes.iter().copied().filter(|byte| *byte != DECODED_MARK);
    os::decode_os_string(plain.collect())
        .unwrap_or_default()
        .into()
}

/// Precedes a character that was decoded as UTF-8. No path contains it.
const DECODED_MARK: u8 = 0;

/// Marks a text as decoded from UTF-8: to Python it then differs from one whose bytes were kept as they are
/// (`surrogateescape`), though both lead to the same file.
pub(super) fn mark_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if !c.is_ascii() {
                text.push(DECODED_MARK);
            }
            text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        text.extend_from_slice(chunk.invalid());
    }
    text
}

/// Where paths are those of ntpath.py, which the system itself makes absolute.
pub(super) fn is_windows() -> bool {
    os::OS_NAME == "Windows"
}

/// `os.path.join`: an absolute second path replaces the first.
pub(super) fn join(dir: &[u8], more: impl AsRef<[u8]>) -> Vec<u8> {
    let more = more.as_ref();
    if is_windows() {
        let joined = path_to_bytes(&bytes_to_path(dir).join(bytes_to_path(more)));
        return joined.into_iter().map(backslash).collect();
    }
    if more.starts_with(b"/") || dir.is_empty() {
        return more.to_vec();
    }
    let slash: &[u8] = if dir.ends_with(b"/") { b"" } else { b"/" };
    [dir, slash, more].concat()
}

/// `join`, as a path of the system.
pub(super) fn path_below(dir: &[u8], more: impl AsRef<[u8]>) -> PathBuf {
    bytes_to_path(&join(dir, more))
}

/// All before the last separator (`dirname` of getpath.py, `reduce` of getpath.c): of `/usr`, nothing.
pub(super) fn parent(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte == b'/');
    &path[..end.unwrap_or(0)]
}

/// The path and all above it without the root, as getpath searches them.
pub(super) fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = Some(path).filter(|path| !path.is_empty());
    std::iter::successors(whole, |path| {
        Some(parent(path)).filter(|path| !path.is_empty())
    })
}

/// `os.path.normpath` (posixpath.py): without `.`, `..` and doubled separators; exactly two at the start stay.
pub(super) fn normalize(path: &[u8]) -> Vec<u8> {
    let start: &[u8] = match path {
        [b'/', b'/', b'/', ..] => b"/",
        [b'/', b'/', ..] => b"//",
        [b'/', ..] => b"/",
        _ => b"",
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if !start.is_empty() => {}
            part => parts.push(part),
        }
    }
    let text = [start, &parts.join(&b'/')].concat();
    if text.is_empty() { b".".to_vec() } else { text }
}

/// `os.path.abspath`
pub(super) fn absolute(cwd: &[u8], path: &[u8]) -> Vec<u8> {
    let joined = join(cwd, path);
    if !is_windows() {
        return normalize(&joined);
    }
    let joined = bytes_to_path(&joined);
    let whole = std::path::absolute(&joined).unwrap_or(joined);
    path_to_bytes(&whole.components().collect::<PathBuf>())
}

/// `os.path.normcase`: what two spellings of one path have in common.
pub(super) fn normcase(path: &[u8]) -> Vec<u8> {
    match is_windows() {
        true => bytes_to_path(path).to_string_lossy().to_lowercase().into(),
        false => path.to_vec(),
    }
}

fn backslash(byte: u8) -> u8 {
    if byte == b'/' { b'\\' } else { byte }
}

/// `str.strip`
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.isspace`: Python counts the separators of ASCII among spaces.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalize_agrees_with_normpath() {
        for (path, expected) in [
            ("/a/./b//c/", "/a/b/c"),
            ("/a/../../b", "/b"),
            ("//a/../b", "//b"),
            ("///a", "/a"),
            ("a/../..", ".."),
            ("../../a", "../../a"),
            ("a/..", "."),
            ("", "."),
            ("/", "/"),
        ] {
            assert_eq!(normalize(path.as_bytes()), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn decoded_text_differs_but_is_the_same_path() {
        let (raw, decoded) = ("/\u{e9}".as_bytes(), mark_decoded("/\u{e9}".as_bytes()));
        assert_ne!(raw, decoded);
        assert_eq!(bytes_to_path(raw), bytes_to_path(&decoded));
        assert_eq!(mark_decoded(b"/a\xff"), b"/a\xff");
    }

    #[test]
    fn getpath_does_not_search_the_root() {
        let searched: Vec<_> = ancestors(b"/usr/bin/").collect();
        assert_eq!(searched, [&b"/usr/bin/"[..], b"/usr/bin", b"/usr"]);
        assert_eq!(ancestors(b"").count(), 0);
    }
}
