//! pyvenv.cfg: the bytes of the file -> the few values vrun needs, read as CPython reads them.
//!
//! The rules are getpath.py's (CPython 3.11 and later) and site.py's: UTF-8; a line counts if it holds
//! a `=`; the key is what stands before the first one, stripped, in any case; there are no comments,
//! and a byte order mark is part of the first key. The first `home` wins, of all else the last.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};

/// getpath.py gives up at a file of 32 KiB.
pub(crate) const SIZE_LIMIT: usize = 32 * 1024;

/// The keys of pyvenv.cfg that vrun looks at. venv, virtualenv and uv each write some of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PyvenvCfg {
    /// The directory of the base interpreter.
    pub home: Option<PathBuf>,
    /// What stands before a shell's prompt, its quotes taken off.
    pub prompt: Option<String>,
    /// The version of the base interpreter as it was at creation, as exact as the maker wrote it.
    pub version: Option<String>,
    /// `CPython`, `PyPy`; venv itself does not say.
    pub implementation: Option<String>,
    /// The command that made it, the place that it was made at last; venv says so since 3.11.
    pub command: Option<String>,
    /// Whether the base interpreter's packages are to be seen too. Where it does not say, they are (site.py).
    pub system_site_packages: Option<bool>,
}

/// Reads the text of the pyvenv.cfg that lies at `file`.
///
/// # Errors
/// Not UTF-8, or too large: with either, no Python starts in that environment.
pub(crate) fn parse(bytes: &[u8], file: &Path) -> Result<PyvenvCfg, Error> {
    if bytes.len() >= SIZE_LIMIT {
        return Err(
            invalid_error(file).with_cause("it is larger than the 32 KiB that Python reads")
        );
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        invalid_error(file).with_cause(format_args!("it is not UTF-8: {error}"))
    })?;
    let mut cfg = PyvenvCfg::default();
    let mut minor = None;
    for line in text.lines() {
        match line.split_once('=') {
            Some((key, value)) if key.trim().eq_ignore_ascii_case("python-version") => {
                minor = Some(value.trim());
            }
            Some((key, value)) => cfg.set_value(key.trim(), value.trim()),
            None => {}
        }
    }
    // PEP 838: the one to believe, where it stands. It is no more than major and minor, so a version that
    // agrees with it and says more is kept.
    if let Some(minor) = minor.filter(|minor| !cfg.has_minor(minor)) {
        cfg.version = Some(minor.to_owned());
    }
    Ok(cfg)
}

/// The start of every error about a pyvenv.cfg that Python itself would stop at.
pub(crate) fn unreadable_error(file: &Path) -> Error {
    let hint = format!("`ls -ld {}` tells whose it is", shell_word(file));
    Error::failed(format!("{} cannot be read", printable(file))).with_hint(hint)
}

/// The same of one whose text is no such file's.
fn invalid_error(file: &Path) -> Error {
    let env = shell_word(file.parent().unwrap_or(file));
    let hint = format!("`vrun --env {env} --repair` writes it anew; the packages stay");
    Error::failed(format!("{} cannot be read", printable(file))).with_hint(hint)
}

impl PyvenvCfg {
    fn set_value(&mut self, key: &str, value: &str) {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        if is("home") {
            self.home.get_or_insert_with(|| value.into());
        } else if is("prompt") {
            self.prompt = Some(unquote(value)).filter(|prompt| !prompt.is_empty());
        } else if is("implementation") {
            self.implementation = Some(value.to_owned());
        } else if is("command") {
            self.command = Some(value.to_owned());
        } else if is("include-system-site-packages") {
            self.system_site_packages = Some(value.eq_ignore_ascii_case("true"));
        } else if is("version") || is("version_info") {
            // venv writes `version`, uv `version_info`, virtualenv both, the latter with a suffix.
            self.version.get_or_insert_with(|| value.to_owned());
        }
    }

    fn has_minor(&self, minor: &str) -> bool {
        let rest = self
            .version
            .as_deref()
            .and_then(|version| version.strip_prefix(minor));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// A prompt as it was given. venv writes Python's `repr()`, virtualenv double quotes, uv the bare text.
fn unquote(value: &str) -> String {
    let inner = ['\'', '"'].iter().find_map(|quote| {
        value
            .strip_prefix(*quote)
            .and_then(|rest| rest.strip_suffix(*quote))
    });
    match inner {
        Some(inner) => unescape(inner),
        None => value.to_owned(),
    }
}

/// Undoes what `repr()` escapes in a string; what is no escape stays as it stands.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (c, used) = decode_escape(after).unwrap_or(('\\', 0));
        plain.push(c);
        rest = &after[used..];
    }
    plain.push_str(rest);
    plain
}

