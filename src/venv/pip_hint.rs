//! An environment without pip -> what adds one.

use std::path::Path;

use crate::os;

use super::environment::{Venv, python_path};
use super::python_version::MinorVersion;

/// A script that adds pip to whichever Python runs it (pip's documentation, "Installation").
const GET_PIP_URL: &str = "https://bootstrap.pypa.io/get-pip.py";

/// What to type: the base interpreter's own way, where it has it. `call` is how vrun is called for the environment at
/// `root`.
pub(crate) fn install_pip_hint(root: &Path, call: &str) -> String {
    match has_ensurepip(root) {
        // Without the option it writes `pip3` and no `pip`.
        Some(true) | None => format!("`{call} -m ensurepip --default-pip`"),
        Some(false) => get_pip_hint(call),
    }
}

/// What to type where the base interpreter has none.
pub(crate) fn get_pip_hint(call: &str) -> String {
    format!("`curl -LO {GET_PIP_URL}`, then `{call} python get-pip.py`")
}

/// Whether the base interpreter's library has it, which distributions take out; None where the library is not where
/// it usually is.
fn has_ensurepip(root: &Path) -> Option<bool> {
    let cfg = Venv::open(root).ok()?.cfg;
    let name = format!(
        "python{}",
        MinorVersion::from_version(cfg.version.as_deref()?)?
    );
    let home = cfg.home?;
    let real = dunce::canonicalize(python_path(root)).ok();
    let real_home = real.as_deref().and_then(Path::parent);
    let homes = [Some(&*home), real_home].into_iter().flatten();
    // The directory of python.exe itself holds the library on Windows.
    let prefixes = homes.flat_map(|home| [home.parent(), Some(home)]).flatten();
    let mut libraries = prefixes.map(|prefix| os::lib_dir(prefix, &name));
    let library = libraries.find(|library| library.join("os.py").is_file())?;
    Some(library.join("ensurepip/__init__.py").is_file())
}
