//! What was said about Python, anywhere -> the one request that counts, and where it came from.
//!
//! The first of: the wish (`--python`, VRUN_PYTHON), the project's `.python-version`, `requires-python`
//! in its pyproject.toml. A file is read only if nothing before it has decided.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use crate::error::{Error, reason, shown};
use crate::world::World;

mod existing;
mod form;

pub use existing::{check, of, unmet};
pub use form::{Form, Kind};

/// What was asked for: by a person with an option or a variable, or by what is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// As it was typed.
    pub text: OsString,
    /// `--python` or `VRUN_PYTHON`; or where else it stands.
    pub from: Cow<'static, str>,
}

/// What Python is wanted.
#[derive(Debug)]
pub struct Request {
    /// What it means.
    pub form: Form,
    /// As it was written.
    pub text: OsString,
    /// Who asks.
    pub origin: Origin,
}

/// Where a request was found.
#[derive(Debug)]
pub enum Origin {
    /// This option or variable, or what else was named there.
    Wish(Cow<'static, str>),
    /// This `.python-version`.
    VersionFile(PathBuf),
    /// `requires-python` in this pyproject.toml.
    Pyproject(PathBuf),
    /// This environment, whose packages are for one minor version.
    Environment(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Wish(from) => write!(out, "{from}"),
            Origin::VersionFile(file) => write!(out, "{}", shown(file)),
            Origin::Environment(root) => write!(out, "{}", shown(root)),
            Origin::Pyproject(file) => write!(out, "`requires-python` in {}", shown(file)),
        }
    }
}

/// The request that counts; None where nobody asked for anything.
///
/// # Errors
/// It cannot be understood, or the file it should be in cannot be read.
pub fn wanted(
    wish: Option<&Wish>,
    project: Option<&Path>,
    world: &World,
) -> Result<Option<Request>, Error> {
    if let Some(wish) = wish {
        return from_wish(wish, world).map(Some);
    }
    let Some(project) = project else {
        return Ok(None);
    };
    match from_version_file(project, world)? {
        None => from_pyproject(project),
        request => Ok(request),
    }
}

fn from_wish(wish: &Wish, world: &World) -> Result<Request, Error> {
    let form = match path(&wish.text, world) {
        Some(path) => Some(Form::Path(world.absolute(&path)?)),
        None => wish.text.to_str().map(str::trim).and_then(|text| {
            let dev = || is_dev(text).then(|| Form::Named(text.into()));
            Form::parse(text).or_else(dev)
        }),
    };
    let unknown = || {
        let what = format!("{} asks for `{}`", wish.from, shown(&wish.text));
        Error::failed(format!("{what}, which is no Python that vrun knows of"))
            .hint("such as `-p 3.12`, `-p '>=3.10,<3.13'`, `-p 3.13t`, `-p pypy3.10`, or the path of an interpreter")
    };
    Ok(Request {
        form: form.ok_or_else(unknown)?,
        text: wish.text.clone(),
        origin: Origin::Wish(wish.from.clone()),
    })
}

/// `3.12-dev`: what pyenv calls the branch that the releases are made from.
fn is_dev(text: &str) -> bool {
    let release = text.strip_suffix("-dev").and_then(Form::parse);
    matches!(release, Some(Form::Release { .. }))
}

/// A text that is a path: it holds a separator, or starts at the home directory.
fn path(text: &OsStr, world: &World) -> Option<PathBuf> {
    let seen = text.to_string_lossy();
    if seen == "." || seen == ".." || seen.contains(std::path::is_separator) {
        let path = Path::new(text);
        let below_home = path.strip_prefix("~").ok().zip(world.home());
        return Some(below_home.map_or_else(|| path.to_owned(), |(rest, home)| home.join(rest)));
    }
    None
}

/// pyenv's file, which uv and others read too: comments, blank lines, and names, of which the first counts.
fn from_version_file(project: &Path, world: &World) -> Result<Option<Request>, Error> {
    let file = project.join(".python-version");
    let bytes = match fs::read(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable(&file).cause(reason(&error)))?,
    };
    let text = String::from_utf8_lossy(&bytes);
    // `system` is pyenv's word for no request.
    let Some(word) = first_word(&text).filter(|word| *word != "system") else {
        return Ok(None);
    };
    let is_near = word.starts_with(['/', '.', '~']) || Path::new(word).is_absolute();
    let form = match path(word.as_ref(), world).filter(|_| is_near) {
        Some(path) => Form::Path(project.join(path)),
        None => Form::parse(word).unwrap_or_else(|| Form::Named(word.into())),
    };
    Ok(Some(Request {
        form,
        text: word.into(),
        origin: Origin::VersionFile(file),
    }))
}

fn first_word(text: &str) -> Option<&str> {
    let lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.split('#').next().unwrap_or(line).trim());
    let line = lines.into_iter().find(|line| !line.is_empty())?;
    if form::is_range(line) {
        return Some(line);
    }
    line.split_whitespace().next()
}

