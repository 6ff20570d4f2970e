//! A program that is missing -> the command that installs it.

use crate::{os, venv};

use super::context::ResolveContext;

/// What to type to install `args`, quoted for a shell, into the environment.
pub(super) fn install_hint(args: &str, context: &ResolveContext<'_>) -> String {
    let call = context.vrun_command();
    if context
        .scripts_dir()
        .join(format!("pip{}", os::EXE_SUFFIX))
        .exists()
    {
        return format!("`{call} pip install {args}`");
    }
    if has_pip_module(context) {
        return format!("`{call} -m pip install {args}`");
    }
    let pip = venv::install_pip_hint(context.root, &call);
    format!("{pip}, then `{call} pip install {args}`")
}

/// Whether pip is installed, and can be run as a module.
pub(super) fn has_pip_module(context: &ResolveContext<'_>) -> bool {
    let sites = venv::site_packages(context.root);
    sites.iter().any(|site| site.join("pip").is_dir())
}
