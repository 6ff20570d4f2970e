//! An environment that is there, a wish -> whether the one fits the other. An environment is never
//! changed for a wish; the error says how to have another.

use std::fs;
use std::path::Path;

use crate::create::{self, base};
use crate::error::{Error, shown, typed};
use crate::os;
use crate::venv::{self, Venv};
use crate::voice::Voice;
use crate::world::World;

use super::{Form, Kind, Origin, Request, Wish, from_wish, wanted};

/// Whether an existing environment fits what was explicitly asked for; the error says how to rebuild it.
/// Told from files alone, but for a path that is a version manager's shim, which only it can resolve.
///
/// # Errors
/// It does not fit, or the wish cannot be understood.
pub fn check(venv: &Venv, wish: &Wish, world: &World) -> Result<(), Error> {
    let request = from_wish(wish, world)?;
    let said = said(venv);
    let fits = match &request.form {
        Form::Path(path) => is_base_of(path, venv, world)?,
        // What says nothing of itself is taken for what the user says it is.
        form => said.as_ref().is_none_or(|said| said.may_fit(form)),
    };
    if fits {
        return Ok(());
    }
    Err(misfit(venv, said.map(|said| said.kind), &request))
}

/// What the project at `project` asks of Python that the environment does not have, as a sentence, and what it
/// has.
pub fn unmet(venv: &Venv, project: &Path, world: &World) -> Option<(String, String)> {
    let request = wanted(None, Some(project), world).ok()??;
    let said = said(venv)?;
    let is_unmet = match &request.form {
        Form::Path(path) => !is_base_of(path, venv, world).ok()?,
        form => !said.may_fit(form),
    };
    let asked = format!("{} asks for {}", request.origin, shown(&request.text));
    is_unmet.then(|| (asked, said.kind.numbers()))
}

/// The request for another interpreter that the packages of an environment are for: of the same
/// implementation, minor version and build. None where it does not say.
pub fn of(venv: &Venv) -> Option<Request> {
    let Kind {
        implementation,
        release,
        free_threaded,
        ..
    } = said(venv)?.kind;
    let [major, minor, ..] = release[..] else {
        return None;
    };
    let name = if implementation == "cpython" {
        ""
    } else {
        &implementation
    };
    let build = if free_threaded { "t" } else { "" };
    let text = format!("{name}{major}.{minor}{build}");
    Some(Request {
        form: Form::parse(&text)?,
        text: text.into(),
        origin: Origin::Environment(venv.root.clone()),
    })
}

fn misfit(venv: &Venv, kind: Option<Kind>, request: &Request) -> Error {
    let root = shown(&venv.root);
    let what = format!(
        "{root} is not made with `{}`, which {} asks for",
        shown(&request.text),
        request.origin
    );
    let base = base::behind(&venv::python(&venv.root));
    let cause = match (kind, base) {
        (Some(kind), Ok(base)) => format!("its Python is {}, {kind}", shown(base)),
        (Some(kind), Err(_)) => format!("its Python is {kind}"),
        (None, Ok(base)) => format!("its Python is {}", shown(base)),
        (None, Err(why)) => why,
    };
    Error::failed(what).cause(cause).hint(format!(
        "`rm -r {}` takes it away, and the same command makes it anew",
        typed(&venv.root)
    ))
}

/// What an environment's files say of its Python.
struct Said {
    kind: Kind,
    /// Whether they tell a final release from the ones before it: venv writes `3.14.0` for both.
    is_level_said: bool,
}

impl Said {
    /// Whether `form` admits what may have been meant: what is unknown does not refuse.
    fn may_fit(&self, form: &Form) -> bool {
        let known = self.kind.release.len();
        // `3.12`, of whatever patch.
        let patches = if known == 2 { 0..100 } else { 0..1 };
        let releases = patches.map(|patch| {
            let patch = Some(patch).filter(|_| known == 2);
            self.kind.release.iter().copied().chain(patch).collect()
        });
        let levels: Vec<_> = if self.is_level_said {
            vec![self.kind.suffix.clone()]
        } else {
            let early = ["a", "b", "rc"].into_iter();
            let early =
                early.flat_map(|level| (0..10).map(move |number| format!("{level}{number}")));
            std::iter::once(String::new()).chain(early).collect()
        };
        let mut kinds = releases.flat_map(|release: Vec<u64>| {
            levels.iter().map(move |level| Kind {
                release: release.clone(),
                suffix: level.clone(),
                ..self.kind.clone()
            })
        });
        kinds.any(|kind| form.admits_any_build(&kind))
    }
}

fn said(venv: &Venv) -> Option<Said> {
    let version = venv.cfg.version.as_deref()?;
    let level = level(version);
    let libraries = fs::read_dir(venv.root.join("lib")).into_iter().flatten();
    let libraries: Vec<_> = libraries.flatten().map(|entry| entry.file_name()).collect();
    let any = |test: fn(&str) -> bool| libraries.iter().filter_map(|name| name.to_str()).any(test);
    let implementation = match &venv.cfg.implementation {
        Some(name) => name.to_ascii_lowercase(),
        None if any(|name| name.starts_with("pypy")) => "pypy".to_owned(),
        None => "cpython".to_owned(),
    };
    let free_threaded = any(|name| name.starts_with("python") && name.ends_with('t'));
    Some(Said {
        is_level_said: level.is_some(),
        kind: Kind {
            implementation,
            release: numbers(version),
            suffix: level.unwrap_or_default(),
            free_threaded,
        },
    })
}

