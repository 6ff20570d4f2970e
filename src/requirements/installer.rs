//! An environment, a format -> who installs: `uv pip` where a uv that works is on PATH, else the environment's pip.
//!
//! Both are handed the user's own settings, whatever they are. A pip that is older than the format is brought up to
//! date first.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::Version;

use crate::error::{Error, shown, typed};
use crate::itself;
use crate::venv;
use crate::world::World;

use super::choice::{Group, Kind, Source};
use super::work::{Stop, Work, words_of};

/// The oldest uv that knows all of it: `--group`, `-r pylock.toml` (measured with 0.6.14, which does not, and 0.6.17).
const OLDEST_UV: [u64; 3] = [0, 6, 17];

/// Who installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installer {
    /// This uv.
    Uv(PathBuf),
    /// The environment's own pip.
    Pip,
}

impl Installer {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Installer::Uv(_) => "uv",
            Installer::Pip => "pip",
        }
    }

    /// How it is called for `words`: a file and its arguments. Python looks for modules neither in the project's
    /// root, where it works, nor in what is the user's (`-I`), and tells each step when it comes to it (`-u`).
    pub fn call(&self, python: &Path, mut words: Vec<OsString>) -> (PathBuf, Vec<OsString>) {
        match self {
            Installer::Pip => {
                words.splice(..0, ["-I", "-u", "-m", "pip"].map(OsString::from));
                (python.to_owned(), words)
            }
            Installer::Uv(uv) => {
                // After the verb.
                let place = ["--python".into(), python.as_os_str().to_owned()];
                words.splice(words.len().min(1)..words.len().min(1), place);
                words.insert(0, "pip".into());
                (uv.clone(), words)
            }
        }
    }
}

/// Decides who installs. VRUN_INSTALLER says it; else it is uv, where one works.
///
/// # Errors
/// VRUN_INSTALLER names no installer, or one that is not there.
pub fn choose(work: &Work<'_>, world: &World) -> Result<Installer, Error> {
    let asked = world.setting("VRUN_INSTALLER");
    match asked.and_then(OsStr::to_str) {
        Some("pip") => Ok(Installer::Pip),
        Some("uv") => uv(work, world).map(Installer::Uv).ok_or_else(|| {
            let oldest = OLDEST_UV.map(|part| part.to_string()).join(".");
            Error::failed("VRUN_INSTALLER asks for uv, and there is none")
                .cause(format_args!(
                    "on PATH is no uv that works and is {oldest} or newer"
                ))
                .hint("install uv, or `VRUN_INSTALLER=pip vrun ...`")
        }),
        _ if asked.is_some() => {
            let asked = shown(asked.unwrap_or_default());
            let what = format!("VRUN_INSTALLER={asked} is neither `pip` nor `uv`");
            Err(Error::failed(what)
                .hint("`VRUN_INSTALLER=pip vrun ...` takes the environment's pip"))
        }
        _ => Ok(uv(work, world).map_or(Installer::Pip, Installer::Uv)),
    }
}

/// The first uv on PATH that starts and is new enough: a version manager's shim may stand for nothing.
fn uv(work: &Work<'_>, world: &World) -> Option<PathBuf> {
    let found = which::which_in_global("uv", world.var("PATH")).ok()?;
    let own = world.own();
    // A shim of vrun's would wait for this very install.
    let mut found = found.filter(|file| !itself::is_shim(file, own.as_deref()));
    found.find(|file| {
        let said = work.ask(file, vec!["--version".into()]);
        let version = said
            .as_deref()
            .and_then(|said| said.strip_prefix("uv "))
            .and_then(version);
        let is_new = version.is_some_and(|version| version >= Version::new(OLDEST_UV));
        if !is_new {
            let file = shown(file);
            work.voice
                .detail(|| format!("{file} is not used: it does not work, or is too old"));
        }
        is_new
    })
}

/// The first word as a version.
fn version(text: &str) -> Option<Version> {
    Version::from_str(text.split_whitespace().next()?).ok()
}

/// The oldest pip that can do it (measured with pips of each version): `-r pylock.toml` came with 26.1, `--group` with
/// 25.1, editable projects without a setup.py with 21.3.
fn oldest_pip(kind: Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        Kind::Requirements => None,
        Kind::Pylock => Some(("26.1", "pylock.toml")),
        Kind::Pyproject(Group::Dev) => Some(("25.1", "a dependency group")),
        Kind::Pyproject(Group::None) => Some(("21.3", "an editable pyproject.toml")),
    }
}

