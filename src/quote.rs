//! Names and paths -> text that is safe to print, and words for shells.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{MAIN_SEPARATOR, Path};

/// A name or path for a message: one line, whatever bytes it holds.
pub(crate) fn printable(name: impl AsRef<OsStr>) -> String {
    let text = name.as_ref().to_string_lossy();
    let text = with_one_separator(&text);
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    line
}

/// On Windows an absolute path, which may have been put together from parts with either separator, with its own.
fn with_one_separator(text: &str) -> Cow<'_, str> {
    let is_mixed = || text.get(1..3) == Some(r":\") && text.contains('/') && !text.contains("://");
    match MAIN_SEPARATOR == '\\' && is_mixed() {
        true => text.replace('/', r"\").into(),
        false => text.into(),
    }
}

/// The last component of a path, for a message.
pub(crate) fn printable_name(path: &Path) -> String {
    printable(path.file_name().unwrap_or_default())
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name or path for a command that people paste into a shell; on Windows that is PowerShell. A newline, or a byte that
/// is not UTF-8, would not show: then it is `$'...'` with escapes, which bash, zsh and POSIX 2024 read.
pub(crate) fn shell_word(name: impl AsRef<OsStr>) -> String {
    let bytes = name.as_ref().as_encoded_bytes();
    match str::from_utf8(bytes) {
        Ok(text) if MAIN_SEPARATOR == '\\' => windows_word(&with_one_separator(text)),
        Ok(text) if !text.chars().any(char::is_control) => shell_quote(text),
        _ => ansi_c_quote(bytes),
    }
}

/// The same for a program that is to be started: in PowerShell the call operator starts what is in quotes
/// (about_Operators).
pub(crate) fn shell_program(name: impl AsRef<OsStr>) -> String {
    let word = shell_word(name);
    match MAIN_SEPARATOR == '\\' && word.starts_with(['\'', '"', '(']) {
        true => format!("& {word}"),
        false => word,
    }
}

/// A word for the shells of Windows, or where they differ for PowerShell, which takes typographic quotes for plain ones
/// (about_Quoting_Rules).
fn windows_word(text: &str) -> String {
    if is_plain_path(text) {
        return double_quote(text);
    }
    if text.chars().any(char::is_control) {
        return powershell_argument(text);
    }
    let quotes = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
    let doubled = |c: char| std::iter::repeat_n(c, 1 + usize::from(quotes.contains(&c)));
    format!("'{}'", text.chars().flat_map(doubled).collect::<String>())
}

/// Whether a path in double quotes means the same to all shells of Windows.
fn is_plain_path(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || r" \/:._-+~()".contains(c);
    !text.is_empty() && text.chars().all(is_plain)
}

/// A plain path for PowerShell and cmd.
fn double_quote(text: &str) -> String {
    if text.contains([' ', '(', ')']) || text.starts_with(['~', '-', '+']) {
        return format!("\"{text}\"");
    }
    text.to_owned()
}

/// `text` as one word of any POSIX shell. shell-words leaves bare what is special to some of them (braces, `!` and `^` in
/// bash and zsh) or in some locales (spaces beyond ASCII).
fn shell_quote(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./,:+@".contains(c);
    match shell_words::quote(text) {
        Cow::Borrowed(bare) if !bare.chars().all(is_plain) => format!("'{bare}'"),
        word => word.into_owned(),
    }
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

/// `bytes` with a `%XX` in place of each byte that is not plain (RFC 3986).
pub(crate) fn percent_encode(bytes: &[u8], is_plain: impl Fn(u8) -> bool) -> String {
    let encode = |byte: &u8| match *byte {
        byte if is_plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}

/// The bytes that [`percent_encode`] wrote.
pub(crate) fn percent_decode(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).unwrap_or(("", part));
        bytes.extend(u8::from_str_radix(code, 16));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

/// Adds the word to a line for a POSIX shell. Bytes that are not UTF-8 go outside the quotes; they are not special there.
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

fn ansi_c_quote(word: &[u8]) -> String {
    let control = |c: char| match u32::from(c) {
        code @ ..0x80 => format!("\\x{code:02x}"),
        code => format!("\\u{code:04x}"),
    };
    let escaped = escape(word, char::is_control, control, |byte| {
        format!("\\x{byte:02x}")
    });
    format!("$'{escaped}'")
}

/// A word for fish. Control characters, and bytes that are not UTF-8, are escapes outside the quotes.
pub(crate) fn fish_quote(word: &OsStr) -> String {
    let control = |c: char| format!("'\\x{:02x}'", u32::from(c));
    let byte = |byte: u8| format!("'\\X{byte:02x}'");
    let is_control = |c: char| c.is_ascii_control();
    let escaped = escape(word.as_encoded_bytes(), is_control, control, byte);
    format!("'{escaped}'")
}

/// `word` with backslashes before quotes and backslashes, and escapes for control characters and stray bytes.
fn escape(
    word: &[u8],
    is_control: impl Fn(char) -> bool,
    control: impl Fn(char) -> String,
    byte: impl Fn(u8) -> String,
) -> String {
    let mut escaped = String::new();
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' | '\\' => escaped.extend(['\\', c]),
                c if is_control(c) => escaped.push_str(&control(c)),
                c => escaped.push(c),
            }
        }
        escaped.extend(chunk.invalid().iter().copied().map(&byte));
    }
    escaped
}

/// A word for PowerShell, in ASCII: the rest is added as character codes. A string comes first, because what is added
/// to a string becomes one; a number would stay a number.
pub(crate) fn powershell_quote(text: &str) -> String {
    let mut word = String::from("'");
    for unit in text.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok('\'') => word.push_str("''"),
            Ok(c) if c == ' ' || c.is_ascii_graphic() => word.push(c),
            _ => word.push_str(&format!("' + [char]{unit} + '")),
        }
    }
    word.push('\'');
    word
}

