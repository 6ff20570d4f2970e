//! An environment's directory -> its files that refer to an old location, and their new text.
//!
//! Python itself works in an environment that was moved, renamed or copied; the paths that tools and installers wrote into
//! files do not. Changes nothing.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::fs::is_really_within;
use crate::process::Process;
use crate::program::{self, ScriptInterpreter, is_python_name, script_interpreter};
use crate::read::{MAX_TEXT, read_file, read_text};
use crate::venv::{self, Venv};
use crate::{find, os};

use super::path_rewriter::{PathQuoting, replace_path};
use super::shebang_rewriter;

/// How many lines the path of an environment may span in an activation script.
const MAX_PATH_LINES: usize = 16;

/// A file that refers to the old location of the environment or project.
#[derive(Debug)]
pub(crate) struct StaleFile {
    pub file: PathBuf,
    pub kind: StaleKind,
    /// The text that it should have.
    pub new_text: Vec<u8>,
    /// The old location that it refers to.
    pub old_path: PathBuf,
}

/// The kinds of stale files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StaleKind {
    /// A console script of another Python.
    Script,
    /// An activation script.
    Activation,
    /// pyvenv.cfg, which records where it was created.
    PyvenvCfg,
    /// A file of an editable install, with the path of the sources.
    Editable,
}

