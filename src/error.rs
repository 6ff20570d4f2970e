//! What vrun says when it cannot do what it was asked: what, why, what to type next, and the exit code.
//!
//! The shape is fixed, so that a person finds the command to type in the same place each time:
//!
//! ```text
//! vrun: <what could not be done, lower case, no final period>
//!   cause: <one line each>
//!   hint: <something to type>
//! ```

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::MAIN_SEPARATOR;

/// Why vrun itself ends instead of the program, as an exit code. `env`, `nohup` and `timeout` use
/// the same three (POSIX, "Shell & Utilities", exit status of `env`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// vrun failed before the program ran; usage errors too.
    Failed = 125,
    /// The program was found but cannot be run, or vrun refuses to run it or to make an environment.
    Refused = 126,
    /// There is no such program.
    NotFound = 127,
    /// Ctrl-C while an environment was being made.
    Interrupted = 130,
}

/// One failure, told whole.
#[derive(Debug)]
pub struct Error {
    what: String,
    causes: Vec<String>,
    hint: Option<String>,
    /// The code that vrun ends with.
    pub exit: Exit,
}

impl Error {
    /// vrun could not get as far as running the program (125).
    pub fn failed(what: impl Into<String>) -> Error {
        Error::new(Exit::Failed, what)
    }

    /// Found, but not runnable, or refused (126).
    pub fn refused(what: impl Into<String>) -> Error {
        Error::new(Exit::Refused, what)
    }

    /// No such program (127).
    pub fn not_found(what: impl Into<String>) -> Error {
        Error::new(Exit::NotFound, what)
    }

    /// Ctrl-C during first use (130).
    pub fn interrupted(what: impl Into<String>) -> Error {
        Error::new(Exit::Interrupted, what)
    }

    fn new(exit: Exit, what: impl Into<String>) -> Error {
        Error {
            what: what.into(),
            causes: Vec::new(),
            hint: None,
            exit,
        }
    }

    /// Adds a reason; several stand below each other in the order they were added.
    pub fn cause(mut self, cause: impl fmt::Display) -> Error {
        self.causes.push(cause.to_string());
        self
    }

    /// What could not be done.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The reasons.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to type next.
    pub fn next(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What could not be done, why, and what to type next, for who tells it in another way.
    pub fn into_parts(self) -> (String, Vec<String>, Option<String>) {
        (self.what, self.causes, self.hint)
    }

    /// Says what to type next; a later hint replaces an earlier one.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "vrun: {}", self.what)?;
        for cause in &self.causes {
            write!(out, "\n  cause: {cause}")?;
        }
        if let Some(hint) = &self.hint {
            write!(out, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// What the system says of a failure, without the number that only its own manual explains.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let plain = text.split(" (os error ").next().unwrap_or(&text);
    let mut chars = plain.chars();
    // The system starts a sentence; here it goes on with one.
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// A name or path for a message: on one line, whatever bytes it holds.
pub fn shown(name: impl AsRef<OsStr>) -> String {
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

/// A name or path for a command that the reader may paste into a shell. What would not show as it is (a
/// newline, a byte that is no UTF-8) stands as an escape in `$'...'`, which bash, zsh and POSIX 2024 read.
pub fn typed(name: impl AsRef<OsStr>) -> String {
    let bytes = name.as_ref().as_encoded_bytes();
    match str::from_utf8(bytes) {
        Ok(text) if MAIN_SEPARATOR == '\\' && is_of_paths(text) => in_double_quotes(text),
        Ok(text) if !text.chars().any(char::is_control) => quoted(text),
        _ => escaped(bytes),
    }
}

/// Whether no shell of Windows sees more than a letter in what paths are made of there, in double quotes.
fn is_of_paths(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || r" \/:._-+~()".contains(c);
    !text.is_empty() && text.chars().all(is_plain)
}

/// A path as PowerShell and cmd both take it.
fn in_double_quotes(text: &str) -> String {
    if text.contains([' ', '(', ')']) || text.starts_with(['~', '-', '+']) {
        return format!("\"{text}\"");
    }
    text.to_owned()
}

/// `text` as one word of any shell: shell-words leaves bare what means something only to some (braces, `!`
/// and `^` in bash and zsh), or in some locales (blanks beyond ASCII).
pub fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./,:+@".contains(c);
    match shell_words::quote(text) {
        Cow::Borrowed(bare) if !bare.chars().all(is_plain) => format!("'{bare}'"),
        word => word.into_owned(),
    }
}

fn escaped(bytes: &[u8]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_what_cause_hint() {
        let error = Error::not_found("no program named `pytset`")
            .cause("it is not on PATH")
            .hint("install it with `vrun pip install pytset`");
        assert_eq!(
            error.to_string(),
            "vrun: no program named `pytset`\n  cause: it is not on PATH\n  hint: install it with `vrun pip install pytset`"
        );
        assert_eq!(error.exit as u8, 127);
    }

    #[test]
    fn the_systems_reason_comes_without_its_number() {
        let error = io::Error::from_raw_os_error(2);
        assert!(!reason(&error).contains("os error"), "{}", reason(&error));
    }

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
            assert_eq!(typed(name), word);
        }
    }

    #[test]
    fn a_path_of_windows_is_one_word_for_its_shells() {
        for (path, word) in [
            (r"C:\app\.venv", r"C:\app\.venv"),
            (r"C:\my app\.venv", r#""C:\my app\.venv""#),
            (r"C:\Program Files (x86)\é", r#""C:\Program Files (x86)\é""#),
        ] {
            assert!(is_of_paths(path), "{path}");
            assert_eq!(in_double_quotes(path), word);
        }
        for other in [r"C:\a&b", r"C:\%a%", r"C:\$a", r"C:\a'b", ""] {
            assert!(!is_of_paths(other), "{other}");
        }
    }

    #[test]
    fn a_name_with_a_newline_stays_on_its_line() {
        assert_eq!(shown("a\nb\tc\u{1b}[1m"), "a\\nb\\tc\\u{1b}[1m");
    }
}
