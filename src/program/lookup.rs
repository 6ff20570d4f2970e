//! A program's name -> the files on PATH that have it, without vrun's own shims.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::{os, self_exe, venv};

use super::context::ResolveContext;
use super::python_names::is_python_name;
use super::{not_found, shim};

pub(super) fn is_in(dir: &Path, file: &Path) -> bool {
    file.parent() == Some(dir)
}

/// Whether a path that leads nowhere is a link that this environment's Python once was.
pub(super) fn is_dangling_python(name: &OsStr, places: &ResolveContext<'_>) -> bool {
    let path = Path::new(name);
    let is_python = path.file_name().is_some_and(is_python_name);
    let parent = path.parent().filter(|_| is_python && path.is_symlink());
    parent.is_some_and(|dir| os::is_same_file(dir, &venv::scripts_dir(places.root)))
}

/// The first program called `name` on `path` that is not vrun under that name.
pub(super) fn find_on_path(
    name: &OsStr,
    path: &OsStr,
    places: &ResolveContext<'_>,
) -> Option<PathBuf> {
    all_on_path(name, path, places).next()
}

/// All of them, in their order.
pub(super) fn all_on_path(
    name: &OsStr,
    path: &OsStr,
    places: &ResolveContext<'_>,
) -> impl Iterator<Item = PathBuf> {
    let named = Some(name).filter(|name| !name.is_empty());
    let files = named.and_then(|name| ::which::which_in_global(name, Some(path)).ok());
    let scripts = venv::scripts_dir(places.root);
    let is_vruns = self_exe::is_vrun_name(name);
    let files = files.into_iter().flatten();
    files.filter(move |file| is_vruns || !is_vrun_shim(file, &scripts, places))
}

/// Whether a file that was found is vrun. What lies in the scripts directory is a link to the base interpreter, or
/// no link, so no link is followed to find out.
fn is_vrun_shim(file: &Path, scripts: &Path, places: &ResolveContext<'_>) -> bool {
    match &places.self_exe {
        Some(own) if is_in(scripts, file) => os::is_same_file(file, own),
        // Two that do not know each other have met: it is worth reading all of what is found.
        own if shim::has_handed_off(places.handoff) => self_exe::is_vrun(file, own.as_deref()),
        own => self_exe::is_shim(file, own.as_deref()),
    }
}

/// The file that a name with a separator means, as it was typed: the kernel hands a script that very
/// text.
pub(super) fn find_at_path(name: &OsStr) -> Result<PathBuf, Error> {
    let file = ::which::which_in(name, None::<&OsStr>, ".")
        .map_err(|_| not_found::file_not_runnable(name))?;
    let typed = Path::new(name);
    Ok(if typed.is_file() {
        typed.to_owned()
    } else {
        file
    })
}
