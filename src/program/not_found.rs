//! Why there is no such program: what was looked for, where, and what to type next.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::health::{self, Problem};
use crate::quote::{printable, shell_word};
use crate::venv::{self, MissingScript};
use crate::{os, self_exe};

use super::context::ResolveContext;
use super::python_names::is_python_source;
use super::{broken, install_hint, lookup};

/// No program of that name is on PATH; or one is, and may not be run.
pub(super) fn program_not_found(name: &OsStr, places: &ResolveContext<'_>) -> Error {
    let entries = os::split_paths(places.path).map(|entry| entry.join(name));
    let mut files = entries.filter(|file| !name.is_empty() && is_non_vrun_file(file, places));
    if let Some(file) = files.next() {
        return not_executable(&file);
    }
    if is_python_source(name) {
        return file_not_found(name);
    }
    let scripts = venv::scripts_dir(places.root);
    let is_lost = || {
        (!scripts.exists()).then_some(Problem::NoPython {
            scripts: scripts.clone(),
        })
    };
    if let Some(problem) = health::check_platform(places.root).or_else(is_lost) {
        return broken::broken_env_error(&problem, places);
    }
    let (what, root) = (printable(name), printable(places.root));
    let error = Error::not_found(format!("no program named `{what}` in {root} or on PATH"));
    if let Some(missing) = find_missing_script(name, places) {
        return explain_missing_script(error, &missing, places);
    }
    if Path::new(name).is_file() {
        return error.with_hint(format!(
            "`vrun ./{}` runs the file that is here",
            shell_word(name)
        ));
    }
    match name.to_str().filter(|name| is_package_name(name)) {
        Some(name) => {
            let install = install_hint::install_hint(name, &places.vrun_command(), places);
            error.with_hint(format!("install it with {install}"))
        }
        None => error,
    }
}

/// The program is there, but another Python's, which cannot see this project. `what` says whose.
pub(super) fn foreign_program_refused(
    file: &Path,
    what: &str,
    places: &ResolveContext<'_>,
) -> Error {
    let name = file.file_name().unwrap_or_default();
    if let Some(problem) = health::check_platform(places.root) {
        return broken::broken_env_error(&problem, places);
    }
    let (root, call) = (printable(places.root), places.vrun_command());
    let error = Error::refused(format!("`{}` is not in {root}", printable(name)))
        .with_cause(format_args!("{} {what}", printable(file)));
    let outside = format!("`{call} --outside {}` runs that one", shell_word(name));
    match name.to_str().filter(|name| is_package_name(name)) {
        Some(name) => error.with_hint(format!(
            "install it with {}; {outside}",
            install_hint::install_hint(name, &call, places)
        )),
        None => error.with_hint(outside),
    }
}

/// The script of that name that should be there, because what it belongs to is installed.
pub(super) fn find_missing_script(
    name: &OsStr,
    places: &ResolveContext<'_>,
) -> Option<MissingScript> {
    let file = with_exe_suffix(venv::scripts_dir(places.root).join(name));
    let all = venv::find_missing_scripts(places.root);
    all.into_iter().find(|missing| missing.file == file)
}

/// Whether pip is installed, and can be run as a module.
pub(super) fn has_pip_without_script(places: &ResolveContext<'_>) -> bool {
    let sites = venv::site_packages(places.root);
    sites.iter().any(|site| site.join("pip").is_dir())
}

fn explain_missing_script(
    error: Error,
    missing: &MissingScript,
    places: &ResolveContext<'_>,
) -> Error {
    let mend = missing.fix_command(&places.vrun_command());
    error
        .with_cause(format_args!(
            "{} is installed, and {} is missing",
            missing.package,
            printable(&missing.file)
        ))
        .with_hint(format!("{mend} brings it back"))
}

fn is_non_vrun_file(file: &Path, places: &ResolveContext<'_>) -> bool {
    file.is_file() && !self_exe::is_vrun(file, places.self_exe.as_deref())
}

/// The environment has no Python, or pip, of that name; or not one that runs.
pub(super) fn python_not_found(name: &OsStr, places: &ResolveContext<'_>) -> Error {
    let scripts = venv::scripts_dir(places.root);
    let file = with_exe_suffix(scripts.join(name));
    if is_non_vrun_file(&file, places) {
        return not_executable(&file);
    }
    let (root, what, call) = (
        printable(places.root),
        printable(name),
        places.vrun_command(),
    );
    let missing = format!("no `{what}` in {root}");
    // uv's environments have none, and another one's pip would install elsewhere.
    let plain = os::normalize_program_name(&what);
    let has_pip = with_exe_suffix(scripts.join("pip")).exists();
    let seedless = plain.starts_with("pip") && !has_pip;
    let other = lookup::find_on_path(name, places.path, places).filter(|_| seedless);
    let error = match other {
        Some(other) => {
            let cause = format!("{} is another Python's", printable(other));
            Error::refused(missing).with_cause(cause)
        }
        None => Error::not_found(missing),
    };
    if let Some(missing) = find_missing_script(name, places) {
        return explain_missing_script(error, &missing, places);
    }
    match &*plain {
        "python" if file.exists() => {
            error.with_cause(format_args!("{} is vrun itself", printable(&file)))
        }
        "python" => error
            .with_cause(format_args!("{} does not exist", printable(&file)))
            .with_hint(format!(
                "`{call} --repair` rebuilds it with the same packages"
            )),
        pip if pip.starts_with("pip") && has_pip => {
            error.with_hint(format!("`{call} pip` is this environment's"))
        }
        pip if pip.starts_with("pip") && has_pip_without_script(places) => {
            error.with_hint(format!("`{call} -m pip` is this environment's"))
        }
        pip if pip.starts_with("pip") => error.with_hint(format!(
            "{} installs pip there",
            venv::install_pip_hint(places.root, &call)
        )),
        _ => error.with_hint(format!(
            "`{call} python` is this environment's; `--outside` lets another one run"
        )),
    }
}

/// The file of a program, with the ending that may be left out.
fn with_exe_suffix(path: PathBuf) -> PathBuf {
    if path
        .to_string_lossy()
        .to_ascii_lowercase()
        .ends_with(os::EXE_SUFFIX)
    {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(os::EXE_SUFFIX);
    name.into()
}

/// There is no program at that path, or it may not be run.
pub(super) fn file_not_runnable(name: &OsStr) -> Error {
    match fs::metadata(name) {
        Ok(found) if found.is_dir() => {
            Error::refused(format!("{} is a directory", printable(name)))
        }
        Ok(_) => not_executable(Path::new(name)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            file_not_found(name)
        }
        Err(error) => Error::refused(format!("{} cannot be run", printable(name)))
            .with_cause(io_reason(&error)),
    }
}

/// There is no such file at all.
pub(super) fn file_not_found(name: &OsStr) -> Error {
    Error::not_found(format!("no file named {}", printable(name)))
}

fn not_executable(file: &Path) -> Error {
    let error = Error::refused(format!("{} is not executable", printable(file)));
    match os::executable_hint(&shell_word(file)) {
        Some(hint) => error.with_hint(hint),
        None => error.with_cause("its name does not end as a program's does (PATHEXT)"),
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