/// Has the environment's pip be new enough for the format.
///
/// # Errors
/// There is no pip, it cannot be brought up to date, or the newest for this Python is too old; Ctrl-C.
pub fn make_fit(source: &Source, work: &Work<'_>) -> Result<(), Stop> {
    let Some(has) = pip(work) else {
        return Err(no_pip(work));
    };
    let Some((oldest, what)) = oldest_pip(source.kind) else {
        return Ok(());
    };
    let fits = |has: &Version| Version::from_str(oldest).is_ok_and(|oldest| *has >= oldest);
    if fits(&has) {
        return Ok(());
    }
    let line = format!("upgrading pip {has}, for {what} takes {oldest}");
    let upgrade = words_of(&["install", "--upgrade", "pip"]);
    work.step(
        &Installer::Pip,
        upgrade,
        &line,
        &format!("cannot upgrade pip in {}", shown(work.root)),
    )?;
    match pip(work) {
        Some(has) if fits(&has) => Ok(()),
        has => {
            let has = has.map_or(String::new(), |has| has.to_string());
            let why =
                format!("{what} takes pip {oldest}, and the newest that was to be had is {has}");
            let error = Error::failed(format!("pip {has} cannot install {}", shown(&source.path)))
                .cause(&why)
                .hint("`vrun --sync` tries again; else install uv, which can, or take a newer Python: `vrun --create --clear -p REQUEST`");
            Err(Stop::Refused { error, why })
        }
    }
}

fn no_pip(work: &Work<'_>) -> Stop {
    let why = "it has no pip, and there is no uv";
    let what = format!("cannot install into {}", shown(work.root));
    let add = venv::adding_pip(work.root, &format!("vrun --env {}", typed(work.root)));
    Stop::Refused {
        error: Error::failed(what)
            .cause(why)
            .hint(format!("{add} adds pip")),
        why: why.into(),
    }
}

/// `pip 24.0 from ...`
fn pip(work: &Work<'_>) -> Option<Version> {
    let (program, args) = Installer::Pip.call(&work.python, words_of(&["--version"]));
    version(work.ask(&program, args)?.strip_prefix("pip ")?)
}

/// What is asked of the installer for `source`, where it works in `project`.
pub fn words(source: &Source, project: &Path) -> Vec<OsString> {
    let file = source.path.strip_prefix(project).unwrap_or(&source.path);
    let Kind::Pyproject(group) = source.kind else {
        return vec!["-r".into(), file.into()];
    };
    let dir = file.parent().filter(|dir| *dir != Path::new(""));
    let mut words = vec!["-e".into(), dir.unwrap_or(Path::new(".")).into()];
    if group == Group::Dev {
        let mut named = OsString::from(file);
        named.push(":dev");
        let own = dir.is_none().then(|| "dev".into());
        words.extend(["--group".into(), own.unwrap_or(named)]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(words: Vec<OsString>) -> String {
        words.join(" ".as_ref()).to_string_lossy().into_owned()
    }

    fn source(path: &str, kind: Kind) -> Source {
        Source {
            path: path.into(),
            kind,
            is_named: false,
        }
    }

    #[test]
    fn an_installer_is_asked_in_its_own_words() {
        let project = Path::new("/app");
        for (path, kind, expected) in [
            (
                "/app/requirements.txt",
                Kind::Requirements,
                "-r requirements.txt",
            ),
            ("/other/pylock.toml", Kind::Pylock, "-r /other/pylock.toml"),
            ("/app/pyproject.toml", Kind::Pyproject(Group::None), "-e ."),
            (
                "/app/pyproject.toml",
                Kind::Pyproject(Group::Dev),
                "-e . --group dev",
            ),
            (
                "/app/lib/pyproject.toml",
                Kind::Pyproject(Group::Dev),
                "-e lib --group lib/pyproject.toml:dev",
            ),
        ] {
            assert_eq!(joined(words(&source(path, kind), project)), expected);
        }
    }

    #[test]
    fn uv_is_told_which_environment_and_pip_is_in_it() {
        let python = Path::new("/app/.venv/bin/python");
        let shown = |installer: Installer| {
            let (program, args) = installer.call(python, words_of(&["install", "six"]));
            format!("{} {}", program.display(), joined(args))
        };
        assert_eq!(
            shown(Installer::Uv("/usr/bin/uv".into())),
            "/usr/bin/uv pip install --python /app/.venv/bin/python six"
        );
        assert_eq!(
            shown(Installer::Pip),
            "/app/.venv/bin/python -I -u -m pip install six"
        );
    }
}