fn from_pyproject(project: &Path) -> Result<Option<Request>, Error> {
    let file = project.join("pyproject.toml");
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable(&file).cause(reason(&error)))?,
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        unreadable(&file).cause(format_args!("line {line}: {}", error.message()))
    })?;
    let asked = table
        .get("project")
        .and_then(|part| part.get("requires-python"));
    let Some(asked) = asked else {
        return Ok(None);
    };
    let not_a_range = || unreadable(&file).cause("`requires-python` is not a version specifier");
    let text = asked.as_str().ok_or_else(not_a_range)?;
    let range = VersionSpecifiers::from_str(text).map_err(|_| not_a_range())?;
    Ok(Some(Request {
        form: Form::Range(range),
        text: text.into(),
        origin: Origin::Pyproject(file),
    }))
}

fn unreadable(file: &Path) -> Error {
    Error::failed(format!(
        "cannot read from {} which Python to take",
        shown(file)
    ))
    .hint("mend that file, or say which Python with `-p REQUEST`, such as `-p 3.12`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os;

    /// The request of a project with these files.
    fn asked(files: &[(&str, &str)]) -> Result<Option<Request>, Error> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        wanted(None, Some(dir.path()), &World::default())
    }

    fn text(files: &[(&str, &str)]) -> Option<String> {
        let request = asked(files).expect("readable")?;
        Some(shown(request.text))
    }

    const PYPROJECT: &str = "[project]\nname = \"x\"\nrequires-python = \">=3.10, <3.13\"\n";

    #[test]
    fn the_first_source_that_asks_decides() {
        let both = [(".python-version", "3.12\n"), ("pyproject.toml", PYPROJECT)];
        let wish = Wish {
            text: "3.9".into(),
            from: "--python".into(),
        };
        let request = wanted(Some(&wish), None, &World::default()).expect("understood");
        assert_eq!(request.map(|request| request.text), Some("3.9".into()));
        assert_eq!(text(&both).as_deref(), Some("3.12"));
        assert_eq!(text(&both[1..]).as_deref(), Some(">=3.10, <3.13"));
        assert_eq!(text(&[("pyproject.toml", "[tool.x]\n")]), None);
        assert_eq!(text(&[]), None);
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
                text(&[(".python-version", written)]).as_deref(),
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
            let request = asked(&[(".python-version", name)]).expect("readable");
            let form = request.expect("a request").form;
            assert!(
                matches!(&form, Form::Named(named) if named == name),
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
            let error = asked(&[("pyproject.toml", broken)]).expect_err("broken");
            assert!(error.to_string().contains("pyproject.toml"), "{error}");
            let files = [("pyproject.toml", broken), (".python-version", "3.12")];
            assert_eq!(text(&files).as_deref(), Some("3.12"));
        }
    }

    #[test]
    fn a_path_is_what_holds_a_separator_or_starts_at_home() {
        let home = if cfg!(windows) {
            "C:\\ada"
        } else {
            "/home/ada"
        };
        let world = World {
            args: Vec::new(),
            vars: vec![(os::HOME.into(), home.into())],
        };
        let (path, below) = (format!("{home}/python3"), format!("{home}/py/bin/python"));
        for (typed, meant) in [(&*path, &path), ("~/py/bin/python", &below)] {
            let wish = Wish {
                text: typed.into(),
                from: "--python".into(),
            };
            let form = from_wish(&wish, &world).expect("understood").form;
            assert!(
                matches!(&form, Form::Path(path) if path == Path::new(meant)),
                "{form:?}"
            );
        }
    }

    #[test]
    fn a_wish_may_have_blanks_around_it_and_be_a_name_of_pyenvs() {
        for (typed, meant) in [
            (" 3.12\n", Form::parse("3.12")),
            ("3.13+freethreaded", Form::parse("3.13t")),
            (" 3.12-dev", Some(Form::Named("3.12-dev".into()))),
        ] {
            let wish = Wish {
                text: typed.into(),
                from: "VRUN_PYTHON".into(),
            };
            let form = from_wish(&wish, &World::default())
                .expect("understood")
                .form;
            assert_eq!(Some(form), meant, "{typed}");
        }
    }

    #[test]
    fn a_wish_that_is_no_request_is_told_what_there_is() {
        for typed in ["", "latest", "3.x", "python", "~", "miniconda3-4.7"] {
            let wish = Wish {
                text: typed.into(),
                from: "VRUN_PYTHON".into(),
            };
            let parsed = from_wish(&wish, &World::default());
            if typed == "python" {
                parsed.expect("any Python");
                continue;
            }
            let error = parsed.expect_err(typed).to_string();
            assert!(error.contains("VRUN_PYTHON") && error.contains("`-p pypy3.10`"));
        }
    }
}
