//! Lines for a `.env` file, in what its readers agree on.
//!
//! They do not agree on much. python-dotenv and the Python extension of VS Code both take a value without quotes
//! as it is, but for blanks at its ends and, the one, for a comment; both take the text between single quotes, but for
//! backslashes; both put a variable in the place of `${NAME}`, in quotes too. `docker --env-file` knows no quotes.
//! So there are quotes only where nothing else helps, and what no reader would take as it is, is an error.

use std::ffi::OsStr;

use crate::error::Error;
use crate::process::Process;
use crate::view::View;

use super::values::{unrepresentable, utf8_value, vars_to_empty};

pub(super) fn export_lines(view: &View, process: &Process) -> Result<String, Error> {
    let mut lines = String::new();
    for (name, value) in view.vars_to_set() {
        lines.push_str(&format!("{name}={}\n", quote_value(name, value)?));
    }
    for name in vars_to_empty(view, process) {
        lines.push_str(&format!("{name}=\n"));
    }
    Ok(lines)
}

pub(super) fn quote_value(name: &str, value: &OsStr) -> Result<String, Error> {
    let value = utf8_value(name, value, "a .env file")?;
    let is_line_end = |c: char| c.is_control() || "\u{2028}\u{2029}".contains(c);
    let not_read = |why| Err(unrepresentable(name, "a .env file", why));
    if value.contains(is_line_end) {
        return not_read("is more than a line");
    }
    if value.contains("${") || value.contains("\\$") {
        return not_read("holds `${` or `\\$`, which readers put something else in the place of");
    }
    if is_plain(value) {
        return Ok(value.to_owned());
    }
    if value.contains(['\'', '\\']) {
        return not_read("needs quotes, in which readers take a `'` or `\\` each in its own way");
    }
    Ok(format!("'{value}'"))
}

/// Whether a value is itself without quotes.
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
    fn quotes_stand_only_where_nothing_else_helps() {
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
