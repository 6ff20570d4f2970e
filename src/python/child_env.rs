//! The user's variables -> those that a Python is handed which is asked or makes an environment: all but
//! the ones that would have it see other packages, or take another place for its own.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::os;
use crate::process::Process;

/// More than the view takes away: vrun's own helpers are to see nothing of the user's, his programs are.
const REMOVED_VARS: [&str; 10] = [
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONSAFEPATH",
    "PYTHONINSPECT",
    "PYTHONPLATLIBDIR",
    "PYTHONEXECUTABLE",
    "__PYVENV_LAUNCHER__",
];

/// What is said anew to a vrun that such a program starts.
const OVERRIDDEN_VARS: [&str; 4] = ["VRUN_ENV", "VRUN_SYNC", "VRUN_NO_CREATE", "VRUN_NO_INSTALL"];

/// All variables of a Python that works for vrun. pip's own settings go too: the pip that comes with
/// an environment comes from the interpreter, not from an index.
pub(crate) fn vars_for_python(process: &Process) -> Vec<(OsString, OsString)> {
    let kept = process
        .vars
        .iter()
        .filter(|(name, _)| !is_removed_for_python(name));
    kept.cloned()
        .chain(nested_vrun_vars(&["VRUN_NO_CREATE", "VRUN_NO_INSTALL"]))
        .collect()
}

/// All variables of the pip in the environment at `root`, which installs from the user's index.
pub(crate) fn vars_for_pip(process: &Process, root: &Path) -> Vec<(OsString, OsString)> {
    let kept = process
        .vars
        .iter()
        .filter(|(name, _)| !is_removed_for_pip(name));
    let own = ["VIRTUAL_ENV", "VRUN_ENV"].map(|name| (name.into(), root.into()));
    let settled = nested_vrun_vars(&["VRUN_NO_INSTALL"]);
    kept.cloned().chain(own).chain(settled).collect()
}

/// What a vrun is told that such a program starts, by a shim on PATH: not to begin with what this one is at.
fn nested_vrun_vars(names: &'static [&str]) -> impl Iterator<Item = (OsString, OsString)> {
    names.iter().map(|name| (name.into(), "1".into()))
}

fn is_removed_for_python(name: &OsStr) -> bool {
    is_removed_for_pip(name) || name.as_encoded_bytes().starts_with(b"PIP_")
}

fn is_removed_for_pip(name: &OsStr) -> bool {
    let mut withheld = REMOVED_VARS.iter().chain(&OVERRIDDEN_VARS);
    withheld.any(|known| os::is_same_var(name, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_that_works_for_vrun_is_not_led_astray() {
        let names = [
            "PATH",
            "PYTHONHOME",
            "PIP_INDEX_URL",
            "PYTHONINSPECT",
            "PYTHONPLATLIBDIR",
            "PYTHONDONTWRITEBYTECODE",
            "VIRTUAL_ENV",
            "PIPX_HOME",
        ];
        let process = Process {
            args: Vec::new(),
            vars: names.map(|name| (name.into(), "x".into())).to_vec(),
        };
        let kept: Vec<_> = vars_for_python(&process)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let rest = ["PATH", "PYTHONDONTWRITEBYTECODE", "PIPX_HOME"];
        let told = ["VRUN_NO_CREATE", "VRUN_NO_INSTALL"];
        assert_eq!(kept, [&rest[..], &told].concat());
    }
}
