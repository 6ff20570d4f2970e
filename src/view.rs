//! What a program sees in an environment: the variables that are set and unset. Pure: it touches neither the disk nor
//! the process.

use std::ffi::{OsStr, OsString};
use std::iter;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::printable;
use crate::{os, venv};

/// The variables that are unset. The first three make Python misjudge where it is installed: PYTHONHOME on every
/// system, the other two on macOS and, from 3.11 on, everywhere (getpath.py). The others run code from outside the
/// environment: from a directory, a file or a module that they name (CPython, "Command line and environment").
const UNSET_VARS: &[&str] = &[
    "PYTHONHOME",
    "__PYVENV_LAUNCHER__",
    "PYTHONEXECUTABLE",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PYTHONPLATLIBDIR",
    "PYTHONBREAKPOINT",
    "PYTHON_PRESITE",
];

/// How many of them are unset without `--isolated`.
const ALWAYS_UNSET_COUNT: usize = 3;

/// What keeps the user's packages and the script's directory (from 3.11 on) off sys.path.
const ISOLATION_VARS: [&str; 2] = ["PYTHONNOUSERSITE", "PYTHONSAFEPATH"];

/// Whether code from outside the environment may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// As the user's variables say.
    Default,
    /// `--isolated`: no, as far as environment variables can prevent it.
    Isolated,
}

/// The changes to the variables of a process that make it use the environment.
#[derive(Debug)]
pub(crate) struct View {
    /// VIRTUAL_ENV, VIRTUAL_ENV_PROMPT, PATH.
    env_vars: [(&'static str, OsString); 3],
    isolation: Isolation,
}

/// Every variable that a view may change.
pub(crate) fn variable_names() -> impl Iterator<Item = &'static str> {
    let env_vars = ["VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PATH"];
    let unset_vars = UNSET_VARS.iter().copied();
    env_vars.into_iter().chain(unset_vars).chain(ISOLATION_VARS)
}

/// The view of the environment at `root` for a process with this PATH. `deactivated` is an active environment whose
/// PATH entries are removed.
///
/// # Errors
/// The environment's path contains the separator of PATH.
pub(crate) fn build_view(
    root: &Path,
    prompt: String,
    path: Option<&OsStr>,
    deactivated: Option<&Path>,
) -> Result<View, Error> {
    let scripts = venv::scripts_dir(root);
    let deactivated = deactivated.map(venv::scripts_dir);
    // If PATH is unset, programs are still found in a default one.
    let default = Some(OsStr::new(os::DEFAULT_PATH)).filter(|path| !path.is_empty());
    let entries = path.or(default).map(os::split_paths).into_iter().flatten();
    let is_kept = |entry: &PathBuf| {
        let is_not = |dir: &PathBuf| !os::is_same_path(entry, dir);
        is_not(&scripts) && deactivated.as_ref().is_none_or(is_not)
    };
    let entries = iter::once(scripts.clone()).chain(entries.filter(is_kept));
    let path = os::join_paths(entries).map_err(|_| {
        Error::refused(format!("{} cannot be put on PATH", printable(root)))
            .with_cause(format_args!(
                "this path contains `{}`, which separates the entries of PATH",
                os::PATH_SEPARATOR
            ))
            .with_hint("move the project, or choose another path with `--env PATH`")
    })?;
    Ok(View {
        env_vars: [
            ("VIRTUAL_ENV", root.into()),
            ("VIRTUAL_ENV_PROMPT", prompt.into()),
            ("PATH", path),
        ],
        isolation: Isolation::Default,
    })
}

impl View {
    pub(crate) fn with_isolation(self, isolation: Isolation) -> View {
        View { isolation, ..self }
    }

    /// The PATH on which programs are looked up; the scripts directory comes first.
    pub(crate) fn path(&self) -> &OsStr {
        let [_, _, (_, path)] = &self.env_vars;
        path
    }

