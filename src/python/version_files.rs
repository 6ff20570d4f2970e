//! `.python-version` and `requires-python` of pyproject.toml -> the Python that a project requests.
//!
//! An explicit request (`--python`, VRUN_PYTHON) comes first, then `.python-version`, then `requires-python`. A file is
//! read only if nothing before it has decided.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use crate::error::{Error, io_reason};
use crate::process::{Process, normalize};
use crate::quote::{printable, toml_cause};
use crate::read::{MAX_LINE_FILE, MAX_TEXT, read_file, read_text};
use crate::trust::{self, Trust};

use super::request::{ExplicitRequest, PythonRequest, RequestSource};
use super::request_syntax::{self, RequestKind, is_version_name};
use super::version_words;

/// The request to use, if there is one.
///
/// # Errors
/// It is invalid, or a file that may hold one cannot be read.
pub(crate) fn resolve_request(
    explicit: Option<&ExplicitRequest>,
    project: Option<&Path>,
    process: &Process,
) -> Result<Option<PythonRequest>, Error> {
    if let Some(explicit) = explicit {
        return parse_explicit(explicit, process).map(Some);
    }
    let Some(project) = project else {
        return Ok(None);
    };
    let trust = Trust::new(project, process);
    match read_version_file(project, &trust, process)? {
        None => read_requires_python(project, &trust),
        request => Ok(request),
    }
}

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
        Error::failed(format!(
            "{source} asks for `{}`, which is not a valid request for a Python",
            printable(text)
        ))
        .with_hint("such as `-p 3.12`, `-p '>=3.10,<3.13'`, `-p 3.13t`, `-p pypy3.10`, or the path of an interpreter")
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
fn expand_path(text: &OsStr, process: &Process) -> Option<PathBuf> {
    let lossy = text.to_string_lossy();
    if lossy != "." && lossy != ".." && !lossy.contains(std::path::is_separator) {
        return None;
    }
    let path = Path::new(text);
    let below_home = path.strip_prefix("~").ok().zip(process.home_dir());
    Some(below_home.map_or_else(|| path.to_owned(), |(rest, home)| home.join(rest)))
}

/// pyenv's file, which uv and others read too: comments, blank lines, and names, of which the first is used.
fn read_version_file(
    project: &Path,
    trust: &Trust,
    process: &Process,
) -> Result<Option<PythonRequest>, Error> {
    let file = project.join(".python-version");
    let Some(bytes) = read_if_exists(&file, trust, |file| read_file(file, MAX_LINE_FILE))? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    // `system` is pyenv's word for no request.
    let word = version_words::first_available(&words(&text), process);
    let Some(word) = word.filter(|word| *word != "system") else {
        return Ok(None);
    };
    let is_path = word.starts_with(['/', '.', '~']) || Path::new(word).is_absolute();
    let refused = |why: &str| {
        let cause = format!("it asks for `{}`, which {why}", printable(word));
        unreadable_request(&file).with_cause(cause)
    };
    let kind = match expand_path(word.as_ref(), process).filter(|_| is_path) {
        Some(path) => RequestKind::Path(
            path_in_project(project, path).ok_or_else(|| refused("is outside the project"))?,
        ),
        None => match RequestKind::parse(word) {
            Some(kind) => kind,
            None if is_version_name(word) => match version_words::named_request(word, process) {
                Some(kind) => kind,
                None => {
                    process.verbosity.notice(format_args!(
                        "ignoring {}: `{}` is neither a version nor one of pyenv's names here",
                        printable(&file),
                        printable(word)
                    ));
                    return Ok(None);
                }
            },
            None => return Err(refused("is neither a version nor a version's name")),
        },
    };
    Ok(Some(PythonRequest {
        kind,
        text: word.into(),
        source: RequestSource::VersionFile(file),
    }))
}

/// `path` if it is below the project: the file came with a checkout, and says nothing about the rest of the system. An
/// environment's Python is a link that leads out, so only its directory is resolved.
fn path_in_project(project: &Path, path: PathBuf) -> Option<PathBuf> {
    let path = normalize(project.join(path));
    let real = path.parent().and_then(|dir| dunce::canonicalize(dir).ok());
    let is_below = real.is_none_or(|dir| trust::is_within(&dir, project));
    (path.starts_with(project) && is_below).then_some(path)
}

fn words(text: &str) -> Vec<&str> {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let lines = lines.map(|line| line.split('#').next().unwrap_or(line).trim());
    lines.flat_map(words_of_line).collect()
}

fn words_of_line(line: &str) -> Vec<&str> {
    match request_syntax::is_specifier(line) {
        true => vec![line],
        false => line.split_whitespace().collect(),
    }
}

fn read_requires_python(project: &Path, trust: &Trust) -> Result<Option<PythonRequest>, Error> {
    let file = project.join("pyproject.toml");
    let Some(text) = read_if_exists(&file, trust, |file| read_text(file, MAX_TEXT))? else {
        return Ok(None);
    };
    let table: toml::Table = text
        .parse()
        .map_err(|error| unreadable_request(&file).with_cause(toml_cause(&text, 1, &error)))?;
    let project = table.get("project");
    let Some(requires) = project.and_then(|project| project.get("requires-python")) else {
        return Ok(None);
    };
    let invalid =
        || unreadable_request(&file).with_cause("`requires-python` is not a version specifier");
    let text = requires.as_str().ok_or_else(invalid)?;
    let range = VersionSpecifiers::from_str(text).map_err(|_| invalid())?;
    Ok(Some(PythonRequest {
        kind: RequestKind::Range(range),
        text: text.into(),
        source: RequestSource::Pyproject(file),
    }))
}

