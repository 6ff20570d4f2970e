//! Which file a COMMAND means.

use std::fs;

use crate::project::{Project, base, vrun};

const EXE: &str = "import sys; print(sys.executable)";

#[test]
fn python_is_this_environments_however_it_is_spelled() {
    let project = Project::with_venv();
    let own = project.shown("app\\.venv\\Scripts\\python.exe");
    for name in ["python", "PYTHON", "Python.exe", "python.EXE", "pythonw"] {
        let outcome = project.run([name, "-c", EXE]).code(0).silent();
        if name != "pythonw" {
            assert_eq!(outcome.stdout, own, "{name}");
        }
    }
}

#[test]
fn a_python_that_the_environment_has_not_is_an_error_and_not_anothers() {
    let project = Project::with_venv()
        .file("tools/python3.7.bat", "@echo another\r\n")
        .file("tools/pip.bat", "@echo another\r\n");
    for name in ["python3.7", "PYTHON3.7", "Python3.7.exe"] {
        let error = project.run([name, "-c", EXE]).code(127);
        error.stdout("").says(&[&format!(
            "vrun: no `{name}` in {}",
            project.shown("app\\.venv")
        )]);
    }
    for name in ["pip", "Pip", "PIP.exe"] {
        let error = project.run([name, "--version"]);
        assert!(matches!(error.code, Some(126 | 127)), "{error}");
        error
            .stdout("")
            .says(&["vrun: no `", "-m ensurepip --default-pip"]);
    }
    project
        .run(["--outside", "python3.7"])
        .code(0)
        .stdout("another");
}

#[test]
fn a_name_is_looked_for_in_scripts_then_on_path_and_never_in_the_working_directory() {
    let project = Project::with_venv()
        .file("tools/one.bat", "@echo tools\r\n")
        .file("tools/two.cmd", "@echo tools\r\n")
        .file("app/.venv/Scripts/one.bat", "@echo scripts\r\n")
        .file("app/three.bat", "@echo here\r\n");
    project.run(["one"]).code(0).stdout("scripts");
    project.run(["ONE.bat"]).code(0).stdout("scripts");
    project.run(["two"]).code(0).stdout("tools");
    project
        .run(["three"])
        .code(127)
        .says(&["no program named `three`"]);
    for path in [
        ".\\three.bat",
        "./three.bat",
        ".\\three",
        "..\\app\\three.bat",
    ] {
        project.run([path]).code(0).stdout("here");
    }
}

#[test]
fn a_file_that_is_not_a_program_gets_no_hint_of_chmod() {
    let project = Project::with_venv().file("app/notes.txt", "text");
    let error = project
        .run([".\\notes.txt"])
        .code(126)
        .says(&["cannot be run", "it is not a program"]);
    assert!(!error.stderr.contains("chmod"), "{error}");
}

#[test]
fn an_activation_script_is_run_by_no_bare_name() {
    let project = ["activate", "activate.bat", "deactivate.bat", "Activate.ps1"]
        .map(|name| format!("app/.venv/Scripts/{name}"))
        .iter()
        .fold(Project::with_venv(), |project, file| {
            project.file(file, "@echo ran\r\n")
        });
    let env = project.shown("app\\.venv");
    for name in [
        "activate",
        "Activate.BAT",
        "deactivate",
        "Deactivate",
        "Activate.ps1",
    ] {
        project.run([name]).code(127).stdout("").says(&[
            &format!("vrun: no program named `{name}` in {env} or on PATH"),
            "hint: `vrun --export powershell | Out-String | Invoke-Expression` changes the running shell",
        ]);
        project.run(["--which", name]).code(127).stdout("");
    }
    let path = ".venv\\Scripts\\activate.bat";
    project.run([path]).code(0).stdout("ran");
    let project = project.file("tools/activate.bat", "@echo another\r\n");
    project.run(["activate"]).code(0).stdout("another");
}

#[test]
fn a_python_file_is_run_by_the_environments_python() {
    let project = Project::with_venv()
        .file("app/sub dir/where.py", EXE)
        .file("app/where.pyw", EXE);
    let own = project.shown("app\\.venv\\Scripts\\python.exe");
    for path in ["sub dir\\where.py", "sub dir/where.py"] {
        project.run([path]).code(0).stdout(&own);
    }
    let windowed = project.shown("app\\.venv\\Scripts\\pythonw.exe");
    project.run(["where.pyw"]).code(0).stdout(&windowed);
    project.run(["-s", "where.pyw"]).code(0).stdout(&windowed);
    fs::remove_file(&windowed).expect("a file");
    project.run(["where.pyw"]).code(0).stdout(&own);
    let file = project.shown("app\\sub dir\\where.py");
    project.run([&*file]).code(0).stdout(&own);
    project.run(["-s", &file]).code(0).stdout(&own);
    project.run(["-m", "this"]).code(0);
}

