//! Lines for a `.env` file, written so that its readers agree on them.
//!
//! They agree on little. python-dotenv and VS Code's Python extension both take an unquoted value as it is, except for
//! blanks at its ends and, one of them, a comment; both take a single-quoted value as it is, except for backslashes; both
//! expand `${NAME}`, even in quotes. `docker --env-file` knows no quotes. So a value is quoted only if it must be, and a
//! value that some reader would change is an error.

use std::ffi::OsStr;

use crate::error::Error;
use crate::process::Process;
use crate::view::View;

use super::values::{unrepresentable, utf8_value, vars_to_empty};

/// # Errors
/// Readers would not agree on a value.
pub(crate) fn dotenv_lines(view: &View, process: &Process) -> Result<String, Error> {
    let mut lines = String::new();
    for (name, value) in view.vars_to_set() {
        lines.push_str(&format!("{name}={}\n", quote_value(name, value)?));
    }
    for name in vars_to_empty(view, process) {
        lines.push_str(&format!("{name}=\n"));
    }
    Ok(lines)
}

fn quote_value(name: &str, value: &OsStr) -> Result<String, Error> {
    let value = utf8_value(name, value, "a .env file")?;
    let is_line_end = |c: char| c.is_control() || "\u{2028}\u{2029}".contains(c);
    let changed = |why| Err(unrepresentable(name, "a .env file", why));
    if value.contains(is_line_end) {
        return changed("has more than one line");
    }
    if value.contains("${") || value.contains("\\$") {
        return changed("holds `${` or `\\$`, which readers expand");
    }
    if is_plain(value) {
        return Ok(value.to_owned());
    }
    if value.contains(['\'', '\\']) {
        return changed("needs quotes, and readers disagree on `'` and `\\` in quotes");
    }
    Ok(format!("'{value}'"))
}

/// Whether readers take the value as it is without quotes.
fn is_plain(value: &str) -> bool {
    let is_blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let is_comment = |(at, _)| value[..at].chars().next_back().is_none_or(is_blank);
    !value.starts_with(['\'', '"', '`'])
        && value.trim_matches(is_blank) == value
        && !value.match_indices('#').any(is_comment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_need_quotes_have_them() {
        for (value, word) in [
            ("", ""),
            ("/a b/it's:/usr/bin", "/a b/it's:/usr/bin"),
            (r"C:\new\.venv", r"C:\new\.venv"),
            ("/a#b $x", "/a#b $x"),
            ("/a #b", "'/a #b'"),
            ("#a", "'#a'"),
            (" a ", "' a '"),
            ("\"a\"", "'\"a\"'"),
        ] {
            assert_eq!(
                quote_value("PATH", OsStr::new(value)).expect("a word"),
                word
            );
        }
        for value in ["a\nb", "${a}", r"\$a", "'a'", r"\a #b"] {
            assert!(quote_value("PATH", OsStr::new(value)).is_err(), "{value}");
        }
    }
}