    pub(crate) fn vars_to_set(&self) -> impl Iterator<Item = (&'static str, &OsStr)> {
        let env_vars = self.env_vars.iter().map(|(name, value)| (*name, &**value));
        let isolation_vars: &[&str] = match self.isolation {
            Isolation::Default => &[],
            Isolation::Isolated => &ISOLATION_VARS,
        };
        env_vars.chain(isolation_vars.iter().map(|name| (*name, OsStr::new("1"))))
    }

    pub(crate) fn vars_to_unset(&self) -> &'static [&'static str] {
        match self.isolation {
            Isolation::Default => &UNSET_VARS[..ALWAYS_UNSET_COUNT],
            Isolation::Isolated => UNSET_VARS,
        }
    }

    /// The variables of a process that had `vars`.
    pub(crate) fn apply(&self, vars: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
        let is_kept = |name: &OsString| {
            let is = |known: &str| os::is_same_var(name, known);
            !self.vars_to_unset().iter().any(|known| is(known))
                && !self.vars_to_set().any(|(known, _)| is(known))
        };
        let kept = vars.iter().filter(|(name, _)| is_kept(name));
        let mut applied: Vec<_> = kept.cloned().collect();
        let set = self.vars_to_set();
        applied.extend(set.map(|(name, value)| (name.into(), value.into())));
        applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "/app/.venv";

    /// The entries of PATH in the view of ROOT.
    fn path_after(path: Option<&OsStr>, deactivated: Option<&str>) -> Vec<PathBuf> {
        let deactivated = deactivated.map(Path::new);
        let view = build_view(Path::new(ROOT), String::new(), path, deactivated);
        os::split_paths(view.expect("a path without separator").path()).collect()
    }

    #[test]
    fn path_is_the_scripts_directory_then_the_old_entries() {
        let scripts = |root: &str| {
            let dir = venv::scripts_dir(Path::new(root));
            dir.into_os_string().into_string().expect("text")
        };
        let (new, old) = (&*scripts(ROOT), &*scripts("/old"));
        let spelled_otherwise = &*format!("{new}/");
        for (before, deactivated, after) in [
            (&["/usr", "/sbin"][..], None, &[new, "/usr", "/sbin"][..]),
            (
                &["/usr", spelled_otherwise, "/sbin"],
                None,
                &[new, "/usr", "/sbin"],
            ),
            (&[old, "/usr", old], Some("/old"), &[new, "/usr"]),
            (&[old, "/usr"], None, &[new, old, "/usr"]),
            (&["/usr", "", "/sbin"], None, &[new, "/usr", "", "/sbin"]),
            (&[""], None, &[new, ""]),
        ] {
            let after: Vec<PathBuf> = after.iter().map(PathBuf::from).collect();
            let path = os::join_paths(before).expect("entries without separator");
            assert_eq!(path_after(Some(&path), deactivated), after, "{before:?}");
            let twice = os::join_paths(&after).expect("entries without separator");
            assert_eq!(path_after(Some(&twice), deactivated), after, "twice");
        }
    }

    #[test]
    fn an_unset_path_still_finds_the_systems_programs() {
        let default = os::split_paths(os::DEFAULT_PATH).filter(|_| !os::DEFAULT_PATH.is_empty());
        let scripts = venv::scripts_dir(Path::new(ROOT));
        let expected: Vec<PathBuf> = [scripts].into_iter().chain(default).collect();
        assert_eq!(path_after(None, None), expected);
    }

    #[test]
    fn the_view_sets_and_unsets_and_leaves_the_rest() {
        let vars = [("A", "1"), ("PYTHONHOME", "/x"), ("PATH", "p"), ("B", "2")];
        let vars = vars.map(|(name, value)| (name.into(), value.into()));
        let view = build_view(Path::new("app"), "app".into(), Some(OsStr::new("p")), None);
        let view = view.expect("a view");
        let applied = view.apply(&vars);
        let names: Vec<_> = applied.iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["A", "B", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PATH"]
        );
        assert_eq!(view.apply(&applied), applied);
    }
}
