//! What a program sees in an environment: which variables are set, which are gone. Pure: values in, a
//! value out; neither the disk nor the process is touched.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::printable;
use crate::{os, venv};

/// What is taken away. Each of the first three makes Python take another place than its own for its own:
/// PYTHONHOME on every system, the other two on macOS and, from 3.11 on, everywhere (getpath.py). Each of the others
/// has code run that lies in no environment: a directory, a file or a module that it names (CPython, "Command line
/// and environment").
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

/// How many of them are taken away in any case.
const ALWAYS_UNSET_COUNT: usize = 3;

/// What keeps the user's packages and the script's directory (from 3.11 on) off sys.path.
const ISOLATION_VARS: [&str; 2] = ["PYTHONNOUSERSITE", "PYTHONSAFEPATH"];

/// Whether code that lies in no environment may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// As the user's variables have it.
    Default,
    /// `--isolated`: it may not, as far as variables decide.
    Isolated,
}

/// The change that makes a process one of the environment's.
#[derive(Debug)]
pub(crate) struct View {
    /// The environment, its prompt, PATH.
    env_vars: [(&'static str, OsString); 3],
    isolation: Isolation,
}

/// Every variable that a view may change.
pub(crate) fn variable_names() -> impl Iterator<Item = &'static str> {
    let own = ["VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PATH"];
    own.into_iter()
        .chain(UNSET_VARS.iter().copied())
        .chain(ISOLATION_VARS)
}

/// The view of the environment at `root`, for a process that has `path` as its PATH. `left` is an
/// environment that was active and is not any more.
///
/// # Errors
/// The environment's path holds the character that separates the entries of PATH.
pub(crate) fn build_view(
    root: &Path,
    prompt: String,
    path: Option<&OsStr>,
    left: Option<&Path>,
) -> Result<View, Error> {
    let scripts = venv::scripts_dir(root);
    let gone = left.map(venv::scripts_dir);
    // Where PATH is unset, programs are still found: it is not the same as having none.
    let default = Some(OsStr::new(os::DEFAULT_PATH)).filter(|path| !path.is_empty());
    let old = path.or(default);
    let kept = old.map(os::split_paths).into_iter().flatten();
    let is_out = |entry: &PathBuf| {
        let is = |dir: &PathBuf| os::is_same_path(entry, dir);
        is(&scripts) || gone.as_ref().is_some_and(is)
    };
    let kept = kept.filter(|entry| !is_out(entry));
    let path = os::join_paths(std::iter::once(scripts.clone()).chain(kept)).map_err(|_| {
        Error::refused(format!("{} cannot be put on PATH", printable(root)))
            .with_cause(format_args!(
                "PATH separates its entries by `{}`, which this path holds",
                os::PATH_SEPARATOR
            ))
            .with_hint("move the project, or say where else with `--env PATH`")
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
    /// The same, with that.
    pub(crate) fn with_isolation(self, isolation: Isolation) -> View {
        View { isolation, ..self }
    }

    /// The PATH that programs are looked up on; the scripts directory comes first.
    pub(crate) fn path(&self) -> &OsStr {
        let [_, _, (_, path)] = &self.env_vars;
        path
    }

    /// Variables and their values.
    pub(crate) fn vars_to_set(&self) -> impl Iterator<Item = (&'static str, &OsStr)> {
        let own = self.env_vars.iter().map(|(name, value)| (*name, &**value));
        let isolating: &[&str] = match self.isolation {
            Isolation::Default => &[],
            Isolation::Isolated => &ISOLATION_VARS,
        };
        own.chain(isolating.iter().map(|name| (*name, OsStr::new("1"))))
    }

    /// Variables that are taken away.
    pub(crate) fn vars_to_unset(&self) -> &'static [&'static str] {
        match self.isolation {
            Isolation::Default => &UNSET_VARS[..ALWAYS_UNSET_COUNT],
            Isolation::Isolated => UNSET_VARS,
        }
    }

    /// The variables of a process that had `vars`.
    pub(crate) fn apply(&self, vars: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
        let stays = |name: &OsString| {
            let is = |known: &str| os::is_same_var(name, known);
            !self.vars_to_unset().iter().any(|gone| is(gone))
                && !self.vars_to_set().any(|(known, _)| is(known))
        };
        let mut seen: Vec<_> = vars
            .iter()
            .filter(|(name, _)| stays(name))
            .cloned()
            .collect();
        seen.extend(
            self.vars_to_set()
                .map(|(name, value)| (name.into(), value.into())),
        );
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PATH as the view of /app/.venv has it, one entry after the other.
    fn path_after(path: Option<&OsStr>, left: Option<&str>) -> Vec<PathBuf> {
        let view = build_view(
            Path::new("/app/.venv"),
            String::new(),
            path,
            left.map(Path::new),
        );
        os::split_paths(view.expect("a path without separator").path()).collect()
    }

    #[test]
    fn path_is_the_scripts_directory_then_what_was_there() {
        let ours = venv::scripts_dir(Path::new("/app/.venv"));
        let (ours, theirs) = (
            ours.to_str().expect("text"),
            venv::scripts_dir(Path::new("/old")),
        );
        let theirs = theirs.to_str().expect("text");
        let doubled = format!("{ours}/");
        for (before, left, after) in [
            (vec!["/usr", "/sbin"], None, vec![ours, "/usr", "/sbin"]),
            (
                vec!["/usr", &doubled, "/sbin"],
                None,
                vec![ours, "/usr", "/sbin"],
            ),
            (
                vec![theirs, "/usr", theirs],
                Some("/old"),
                vec![ours, "/usr"],
            ),
            (vec![theirs, "/usr"], None, vec![ours, theirs, "/usr"]),
            (
                vec!["/usr", "", "/sbin"],
                None,
                vec![ours, "/usr", "", "/sbin"],
            ),
            (vec![""], None, vec![ours, ""]),
        ] {
            let after: Vec<PathBuf> = after.into_iter().map(PathBuf::from).collect();
            let path = os::join_paths(&before).expect("entries without separator");
            assert_eq!(path_after(Some(&path), left), after, "{before:?}");
            let once_more = os::join_paths(&after).expect("entries without separator");
            assert_eq!(
                path_after(Some(&once_more), left),
                after,
                "{before:?}, twice"
            );
        }
    }

    #[test]
    fn an_unset_path_still_finds_the_systems_programs() {
        let default = os::split_paths(os::DEFAULT_PATH).filter(|_| !os::DEFAULT_PATH.is_empty());
        let ours = venv::scripts_dir(Path::new("/app/.venv"));
        let expected: Vec<PathBuf> = [ours].into_iter().chain(default).collect();
        assert_eq!(path_after(None, None), expected);
    }

    #[test]
    fn the_view_replaces_and_takes_away_and_leaves_the_rest() {
        let vars: Vec<(OsString, OsString)> =
            [("A", "1"), ("PYTHONHOME", "/x"), ("PATH", "p"), ("B", "2")]
                .map(|(name, value)| (name.into(), value.into()))
                .into();
        let view = build_view(Path::new("app"), "app".into(), Some(OsStr::new("p")), None)
            .expect("a view");
        let seen = view.apply(&vars);
        let names: Vec<_> = seen
            .iter()
            .map(|(name, _)| name.to_str().expect("text"))
            .collect();
        assert_eq!(
            names,
            ["A", "B", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PATH"]
        );
        assert_eq!(view.apply(&seen), seen);
    }
}