/// `2 console scripts, 1 activation script and pyvenv.cfg`
pub(super) fn count_by_kind(stale: &[StaleFile]) -> String {
    let mut words = Vec::new();
    for (kind, singular, plural) in [
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
    ] {
        match stale.iter().filter(|stale| stale.kind == kind).count() {
            0 => {}
            1 => words.push(format!("1 {singular}")),
            count => words.push(format!("{count} {plural}")),
        }
    }
    if stale.iter().any(|stale| stale.kind == StaleKind::PyvenvCfg) {
        words.push("pyvenv.cfg".to_owned());
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// Every file of the environment at `root` that refers to an old location. What is behind a linked directory does not
/// belong to the environment.
pub(crate) fn stale_files(root: &Path, process: &Process) -> Vec<StaleFile> {
    let mut found = stale_scripts(root);
    let Some(old) = original_root(root) else {
        return found;
    };
    let stale = |file: PathBuf, kind, quoting| stale_file(file, kind, &old, root, quoting);
    for file in list_files(&venv::scripts_dir(root)) {
        if is_activation_script(&file) {
            let quoting = quoting_for(&file);
            found.extend(stale(file, StaleKind::Activation, quoting));
        }
    }
    let cfg = root.join(venv::PYVENV_CFG);
    found.extend(stale(cfg, StaleKind::PyvenvCfg, PathQuoting::Bare));
    if let Some((was, is)) = moved_project(&old, root, process) {
        found.extend(stale_editables(root, &was, &is));
    }
    found.retain(|stale| is_really_within(&stale.file, root));
    found
}

/// The console scripts that start a Python other than the one of this environment.
pub(super) fn stale_scripts(root: &Path) -> Vec<StaleFile> {
    let dir = venv::scripts_dir(root);
    let stale_script = |file: PathBuf| {
        // On Windows it starts the Python in `home`, and may name that.
        if is_python_name(file.file_name()?) {
            return None;
        }
        let Ok(ScriptInterpreter::Python(interpreter)) =
            script_interpreter::detect_interpreter(&file)
        else {
            return None;
        };
        if script_interpreter::is_in_scripts_dir(&interpreter.path, &dir) {
            return None;
        }
        let same_name = dir.join(interpreter.path.file_name()?);
        let python = match same_name.exists() {
            true => same_name,
            false => venv::python_path(root),
        };
        let text = read_file(&file, MAX_TEXT).ok()?;
        let new_text = match os::HAS_SHEBANGS {
            true => shebang_rewriter::rewrite_shebang(&text, &interpreter, &python),
            false => program::rewrite_launcher(&text, &python).or_else(|| {
                shebang_rewriter::rewrite_launched_script(&text, &interpreter, &python)
            }),
        }?;
        Some(StaleFile {
            file,
            kind: StaleKind::Script,
            new_text,
            old_path: interpreter.path,
        })
    };
    let files = list_files(&dir).into_iter();
    let own = files.filter(|file| is_really_within(file, root));
    own.filter_map(stale_script).collect()
}

/// The regular files in a directory, sorted.
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

/// How the shell that reads an activation script quotes.
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

/// The path at which the environment was created, if it is a different one: by its activation script, which every tool
/// writes, else by pyvenv.cfg.
pub(super) fn original_root(root: &Path) -> Option<PathBuf> {
    let activate = read_text(&venv::scripts_dir(root).join("activate"), MAX_TEXT);
    let activated = parse_virtual_env(&activate.unwrap_or_default());
    let recorded = || venv::created_path(&Venv::open(root).ok()?.cfg);
    let old = activated
        .or_else(recorded)
        .filter(|old| old.is_absolute())?;
    (old != root && !os::is_same_file(&old, root)).then_some(old)
}

/// `VIRTUAL_ENV='/home/ada/app/.venv'`, with or without `export`. A path may span lines.
fn parse_virtual_env(activate: &str) -> Option<PathBuf> {
    let lines: Vec<_> = activate.lines().collect();
    let value = |at: usize| {
        let line = lines[at].trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let start = line.strip_prefix("VIRTUAL_ENV=")?.to_owned();
        let more = lines[at + 1..].iter().scan(start.clone(), |text, line| {
            *text = format!("{text}\n{line}");
            Some(text.clone())
        });
        // Until every quote is closed.
        let mut texts = iter::once(start).chain(more).take(MAX_PATH_LINES);
        let words = texts.find_map(|text| shell_words::split(&text).ok())?;
        let path = words.first().map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    (0..lines.len()).find_map(value)
}

fn stale_file(
    file: PathBuf,
    kind: StaleKind,
    was: &Path,
    is: &Path,
    quoting: PathQuoting,
) -> Option<StaleFile> {
    let [old, new] = [was, is].map(|path| path.as_os_str().as_encoded_bytes());
    let new_text = replace_path(&read_file(&file, MAX_TEXT).ok()?, old, new, quoting)?;
    Some(StaleFile {
        file,
        kind,
        new_text,
        old_path: was.to_owned(),
    })
}

/// The old and the new path of the project, if it moved along with the environment: the path between them is the same.
/// After a copy the original may still exist.
pub(super) fn moved_project(
    old: &Path,
    root: &Path,
    process: &Process,
) -> Option<(PathBuf, PathBuf)> {
    let is = find::nearest_project(root.parent()?, process)?;
    let between = root.strip_prefix(is).ok()?;
    let was = old.ancestors().nth(between.components().count())?;
    (was.join(between) == old && was.parent().is_some() && was != is)
        .then(|| (was.to_owned(), is.to_owned()))
}

/// The files of editable installs of the project in site-packages: `.pth` (site.py), the modules that these import (the
/// import hooks of setuptools, editables, scikit-build-core), old setuptools' `.egg-link`, and direct_url.json (PEP 610).
pub(super) fn stale_editables(root: &Path, was: &Path, is: &Path) -> Vec<StaleFile> {
    let stale = |file: PathBuf, quoting| stale_file(file, StaleKind::Editable, was, is, quoting);
    let mut found = Vec::new();
    for site in venv::site_packages(root) {
        let files = list_files(&site);
        let hooks = imported_modules(&files);
        for file in files {
            if let Some(quoting) = editable_quoting(&file, &hooks) {
                found.extend(stale(file, quoting));
            }
        }
        let entries = fs::read_dir(&site).into_iter().flatten().flatten();
        let urls = entries.map(|entry| entry.path().join("direct_url.json"));
        let mut urls: Vec<_> = urls.filter(|file| file.is_file()).collect();
        urls.sort();
        found.extend(
            urls.into_iter()
                .filter_map(|file| stale(file, PathQuoting::Url)),
        );
    }
    found
}

/// The modules that the `.pth` files among `files` import when Python starts (site.py).
fn imported_modules(files: &[PathBuf]) -> Vec<String> {
    let is_pth = |file: &&PathBuf| file.extension().is_some_and(|end| end == "pth");
    let texts = files.iter().filter(is_pth);
    let texts = texts.filter_map(|file| read_text(file, MAX_TEXT).ok());
    let module = |line: &str| {
        let names = line.strip_prefix("import")?.trim_start();
        let end = names.find(|c: char| !c.is_alphanumeric() && c != '_');
        Some(names[..end.unwrap_or(names.len())].to_owned())
    };
    let modules = texts.flat_map(|text| text.lines().filter_map(module).collect::<Vec<_>>());
    modules.collect()
}

/// How a file of an editable install quotes paths; None if it is not one. `hooks`: the modules that run at startup.
fn editable_quoting(file: &Path, hooks: &[String]) -> Option<PathQuoting> {
    let name = file.file_name()?.to_string_lossy();
    match name.rsplit_once('.')? {
        (_, "pth" | "egg-link") => Some(PathQuoting::Bare),
        (stem, "py") if hooks.iter().any(|hook| hook == stem) => Some(PathQuoting::Python),
        _ => None,
    }
}
