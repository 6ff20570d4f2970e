//! An environment's directory -> which of its files name another place, and what they are to say instead.
//!
//! Python itself finds its way in an environment that was moved, renamed or copied; what its makers and
//! installers wrote into files does not. Nothing is changed here.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{ScriptInterpreter, script_interpreter};
use crate::venv::{self, Venv};
use crate::{find, os};

use super::path_rewriter::{PathQuoting, replace_path};
use super::shebang_rewriter;

/// A file that names another place.
#[derive(Debug)]
pub(crate) struct StaleFile {
    /// The file.
    pub file: PathBuf,
    /// What kind of file it is.
    pub kind: StaleKind,
    /// Its text as it should be.
    pub new_text: Vec<u8>,
    /// The place that it names.
    pub old_path: PathBuf,
}

/// What a stale file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StaleKind {
    /// A console script, which names another Python.
    Script,
    /// An activation script.
    Activation,
    /// pyvenv.cfg, which notes where it was made.
    PyvenvCfg,
    /// What an editable install of the project leaves: where the sources are.
    Editable,
}

/// How many files of each kind there are, in words.
pub(super) fn count_by_kind(stale: &[StaleFile]) -> String {
    let kinds = [
        (StaleKind::Script, "console script", "console scripts"),
        (
            StaleKind::Activation,
            "activation script",
            "activation scripts",
        ),
        (
            StaleKind::Editable,
            "file of an editable install",
            "files of an editable install",
        ),
    ];
    let counted = |(kind, one, several): (StaleKind, &str, &str)| match stale
        .iter()
        .filter(|stale| stale.kind == kind)
        .count()
    {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {several}")),
    };
    let mut words: Vec<_> = kinds.into_iter().filter_map(counted).collect();
    if stale.iter().any(|stale| stale.kind == StaleKind::PyvenvCfg) {
        words.push("pyvenv.cfg".to_owned());
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// Every file of the environment at `root` that names another place.
pub(crate) fn stale_files(root: &Path, home: Option<&Path>) -> Vec<StaleFile> {
    let mut found = stale_scripts(root);
    let Some(old) = original_root(root) else {
        return found;
    };
    let activation = list_files(&venv::scripts_dir(root));
    let activation = activation
        .into_iter()
        .filter(|file| is_activation_script(file));
    found.extend(activation.filter_map(|file| {
        let quoting = quoting_for(&file);
        stale_file(file, StaleKind::Activation, &old, root, quoting)
    }));
    found.extend(stale_file(
        root.join(venv::PYVENV_CFG),
        StaleKind::PyvenvCfg,
        &old,
        root,
        PathQuoting::Bare,
    ));
    if let Some((was, is)) = moved_project(&old, root, home) {
        found.extend(stale_editables(root, &was, &is));
    }
    found
}

/// The console scripts that start another Python than this environment's.
pub(super) fn stale_scripts(root: &Path) -> Vec<StaleFile> {
    let dir = venv::scripts_dir(root);
    let of = |file: PathBuf| {
        let Ok(ScriptInterpreter::Python(interpreter)) =
            script_interpreter::detect_interpreter(&file)
        else {
            return None;
        };
        if script_interpreter::is_in_scripts_dir(&interpreter.path, &dir) {
            return None;
        }
        let same = dir.join(interpreter.path.file_name()?);
        let python = if same.exists() {
            same
        } else {
            venv::python_path(root)
        };
        let text =
            shebang_rewriter::rewrite_shebang(&fs::read(&file).ok()?, &interpreter, &python)?;
        Some(StaleFile {
            file,
            kind: StaleKind::Script,
            new_text: text,
            old_path: interpreter.path,
        })
    };
    list_files(&dir).into_iter().filter_map(of).collect()
}

/// The files in a directory, links left out, sorted.
fn list_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut files: Vec<_> = files.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn is_activation_script(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.to_ascii_lowercase().starts_with("activate")
}

/// As the shell that reads it has it.
fn quoting_for(activation: &Path) -> PathQuoting {
    match activation.extension().and_then(|end| end.to_str()) {
        Some("csh") => PathQuoting::Csh,
        Some("fish") => PathQuoting::Fish,
        Some("py") => PathQuoting::Python,
        // A raw string, and `set "NAME=VALUE"`.
        Some("nu" | "bat") => PathQuoting::Bare,
        _ => PathQuoting::Shell,
    }
}

/// Where the environment was made, if that is another place: as its activation script says, for that is the
/// one thing that all makers write, else as pyvenv.cfg notes.
pub(super) fn original_root(root: &Path) -> Option<PathBuf> {
    let activate = fs::read_to_string(venv::scripts_dir(root).join("activate"));
    let activated = activate
        .unwrap_or_default()
        .lines()
        .find_map(parse_virtual_env);
    let noted = || venv::created_path(&Venv::open(root).ok()?.cfg);
    let old = activated.or_else(noted).filter(|old| old.is_absolute())?;
    (old != root && !os::is_same_file(&old, root)).then_some(old)
}

/// `VIRTUAL_ENV='/home/ada/app/.venv'`, with or without `export`.
fn parse_virtual_env(line: &str) -> Option<PathBuf> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let words = shell_words::split(line.strip_prefix("VIRTUAL_ENV=")?).ok()?;
    words
        .first()
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn stale_file(
    file: PathBuf,
    kind: StaleKind,
    was: &Path,
    is: &Path,
    quoting: PathQuoting,
) -> Option<StaleFile> {
    let [old, new] = [was, is].map(|path| path.as_os_str().as_encoded_bytes());
    let text = replace_path(&fs::read(&file).ok()?, old, new, quoting)?;
    Some(StaleFile {
        file,
        kind,
        new_text: text,
        old_path: was.to_owned(),
    })
}

/// Where the project was and is, if it went along: what lies between it and the environment is the same. The
/// original may still be there, where this is a copy.
pub(super) fn moved_project(
    old: &Path,
    root: &Path,
    home: Option<&Path>,
) -> Option<(PathBuf, PathBuf)> {
    let is = find::nearest_project(root.parent()?, home)?;
    let between = root.strip_prefix(is).ok()?;
    let was = old.ancestors().nth(between.components().count())?;
    (was.join(between) == old && was.parent().is_some() && was != is)
        .then(|| (was.to_owned(), is.to_owned()))
}

/// What editable installs of the project wrote into site-packages: `.pth` files (site.py), with `.egg-link` beside
/// them where setuptools was old, finders (setuptools'
/// `__editable___*_finder.py`), and where the distribution came from (direct_url.json, PEP 610).
pub(super) fn stale_editables(root: &Path, was: &Path, is: &Path) -> Vec<StaleFile> {
    let mut found = Vec::new();
    for site in venv::site_packages(root) {
        for file in list_files(&site) {
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let quoting = match name.rsplit_once('.') {
                Some((_, "pth" | "egg-link")) => PathQuoting::Bare,
                Some((stem, "py")) if stem.starts_with("__editable__") => PathQuoting::Python,
                _ => continue,
            };
            found.extend(stale_file(file, StaleKind::Editable, was, is, quoting));
        }
        let entries = fs::read_dir(&site).into_iter().flatten().flatten();
        let urls = entries.map(|entry| entry.path().join("direct_url.json"));
        let mut urls: Vec<_> = urls.filter(|file| file.is_file()).collect();
        urls.sort();
        found.extend(
            urls.into_iter().filter_map(|file| {
                stale_file(file, StaleKind::Editable, was, is, PathQuoting::Url)
            }),
        );
    }
    found
}
