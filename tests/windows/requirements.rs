//! What a project or a script requires, installed on Windows: first use, `--sync`, `--exact`, PEP 723.

use std::fs;

use crate::first::{first_wheel, install};
use crate::project::Project;

/// A project whose only index is a directory with the wheel `hello`.
pub(crate) fn with_wheel(requirements: &str) -> Project {
    let project = Project::new();
    first_wheel(&project);
    let links = project.path("");
    project
        .file("app/requirements.txt", requirements)
        .var("PIP_NO_INDEX", "1")
        .var("PIP_FIND_LINKS", links)
        .var("VRUN_INSTALLER", "pip")
}

#[test]
fn what_a_project_requires_is_installed_and_a_sync_keeps_the_rest() {
    let project = with_wheel("hello\n");
    let told = format!("{}|'x'", project.shown("app\\.venv"));
    project.run(["hello", "x"]).code(1).stdout(&told);
    // What is no longer required stays.
    fs::write(project.path("app/requirements.txt"), "# nothing\n").expect("a file");
    project.run(["--sync"]).code(0);
    project.run(["hello", "x"]).code(1).stdout(&told);
}

#[test]
fn packages_survive_an_exact_sync_only_if_something_requires_them() {
    let project = with_wheel("");
    project.run(["--create"]).code(0);
    install(&project).code(0);
    project.run(["--sync", "--exact"]).code(0);
    project
        .run(["python", "-c", "import pip; import hello"])
        .code(1)
        .says(&["No module named 'hello'"]);
}

/// Requires `hello`, and says where it runs.
pub(crate) const SCRIPT: &str =
    "# /// script\n# dependencies = ['hello']\n# ///\nimport hello, sys\nprint(sys.prefix)\n";

#[test]
fn a_script_that_declares_its_requirements_runs_with_them() {
    let project = with_wheel("").file("app/tool.py", SCRIPT);
    let prefix = project.run(["-s", "tool.py"]).code(0).stdout;
    assert!(prefix.starts_with(&project.shown("cache")), "{prefix}");
    project.run(["tool.py"]).code(0).stdout(&prefix).silent();
    assert!(!project.path("app/.venv").exists());
}
