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

/// What git tells its hooks of the repository it works on (`git rev-parse --local-env-vars`, less settings): a git that
/// fetches a requirement would write that repository's index.
const GIT_REPOSITORY_VARS: [&str; 13] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
];

/// Where pip and uv would install instead of into the environment.
const INSTALL_TARGET_VARS: [&str; 7] = [
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_PYTHON",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
];

/// What keeps git and pip from asking questions that nobody can answer. ssh asks none without a terminal.
const QUESTION_VARS: [(&str, &str); 2] = [("GIT_TERMINAL_PROMPT", "0"), ("PIP_NO_INPUT", "1")];

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
    // Comes before a `user = true` of pip.conf, for `pip freeze` too.
    vars.push(("PIP_USER".into(), "0".into()));
    vars.push(("VRUN_NO_INSTALL".into(), "1".into()));
    if process.is_ci() || !os::can_ask() {
        let is_unset = |name: &str| process.non_empty_var(name).is_none();
        let quiet = QUESTION_VARS.iter().filter(|(name, _)| is_unset(name));
        vars.extend(quiet.map(|(name, value)| (name.into(), value.into())));
    }
    vars
}

/// The options of `pip install` that have it install into the environment at `root`, whatever pip.conf says: `target`
/// can only be emptied, `prefix` and `root` only be set (pip 18 to 26).
pub(crate) fn pip_target_args(root: &Path) -> [OsString; 4] {
    let option = |name: &str, value: &Path| {
        let mut option = OsString::from(name);
        option.push(value);
        option
    };
    let top = root.ancestors().last().unwrap_or(root);
    [
        "--no-user".into(),
        "--target=".into(),
        option("--prefix=", root),
        option("--root=", top),
    ]
}

fn inherited_vars(
    process: &Process,
    is_kept: impl Fn(&OsStr) -> bool,
) -> Vec<(OsString, OsString)> {
    let is_removed = |name: &OsStr| {
        let removed = REMOVED_VARS.iter().chain(&NESTED_VRUN_VARS);
        let mut removed = removed
            .chain(&GIT_REPOSITORY_VARS)
            .chain(&INSTALL_TARGET_VARS);
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
                     VIRTUAL_ENV PIPX_HOME GIT_INDEX_FILE GIT_SSH_COMMAND";
        let vars = names.split(' ').map(|name| (name.into(), "x".into()));
        let process = Process {
            args: Vec::new(),
            vars: vars.collect(),
            ..Process::default()
        };
        let vars = vars_for_python(&process).into_iter();
        let names: Vec<_> = vars.map(|(name, _)| name).collect();
        let inherited = [
            "PATH",
            "PYTHONDONTWRITEBYTECODE",
            "PIPX_HOME",
            "GIT_SSH_COMMAND",
        ];
        let nested = ["VRUN_NO_CREATE", "VRUN_NO_INSTALL"];
        assert_eq!(names, [&inherited[..], &nested].concat());
    }
}
