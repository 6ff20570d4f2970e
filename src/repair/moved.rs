//! An environment's directory -> which of its files name another place, and what they are to say instead.
//!
//! Python itself finds its way in an environment that was moved, renamed or copied; what its makers and
//! installers wrote into files does not. Nothing is changed here.

use std::fs;
use std::path::{Path, PathBuf};

use super::mentions::{Quoting, replaced};
use super::script;
use crate::program::starter::{self, Starter};
use crate::venv::{self, Venv};
use crate::{find, os};

/// A file that names another place.
#[derive(Debug)]
pub struct Stale {
    /// The file.
    pub file: PathBuf,
    /// What kind of file it is.
    pub kind: Kind,
    /// Its text as it should be.
    pub text: Vec<u8>,
    /// The place that it names.
    pub names: PathBuf,
}

/// What a stale file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A console script, which names another Python.
    Script,
    /// An activation script.
    Activation,
    /// pyvenv.cfg, which notes where it was made.
    Cfg,
    /// What an editable install of the project leaves: where the sources are.
    Editable,
}

/// How many files of each kind there are, in words.
pub fn by_kind(stale: &[Stale]) -> String {
    let kinds = [
        (Kind::Script, "console script", "console scripts"),
        (Kind::Activation, "activation script", "activation scripts"),
        (
            Kind::Editable,
            "file of an editable install",
            "files of an editable install",
        ),
    ];
    let counted = |(kind, one, several): (Kind, &str, &str)| match stale
        .iter()
        .filter(|stale| stale.kind == kind)
        .count()
    {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {several}")),
    };
    let mut words: Vec<_> = kinds.into_iter().filter_map(counted).collect();
    if stale.iter().any(|stale| stale.kind == Kind::Cfg) {
        words.push("pyvenv.cfg".to_owned());
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// Every file of the environment at `root` that names another place.
pub fn stale(root: &Path, home: Option<&Path>) -> Vec<Stale> {
    let mut found = scripts(root);
    let Some(old) = former(root) else {
        return found;
    };
    let activation = listed(&venv::scripts(root));
    let activation = activation.into_iter().filter(|file| is_activation(file));
    found.extend(activation.filter_map(|file| {
        let quoting = quoting(&file);
        renamed(file, Kind::Activation, &old, root, quoting)
    }));
    found.extend(renamed(
        root.join(venv::MARKER),
        Kind::Cfg,
        &old,
        root,
        Quoting::Bare,
    ));
    if let Some((was, is)) = projects(&old, root, home) {
        found.extend(editables(root, &was, &is));
    }
    found
}

/// The console scripts that start another Python than this environment's.
pub(super) fn scripts(root: &Path) -> Vec<Stale> {
    let dir = venv::scripts(root);
    let of = |file: PathBuf| {
        let Ok(Starter::Python(interpreter)) = starter::of(&file) else {
            return None;
        };
        if starter::is_of(&interpreter.path, &dir) {
            return None;
        }
        let same = dir.join(interpreter.path.file_name()?);
        let python = if same.exists() {
            same
        } else {
            venv::python(root)
        };
        let text = script::renamed(&fs::read(&file).ok()?, &interpreter, &python)?;
        Some(Stale {
            file,
            kind: Kind::Script,
            text,
            names: interpreter.path,
        })
    };
    listed(&dir).into_iter().filter_map(of).collect()
}

/// The files in a directory, links left out, sorted.
fn listed(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut files: Vec<_> = files.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn is_activation(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.to_ascii_lowercase().starts_with("activate")
}

/// As the shell that reads it has it.
fn quoting(activation: &Path) -> Quoting {
    match activation.extension().and_then(|end| end.to_str()) {
        Some("csh") => Quoting::Csh,
        Some("fish") => Quoting::Fish,
        Some("py") => Quoting::Python,
        // A raw string, and `set "NAME=VALUE"`.
        Some("nu" | "bat") => Quoting::Bare,
        _ => Quoting::Shell,
    }
}

/// Where the environment was made, if that is another place: as its activation script says, for that is the
/// one thing that all makers write, else as pyvenv.cfg notes.
pub(super) fn former(root: &Path) -> Option<PathBuf> {
    let activate = fs::read_to_string(venv::scripts(root).join("activate"));
    let activated = activate.unwrap_or_default().lines().find_map(active);
    let noted = || venv::made_at(&Venv::open(root).ok()?.cfg);
    let old = activated.or_else(noted).filter(|old| old.is_absolute())?;
    (old != root && !os::same_file(&old, root)).then_some(old)
}

/// `VIRTUAL_ENV='/home/ada/app/.venv'`, with or without `export`.
fn active(line: &str) -> Option<PathBuf> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let words = shell_words::split(line.strip_prefix("VIRTUAL_ENV=")?).ok()?;
    words
        .first()
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn renamed(file: PathBuf, kind: Kind, was: &Path, is: &Path, quoting: Quoting) -> Option<Stale> {
    let [old, new] = [was, is].map(|path| path.as_os_str().as_encoded_bytes());
    let text = replaced(&fs::read(&file).ok()?, old, new, quoting)?;
    Some(Stale {
        file,
        kind,
        text,
        names: was.to_owned(),
    })
}

/// Where the project was and is, if it went along: what lies between it and the environment is the same. The
/// original may still be there, where this is a copy.
pub(super) fn projects(old: &Path, root: &Path, home: Option<&Path>) -> Option<(PathBuf, PathBuf)> {
    let is = find::project(root.parent()?, home)?;
    let between = root.strip_prefix(is).ok()?;
    let was = old.ancestors().nth(between.components().count())?;
    (was.join(between) == old && was.parent().is_some() && was != is)
        .then(|| (was.to_owned(), is.to_owned()))
}

/// What editable installs of the project wrote into site-packages: `.pth` files (site.py), with `.egg-link` beside
/// them where setuptools was old, finders (setuptools'
/// `__editable___*_finder.py`), and where the distribution came from (direct_url.json, PEP 610).
pub(super) fn editables(root: &Path, was: &Path, is: &Path) -> Vec<Stale> {
    let mut found = Vec::new();
    for site in venv::site_packages(root) {
        for file in listed(&site) {
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let quoting = match name.rsplit_once('.') {
                Some((_, "pth" | "egg-link")) => Quoting::Bare,
                Some((stem, "py")) if stem.starts_with("__editable__") => Quoting::Python,
                _ => continue,
            };
            found.extend(renamed(file, Kind::Editable, was, is, quoting));
        }
        let entries = fs::read_dir(&site).into_iter().flatten().flatten();
        let urls = entries.map(|entry| entry.path().join("direct_url.json"));
        let mut urls: Vec<_> = urls.filter(|file| file.is_file()).collect();
        urls.sort();
        found.extend(
            urls.into_iter()
                .filter_map(|file| renamed(file, Kind::Editable, was, is, Quoting::Url)),
        );
    }
    found
}
