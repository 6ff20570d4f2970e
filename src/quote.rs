//! Names and paths -> text that is safe to print, and words to paste into a shell.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{MAIN_SEPARATOR, Path};

/// A name or path for a message: on one line, whatever bytes it holds.
pub(crate) fn printable(name: impl AsRef<OsStr>) -> String {
    let text = name.as_ref().to_string_lossy();
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            line.extend(c.escape_default())
        } else {
            line.push(c)
        }
    }
    line
}

/// The last component of a path, for a message.
pub(crate) fn printable_name(path: &Path) -> String {
    printable(path.file_name().unwrap_or_default())
}

/// A name or path for a command that the reader may paste into a shell. What would not show as it is (a
/// newline, a byte that is no UTF-8) stands as an escape in `$'...'`, which bash, zsh and POSIX 2024 read.
pub(crate) fn shell_word(name: impl AsRef<OsStr>) -> String {
    let bytes = name.as_ref().as_encoded_bytes();
    match str::from_utf8(bytes) {
        Ok(text) if MAIN_SEPARATOR == '\\' && is_plain_path(text) => double_quote(text),
        Ok(text) if !text.chars().any(char::is_control) => shell_quote(text),
        _ => ansi_c_quote(bytes),
    }
}

/// Whether no shell of Windows sees more than a letter in what paths are made of there, in double quotes.
fn is_plain_path(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || r" \/:._-+~()".contains(c);
    !text.is_empty() && text.chars().all(is_plain)
}

/// A path as PowerShell and cmd both take it.
fn double_quote(text: &str) -> String {
    if text.contains([' ', '(', ')']) || text.starts_with(['~', '-', '+']) {
        return format!("\"{text}\"");
    }
    text.to_owned()
}

/// `text` as one word of any shell: shell-words leaves bare what means something only to some (braces, `!`
/// and `^` in bash and zsh), or in some locales (blanks beyond ASCII).
pub(crate) fn shell_quote(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./,:+@".contains(c);
    match shell_words::quote(text) {
        Cow::Borrowed(bare) if !bare.chars().all(is_plain) => format!("'{bare}'"),
        word => word.into_owned(),
    }
}

fn ansi_c_quote(bytes: &[u8]) -> String {
    let mut word = String::from("$'");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' | '\\' => word.extend(['\\', c]),
                c if c.is_ascii_control() => word.push_str(&format!("\\x{:02x}", u32::from(c))),
                c if c.is_control() => word.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => word.push(c),
            }
        }
        for byte in chunk.invalid() {
            word.push_str(&format!("\\x{byte:02x}"));
        }
    }
    word.push('\'');
    word
}

/// `a, b, c and 4 more`: at most three names, and how many are left out.
pub(crate) fn summarize_names(names: &[impl AsRef<OsStr>]) -> String {
    let shown: Vec<_> = names.iter().take(3).map(printable).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The cause of an error in `text`, which starts on line `first_line` of its file: `line 3: ...`
pub(crate) fn toml_cause(text: &str, first_line: usize, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = first_line + before.map_or(0, |before| before.matches('\n').count());
    format!("line {line}: {}", printable(error.message()))
}

/// `bytes` with a `%XX` in the place of each byte that is not plain (RFC 3986).
pub(crate) fn percent_encode(bytes: &[u8], is_plain: impl Fn(u8) -> bool) -> String {
    let encode = |byte: &u8| match *byte {
        byte if is_plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}

/// Adds the word to a line. A byte that is no UTF-8 stands outside the quotes; it is no special character there.
pub(crate) fn push_shell_quoted(word: &OsStr, line: &mut Vec<u8>) {
    if word.is_empty() {
        line.extend_from_slice(b"''");
    }
    for chunk in word.as_encoded_bytes().utf8_chunks() {
        if !chunk.valid().is_empty() {
            line.extend_from_slice(shell_quote(chunk.valid()).as_bytes());
        }
        line.extend_from_slice(chunk.invalid());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_one_word_of_one_line_for_every_shell() {
        let blank = if cfg!(windows) { "\"a b\"" } else { "'a b'" };
        for (name, word) in [
            ("plain/path.py", "plain/path.py"),
            ("a b", blank),
            ("{a,b}", "'{a,b}'"),
            ("wow!", "'wow!'"),
            ("it's\n", r"$'it\'s\x0a'"),
            ("\u{1b}[31m", r"$'\x1b[31m'"),
        ] {
            assert_eq!(shell_word(name), word);
        }
    }

    #[test]
    fn a_path_of_windows_is_one_word_for_its_shells() {
        for (path, word) in [
            (r"C:\app\.venv", r"C:\app\.venv"),
            (r"C:\my app\.venv", r#""C:\my app\.venv""#),
            (r"C:\Program Files (x86)\é", r#""C:\Program Files (x86)\é""#),
        ] {
            assert!(is_plain_path(path), "{path}");
            assert_eq!(double_quote(path), word);
        }
        for other in [r"C:\a&b", r"C:\%a%", r"C:\$a", r"C:\a'b", ""] {
            assert!(!is_plain_path(other), "{other}");
        }
    }

    #[test]
    fn a_name_with_a_newline_stays_on_its_line() {
        assert_eq!(printable("a\nb\tc\u{1b}[1m"), "a\\nb\\tc\\u{1b}[1m");
    }

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
            push_shell_quoted(OsStr::new(word), &mut line);
            assert_eq!(String::from_utf8_lossy(&line), quoted);
        }
    }
}
