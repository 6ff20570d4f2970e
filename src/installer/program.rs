//! The programs that install packages, and their command lines.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::python::pip_target_args;

/// The packages that environments have from the start. vrun neither removes them nor holds them to a version.
pub(crate) const SEED_PACKAGES: [&str; 3] = ["pip", "setuptools", "wheel"];

/// A program that installs packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Installer {
    /// `uv pip`, with this uv.
    Uv(PathBuf),
    /// The same uv, for a project that it has locked.
    UvProject(PathBuf),
    /// The environment's own pip.
    Pip,
}

pub(crate) fn os_args(args: &[&str]) -> Vec<OsString> {
    args.iter().map(OsString::from).collect()
}

impl Installer {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Installer::Uv(_) | Installer::UvProject(_) => "uv",
            Installer::Pip => "pip",
        }
    }

    /// The program to start for `args`, and its arguments. pip ignores modules in the project's root, where it works,
    /// and in the user's site-packages (`-I`), and prints each step as it comes to it (`-u`).
    pub(super) fn command_line(
        &self,
        dir: &Path,
        python: &Path,
        mut args: Vec<OsString>,
    ) -> (PathBuf, Vec<OsString>) {
        match self {
            Installer::Pip => {
                if args.first().is_some_and(|verb| verb == "install") {
                    args.splice(1..1, pip_target_args(dir));
                }
                args.splice(..0, os_args(&["-I", "-u", "-m", "pip"]));
                (python.to_owned(), args)
            }
            Installer::Uv(uv) | Installer::UvProject(uv) => {
                // The option follows the verb.
                let verb_end = args.len().min(1);
                args.splice(verb_end..verb_end, ["--python".into(), python.into()]);
                if matches!(self, Installer::Uv(_)) {
                    args.insert(0, "pip".into());
                }
                (uv.clone(), args)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uv_is_given_the_environment_and_pip_is_in_it() {
        let (dir, python) = (Path::new("/app/.venv"), Path::new("/app/.venv/bin/python"));
        for (installer, expected) in [
            (
                Installer::Uv("/usr/bin/uv".into()),
                "/usr/bin/uv pip install --python /app/.venv/bin/python six",
            ),
            (
                Installer::Pip,
                "/app/.venv/bin/python -I -u -m pip install --no-user --target= --prefix=/app/.venv --root=/ six",
            ),
        ] {
            let (program, args) = installer.command_line(dir, python, os_args(&["install", "six"]));
            let args = args.join(" ".as_ref());
            assert_eq!(
                format!("{} {}", program.display(), args.display()),
                expected
            );
        }
    }
}