/// Only the layout is MSYS2's here, not the Python.
#[test]
fn an_environment_with_the_layout_of_msys2_runs() {
    let project = Project::with_venv();
    fs::rename(
        project.path("app/.venv/Scripts"),
        project.path("app/.venv/bin"),
    )
    .expect("renamed");
    let own = project.shown("app\\.venv\\bin\\python.exe");
    project.run(["python", "-c", EXE]).code(0).stdout(&own);
    project.run(["python3", "-c", EXE]).code(0).stdout(&own);
    project.run(["--which", "python"]).code(0).stdout(&own);
    let first = project.python("import os; print(os.environ['PATH'].split(';')[0])");
    assert_eq!(first, project.shown("app\\.venv\\bin"));
    project.run(["--doctor"]).code(0);
}

#[test]
fn a_python_file_among_the_scripts_runs_where_its_ending_is_a_programs() {
    let project = Project::with_venv()
        .file("app/.venv/Scripts/tool.py", EXE)
        .var("PATHEXT", ".COM;.EXE;.BAT;.CMD;.PY");
    let own = project.shown("app\\.venv\\Scripts\\python.exe");
    project.run(["tool"]).code(0).stdout(&own);
    project.run(["tool.py"]).code(0).stdout(&own);
}

#[test]
fn vrun_never_runs_itself_under_another_name() {
    let project = Project::with_venv();
    fs::copy(vrun(), project.path("tools/vrun.exe")).expect("a copy");
    fs::hard_link(
        project.path("tools/vrun.exe"),
        project.path("tools/other.exe"),
    )
    .expect("a second name");
    let mut command = std::process::Command::new(project.path("tools/vrun.exe"));
    project.place(command.arg("other"));
    let outcome = crate::project::Outcome::of(crate::project::started(&mut command));
    outcome.code(127).says(&["no program named `other`"]);
}

#[test]
fn a_script_of_the_systems_python_is_refused() {
    let launcher = crate::scripts::launcher("hello");
    let python = format!("#!{}\r\n", base().join("python.exe").display());
    let program = crate::scripts::with_line(&launcher, &python);
    let project = Project::with_venv().file("tools/hello.exe", program);
    let error = project.run(["hello"]).code(126).stdout("");
    error.says(&[
        "vrun: `hello.exe` is not in ",
        "which has no environment",
        "--outside",
    ]);
}

#[test]
fn the_programs_that_a_shell_offers_are_named_without_their_endings() {
    let project = Project::with_venv()
        .file("app/.venv/Scripts/run.bat", "")
        .file("app/.venv/Scripts/activate", "")
        .file("app/.venv/Scripts/activate.bat", "")
        .file("app/.venv/Scripts/deactivate.bat", "")
        .file("app/.venv/Scripts/Activate.ps1", "");
    let outcome = project
        .run(["--complete", "powershell", "--which", "+"])
        .code(0)
        .silent();
    let lines = outcome.stdout.lines().skip(1);
    let named: Vec<_> = lines.filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(named, ["python", "pythonw", "run"], "{outcome}");
}

/// Whatever starts there looks for its base at home (venv's redirector), and says no more than that it is not there.
#[test]
fn the_error_for_a_lost_base_says_what_repairs_it() {
    let project = Project::with_venv();
    let gone =
        "home = C:\\nonexist\r\ninclude-system-site-packages = false\r\nversion = 3.12.1\r\n";
    let project = project.file("app/.venv/pyvenv.cfg", gone);
    project.run(["python", "-c", EXE]).code(126).says(&[
        " is broken: the directory of its base Python does not exist",
        "cause: pyvenv.cfg says `home = C:\\nonexist`, which does not exist",
        "hint: `vrun --repair` rebuilds it with the same packages",
    ]);
    // What a batch file starts as `python` is that one too.
    let ran = project.run(["cmd", "/c", "echo ran"]).code(0).stdout("ran");
    ran.says(&[
        " is broken: the directory of its base Python does not exist; a `python` that this program starts does not run; ",
        "`vrun --repair` fixes it",
    ]);
    project
        .run(["-q", "cmd", "/c", "echo ran"])
        .code(0)
        .silent();
}

#[test]
fn python3_and_the_version_mean_the_environments_python() {
    let project = Project::with_venv();
    let version = project.python("import sys; print('%d.%d' % sys.version_info[:2])");
    for name in ["python3", "Python3.EXE", &format!("python{version}")] {
        let out = project.run([name, "-c", "import sys; print(sys.prefix)"]);
        out.code(0).stdout(&project.shown("app\\.venv"));
    }
    project.run(["python3.6", "-V"]).code(127);
}
