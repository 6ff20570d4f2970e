//! What runs each line as `SHELL -c LINE`, with vrun for its shell: the real programs, with the very text that the
//! chapter `recipes` says to paste. Where one is not there and cannot be had, that is said.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::examples::recipe;
use crate::project::{self, Outcome, Project};

/// just, from PyPI where there is none.
mod just;
/// GNU make.
mod make;
/// npm's scripts.
mod npm;
/// What the shells say of themselves.
mod shells;
/// Vim's `!`, `:make` and `system()`.
mod vim;
/// VS Code's tasks, started as VS Code does it.
mod vscode;

/// A project with vrun and the system's programs on PATH, and no environment yet.
fn project() -> Project {
    let project = Project::with_python().link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    project.var("PATH", path).var("TERM", "dumb")
}

/// The same with an environment, and a `pytest` in it that says where it runs, and with what.
fn with_pytest() -> Project {
    let project = project();
    project.run(["true"]).code(0);
    let python = project.path("app/.venv/bin/python");
    let text = format!(
        "#!{}\nimport sys\nprint('pytest in', sys.prefix, sys.argv[1:])\nsys.exit(any('fail' in arg for arg in sys.argv))\n",
        python.display()
    );
    project.script("app/.venv/bin/pytest", &text)
}

impl Project {
    /// Runs another program than vrun in `app`.
    fn start(&self, program: &Path, args: &[&str]) -> Outcome {
        let mut command = Command::new(program);
        self.place(&mut command);
        Outcome::of(command.args(args))
    }

    /// What the `pytest` of `with_pytest` prints.
    fn by_pytest(&self, args: &str) -> String {
        format!("pytest in {} {args}", self.path("app/.venv").display())
    }
}

#[test]
fn before_there_is_an_environment_dry_run_tells_of_the_shell() {
    let project = project();
    let told = project.run(["-n", "-c", "pytest -q", "name"]).code(0);
    let told = told.says(&["would create"]);
    assert!(
        told.stdout.ends_with(" /bin/sh -c 'pytest -q' name\n"),
        "{told}"
    );
    project.assert_only(&["setup.py"]);
}

/// A program of the system, or the reason why what needs it is not tested.
fn program(name: &str) -> Option<PathBuf> {
    let found = which::which(name).ok();
    if found.is_none() {
        project::tell(format_args!("not tested: {name}, of which there is none"));
    }
    found
}
