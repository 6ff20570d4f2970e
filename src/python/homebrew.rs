//! An interpreter of Homebrew -> the same one, by the path that outlives its upgrades.
//!
//! `Cellar/python@3.12/3.12.4` is gone after the next upgrade, and `bin/python3` is then another minor version. What stays
//! is `opt/python@3.12/bin/python3.12`: Homebrew's sitecustomize.py makes it `sys._base_executable`, so that `python -m
//! venv` links there.

use std::path::PathBuf;

use crate::os;

use super::interpreter::Interpreter;

/// `base`, by its path in Homebrew's `opt` if it is one of Homebrew's.
pub(crate) fn with_opt_path(base: Interpreter) -> Interpreter {
    match opt_path(&base) {
        Some(exe) => Interpreter { exe, ..base },
        None => base,
    }
}

fn opt_path(base: &Interpreter) -> Option<PathBuf> {
    let real = dunce::canonicalize(&base.exe).ok()?;
    let is_cellar = |name| name == "Cellar";
    let mut above = real.ancestors();
    let cellar = above.find(|dir| dir.file_name().is_some_and(is_cellar))?;
    let formula = real.strip_prefix(cellar).ok()?.components().next()?;
    let threads = if base.key.free_threaded { "t" } else { "" };
    let name = format!("python{}{threads}", base.key.minor_version()?);
    let exe = cellar.with_file_name("opt").join(formula);
    let exe = exe.join("bin").join(name);
    os::is_same_file(&exe, &base.exe).then_some(exe)
}