/// The character that the text after a backslash stands for, and how many bytes of it do so.
fn decode_escape(after: &str) -> Option<(char, usize)> {
    let hex = |digits: usize| {
        let code = u32::from_str_radix(after.get(1..1 + digits)?, 16).ok()?;
        Some((char::from_u32(code)?, 1 + digits))
    };
    match after.chars().next()? {
        c @ ('\\' | '\'' | '"') => Some((c, 1)),
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        'x' => hex(2),
        'u' => hex(4),
        'U' => hex(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> PyvenvCfg {
        parse(text.as_bytes(), Path::new("/app/.venv/pyvenv.cfg")).expect("a readable file")
    }

    #[test]
    fn home_is_found_however_it_is_spaced_cased_and_ended() {
        for text in [
            "home = /usr/bin\n",
            "home=/usr/bin",
            "  HOME\t=  /usr/bin  \r\nversion = 3.12.1\r\n",
            "no equals sign here\n\nhome = /usr/bin\n",
            "home = /usr/bin\nhome = /opt/other\n",
            "#home = /opt/other\nhome = /usr/bin\n",
        ] {
            assert_eq!(parse_text(text).home, Some("/usr/bin".into()), "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_spoils_the_first_key_as_it_does_for_python() {
        assert_eq!(
            parse_text("\u{feff}home = /usr/bin\nprompt = x\n").home,
            None
        );
        assert_eq!(
            parse_text("\u{feff}home = /usr/bin\nprompt = x\n")
                .prompt
                .as_deref(),
            Some("x")
        );
    }

    #[test]
    fn a_value_keeps_its_own_equals_signs() {
        assert_eq!(parse_text("home = /a=b/c\n").home, Some("/a=b/c".into()));
    }

    #[test]
    fn a_prompt_is_read_in_all_three_spellings() {
        for (written, meant) in [
            ("'my env'", "my env"),
            (r#"'it\'s "q" $X'"#, r#"it's "q" $X"#),
            (r#""double""#, "double"),
            ("bare text", "bare text"),
            (r"'tab\there \\ \xe9\u20ac\U0001f40d'", "tab\there \\ é€🐍"),
            (r"'C:\dir'", r"C:\dir"),
            ("'", "'"),
        ] {
            assert_eq!(
                parse_text(&format!("prompt = {written}\n"))
                    .prompt
                    .as_deref(),
                Some(meant)
            );
        }
        assert_eq!(parse_text("prompt = ''\n").prompt, None);
    }

    #[test]
    fn a_version_is_read_from_whichever_key_the_maker_wrote() {
        assert_eq!(
            parse_text("version = 3.12.1\n").version.as_deref(),
            Some("3.12.1")
        );
        assert_eq!(
            parse_text("version_info = 3.12.1\n").version.as_deref(),
            Some("3.12.1")
        );
        for (text, version) in [
            (
                "version_info = 3.12.1.final.0\npython-version = 3.12\n",
                "3.12.1.final.0",
            ),
            ("python-version = 3.12\nversion = 3.12.1\n", "3.12.1"),
            ("version = 3.1.2\npython-version = 3.12\n", "3.12"),
            ("version = 3.11.7\npython-version = 3.12\n", "3.12"),
            ("python-version = 3.12\n", "3.12"),
        ] {
            assert_eq!(parse_text(text).version.as_deref(), Some(version), "{text}");
        }
    }

    #[test]
    fn whether_the_bases_packages_are_seen_is_what_the_last_line_of_it_says() {
        for (text, said) in [
            ("include-system-site-packages = false\n", Some(false)),
            ("Include-System-Site-Packages=TRUE", Some(true)),
            ("include-system-site-packages = yes\n", Some(false)),
            (
                "include-system-site-packages = true\ninclude-system-site-packages = false\n",
                Some(false),
            ),
            ("home = /usr/bin\n", None),
        ] {
            assert_eq!(parse_text(text).system_site_packages, said, "{text}");
        }
    }

    #[test]
    fn what_stops_python_is_an_error_that_names_the_file() {
        let file = Path::new("/app/.venv/pyvenv.cfg");
        for bytes in [b"home = /\xff\n".to_vec(), vec![b'#'; SIZE_LIMIT]] {
            let error = parse(&bytes, file)
                .expect_err("Python stops at it")
                .to_string();
            assert!(error.starts_with("vrun: /app/.venv/pyvenv.cfg cannot be read\n  cause: "));
        }
    }
}
