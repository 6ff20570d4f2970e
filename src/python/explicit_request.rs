//! What `--python`, a variable or a script asks for -> the request.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::process::Process;
use crate::quote::printable;

use super::near_request::near_request;
use super::request::{ExplicitRequest, PythonRequest, RequestSource};
use super::request_syntax::RequestKind;

pub(super) fn parse_explicit(
    explicit: &ExplicitRequest,
    process: &Process,
) -> Result<PythonRequest, Error> {
    let ExplicitRequest { text, source } = explicit;
    let kind = match expand_path(text, process) {
        Some(path) => Some(RequestKind::Path(process.absolute(&path)?)),
        None => text.to_str().map(str::trim).and_then(|text| {
            let dev = || is_pyenv_dev(text).then(|| RequestKind::PyenvName(text.into()));
            RequestKind::parse(text).or_else(dev)
        }),
    };
    let invalid = || {
        let error = Error::failed(format!(
            "{source} asks for `{}`, which is not a valid request for a Python",
            printable(text)
        ));
        if let Some(near) = near_request(text, process) {
            return error.with_hint(format!("did you mean `-p {near}`?"));
        }
        error.with_hint("such as `-p 3.12`, `-p '>=3.10,<3.13'`, `-p 3.13t`, `-p pypy3.10`, or the path of an interpreter")
    };
    Ok(PythonRequest {
        kind: kind.ok_or_else(invalid)?,
        text: text.clone(),
        source: RequestSource::Explicit(source.clone()),
    })
}

/// `3.12-dev`: pyenv's name of a release branch.
fn is_pyenv_dev(text: &str) -> bool {
    let release = text.strip_suffix("-dev").and_then(RequestKind::parse);
    matches!(release, Some(RequestKind::Release { .. }))
}

/// `text` as a path, if it holds a separator, with `~` expanded.
pub(super) fn expand_path(text: &OsStr, process: &Process) -> Option<PathBuf> {
    let lossy = text.to_string_lossy();
    if lossy != "." && lossy != ".." && !lossy.contains(std::path::is_separator) {
        return None;
    }
    let path = Path::new(text);
    let below_home = path.strip_prefix("~").ok().zip(process.home_dir());
    Some(below_home.map_or_else(|| path.to_owned(), |(rest, home)| home.join(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os;

    fn explicit(text: &str) -> ExplicitRequest {
        ExplicitRequest {
            text: text.into(),
            source: "VRUN_PYTHON".into(),
        }
    }

    #[test]
    fn a_request_with_a_separator_is_a_path() {
        let home = if cfg!(windows) {
            "C:\\ada"
        } else {
            "/home/ada"
        };
        let process = Process {
            args: Vec::new(),
            vars: vec![(os::HOME_VAR.into(), home.into())],
            ..Process::default()
        };
        let (path, below) = (format!("{home}/python3"), format!("{home}/py/bin/python"));
        for (text, expected) in [(&*path, &path), ("~/py/bin/python", &below)] {
            let request = parse_explicit(&explicit(text), &process);
            let kind = request.expect("a valid request").kind;
            assert_eq!(kind, RequestKind::Path(expected.into()));
        }
    }

    #[test]
    fn an_explicit_request_is_trimmed_and_may_be_a_dev_version() {
        for (text, expected) in [
            (" 3.12\n", RequestKind::parse("3.12")),
            ("3.13+freethreaded", RequestKind::parse("3.13t")),
            (" 3.12-dev", Some(RequestKind::PyenvName("3.12-dev".into()))),
        ] {
            let request = parse_explicit(&explicit(text), &Process::default());
            let kind = request.expect("a valid request").kind;
            assert_eq!(Some(kind), expected, "{text}");
        }
    }

    #[test]
    fn an_invalid_request_gets_examples() {
        for text in ["", "latest", "3.x", "python", "~", "miniconda3-4.7"] {
            let parsed = parse_explicit(&explicit(text), &Process::default());
            if text == "python" {
                parsed.expect("any Python");
                continue;
            }
            let error = parsed.expect_err(text).to_string();
            assert!(error.contains("VRUN_PYTHON") && error.contains("`-p pypy3.10`"));
        }
    }
}
