//! An environment -> whether it still is as vrun created it, so that nothing is lost when it is recreated.

use std::ffi::OsString;
use std::path::Path;

use crate::fs::entry_names;
use crate::read::{MAX_LINE_FILE, read_file};
use crate::venv::{self, Venv, detect_creator};

use super::seed_names::is_seed;
use super::state::{InstallState, Status};

/// What vrun creates in an environment's own directory.
const OWN_FILES: [&str; 12] = [
    "pyvenv.cfg",
    ".gitignore",
    "vrun-requirements",
    "vrun-packages",
    "vrun-install.log",
    "bin",
    "lib",
    "lib64",
    "include",
    "share",
    "Scripts",
    "Lib",
];

/// How the names in a scripts directory begin that come with a new environment, in lower case.
const OWN_SCRIPTS: [&str; 6] = [
    "python",
    "pypy",
    "pip",
    "activate",
    "deactivate",
    "easy_install",
];

/// Whether vrun created the environment for requirements that have never been installed, and nothing but what it put
/// there is in it.
pub(crate) fn is_never_installed(venv: &Venv) -> bool {
    let state = InstallState::load(&venv.root);
    let is_pending = state.is_some_and(|(state, _)| state.status != Status::Done);
    let cfg = read_file(&venv.root.join(venv::PYVENV_CFG), MAX_LINE_FILE).unwrap_or_default();
    let is_made_by_vrun = detect_creator(&cfg).is_some_and(|creator| creator.name == "vrun");
    let is_seed_file = |name: &OsString| is_seed(&name.to_string_lossy());
    let is_own_file = |name: &OsString| OWN_FILES.iter().any(|own| name == own);
    let is_own_script = |name: &OsString| {
        let name = name.to_string_lossy().to_lowercase();
        OWN_SCRIPTS.iter().any(|own| name.starts_with(own))
    };
    let has_only = |dir: &Path, is_own: &dyn Fn(&OsString) -> bool| {
        entry_names(dir).is_ok_and(|names| names.iter().all(is_own))
    };
    let sites = venv::site_packages(&venv.root);
    is_pending
        && is_made_by_vrun
        && has_only(&venv.root, &is_own_file)
        && has_only(&venv::scripts_dir(&venv.root), &is_own_script)
        && sites.iter().all(|site| has_only(site, &is_seed_file))
}
