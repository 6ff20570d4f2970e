//! `--doctor` and `--repair` of an environment that was moved or copied: what is read from launchers, and what is
//! written into them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::first::{first, first_wheel, install};
use crate::project::{Outcome, Project, base, on_path, started, tell};

/// Starts a program of the environment as a shell would: not by vrun.
#[track_caller]
fn start(project: &Project, program: &str) -> String {
    let mut command = Command::new(project.path(program));
    project.place(command.arg("a b"));
    Outcome::of(started(&mut command)).code(1).stdout
}

/// `hello` is one that `--doctor` names, until `--repair` has rewritten it; then it starts this environment's Python.
#[track_caller]
fn is_repaired(project: &Project, env: &str, old: &Path) {
    let said = project.run(["--doctor"]).code(1).stdout;
    let old = old.display().to_string();
    assert!(said.contains("refer to the old location"), "{said}");
    assert!(said.contains("hello.exe") && said.contains(&old), "{said}");
    project
        .run(["-n", "--repair"])
        .code(1)
        .says(&["console script"]);
    project.run(["--repair"]).code(0).says(&["console script"]);
    let told = format!("{}|'a b'", project.shown(env));
    assert_eq!(start(project, &format!("{env}\\Scripts\\hello.exe")), told);
    let said = project.run(["--doctor"]).stdout;
    assert!(!said.contains("old location"), "{said}");
    project.run(["--repair"]).says(&["nothing to repair"]);
}

#[test]
fn launchers_of_a_copied_environment_are_rewritten() {
    let project = Project::copied();
    let old = first().project.path("app/.venv/Scripts/python.exe");
    is_repaired(&project, "app\\.venv", &old);
    // What RECORD says of it is true.
    let wrong = "from importlib.metadata import files; import base64, hashlib
for f in files('hello'):
    if f.hash and base64.urlsafe_b64encode(hashlib.new(f.hash.mode, f.read_binary()).digest()).rstrip(b'=').decode() \
     != f.hash.value: print(f)";
    assert_eq!(project.python(wrong), "");
}

#[test]
fn an_editable_install_of_a_copied_project_is_of_the_copy() {
    let url = |dir: String| format!("\"file:///{}\"", dir.replace('\\', "/"));
    let original = first().project.shown("app");
    let at = "app/.venv/Lib/site-packages/hello-1.0.dist-info/direct_url.json";
    let json = |dir| {
        format!(
            "{{\"url\": {}, \"dir_info\": {{\"editable\": true}}}}",
            url(dir)
        )
    };
    let project = Project::copied()
        .file("app/pyproject.toml", "")
        .file(
            "app/.venv/Lib/site-packages/app.pth",
            format!("{original}\\src\n"),
        )
        .file(at, json(original));
    project.run(["--repair"]).code(0).says(&["editable"]);
    let copy = project.shown("app");
    assert_eq!(
        fs::read_to_string(project.path(at)).expect("JSON"),
        json(copy)
    );
}

#[test]
fn launchers_of_a_moved_environment_are_rewritten() {
    let project = Project::copied();
    install(&project).code(0);
    fs::rename(project.path("app"), project.path("my app")).expect("moved");
    let old = project.path("app/.venv/Scripts/python.exe");
    is_repaired(&project.cwd("my app"), "my app\\.venv", &old);
}

#[test]
fn a_line_of_a_copy_warns_of_launchers_that_start_the_original() {
    let project = Project::copied();
    let old = first().project.shown("app\\.venv\\Scripts\\python.exe");
    let out = project.run(["-c", "echo x& hello"]).code(0);
    out.says(&["hello.exe", &old, "--repair"]);
    project.run(["--repair"]).code(0);
    let out = project.run(["-c", "echo x& hello"]).code(0).silent();
    assert!(out.stdout.contains(&project.shown("app\\.venv")), "{out}");
}

#[test]
fn launchers_of_uv_are_rewritten_whatever_the_length_of_the_path() {
    let Some(uv) = on_path("uv.exe") else {
        return tell("not tested: launchers of uv, for there is none on PATH");
    };
    let project = Project::with_venv();
    let wheel = first_wheel(&project);
    let mut command = Command::new(uv);
    let args = "pip install --offline --no-index --no-cache --python";
    command.args(args.split(' '));
    command.arg(project.path("app/.venv/Scripts/python.exe"));
    project.place(command.arg(wheel));
    Outcome::of(started(&mut command)).code(0);
    let mut project = project;
    let mut from = "app".to_owned();
    for to in ["a", "my app", &"long ".repeat(20), "app"] {
        let to = to.trim();
        fs::rename(project.path(&from), project.path(to)).expect("moved");
        let old = project.path(format!("{from}/.venv/Scripts/python.exe"));
        project = project.cwd(to);
        is_repaired(&project, &format!("{to}\\.venv"), &old);
        from = to.to_owned();
    }
}

/// The base is gone with its directory; the same CPython is elsewhere.
#[test]
fn an_environment_that_lost_its_base_gets_the_same_cpython_and_keeps_its_packages() {
    let project = Project::copied();
    project.run(["--repair"]).code(0);
    let file = project.path("app/.venv/pyvenv.cfg");
    let old = fs::read_to_string(&file).expect("a text");
    let now = base().display().to_string();
    // An uninstaller leaves what others have put there.
    let left = project.dir("left/Lib/site-packages");
    for home in ["gone", "left"] {
        is_restored(&left, &file, &old.replace(&now, &left.shown(home)), &now);
    }
}

/// An environment whose pyvenv.cfg has `lost` is repaired to be one of the Python in `home`.
fn is_restored(project: &Project, file: &Path, lost: &str, home: &str) {
    fs::write(file, lost).expect("written");
    project.run(["--doctor"]).code(1);
    project
        .run(["python", "-V"])
        .code(126)
        .says(&["is broken", "--repair"]);
    project.run(["--repair"]).code(0);
    let code = "import hello, sys; print(sys.prefix, sys.base_prefix, sep='|')";
    let env = project.shown("app\\.venv");
    assert_eq!(project.python(code), format!("{env}|{home}"));
    let new = fs::read_to_string(file).expect("a text");
    let count = |start| new.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!([count("vrun = "), count("home = ")], [1, 1], "{new}");
    let said = start(project, "app\\.venv\\Scripts\\hello.exe");
    assert_eq!(said, format!("{env}|'a b'"));
    project.run(["--doctor"]).code(0);
    project.run(["--repair"]).says(&["nothing to repair"]);
}

#[test]
fn a_script_beside_its_launcher_is_rewritten() {
    let script = "#!C:\\old\\python.exe -E\nimport hello, sys\nsys.exit(hello.main())\n";
    let project = Project::copied().file("app/.venv/Scripts/old-script.py", script);
    project.run(["--repair"]).code(0);
    let python = project.shown("app\\.venv\\Scripts\\python.exe");
    let new =
        fs::read_to_string(project.path("app/.venv/Scripts/old-script.py")).expect("a script");
    let quote = if python.contains(' ') { "\"" } else { "" };
    assert_eq!(
        new,
        script.replace("C:\\old\\python.exe", &format!("{quote}{python}{quote}"))
    );
}
