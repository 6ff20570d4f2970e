//! `.python-version` and `requires-python` of pyproject.toml -> the Python that a project asks for.
//!
//! An explicit request (`--python`, VRUN_PYTHON) comes first, then `.python-version`, then `requires-python`. A file is
//! read only when nothing before it has decided.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use crate::error::{Error, io_reason};
use crate::process::Process;
use crate::quote::{printable, toml_cause};

use super::request::{ExplicitRequest, PythonRequest, RequestSource};
use super::request_syntax::{self, RequestKind};

/// The request that counts; None where nobody asked for anything.
///
/// # Errors
/// It cannot be understood, or the file it should be in cannot be read.
pub(crate) fn resolve_request(
    wish: Option<&ExplicitRequest>,
    project: Option<&Path>,
    process: &Process,
) -> Result<Option<PythonRequest>, Error> {
    if let Some(wish) = wish {
        return parse_explicit(wish, process).map(Some);
    }
    let Some(project) = project else {
        return Ok(None);
    };
    match read_version_file(project, process)? {
        None => read_requires_python(project),
        request => Ok(request),
    }
}

pub(super) fn parse_explicit(
    wish: &ExplicitRequest,
    process: &Process,
) -> Result<PythonRequest, Error> {
    let form = match path_from_text(&wish.text, process) {
        Some(path) => Some(RequestKind::Path(process.absolute(&path)?)),
        None => wish.text.to_str().map(str::trim).and_then(|text| {
            let dev = || is_pyenv_dev(text).then(|| RequestKind::PyenvName(text.into()));
            RequestKind::parse(text).or_else(dev)
        }),
    };
    let unknown = || {
        let what = format!("{} asks for `{}`", wish.source, printable(&wish.text));
        Error::failed(format!("{what}, which is no Python that vrun knows of"))
            .with_hint("such as `-p 3.12`, `-p '>=3.10,<3.13'`, `-p 3.13t`, `-p pypy3.10`, or the path of an interpreter")
    };
    Ok(PythonRequest {
        kind: form.ok_or_else(unknown)?,
        text: wish.text.clone(),
        source: RequestSource::Explicit(wish.source.clone()),
    })
}

/// `3.12-dev`: what pyenv calls the branch that the releases are made from.
fn is_pyenv_dev(text: &str) -> bool {
    let release = text.strip_suffix("-dev").and_then(RequestKind::parse);
    matches!(release, Some(RequestKind::Release { .. }))
}

/// A text that is a path: it holds a separator, or starts at the home directory.
fn path_from_text(text: &OsStr, process: &Process) -> Option<PathBuf> {
    let seen = text.to_string_lossy();
    if seen == "." || seen == ".." || seen.contains(std::path::is_separator) {
        let path = Path::new(text);
        let below_home = path.strip_prefix("~").ok().zip(process.home_dir());
        return Some(below_home.map_or_else(|| path.to_owned(), |(rest, home)| home.join(rest)));
    }
    None
}

/// pyenv's file, which uv and others read too: comments, blank lines, and names, of which the first counts.
fn read_version_file(project: &Path, process: &Process) -> Result<Option<PythonRequest>, Error> {
    let file = project.join(".python-version");
    let bytes = match fs::read(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable_request(&file).with_cause(io_reason(&error)))?,
    };
    let text = String::from_utf8_lossy(&bytes);
    // `system` is pyenv's word for no request.
    let Some(word) = first_word(&text).filter(|word| *word != "system") else {
        return Ok(None);
    };
    let is_near = word.starts_with(['/', '.', '~']) || Path::new(word).is_absolute();
    let form = match path_from_text(word.as_ref(), process).filter(|_| is_near) {
        Some(path) => RequestKind::Path(project.join(path)),
        None => RequestKind::parse(word).unwrap_or_else(|| RequestKind::PyenvName(word.into())),
    };
    Ok(Some(PythonRequest {
        kind: form,
        text: word.into(),
        source: RequestSource::VersionFile(file),
    }))
}

fn first_word(text: &str) -> Option<&str> {
    let lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.split('#').next().unwrap_or(line).trim());
    let line = lines.into_iter().find(|line| !line.is_empty())?;
    if request_syntax::is_specifier(line) {
        return Some(line);
    }
    line.split_whitespace().next()
}

fn read_requires_python(project: &Path) -> Result<Option<PythonRequest>, Error> {
    let file = project.join("pyproject.toml");
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable_request(&file).with_cause(io_reason(&error)))?,
    };
    let table: toml::Table = text
        .parse()
        .map_err(|error| unreadable_request(&file).with_cause(toml_cause(&text, 1, &error)))?;
    let asked = table
        .get("project")
        .and_then(|part| part.get("requires-python"));
    let Some(asked) = asked else {
        return Ok(None);
    };
    let not_a_range =
        || unreadable_request(&file).with_cause("`requires-python` is not a version specifier");
    let text = asked.as_str().ok_or_else(not_a_range)?;
    let range = VersionSpecifiers::from_str(text).map_err(|_| not_a_range())?;
    Ok(Some(PythonRequest {
        kind: RequestKind::Range(range),
        text: text.into(),
        source: RequestSource::Pyproject(file),
    }))
}

