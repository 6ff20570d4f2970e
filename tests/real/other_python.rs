//! A project that asks for another Python since its environment was created: a line says so, and what recreates it.

use crate::project::{Outcome, Project};
use crate::pythons;
use crate::wheels::{BACKEND, app};

/// A project with the newest Python and an older one on PATH; their versions. None with one Python alone.
fn two_pythons(project: Project) -> Option<(Project, String, String)> {
    let (older, newest) = pythons::two()?;
    let (new, old) = (newest.short(), older.short());
    let project = project.python(&format!("python{old}"), older);
    Some((project, new, old))
}

fn quiet(project: &Project) {
    assert_eq!(project.run(["python", "-c", ""]).code(0).stderr, "");
}

fn says_once(project: &Project, line: &str) -> Outcome {
    let said = project.run(["python", "-c", ""]).code(0);
    assert_eq!(said.stderr.lines().count(), 1, "{said}");
    let said = said.says(&[line]);
    quiet(project);
    said
}

#[test]
fn a_version_file_that_asks_for_another_python_gets_a_notice() {
    let Some((project, new, old)) = two_pythons(Project::with_python()) else {
        return;
    };
    std::fs::remove_file(project.path("app/setup.py")).expect("a file");
    let project = project
        .file("app/.python-version", &format!("{new}\n"))
        .dir("app/src");
    project.run(["python", "-c", ""]).code(0);
    quiet(&project);
    // What it asks for is still there.
    let project = project.file("app/.python-version", &format!("# ours\n{new}\n"));
    quiet(&project);
    let project = project.file("app/.python-version", &format!("{old}\n"));
    let (venv, file) = (
        project.path("app/.venv"),
        project.path("app/.python-version"),
    );
    let (venv, file) = (venv.display(), file.display());
    let line = format!("vrun: {file} asks for {old} now, and {venv} has Python {new}");
    says_once(&project, &line).says(&[": `vrun --create --clear` recreates it\n"]);
    // It is a note for the person, and no change of the requirements.
    let doctor = project.run(["--doctor"]).code(1).stdout;
    assert!(
        doctor.contains(&format!("asks for {old}")) && !doctor.contains("install"),
        "{doctor}"
    );
    project.run(["-C", "src", "--create", "--clear"]).code(0);
    quiet(&project);
    let version = "import sys; print('%d.%d' % sys.version_info[:2])";
    project.run(["python", "-c", version]).code(0).stdout(&old);
    // The one it was created with by name has not changed.
    let project = project.file("app/.python-version", &format!("{new}\n"));
    project.run(["--create", "--clear", "-p", &old]).code(0);
    quiet(&project);
}

#[test]
fn a_change_of_requires_python_gets_a_notice_with_the_command() {
    let Some((project, new, old)) = two_pythons(app("pip")) else {
        return;
    };
    let text = |python: &str| {
        format!("[project]\nname = 'app'\nversion = '1'\nrequires-python = '{python}'\n")
    };
    std::fs::remove_file(project.path("app/setup.py")).expect("a file");
    let project = project
        .file("app/requirements.txt", "alpha\n")
        .file("app/backend.py", BACKEND)
        .file("app/pyproject.toml", &text(&format!("=={new}.*")));
    project
        .run(["--requirements", "requirements.txt", "python", "-c", ""])
        .code(0);
    let project = project.file("app/requirements.txt", "alpha<2\n");
    says_once(&project, "requirements.txt changed since the last install");
    // A new file decides now.
    let project = project.file("app/.python-version", &format!("{old}\n"));
    project.run(["--sync"]).code(0);
    let other = project.path("app/.python-version").display().to_string();
    let project = project.file("app/.python-version", &format!("{new}\n"));
    quiet(&project);
    let project = project.file("app/.python-version", &format!("{old}.0\n"));
    let line = format!("vrun: {other} asks for {old}.0 now");
    says_once(&project, &line);
    project.run(["--sync"]).code(0).says(&[&line]);
}
