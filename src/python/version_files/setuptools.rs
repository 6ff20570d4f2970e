//! `python_requires` of setup.cfg, and of setup.py where it is a literal: vrun reads that program, and never runs it.

use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use crate::error::Error;
use crate::ini;
use crate::python::request::PythonRequest;

use super::project_files::ProjectFiles;

const KEY: &str = "python_requires";

pub(super) fn read_setup_cfg(files: &ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error> {
    let text = files.read_any("setup.cfg")?.unwrap_or_default();
    match option_value(&text) {
        Some(value) => files.range("setup.cfg", KEY, &value, &strip_wildcards(&value)),
        None => Ok(None),
    }
}

pub(super) fn read_setup_py(files: &ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error> {
    let text = files.read_any("setup.py")?.unwrap_or_default();
    let literal = literal_argument(&text).map(|text| (text, strip_wildcards(text)));
    // What looks like a literal may be part of something else.
    let is_range = |(_, range): &(&str, String)| VersionSpecifiers::from_str(range).is_ok();
    match literal.filter(is_range) {
        Some((text, range)) => files.range("setup.py", KEY, text, &range),
        None => Ok(None),
    }
}

/// The option in `[options]`, its indented lines joined.
fn option_value(text: &str) -> Option<String> {
    let mut options = ini::section_settings(text, "options").into_iter();
    let (_, value) = options.find(|(key, _)| key.replace('-', "_") == KEY)?;
    Some(value.replace('\n', ""))
}

/// `>=3.6` of `python_requires=">=3.6",`.
fn literal_argument(text: &str) -> Option<&str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let mut found = lines.filter_map(|line| line.split_once(KEY));
    found.find_map(|(_, rest)| {
        let rest = rest.trim_start_matches(['"', '\'', ' ']);
        let rest = rest.strip_prefix(['=', ':'])?.trim_start();
        let quote = rest.chars().next().filter(|quote| "\"'".contains(*quote))?;
        let (value, after) = rest[1..].split_once(quote)?;
        let after = after.trim_start();
        (after.is_empty() || after.starts_with([',', ')', '}', '#'])).then_some(value)
    })
}

/// `>=3.6.*`, which old setuptools took for `>=3.6`. Only `==` and `!=` may have the sign (PEP 440).
fn strip_wildcards(text: &str) -> String {
    let strip = |part: &str| match part.trim() {
        part if part.starts_with(['<', '>', '~']) => part.trim_end_matches(".*").to_owned(),
        part => part.to_owned(),
    };
    text.split(',').map(strip).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setup_cfg_has_an_option() {
        for (text, expected) in [
            ("[options]\npython_requires = >=3.6\n", Some(">=3.6")),
            (
                "[options]\na = b\npython-requires: >=3.6,\n  <4\n",
                Some(">=3.6,<4"),
            ),
            ("[metadata]\npython_requires = >=3.6\n", None),
            ("[options]\n[x]\npython_requires = >=3.6\n", None),
            ("", None),
        ] {
            assert_eq!(option_value(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn setup_py_has_a_literal() {
        for (text, expected) in [
            ("setup(python_requires='>=3.6')", Some(">=3.6")),
            ("    python_requires = \">=3.6, <4\",\n", Some(">=3.6, <4")),
            ("x = {'python_requires': '>=3.6'}", Some(">=3.6")),
            (
                "# python_requires='>=3.9',\npython_requires='>=3.6',",
                Some(">=3.6"),
            ),
            ("python_requires='>=%s' % LOWEST,", None),
            ("python_requires=LOWEST,", None),
            ("python_requires='>=3.6", None),
            ("", None),
        ] {
            assert_eq!(literal_argument(text), expected, "{text}");
        }
        assert_eq!(strip_wildcards(">=3.6.*, !=3.7.*"), ">=3.6,!=3.7.*");
    }
}