fn unreadable_request(file: &Path) -> Error {
    Error::failed(format!(
        "cannot read from {} which Python to take",
        printable(file)
    ))
    .with_hint("mend that file, or say which Python with `-p REQUEST`, such as `-p 3.12`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os;

    /// The request of a project with these files.
    fn request_of_files(files: &[(&str, &str)]) -> Result<Option<PythonRequest>, Error> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        resolve_request(None, Some(dir.path()), &Process::default())
    }

    fn request_text(files: &[(&str, &str)]) -> Option<String> {
        let request = request_of_files(files).expect("readable")?;
        Some(printable(request.text))
    }

    const PYPROJECT: &str = "[project]\nname = \"x\"\nrequires-python = \">=3.10, <3.13\"\n";

    #[test]
    fn the_first_source_that_asks_decides() {
        let both = [(".python-version", "3.12\n"), ("pyproject.toml", PYPROJECT)];
        let wish = ExplicitRequest {
            text: "3.9".into(),
            source: "--python".into(),
        };
        let request = resolve_request(Some(&wish), None, &Process::default()).expect("understood");
        assert_eq!(request.map(|request| request.text), Some("3.9".into()));
        assert_eq!(request_text(&both).as_deref(), Some("3.12"));
        assert_eq!(request_text(&both[1..]).as_deref(), Some(">=3.10, <3.13"));
        assert_eq!(request_text(&[("pyproject.toml", "[tool.x]\n")]), None);
        assert_eq!(request_text(&[]), None);
    }

    #[test]
    fn a_version_file_is_read_as_pyenv_reads_it() {
        for (written, meant) in [
            ("3.12\n", Some("3.12")),
            ("# ours\n\n  3.12.1  \n3.11\n", Some("3.12.1")),
            ("3.12.1 3.11.7\n", Some("3.12.1")),
            ("3.12 # why\r\n", Some("3.12")),
            (">=3.10, <3.13\n", Some(">=3.10, <3.13")),
            ("pypy3.10-7.3.12\n", Some("pypy3.10-7.3.12")),
            ("system\n", None),
            ("\n# nothing\n", None),
        ] {
            assert_eq!(
                request_text(&[(".python-version", written)]).as_deref(),
                meant,
                "{written:?}"
            );
        }
    }

    #[test]
    fn a_name_that_is_no_version_is_pyenvs() {
        for name in [
            "miniconda3-4.7",
            "my-env",
            "3.12-dev",
            "3.12.1/envs/app",
            "pypy3.10-7.3.12",
        ] {
            let request = request_of_files(&[(".python-version", name)]).expect("readable");
            let form = request.expect("a request").kind;
            assert!(
                matches!(&form, RequestKind::PyenvName(named) if named == name),
                "{form:?}"
            );
        }
    }

    #[test]
    fn a_broken_pyproject_is_an_error_only_where_it_has_to_be_read() {
        for broken in [
            "[project",
            "[project]\nrequires-python = 3\n",
            "[project]\nrequires-python = '^3.10'\n",
        ] {
            let error = request_of_files(&[("pyproject.toml", broken)]).expect_err("broken");
            assert!(error.to_string().contains("pyproject.toml"), "{error}");
            let files = [("pyproject.toml", broken), (".python-version", "3.12")];
            assert_eq!(request_text(&files).as_deref(), Some("3.12"));
        }
    }

    #[test]
    fn a_path_is_what_holds_a_separator_or_starts_at_home() {
        let home = if cfg!(windows) {
            "C:\\ada"
        } else {
            "/home/ada"
        };
        let process = Process {
            args: Vec::new(),
            vars: vec![(os::HOME_VAR.into(), home.into())],
        };
        let (path, below) = (format!("{home}/python3"), format!("{home}/py/bin/python"));
        for (typed, meant) in [(&*path, &path), ("~/py/bin/python", &below)] {
            let wish = ExplicitRequest {
                text: typed.into(),
                source: "--python".into(),
            };
            let form = parse_explicit(&wish, &process).expect("understood").kind;
            assert!(
                matches!(&form, RequestKind::Path(path) if path == Path::new(meant)),
                "{form:?}"
            );
        }
    }

    #[test]
    fn a_wish_may_have_blanks_around_it_and_be_a_name_of_pyenvs() {
        for (typed, meant) in [
            (" 3.12\n", RequestKind::parse("3.12")),
            ("3.13+freethreaded", RequestKind::parse("3.13t")),
            (" 3.12-dev", Some(RequestKind::PyenvName("3.12-dev".into()))),
        ] {
            let wish = ExplicitRequest {
                text: typed.into(),
                source: "VRUN_PYTHON".into(),
            };
            let form = parse_explicit(&wish, &Process::default())
                .expect("understood")
                .kind;
            assert_eq!(Some(form), meant, "{typed}");
        }
    }

    #[test]
    fn a_wish_that_is_no_request_is_told_what_there_is() {
        for typed in ["", "latest", "3.x", "python", "~", "miniconda3-4.7"] {
            let wish = ExplicitRequest {
                text: typed.into(),
                source: "VRUN_PYTHON".into(),
            };
            let parsed = parse_explicit(&wish, &Process::default());
            if typed == "python" {
                parsed.expect("any Python");
                continue;
            }
            let error = parsed.expect_err(typed).to_string();
            assert!(error.contains("VRUN_PYTHON") && error.contains("`-p pypy3.10`"));
        }
    }
}
