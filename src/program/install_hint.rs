//! A program that is missing -> the command that installs it.

use crate::quote::shell_word;
use crate::{os, venv};

use super::context::ResolveContext;

/// What to type to install the package `name` into the environment.
pub(super) fn install_hint(name: &str, context: &ResolveContext<'_>) -> String {
    let (call, name) = (context.vrun_command(), shell_word(name));
    if context
        .scripts_dir()
        .join(format!("pip{}", os::EXE_SUFFIX))
        .exists()
    {
        return format!("`{call} pip install {name}`");
    }
    if has_pip_module(context) {
        return format!("`{call} -m pip install {name}`");
    }
    let pip = venv::install_pip_hint(context.root, &call);
    format!("{pip}, then `{call} pip install {name}`")
}

/// Whether pip is installed, and can be run as a module.
pub(super) fn has_pip_module(context: &ResolveContext<'_>) -> bool {
    let sites = venv::site_packages(context.root);
    sites.iter().any(|site| site.join("pip").is_dir())
}