/// The same for an argument: a sum needs parentheses (about_Parsing).
pub(crate) fn powershell_argument(text: &str) -> String {
    match powershell_quote(text) {
        sum if sum.contains("' + [") => format!("({sum})"),
        word => word,
    }
}

/// Python's `shlex.quote`.
pub(crate) fn shlex_quote(text: &[u8]) -> Vec<u8> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte);
    if !text.is_empty() && text.iter().all(is_plain) {
        return text.to_owned();
    }
    [b"'", &shlex_escape(text)[..], b"'"].concat()
}

/// `text` for between single quotes, as in Python's `shlex.quote`.
pub(crate) fn shlex_escape(text: &[u8]) -> Vec<u8> {
    let parts: Vec<_> = text.split(|byte| *byte == b'\'').collect();
    parts.join(&b"'\"'\"'"[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_path_is_shown_with_the_systems_separator() {
        let shown = if cfg!(windows) { r"C:\a\b" } else { r"C:\a/b" };
        assert_eq!(printable(r"C:\a/b"), shown);
        for other in ["a/b", r"C:\a: https://b/c", "c:/a"] {
            assert_eq!(printable(other), other);
        }
    }

    #[test]
    fn a_hint_is_one_word_of_one_line_for_every_shell() {
        let blank = if cfg!(windows) { "\"a b\"" } else { "'a b'" };
        for (name, word) in [
            ("plain/path.py", "plain/path.py"),
            ("a b", blank),
            ("{a,b}", "'{a,b}'"),
            ("wow!", "'wow!'"),
        ] {
            assert_eq!(shell_word(name), word);
        }
        if cfg!(not(windows)) {
            assert_eq!(shell_word("it's\n"), r"$'it\'s\x0a'");
            assert_eq!(shell_word("\u{1b}[31m"), r"$'\x1b[31m'");
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
            assert_eq!(windows_word(path), word);
        }
        for other in [r"C:\a&b", r"C:\%a%", r"C:\$a", r"C:\a'b", ""] {
            assert!(!is_plain_path(other), "{other}");
        }
    }

    #[test]
    fn what_is_special_to_powershell_is_quoted_for_it() {
        for (name, word) in [
            ("", "''"),
            (r"C:\it's", r"'C:\it''s'"),
            ("Ada\u{2019}s app", "'Ada\u{2019}\u{2019}s app'"),
            ("a,b", "'a,b'"),
            ("@a", "'@a'"),
            ("$a", "'$a'"),
            ("it's\n", "('it''s' + [char]10 + '')"),
        ] {
            assert_eq!(windows_word(name), word);
        }
    }

    #[test]
    fn a_program_in_quotes_is_called() {
        assert_eq!(shell_program("a/python"), "a/python");
        let called = if cfg!(windows) { "& \"a b\"" } else { "'a b'" };
        assert_eq!(shell_program("a b"), called);
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

    #[test]
    fn a_word_for_fish_is_on_one_line() {
        for (value, word) in [
            ("", "''"),
            ("a b", "'a b'"),
            (r"it's\", r"'it\'s\\'"),
            ("$x (y) {z} ~ *", "'$x (y) {z} ~ *'"),
            ("a\nb", r"'a'\x0a'b'"),
        ] {
            assert_eq!(fish_quote(OsStr::new(value)), word);
        }
    }

    #[test]
    fn a_word_for_powershell_is_ascii() {
        for (value, word) in [
            ("", "''"),
            (r"C:\a b", r"'C:\a b'"),
            ("it's $x `y` \"z\"", "'it''s $x `y` \"z\"'"),
            ("\u{2018}é", "'' + [char]8216 + '' + [char]233 + ''"),
            ("a\nb", "'a' + [char]10 + 'b'"),
            ("\u{1f40d}", "'' + [char]55357 + '' + [char]56333 + ''"),
        ] {
            assert_eq!(powershell_quote(value), word);
        }
    }

    #[test]
    fn a_word_is_quoted_as_pythons_shlex_does() {
        for (text, expected) in [
            ("/a/b-c", "/a/b-c"),
            ("a b", "'a b'"),
            ("it's", r#"'it'"'"'s'"#),
            ("", "''"),
        ] {
            assert_eq!(shlex_quote(text.as_bytes()), expected.as_bytes());
        }
    }
}
