//! pyvenv.cfg: the bytes of the file -> the few values vrun needs, read as CPython reads them.
//!
//! The rules are those of getpath.py (CPython 3.11 and later) and site.py: UTF-8; only lines with a `=` are read; the
//! key is the text before the first one, stripped, in any case; there are no comments, and a byte order mark is part of
//! the first key. The first `home` wins; for any other key the last.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};

use super::python_version::MinorVersion;

/// What makes a directory an environment (PEP 405).
pub(crate) const PYVENV_CFG: &str = "pyvenv.cfg";

/// getpath.py rejects a file of 32 KiB.
pub(crate) const SIZE_LIMIT: usize = 32 * 1024;

/// The keys of pyvenv.cfg that vrun reads. venv, virtualenv and uv each write some of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PyvenvCfg {
    /// The directory of the base interpreter.
    pub home: Option<PathBuf>,
    /// The prefix of a shell's prompt, unquoted.
    pub prompt: Option<String>,
    /// The version of the base interpreter at creation, as exact as the creator wrote it.
    pub version: Option<String>,
    /// `CPython`, `PyPy`; venv does not write it.
    pub implementation: Option<String>,
    /// The command that created the environment, with its path at the end; venv writes it since 3.11.
    pub command: Option<String>,
    /// Whether Python sees the base interpreter's packages too. It does if this is unset (site.py).
    pub system_site_packages: Option<bool>,
    /// Whether vrun created the environment.
    pub is_by_vrun: bool,
}

/// The keys and values of the text, stripped, in order.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(entry)
}

/// The key and the value of a line, stripped; None if it has no `=`.
pub(crate) fn entry(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    Some((key.trim(), value.trim()))
}

/// Reads the pyvenv.cfg of the environment at `root`.
///
/// # Errors
/// Not UTF-8, or too large: with either, no Python starts in that environment.
pub(crate) fn parse(bytes: &[u8], root: &Path) -> Result<PyvenvCfg, Error> {
    if bytes.len() >= SIZE_LIMIT {
        return Err(
            invalid_error(root).with_cause("it is larger than the 32 KiB that Python reads")
        );
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        invalid_error(root).with_cause(format_args!("it is not UTF-8: {error}"))
    })?;
    let mut cfg = PyvenvCfg::default();
    let mut minor = None;
    let mut last_key = "";
    for line in text.lines() {
        match entry(line) {
            Some((key, value)) if key.eq_ignore_ascii_case("python-version") => minor = Some(value),
            Some((key, value)) => {
                cfg.set_value(key, value);
                last_key = key;
            }
            // The path at its end has a line break, and is not known whole.
            None if last_key.eq_ignore_ascii_case("command") && !line.trim().is_empty() => {
                cfg.command = None;
            }
            None => {}
        }
    }
    // PEP 838: this key is authoritative. It has major and minor only, so a version that agrees with it and says more
    // is kept.
    if let Some(minor) = minor.filter(|minor| !cfg.has_minor(minor)) {
        cfg.version = Some(minor.to_owned());
    }
    Ok(cfg)
}

fn invalid_error(root: &Path) -> Error {
    let hint = format!(
        "`vrun --env {} --repair` rewrites it and keeps the packages",
        shell_word(root)
    );
    let file = printable(root.join(PYVENV_CFG));
    Error::failed(format!("{file} cannot be read")).with_hint(hint)
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
            // venv writes `version`, uv `version_info`, virtualenv both, the second with a suffix.
            self.version.get_or_insert_with(|| value.to_owned());
        } else if is("vrun") {
            self.is_by_vrun = true;
        }
    }

    /// The minor version of [`PyvenvCfg::version`].
    pub(crate) fn minor_version(&self) -> Option<MinorVersion> {
        MinorVersion::from_version(self.version.as_deref()?)
    }

    fn has_minor(&self, minor: &str) -> bool {
        let version = self.version.as_deref();
        let rest = version.and_then(|version| version.strip_prefix(minor));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// The prompt as it was given. venv writes Python's `repr()`, virtualenv double quotes, uv the bare text.
fn unquote(value: &str) -> String {
    let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    match inner('\'').or_else(|| inner('"')) {
        Some(inner) => unescape(inner),
        None => value.to_owned(),
    }
}

/// Undoes the escapes of `repr()`; other backslashes stay.
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

/// The character that the text after a backslash stands for, and how many bytes it takes.
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
    use crate::fuzz::fuzz;

    fn parse_text(text: &str) -> PyvenvCfg {
        parse(text.as_bytes(), Path::new("/app/.venv")).expect("a readable file")
    }

    #[test]
    fn home_is_found_in_any_spacing_case_and_line_end() {
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
    fn a_byte_order_mark_spoils_the_first_key_as_in_python() {
        let cfg = parse_text("\u{feff}home = /usr/bin\nprompt = x\n");
        assert_eq!((cfg.home, cfg.prompt.as_deref()), (None, Some("x")));
    }

    #[test]
    fn a_value_keeps_its_own_equals_signs() {
        assert_eq!(parse_text("home = /a=b/c\n").home, Some("/a=b/c".into()));
    }

    #[test]
    fn a_prompt_is_read_in_all_three_spellings() {
        for (written, prompt) in [
            ("'my env'", Some("my env")),
            (r#"'it\'s "q" $X'"#, Some(r#"it's "q" $X"#)),
            (r#""double""#, Some("double")),
            ("bare text", Some("bare text")),
            (
                r"'tab\there \\ \xe9\u20ac\U0001f40d'",
                Some("tab\there \\ é€🐍"),
            ),
            (r"'C:\dir'", Some(r"C:\dir")),
            ("'", Some("'")),
            ("''", None),
        ] {
            let cfg = parse_text(&format!("prompt = {written}\n"));
            assert_eq!(cfg.prompt.as_deref(), prompt);
        }
    }

    #[test]
    fn the_version_is_read_from_any_creators_key() {
        for (text, version) in [
            ("version = 3.12.1\n", "3.12.1"),
            ("version_info = 3.12.1\n", "3.12.1"),
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
    fn the_last_include_system_site_packages_counts() {
        let key = "include-system-site-packages";
        for (text, expected) in [
            (format!("{key} = false\n"), Some(false)),
            ("Include-System-Site-Packages=TRUE".into(), Some(true)),
            (format!("{key} = yes\n"), Some(false)),
            (format!("{key} = true\n{key} = false\n"), Some(false)),
            ("home = /usr/bin\n".into(), None),
        ] {
            let cfg = parse_text(&text);
            assert_eq!(cfg.system_site_packages, expected, "{text}");
        }
    }

    #[test]
    fn what_python_rejects_is_an_error_that_names_the_file() {
        for bytes in [b"home = /\xff\n".to_vec(), vec![b'#'; SIZE_LIMIT]] {
            let error = parse(&bytes, Path::new("/app/.venv")).expect_err("Python rejects it");
            let error = error.to_string().replace('\\', "/");
            assert!(error.starts_with("vrun: /app/.venv/pyvenv.cfg cannot be read\n  cause: "));
        }
    }

    #[test]
    fn any_pyvenv_cfg_is_parsed_or_an_error() {
        fuzz("pyvenv_cfg", 3000, |bytes| {
            let cfg = parse(bytes, Path::new("/app/.venv")).ok();
            let _ = cfg.and_then(|cfg| cfg.minor_version());
        });
    }
}
