//! An environment without pip -> the command that installs it.

use std::path::Path;

use crate::os;

use super::environment::{Venv, python_path};

/// A script that installs pip for the Python that runs it (pip's documentation, "Installation").
const GET_PIP_URL: &str = "https://bootstrap.pypa.io/get-pip.py";

/// What to type for the environment at `root`: ensurepip if the base interpreter has it. `call` is how vrun is called.
pub(crate) fn install_pip_hint(root: &Path, call: &str) -> String {
    match has_ensurepip(root) {
        // Without the option it installs `pip3` but not `pip`.
        Some(true) | None => format!("`{call} -m ensurepip --default-pip`"),
        Some(false) => get_pip_hint(call),
    }
}

/// What to type if the base interpreter has no ensurepip.
pub(crate) fn get_pip_hint(call: &str) -> String {
    let curl = os::CURL;
    format!("`{curl} -LO {GET_PIP_URL}`, then `{call} python get-pip.py`")
}

/// Whether the base interpreter's library has ensurepip, which distributions remove; None if the library is not in
/// its usual place.
fn has_ensurepip(root: &Path) -> Option<bool> {
    let cfg = Venv::open(root).ok()?.cfg;
    let minor = cfg.minor_version()?;
    let home = cfg.home?;
    let real = dunce::canonicalize(python_path(root)).ok();
    let homes = [Some(&*home), real.as_deref().and_then(Path::parent)];
    // On Windows the directory of python.exe itself holds the library.
    let prefixes = homes.into_iter().flatten();
    let prefixes = prefixes.flat_map(|home| [home.parent(), Some(home)]);
    let mut libraries = prefixes
        .flatten()
        .map(|prefix| os::lib_dir(prefix, &format!("python{minor}")));
    let library = libraries.find(|library| library.join("os.py").is_file())?;
    Some(library.join("ensurepip/__init__.py").is_file())
}
