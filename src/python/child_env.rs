//! The user's variables -> those for a Python or pip that vrun runs: without the ones that would show it other
//! packages or have it work elsewhere.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::os;
use crate::process::Process;

/// More than the view unsets: vrun's helpers must not see what the user's programs may.
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

/// Not inherited either: a vrun that the helper starts, by a shim on PATH, must not repeat what this one is doing.
const NESTED_VRUN_VARS: [&str; 4] = ["VRUN_ENV", "VRUN_SYNC", "VRUN_NO_CREATE", "VRUN_NO_INSTALL"];

/// All variables of a Python that works for vrun. pip's own settings go too: the pip in an environment comes from the
/// interpreter, not from an index.
pub(crate) fn vars_for_python(process: &Process) -> Vec<(OsString, OsString)> {
    let mut vars = inherited_vars(process, |name| {
        !name.as_encoded_bytes().starts_with(b"PIP_")
    });
    vars.extend(["VRUN_NO_CREATE", "VRUN_NO_INSTALL"].map(|name| (name.into(), "1".into())));
    vars
}

/// All variables of the pip in the environment at `root`, which installs from the user's index.
pub(crate) fn vars_for_pip(process: &Process, root: &Path) -> Vec<(OsString, OsString)> {
    let mut vars = inherited_vars(process, |_| true);
    vars.extend(["VIRTUAL_ENV", "VRUN_ENV"].map(|name| (name.into(), root.into())));
    vars.push(("VRUN_NO_INSTALL".into(), "1".into()));
    vars
}

fn inherited_vars(
    process: &Process,
    is_kept: impl Fn(&OsStr) -> bool,
) -> Vec<(OsString, OsString)> {
    let is_removed = |name: &OsStr| {
        let mut removed = REMOVED_VARS.iter().chain(&NESTED_VRUN_VARS);
        removed.any(|known| os::is_same_var(name, known))
    };
    let vars = process.vars.iter();
    vars.filter(|(name, _)| !is_removed(name) && is_kept(name))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_that_works_for_vrun_gets_only_harmless_variables() {
        let names = "PATH PYTHONHOME PIP_INDEX_URL PYTHONINSPECT PYTHONPLATLIBDIR PYTHONDONTWRITEBYTECODE \
                     VIRTUAL_ENV PIPX_HOME";
        let vars = names.split(' ').map(|name| (name.into(), "x".into()));
        let process = Process {
            args: Vec::new(),
            vars: vars.collect(),
            ..Process::default()
        };
        let vars = vars_for_python(&process).into_iter();
        let names: Vec<_> = vars.map(|(name, _)| name).collect();
        let inherited = ["PATH", "PYTHONDONTWRITEBYTECODE", "PIPX_HOME"];
        let nested = ["VRUN_NO_CREATE", "VRUN_NO_INSTALL"];
        assert_eq!(names, [&inherited[..], &nested].concat());
    }
}
