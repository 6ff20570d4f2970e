//! What the first command in a fresh project does.

use std::fs;
use std::process::Command;

use crate::first::first;
use crate::info::{lock_registry, reg, reg_says};
use crate::project::{Project, base, tell};

const PREFIX: &str = "import sys; print(sys.prefix)";

#[test]
fn the_first_command_makes_the_environment_and_runs_in_it() {
    let first = first();
    let at = first.project.shown("app\\.venv");
    let said = first.made.clone().code(0).stdout(&at).stderr;
    assert!(
        said.starts_with(&format!("vrun: creating {at} (Python 3.")),
        "{said}"
    );
    assert!(said.contains(&format!("vrun: created {at} in ")), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn pip_is_there_and_installs_and_so_is_the_program_that_it_installed() {
    let first = first();
    let said = first.installed.clone().code(0).stdout;
    assert!(said.contains("Successfully installed hello-1.0"), "{said}");
    let pip = first.project.run(["pip", "--version"]).code(0).stdout;
    assert!(
        pip.contains(&first.project.shown("app\\.venv\\Lib\\site-packages\\pip")),
        "{pip}"
    );
}

#[test]
fn nothing_of_the_making_stays_behind_and_no_file_speaks_of_another_place() {
    let app = first().project.path("app");
    let names = |dir: &str| -> Vec<String> {
        let entries = fs::read_dir(app.join(dir)).expect("a directory").flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(""), [".venv", "setup.py"]);
    let env = app.join(".venv");
    let cfg = fs::read_to_string(env.join("pyvenv.cfg")).expect("a file");
    assert!(
        cfg.contains(&format!("home = {}", base().display())),
        "{cfg}"
    );
    for file in names(".venv/Scripts") {
        let bytes = fs::read(env.join("Scripts").join(&file)).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.contains(".vrun-") && !text.contains(r"\\?\"),
            "{file}"
        );
    }
    assert!(!cfg.contains(".vrun-") && !cfg.contains(r"\\?\"), "{cfg}");
    assert_eq!(
        fs::read_to_string(env.join(".gitignore"))
            .expect("a file")
            .trim(),
        "*"
    );
}

#[test]
fn pips_launchers_run_without_vrun_too() {
    let first = first();
    let mut pip = Command::new(first.project.path("app/.venv/Scripts/pip.exe"));
    first.project.place(pip.arg("--version"));
    let pip = crate::project::Outcome::of(crate::project::started(&mut pip)).code(0);
    assert!(pip.stdout.contains("python 3."), "{pip}");
}

#[test]
fn without_a_python_on_path_the_registry_is_asked() {
    let _registry = lock_registry();
    if has_registered_python("Pythons in the registry") {
        return;
    }
    // No version of Python's: no other program looks there.
    let key = r"HKCU\Software\Python\PythonCore\3.12-vrun-test";
    let home = base().display().to_string();
    let path = format!(r"{key}\InstallPath");
    assert!(reg(&["add", &path, "/ve", "/d", &home, "/f"]));
    let project = Project::new();
    let project = project.var("PATH", "");
    let outcome = project.run(["-v", "--create", "--without-pip"]);
    assert!(reg(&["delete", key, "/f"]));
    let outcome = outcome.code(0).stdout(&project.shown("app\\.venv"));
    outcome.says(&[
        &format!(r"vrun: base {home}\python.exe (Python 3."),
        "found in the registry",
    ]);
}

/// Whether this Windows has a Python that the registry names; then it says that `what` is not tested.
fn has_registered_python(what: &str) -> bool {
    let is_there = ["HKCU", "HKLM"].iter().any(|root| {
        let keys = reg_says(&["query", &format!(r"{root}\Software\Python"), "/s"]);
        keys.is_some_and(|keys| keys.contains("InstallPath"))
    });
    if is_there {
        tell(format_args!(
            "not tested: {what}, for there is one in the registry already"
        ));
    }
    is_there
}

#[test]
fn where_only_the_launcher_is_on_path_the_python_that_it_starts_is_the_base() {
    let _registry = lock_registry();
    if has_registered_python("a launcher without Pythons in the registry") {
        return;
    }
    // It stands for py.exe, in that it starts another Python's file.
    let project = Project::new().venv("launcher");
    let other = project.path("launcher/Scripts");
    fs::rename(other.join("python.exe"), other.join("py.exe")).expect("renamed");
    let project = project.var("PATH", other);
    let outcome = project.run(["-v", "--create", "--without-pip"]).code(0);
    outcome.says(&[&format!(
        r"vrun: base {}\python.exe (Python 3.",
        base().display()
    )]);
}

#[test]
fn without_any_python_the_error_says_so() {
    let project = Project::new().var("PATH", "").var("VRUN_PYTHON", "3.4");
    project
        .run(["python"])
        .code(125)
        .says(&["no Python matches `3.4`, which VRUN_PYTHON asks for"]);
    assert!(!project.path("app/.venv").exists());
}

#[test]
fn no_create_makes_none() {
    let project = Project::new();
    let hint = format!("`python -m venv {}`", project.shown("app\\.venv"));
    project
        .run(["--no-create", "python"])
        .code(125)
        .says(&[&hint]);
}

#[test]
fn many_at_once_make_one() {
    let project = Project::new();
    let start = || {
        let mut command = project.vrun(["--create", "--without-pip"]);
        command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        command.spawn().expect("vrun")
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let said: Vec<_> = children
        .into_iter()
        .map(|child| {
            crate::project::Outcome::of(child.wait_with_output())
                .code(0)
                .stderr
        })
        .collect();
    let makers = said
        .iter()
        .filter(|said| said.contains("vrun: created"))
        .count();
    assert_eq!(makers, 1, "{said:?}");
    let names: Vec<_> = fs::read_dir(project.path("app"))
        .expect("a directory")
        .flatten()
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(project.python(PREFIX), project.shown("app\\.venv"));
}

#[test]
fn no_environment_is_made_in_the_directory_of_windows() {
    for dir in ["C:\\windows", "C:\\windows\\system32"] {
        let project = Project::new().cwd(dir);
        project
            .run(["python", "-V"])
            .code(126)
            .says(&["the system's own directory", "--env"]);
        project.run(["--create"]).code(126);
        assert!(!std::path::Path::new(dir).join(".venv").exists());
    }
    // A service's temporary files lie below.
    let temp = tempfile::tempdir_in("C:\\windows\\temp").expect("a directory");
    let (dir, outer) = (temp.path().join("work"), temp.path());
    std::fs::create_dir(&dir).expect("a directory");
    let project = Project::new().var("TMP", outer).var("TEMP", outer);
    let dir = dir.to_str().expect("UTF-8");
    project.cwd(dir).run(["-n", "python"]).code(0);
}

#[test]
fn where_there_is_no_python_the_ways_to_one_are_named() {
    let _registry = lock_registry();
    if has_registered_python("a Windows without any Python") {
        return;
    }
    let project = Project::new().var("PATH", "C:\\windows\\system32");
    project
        .run(["python", "-V"])
        .code(125)
        .says(&["in the registry", "`winget install Python.Python.3."]);
    let out = project.run(["-p", "3.11", "python", "-V"]).code(125);
    out.says(&["`winget install Python.Python.3.11` installs one"]);
}
