//! A project's files -> the Python that it requests.
//!
//! An explicit request (`--python`, VRUN_PYTHON) comes first, then the project's files, those first that say it for all
//! tools. A file is read only if nothing before it has decided.

use std::path::Path;

use crate::error::Error;
use crate::process::Process;
use crate::python::explicit_request::parse_explicit;
use crate::python::request::{ExplicitRequest, PythonRequest};
use crate::trust::Trust;

use super::project_files::ProjectFiles;
use super::{pipfile, pyproject, runtime_txt, setuptools, uv_lock, version_file};

type Reader = fn(&ProjectFiles<'_>) -> Result<Option<PythonRequest>, Error>;

const READERS: [Reader; 7] = [
    version_file::read_request,
    pyproject::read_request,
    pipfile::read_request,
    runtime_txt::read_request,
    setuptools::read_setup_cfg,
    setuptools::read_setup_py,
    uv_lock::read_request,
];

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
    let Some(dir) = project else {
        return Ok(None);
    };
    let trust = Trust::new(dir, process);
    let files = ProjectFiles {
        dir,
        trust,
        process,
    };
    let mut found = READERS
        .iter()
        .map(|read| read(&files))
        .filter_map(Result::transpose);
    found.next().transpose()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::os;
    use crate::python::request_syntax::RequestKind;
    use crate::quote::printable;

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
    fn other_tools_files_are_asked_where_nothing_before_them_says_it() {
        let poetry = "[tool.poetry.dependencies]\npython = '^3.8'\n";
        let files = [
            (".python-version", "3.12\n", "3.12"),
            ("pyproject.toml", poetry, "^3.8"),
            ("Pipfile", "[requires]\npython_version = '3.7'\n", "3.7"),
            ("runtime.txt", "python-3.6.15\n", "3.6"),
            ("setup.cfg", "[options]\npython_requires = >=3.5\n", ">=3.5"),
            ("setup.py", "setup(python_requires='>=3.4')\n", ">=3.4"),
            (
                "uv.lock",
                "version = 1\nrequires-python = '>=3.3'\n[[package]]\n<<<<\n",
                ">=3.3",
            ),
        ];
        let files = files.map(|(name, text, expected)| ((name, text), expected));
        for (at, (_, expected)) in files.iter().enumerate() {
            let rest: Vec<_> = files[at..].iter().map(|(file, _)| *file).collect();
            assert_eq!(request_text(&rest).as_deref(), Some(*expected));
        }
        for any in [
            ("Pipfile", "[requires]\npython_version = '*'\n"),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\npython = '*'\n",
            ),
            ("setup.py", "setup(python_requires='>=%s')\n"),
            ("setup.cfg", "[options]\npackages = app\n"),
        ] {
            assert_eq!(request_text(&[any]), None, "{any:?}");
        }
        for broken in [
            ("Pipfile", "[requires]\npython_version = 'x'\n"),
            ("setup.cfg", "[options]\npython_requires = 3\n"),
            ("uv.lock", "requires-python = '3'\n"),
        ] {
            let error = request_of_files(&[broken]).expect_err("broken").to_string();
            assert!(error.contains(broken.0), "{error}");
        }
    }

    #[test]
    fn poetrys_caret_is_a_range() {
        let poetry = "[tool.poetry.dependencies]\npython = '^3.8'\n";
        let request = request_of_files(&[("pyproject.toml", poetry)]).expect("readable");
        let request = request.expect("a request");
        assert_eq!(Some(request.kind), RequestKind::parse(">=3.8,<4"));
        assert!(request.source.to_string().starts_with("`python` in "));
    }
}
