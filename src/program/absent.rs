//! Why there is no such program: what was looked for, where, and what to type next.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{Places, is_python_source};
use crate::error::{Error, reason, shown, typed};
use crate::os;
use crate::venv;

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
    let (what, root) = (shown(name), shown(places.root));
    let error = Error::not_found(format!("no program named `{what}` in {root} or on PATH"));
    if Path::new(name).is_file() {
        return error.hint(format!(
            "`vrun ./{}` runs the file that is here",
            typed(name)
        ));
    }
    match name.to_str().filter(|name| is_package_name(name)) {
        Some(name) => error.hint(format!("install it with `vrun pip install {name}`")),
        None => error,
    }
}

fn is_other_file(file: &Path, places: &Places<'_>) -> bool {
    file.is_file()
        && !places
            .own
            .as_ref()
            .is_some_and(|own| os::same_file(file, own))
}

/// The environment has no Python, or pip, of that name; or not one that runs.
pub fn python(name: &OsStr, places: &Places<'_>) -> Error {
    let file = venv::scripts(places.root).join(name);
    if is_other_file(&file, places) {
        return not_executable(&file);
    }
    let (root, what) = (shown(places.root), shown(name));
    match fs::read_link(&file) {
        Ok(target) if !file.exists() => {
            let remake = format!("python3 -m venv --clear {}", typed(places.root));
            return Error::refused(format!("{root} is broken: its `{what}` is gone"))
                .cause(format_args!(
                    "{} points to {}, which does not exist",
                    shown(&file),
                    shown(target)
                ))
                .hint(format!("`{remake}` makes it anew, without its packages"));
        }
        _ => {}
    }
    let error = Error::not_found(format!("no `{what}` in {root}"));
    match what.as_str() {
        "python" if file.exists() => error.cause(format_args!("{} is vrun itself", shown(&file))),
        "python" => error.cause(format_args!("{} does not exist", shown(&file))),
        pip if pip.starts_with("pip") => {
            error.hint("`vrun python -m ensurepip` installs pip there")
        }
        _ => {
            error.hint("`vrun python` is this environment's; `vrun --outside` lets another one run")
        }
    }
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
    Error::refused(format!("{} is not executable", shown(file)))
        .hint(format!("`chmod +x {}` if it is a program", typed(file)))
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