/// `3.14.0rc1` and `3.14.0.candidate.1` -> `rc1`, `3.14.0.final.0` -> nothing behind the numbers;
/// `3.14.0` does not say.
fn level(version: &str) -> Option<String> {
    let start = version.find(|c: char| c.is_ascii_alphabetic())?;
    let (word, number) = match version[start..].split_once('.') {
        Some((word, number)) => (word, number),
        None => (&version[start..], ""),
    };
    Some(match word {
        "final" => String::new(),
        "alpha" => format!("a{number}"),
        "beta" => format!("b{number}"),
        "candidate" => format!("rc{number}"),
        _ => word.to_owned(),
    })
}

/// `3.12.1` and `3.12.1.final.0` -> 3, 12, 1; `3.14.0rc1` -> 3, 14, 0.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split('.').map_while(|part| {
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        part[..end].parse().ok()
    });
    parts.take(3).collect()
}

/// Whether the environment stands on the interpreter at `path`.
fn is_base_of(path: &Path, venv: &Venv, world: &World) -> Result<bool, Error> {
    let Ok(base) = base::behind(&venv::python(&venv.root)) else {
        return Ok(false);
    };
    let Ok(asked) = base::behind(&base::within(path)) else {
        return Ok(false);
    };
    if os::same_file(&asked, &base) {
        return Ok(true);
    }
    if !base::is_script(&asked) {
        return Ok(false);
    }
    let known = create::asking(venv, world, Voice::Quiet, |inquiry| inquiry.ask(&asked))?;
    Ok(known.is_ok_and(|known| os::same_file(&known.exe, &base)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment with this pyvenv.cfg and these directories in it, against a wish.
    fn checked(cfg: &str, dirs: &[&str], text: &str) -> Result<(), String> {
        let root = tempfile::tempdir().expect("a directory");
        fs::write(root.path().join(venv::MARKER), cfg).expect("a file");
        for dir in dirs {
            fs::create_dir_all(root.path().join(dir)).expect("a directory");
        }
        let wish = Wish {
            text: text.into(),
            from: "--python".into(),
        };
        let venv = Venv::open(root.path()).expect("an environment");
        check(&venv, &wish, &World::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_environment_is_known_by_its_files() {
        let venv = "home = /x\nversion = 3.12.1\n";
        let virtualenv = "home = /x\nimplementation = PyPy\nversion_info = 3.10.14.final.0\n";
        let uv = "home = /x\nimplementation = CPython\nversion_info = 3.14.0rc1\n";
        let (python, pypy, threaded) = (
            ["lib/python3.12"],
            ["lib/pypy3.12"],
            ["lib/python3.12t/site-packages"],
        );
        for (cfg, dirs, fits, misfits) in [
            (
                venv,
                &python,
                ["3.12", ">=3.12,<3.13"],
                ["3.11", "pypy3.12"],
            ),
            (
                venv,
                &pypy,
                ["pypy3.12", "3.12.1"],
                ["cpython3.12", "pypy3.9"],
            ),
            (venv, &threaded, ["3.12t", ">=3.12"], ["3.12", "3.13t"]),
            (
                virtualenv,
                &pypy,
                ["pypy3.10", "3.10.14"],
                ["3.10.1", ">3.11"],
            ),
            (uv, &python, ["3.14", "3"], ["3.13", "<3.14"]),
            (
                "home = /x\n",
                &python,
                ["3.12", "3.11"],
                ["no-python", "3.x"],
            ),
        ] {
            for text in fits {
                assert_eq!(checked(cfg, dirs, text), Ok(()), "{text} of {cfg}");
            }
            for text in misfits {
                checked(cfg, dirs, text).expect_err(text);
            }
        }
    }

    #[test]
    fn what_an_environment_does_not_say_does_not_refuse() {
        for (cfg, fits, misfits) in [
            (
                "version = 3.14.0\n",
                ["3.14.0rc1", "3.14.0", ">=3.14"],
                ["3.13.0rc1", "3.14.1rc1", "<3.14"],
            ),
            (
                "version_info = 3.14.0.candidate.2\n",
                ["3.14.0rc2", "3.14", ">=3.14.0rc1"],
                ["3.14.0rc1", "==3.14.0", ">=3.14"],
            ),
            (
                "version_info = 3.14.0.final.0\n",
                ["3.14.0", ">=3.14", "<=3.14.0"],
                ["3.14.0rc1", ">3.14.0", "<3.14"],
            ),
            (
                "python-version = 3.11\n",
                [">=3.11.4", "3.11.7", "<3.11.3"],
                [">=3.12", "3.1", "<3.11"],
            ),
            (
                "version = 3.11.7\npython-version = 3.11\n",
                [">=3.11.4", "3.11.7", "3.11"],
                [">=3.11.8", "3.11.4", "3.12"],
            ),
        ] {
            for text in fits {
                assert_eq!(checked(cfg, &[], text), Ok(()), "{text} of {cfg}");
            }
            for text in misfits {
                checked(cfg, &[], text).expect_err(text);
            }
        }
    }

    #[test]
    fn a_misfit_is_told_how_to_be_rebuilt() {
        let error = checked("home = /x\nversion = 3.12.1\n", &[], "3.11").expect_err("misfit");
        assert!(error.contains("is not made with `3.11`, which --python asks for\n"));
        assert!(error.contains("cause: its Python is Python 3.12.1\n"));
        assert!(error.contains("hint: `rm -r "));
    }
}
