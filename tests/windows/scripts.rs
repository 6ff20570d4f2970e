//! Console scripts, in place, moved and copied: each is a launcher with its Python's path in it.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;

use crate::first::{first, first_wheel, install};
use crate::project::{Outcome, Project, on_path, tell};

/// A launcher of the environment that was made first, as pip wrote it.
pub(crate) fn launcher(name: &str) -> Vec<u8> {
    fs::read(
        first()
            .project
            .path(format!("app/.venv/Scripts/{name}.exe")),
    )
    .expect("a launcher")
}

/// The same with another first line.
pub(crate) fn with_line(launcher: &[u8], line: &str) -> Vec<u8> {
    let find = |text: &[u8]| launcher.windows(text.len()).rposition(|part| part == text);
    let (start, zip) = (
        find(b"#!").expect("a line"),
        find(b"PK\x03\x04").expect("a zip file"),
    );
    [&launcher[..start], line.as_bytes(), &launcher[zip..]].concat()
}

/// `hello` runs here, with the arguments as they were sent.
#[track_caller]
fn runs_here(project: &Project, env: &str) {
    let told = format!("{}|'a b'|''|'end\\\\'", project.shown(env));
    for name in ["hello", "Hello.EXE"] {
        project
            .run([name, "a b", "", "end\\"])
            .code(3)
            .stdout(&told);
    }
}

#[test]
fn a_console_script_runs_in_its_environment() {
    let first = first();
    runs_here(&first.project, "app\\.venv");
    let file = first.project.shown("app\\.venv\\Scripts\\hello.exe");
    // Untouched: it is the launcher itself that runs.
    let line = first.project.run(["-n", "hello"]).code(0).stdout;
    assert!(
        line.contains(&file) && !line.contains("python.exe"),
        "{line}"
    );
}

#[test]
fn a_copied_environments_scripts_run_with_the_copys_python() {
    let project = Project::copied();
    runs_here(&project, "app\\.venv");
    let pip = project.run(["pip", "--version"]).code(0).stdout;
    assert!(pip.contains(&project.shown("app\\.venv")), "{pip}");
    let file = project.shown("app\\.venv\\Scripts\\hello.exe");
    project
        .run([&*file])
        .code(0)
        .stdout(&project.shown("app\\.venv"));
}

#[test]
fn a_moved_environments_scripts_run_where_it_lies_now() {
    let project = Project::copied();
    install(&project).code(0);
    fs::rename(project.path("app"), project.path("my app")).expect("moved");
    let project = project.cwd("my app");
    let program = project.path("my app/.venv/Scripts/hello.exe");
    let before = fs::read(&program).expect("a launcher");
    assert!(String::from_utf8_lossy(&before).contains(&project.shown("app\\.venv")));
    runs_here(&project, "my app\\.venv");
    assert_eq!(
        fs::read(&program).expect("a launcher"),
        before,
        "nothing on disk changes"
    );
}

#[test]
fn uvs_launchers_are_recognised_too() {
    let Some(uv) = on_path("uv.exe") else {
        return tell("not tested: launchers of uv, for there is none on PATH");
    };
    let project = Project::with_venv();
    let wheel = first_wheel(&project);
    let mut command = Command::new(uv);
    project.place(
        command
            .args([
                "pip",
                "install",
                "--offline",
                "--no-index",
                "--no-cache",
                "--python",
            ])
            .arg(project.path("app/.venv/Scripts/python.exe"))
            .arg(wheel),
    );
    Outcome::of(crate::project::started(&mut command)).code(0);
    runs_here(&project, "app\\.venv");
    fs::rename(project.path("app"), project.path("my app")).expect("moved");
    let project = project.cwd("my app");
    runs_here(&project, "my app\\.venv");
}

#[test]
fn an_environment_that_uv_made_serves_too_and_moved_as_well() {
    let Some(uv) = on_path("uv.exe") else {
        return tell("not tested: environments of uv, for there is none on PATH");
    };
    let project = Project::new();
    let wheel = first_wheel(&project);
    for args in [
        ["venv", "--offline", "--no-cache", ".venv"]
            .map(OsStr::new)
            .to_vec(),
        [
            OsStr::new("pip"),
            "install".as_ref(),
            "--offline".as_ref(),
            "--no-index".as_ref(),
            wheel.as_os_str(),
        ]
        .to_vec(),
    ] {
        let mut command = Command::new(&uv);
        project.place(command.args(args));
        Outcome::of(crate::project::started(&mut command)).code(0);
    }
    runs_here(&project, "app\\.venv");
    fs::rename(project.path("app"), project.path("my app")).expect("moved");
    let project = project.cwd("my app");
    runs_here(&project, "my app\\.venv");
    project
        .run(["pip", "--version"])
        .code(127)
        .says(&["-m ensurepip --default-pip"]);
}

#[test]
fn a_launcher_with_its_script_beside_it_runs_here_too() {
    let script = "#!C:\\old app\\python.exe\nimport hello, sys\nsys.exit(hello.main())\n";
    let project = Project::copied()
        .file("app/.venv/Scripts/old.exe", "MZ, and the rest of a program")
        .file("app/.venv/Scripts/old-script.py", script);
    let told = format!("{}|'a b'", project.shown("app\\.venv"));
    project.run(["old", "a b"]).code(1).stdout(&told);
}

#[test]
fn flags_of_the_line_are_kept() {
    let old = r#"#!"C:\old app\.venv\Scripts\python.exe" -E -s"#;
    let program = with_line(&launcher("hello"), &format!("{old}\r\n"));
    let project = Project::copied().file("app/.venv/Scripts/hello.exe", program);
    let line = project.run(["-n", "hello"]).code(0).stdout;
    let (python, hello) = (
        project.shown("app\\.venv\\Scripts\\python.exe"),
        project.shown("app\\.venv\\Scripts\\hello.exe"),
    );
    assert!(
        line.ends_with(&format!("& '{python}' '-E' '-s' '{hello}'")),
        "{line}"
    );
    runs_here(&project, "app\\.venv");
}
