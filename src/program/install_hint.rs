//! A program that is missing -> the command that installs it.

use crate::quote::shell_word;
use crate::{os, venv};

use super::context::ResolveContext;
use super::not_found;

/// What to type so that a program of that name comes into the environment.
pub(super) fn install_hint(name: &str, call: &str, places: &ResolveContext<'_>) -> String {
    let scripts = venv::scripts_dir(places.root);
    if scripts.join(format!("pip{}", os::EXE_SUFFIX)).exists() {
        return format!("`{call} pip install {}`", shell_word(name));
    }
    if not_found::has_pip_without_script(places) {
        return format!("`{call} -m pip install {}`", shell_word(name));
    }
    let pip = venv::install_pip_hint(places.root, call);
    format!("{pip}, then `{call} pip install {}`", shell_word(name))
}
