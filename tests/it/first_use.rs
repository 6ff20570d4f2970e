//! First use where it cannot succeed: no Python, or a place that is taken. Nothing is made, nothing is
//! touched, and no process is left. (Where it succeeds is for the tests with real Pythons.)

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::sandbox::Sandbox;

/// A project without an environment, on a machine without a Python.
fn app() -> Sandbox {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .dir("tools")
        .cwd("app");
    sandbox.var("PATH", "[ROOT]/tools")
}

#[test]
fn where_there_is_no_python_the_error_says_so_and_nothing_stays_behind() {
    let sandbox = app();
    let before = sandbox.tree();
    sandbox.run(["python"]).error(125, &["Python", "  hint: "]);
    assert_eq!(sandbox.tree(), before);
}

/// On a machine without a Python, whatever gets further ends with 125.
#[test]
fn what_can_be_known_before_is_known_before_an_environment_is_created() {
    let sandbox = app()
        .file("app/there.py", "")
        .file("app/text", "")
        .probe("tools/on.py");
    for dry_run in [&[][..], &["-n"]] {
        let run = |name: &str| sandbox.run([dry_run, &[name]].concat());
        run("./nofile.py").error(127, &["vrun: no file named ./nofile.py\n"]);
        run("./none").error(127, &["vrun: no file named ./none\n"]);
        run("../app").error(126, &["vrun: ../app is a directory\n"]);
        run("./text").error(126, &["vrun: ./text is not executable\n"]);
        let hint = "  hint: if a package has a program of this name, `vrun --create` first";
        run("nofile.py").error(127, &["vrun: no file named nofile.py\n", hint]);
    }
    for name in [
        "there.py",
        "./there.py",
        "on.py",
        ".venv/bin/tool.py",
        "tool",
    ] {
        sandbox.run([name]).error(125, &["Python"]);
    }
}

#[test]
fn vrun_is_no_base_interpreter() {
    let sandbox = app()
        .link("tools/python3", "[ROOT]/opt/vrun")
        .hard_link("opt/vrun", "tools/python");
    sandbox.run(["python"]).error(125, &["Python"]);
    sandbox
        .run(["-p", "[ROOT]/tools/python3", "python"])
        .error(125, &["[ROOT]/tools/python3"]);
}

#[test]
fn a_candidate_that_fails_or_answers_nonsense_is_passed_over_with_a_note_under_verbose() {
    let sandbox = app()
        .script("tools/python3", "#!/bin/sh\nexit 1\n")
        .script("tools/python", "#!/bin/sh\necho hello\n");
    let said = sandbox.run(["-v", "python"]).complaint();
    for file in ["[ROOT]/tools/python3", "[ROOT]/tools/python"] {
        assert!(said.contains(file), "{file} is not in\n{said}");
    }
    assert!(!sandbox.path("app/.venv").exists());
}

#[test]
fn a_path_that_no_environment_can_have_is_refused_by_all_that_would_create_or_foretell_one() {
    for (dir, cause) in [
        (
            &b"by\xfftes"[..],
            "its path is not valid UTF-8, so it cannot be written to pyvenv.cfg",
        ),
        (
            b"a:b",
            "this path contains `:`, which separates the entries of PATH",
        ),
    ] {
        let dir = Path::new(OsStr::from_bytes(dir));
        let sandbox = app().file(dir.join("setup.py"), "").cwd(dir);
        let before = sandbox.tree();
        let told = [
            cause,
            "move the project, or choose another path with `--env PATH`",
        ];
        for typed in [
            "true",
            "-n true",
            "--create",
            "-n --create",
            "-n --create --clear",
        ] {
            sandbox.run(typed.split(' ')).error(126, &told);
        }
        for typed in [
            "--info",
            "--info --json",
            "--which true",
            "--doctor",
            "--export sh",
        ] {
            let (_, stdout, stderr) = sandbox.run(typed.split(' ')).whole();
            let said = stdout + &stderr;
            for part in told {
                assert!(said.contains(part), "{typed}: {said}");
            }
            assert!(!said.contains("--create"), "{typed}: {said}");
        }
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn a_dot_venv_with_other_things_in_it_is_an_error_and_never_emptied() {
    let sandbox = app().file("app/.venv/keep", "mine").cwd("app");
    let before = sandbox.tree();
    sandbox
        .run(["python"])
        .error(125, &["[ROOT]/app/.venv", "  hint: "]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_dot_venv_that_is_a_link_to_nowhere_is_an_error_and_left_alone() {
    let sandbox = app().link("app/.venv", "nowhere");
    let before = sandbox.tree();
    sandbox
        .run(["python"])
        .error(125, &["[ROOT]/app/.venv", "  hint: "]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_project_that_cannot_be_written_to_is_an_error_that_names_the_place() {
    let sandbox = app().by_nobody("tmp");
    sandbox.chmod("app", 0o555);
    let before = sandbox.tree();
    sandbox.run(["python"]).error(125, &["[ROOT]/app"]);
    assert_eq!(sandbox.tree(), before);
    sandbox.chmod("app", 0o755);
}

#[test]
fn directories_made_for_a_named_environment_go_with_it_when_it_cannot_be_made() {
    let sandbox = app();
    let before = sandbox.tree();
    sandbox
        .run(["--env", "new/deep/env", "python"])
        .error(125, &[]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_request_that_is_no_request_is_an_error_that_names_it() {
    let sandbox = app();
    sandbox
        .run(["-p", "no such thing", "python"])
        .error(125, &["no such thing"]);
    sandbox
        .run(["-p", "./gone", "python"])
        .error(125, &["gone"]);
    let sandbox = sandbox.var("VRUN_PYTHON", "no such thing");
    sandbox
        .run(["python"])
        .error(125, &["no such thing", "VRUN_PYTHON"]);
}

#[test]
fn an_interpreter_whose_output_another_process_holds_open_is_given_up() {
    let holder = "#!/bin/sh\n/bin/sleep 50 &\necho $! > [ROOT]/holder\necho hello\n";
    let sandbox = app().script("tools/python3", holder);
    let said = sandbox.run(["-v", "python"]).complaint();
    assert!(said.contains("no answer in 10 s"), "{said}");
    // Gone, or dead and waiting for whoever inherited it.
    let alive = "kill -0 $holder 2>/dev/null && ! grep -q ') Z ' /proc/$holder/stat";
    let line = format!(
        "PATH=/usr/bin:/bin; holder=$(cat [ROOT]/holder); \
         for _ in $(seq 50); do {alive} || exit 0; sleep 0.1; done; echo alive"
    );
    sandbox.sh(&line).stdout("");
}

#[test]
fn an_interpreter_that_prints_without_end_is_passed_over() {
    for stream in ["", " >&2"] {
        let endless = format!("#!/bin/sh\n/bin/cat /dev/zero{stream}\n");
        let sandbox = app().script("tools/python3", endless);
        // In a gigabyte of memory.
        let run = sandbox.sh("ulimit -v 1000000; $vrun -v python");
        let said = run.complaint();
        assert!(
            said.contains("tools/python3") && said.len() < 10_000,
            "{}",
            said.len()
        );
    }
}
