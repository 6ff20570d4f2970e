//! Why there is no such program: what was looked for, where, and what to type next.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Places, broken, is_python_source, whose};
use crate::error::{Error, reason, shown, typed};
use crate::itself;
use crate::os;
use crate::venv::health::{self, Ill};
use crate::venv::{self, Missing};

/// No program of that name is on PATH; or one is, and may not be run.
pub fn program(name: &OsStr, places: &Places<'_>) -> Error {
    let entries = os::split_paths(places.path).map(|entry| entry.join(name));
    let mut files = entries.filter(|file| !name.is_empty() && is_other_file(file, places));
    if let Some(file) = files.next() {
        return not_executable(&file);
    }
    if is_python_source(name) {
        return no_file(name);
    }
    let scripts = venv::scripts(places.root);
    let is_lost = || {
        (!scripts.exists()).then_some(Ill::NoPython {
            scripts: scripts.clone(),
        })
    };
    if let Some(ill) = health::elsewhere(places.root).or_else(is_lost) {
        return broken::error(&ill, places);
    }
    let (what, root) = (shown(name), shown(places.root));
    let error = Error::not_found(format!("no program named `{what}` in {root} or on PATH"));
    if let Some(missing) = missing(name, places) {
        return told(error, &missing, places);
    }
    if Path::new(name).is_file() {
        return error.hint(format!(
            "`vrun ./{}` runs the file that is here",
            typed(name)
        ));
    }
    match name.to_str().filter(|name| is_package_name(name)) {
        Some(name) => {
            let install = whose::install(name, &places.call(), places);
            error.hint(format!("install it with {install}"))
        }
        None => error,
    }
}

/// The program is there, but another Python's, which cannot see this project. `what` says whose.
pub fn foreign(file: &Path, what: &str, places: &Places<'_>) -> Error {
    let name = file.file_name().unwrap_or_default();
    if let Some(ill) = health::elsewhere(places.root) {
        return broken::error(&ill, places);
    }
    let (root, call) = (shown(places.root), places.call());
    let error = Error::refused(format!("`{}` is not in {root}", shown(name)))
        .cause(format_args!("{} {what}", shown(file)));
    let outside = format!("`{call} --outside {}` runs that one", typed(name));
    match name.to_str().filter(|name| is_package_name(name)) {
        Some(name) => error.hint(format!(
            "install it with {}; {outside}",
            whose::install(name, &call, places)
        )),
        None => error.hint(outside),
    }
}

/// The script of that name that should be there, because what it belongs to is installed.
pub fn missing(name: &OsStr, places: &Places<'_>) -> Option<Missing> {
    let file = program_file(venv::scripts(places.root).join(name));
    let all = venv::missing(places.root);
    all.into_iter().find(|missing| missing.file == file)
}

/// Whether pip is installed, and can be run as a module.
pub fn has_pip_without_script(places: &Places<'_>) -> bool {
    let sites = venv::site_packages(places.root);
    sites.iter().any(|site| site.join("pip").is_dir())
}

fn told(error: Error, missing: &Missing, places: &Places<'_>) -> Error {
    let mend = missing.mend(&places.call());
    error
        .cause(format_args!(
            "{} is installed, and {} is missing",
            missing.package,
            shown(&missing.file)
        ))
        .hint(format!("{mend} brings it back"))
}

fn is_other_file(file: &Path, places: &Places<'_>) -> bool {
    file.is_file() && !itself::is_vrun(file, places.own.as_deref())
}

/// The environment has no Python, or pip, of that name; or not one that runs.
pub fn python(name: &OsStr, places: &Places<'_>) -> Error {
    let scripts = venv::scripts(places.root);
    let file = program_file(scripts.join(name));
    if is_other_file(&file, places) {
        return not_executable(&file);
    }
    let (root, what, call) = (shown(places.root), shown(name), places.call());
    let missing = format!("no `{what}` in {root}");
    // uv's environments have none, and another one's pip would install elsewhere.
    let plain = os::plain_name(&what);
    let has_pip = program_file(scripts.join("pip")).exists();
    let seedless = plain.starts_with("pip") && !has_pip;
    let other = super::lookup(name, places.path, places).filter(|_| seedless);
    let error = match other {
        Some(other) => {
            let cause = format!("{} is another Python's", shown(other));
            Error::refused(missing).cause(cause)
        }
        None => Error::not_found(missing),
    };
    if let Some(missing) = self::missing(name, places) {
        return told(error, &missing, places);
    }
    match &*plain {
        "python" if file.exists() => error.cause(format_args!("{} is vrun itself", shown(&file))),
        "python" => error
            .cause(format_args!("{} does not exist", shown(&file)))
            .hint(format!(
                "`{call} --repair` rebuilds it with the same packages"
            )),
        pip if pip.starts_with("pip") && has_pip => {
            error.hint(format!("`{call} pip` is this environment's"))
        }
        pip if pip.starts_with("pip") && has_pip_without_script(places) => {
            error.hint(format!("`{call} -m pip` is this environment's"))
        }
        pip if pip.starts_with("pip") => error.hint(format!(
            "{} installs pip there",
            venv::adding_pip(places.root, &call)
        )),
        _ => error.hint(format!(
            "`{call} python` is this environment's; `--outside` lets another one run"
        )),
    }
}

/// The file of a program, with the ending that may be left out.
fn program_file(path: PathBuf) -> PathBuf {
    if path
        .to_string_lossy()
        .to_ascii_lowercase()
        .ends_with(os::EXE)
    {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(os::EXE);
    name.into()
}

/// There is no program at that path, or it may not be run.
pub fn file(name: &OsStr) -> Error {
    match fs::metadata(name) {
        Ok(found) if found.is_dir() => Error::refused(format!("{} is a directory", shown(name))),
        Ok(_) => not_executable(Path::new(name)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            no_file(name)
        }
        Err(error) => {
            Error::refused(format!("{} cannot be run", shown(name))).cause(reason(&error))
        }
    }
}

/// There is no such file at all.
pub fn no_file(name: &OsStr) -> Error {
    Error::not_found(format!("no file named {}", shown(name)))
}

fn not_executable(file: &Path) -> Error {
    let error = Error::refused(format!("{} is not executable", shown(file)));
    match os::make_runnable(&typed(file)) {
        Some(hint) => error.hint(hint),
        None => error.cause("its name does not end as a program's does (PATHEXT)"),
    }
}

/// Whether a package could be called so (PEP 508), and pasting it into a command is harmless.
fn is_package_name(name: &str) -> bool {
    let ends = [name.chars().next(), name.chars().next_back()];
    ends.iter()
        .all(|end| end.is_some_and(|c| c.is_ascii_alphanumeric()))
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}
