//! A program's name -> the files on PATH that have it, without vrun's own shims.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::{os, self_exe, venv};

use super::context::ResolveContext;
use super::handoff;
use super::python_names::is_python_name;

pub(super) fn is_in(dir: &Path, file: &Path) -> bool {
    file.parent() == Some(dir)
}

/// Whether `file` is one of an environment's that shells read: a process of its own would change nothing.
fn is_activation_script(file: &Path) -> bool {
    file.file_name().is_some_and(os::is_activation_script) && venv::env_of_python(file).is_some()
}

impl ResolveContext<'_> {
    /// Whether `name` is a dangling link that was this environment's Python.
    pub(super) fn is_dangling_python(&self, name: &OsStr) -> bool {
        let path = Path::new(name);
        let is_python = path.file_name().is_some_and(is_python_name);
        let parent = path.parent().filter(|_| is_python && path.is_symlink());
        parent.is_some_and(|dir| os::is_same_file(dir, &self.scripts_dir()))
    }

    /// The first program called `name` on `path` that is not one of vrun's shims.
    pub(super) fn find_on_path(&self, name: &OsStr, path: &OsStr) -> Option<PathBuf> {
        self.all_on_path(name, path).next()
    }

    /// All of them, in order.
    pub(super) fn all_on_path(&self, name: &OsStr, path: &OsStr) -> impl Iterator<Item = PathBuf> {
        let name = Some(name).filter(|name| !name.is_empty());
        let files = name.and_then(|name| ::which::which_in_global(name, Some(path)).ok());
        let may_be_vrun = name.is_some_and(self_exe::is_vrun_name);
        let scripts = self.scripts_dir();
        let files = files.into_iter().flatten();
        files.filter(move |file| {
            !is_activation_script(file) && (may_be_vrun || !self.is_vrun_shim(file, &scripts))
        })
    }

    /// Whether `file` is vrun. In the scripts directory it is a link to the base interpreter or no link, so no link is
    /// followed to find out.
    fn is_vrun_shim(&self, file: &Path, scripts: &Path) -> bool {
        let self_exe = self.self_exe.as_deref();
        match self_exe {
            Some(self_exe) if is_in(scripts, file) => os::is_same_file(file, self_exe),
            // A shim of vrun and one of another manager may be calling each other: worth reading the whole of each
            // file.
            _ if handoff::has_handed_off(self.handoff) => self_exe::is_vrun(file, self_exe),
            _ => self_exe::is_shim(file, self_exe),
        }
    }
}

/// The file that a name with a separator means, as it was typed: the kernel hands that very text to a script.
pub(super) fn find_at_path(name: &OsStr) -> Option<PathBuf> {
    let file = ::which::which_in(name, None::<&OsStr>, ".").ok()?;
    let typed = Path::new(name);
    Some(if typed.is_file() {
        typed.to_owned()
    } else {
        file
    })
}