fn read_if_exists<T>(
    file: &Path,
    trust: &Trust,
    read: impl Fn(&Path) -> io::Result<T>,
) -> Result<Option<T>, Error> {
    if let Ok(found) = trust::read_metadata(file)
        && let Some(owner) = trust.untrusted_marker_owner(&found, file.parent().unwrap_or(file))
    {
        return Err(owner.to_file_error(
            file,
            trust,
            "`-p REQUEST` names a Python, such as `-p 3.12`",
        ));
    }
    match read(file) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable_request(file).with_cause(io_reason(&error))),
    }
}

fn unreadable_request(file: &Path) -> Error {
    let what = format!("cannot read which Python to use from {}", printable(file));
    Error::failed(what)
        .with_hint("fix that file, or name a Python with `-p REQUEST`, such as `-p 3.12`")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::fuzz::fuzz;
    use crate::os;

    /// The request of a project with these files.
    fn request_of_files(files: &[(&str, &str)]) -> Result<Option<PythonRequest>, Error> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        let process = Process {
            vars: vec![(os::HOME_VAR.into(), home().into())],
            ..Process::default()
        };
        resolve_request(None, Some(dir.path()), &process)
    }

    fn home() -> &'static str {
        if cfg!(windows) {
            "C:\\ada"
        } else {
            "/home/ada"
        }
    }

    fn request_text(files: &[(&str, &str)]) -> Option<String> {
        let request = request_of_files(files).expect("readable")?;
        Some(printable(request.text))
    }

    fn explicit(text: &str) -> ExplicitRequest {
        ExplicitRequest {
            text: text.into(),
            source: "VRUN_PYTHON".into(),
        }
    }

    const PYPROJECT: &str = "[project]\nname = \"x\"\nrequires-python = \">=3.10, <3.13\"\n";

    #[test]
    fn the_first_source_with_a_request_decides() {
        let both = [(".python-version", "3.12\n"), ("pyproject.toml", PYPROJECT)];
        let request = resolve_request(Some(&explicit("3.9")), None, &Process::default());
        let request = request.expect("a valid request");
        assert_eq!(request.map(|request| request.text), Some("3.9".into()));
        assert_eq!(request_text(&both).as_deref(), Some("3.12"));
        assert_eq!(request_text(&both[1..]).as_deref(), Some(">=3.10, <3.13"));
        assert_eq!(request_text(&[("pyproject.toml", "[tool.x]\n")]), None);
        assert_eq!(request_text(&[]), None);
    }

    #[test]
    fn a_version_file_is_read_as_pyenv_reads_it() {
        for (content, expected) in [
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
                request_text(&[(".python-version", content)]).as_deref(),
                expected,
                "{content:?}"
            );
        }
    }

    #[test]
    fn a_name_that_is_not_there_is_a_version_or_ignored() {
        let kind = |name| {
            let request = request_of_files(&[(".python-version", name)]).expect("readable");
            request.map(|request| request.kind)
        };
        let pypy = "pypy3.10-7.3.12";
        assert_eq!(kind(pypy), Some(RequestKind::PyenvName(pypy.into())));
        assert_eq!(kind("3.12-dev"), RequestKind::parse("3.12"));
        for name in ["miniconda3-4.7", "my-env"] {
            assert_eq!(kind(name), None);
        }
        let files = [(".python-version", "my-env"), ("pyproject.toml", PYPROJECT)];
        assert_eq!(request_text(&files).as_deref(), Some(">=3.10, <3.13"));
    }

    #[test]
    fn a_version_file_reaches_nothing_outside_the_project() {
        let elsewhere = if cfg!(windows) {
            "C:\\py\\python"
        } else {
            "/py/python"
        };
        for text in [
            "3.11.2/../../x",
            "3.12.1/envs/app",
            "my-env/x",
            "x..y/z",
            "..",
            ".hidden",
            "../x/python",
            "sub/../../x",
            "./sub/../../x",
            "~/x/python",
            elsewhere,
        ] {
            request_of_files(&[(".python-version", text)]).expect_err(text);
        }
        let request = request_of_files(&[(".python-version", "./py/../tools/python")]);
        let kind = request.expect("readable").expect("a request").kind;
        assert!(matches!(kind, RequestKind::Path(path) if path.ends_with("tools/python")));
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
    fn a_request_with_a_separator_is_a_path() {
        let home = home();
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

    #[test]
    fn any_version_file_is_a_request_or_none() {
        fuzz("python_version", 3000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            for word in words(&text) {
                let _ = RequestKind::parse(word);
                // It is joined to the directory of pyenv's versions.
                assert!(!is_version_name(word) || !word.contains(['/', '\\']) && word != "..");
            }
        });
    }
}
