//! Which file a COMMAND means: 126 for what cannot be run, 127 for what is not there.

use crate::sandbox::Sandbox;

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .cwd("app")
        .var("PATH", "[ROOT]/tools:/usr/bin:/bin")
}

#[test]
fn a_name_with_a_separator_is_that_file_relative_to_the_working_directory() {
    let sandbox = || app().probe("app/probe").probe("app/sub/tool").probe("tool");
    for (typed, file) in [
        ("./probe", "[ROOT]/app/probe"),
        ("sub/tool", "[ROOT]/app/sub/tool"),
        ("../tool", "[ROOT]/tool"),
        ("[ROOT]/app/probe", "[ROOT]/app/probe"),
        (".venv/bin/probe", "[ROOT]/app/.venv/bin/probe"),
    ] {
        sandbox()
            .run([typed])
            .argv(&[typed])
            .line(&format!("file={file}"));
    }
}

#[test]
fn a_name_is_looked_for_in_the_scripts_directory_and_then_on_path() {
    let sandbox = app().probe("tools/probe").probe("tools/other");
    sandbox
        .run(["probe"])
        .line("file=[ROOT]/app/.venv/bin/probe");
    sandbox.run(["other"]).line("file=[ROOT]/tools/other");
}

#[test]
fn a_name_in_the_working_directory_is_not_run() {
    app()
        .probe("app/tool")
        .run(["tool"])
        .error(127, &["`tool`", "./tool"]);
}

#[test]
fn an_empty_path_entry_is_the_working_directory() {
    for path in [":/usr/bin", "/usr/bin:", "/usr/bin::/bin", ""] {
        app()
            .probe("app/tool")
            .var("PATH", path)
            .run(["tool"])
            .argv(&["tool"])
            .line("cwd=[ROOT]/app");
    }
}

#[test]
fn python_and_pip_mean_this_environments() {
    let sandbox = app()
        .probe("app/.venv/bin/python3.12")
        .probe("app/.venv/bin/pip3.12")
        .probe("app/.venv/bin/pypy");
    for name in ["python", "python3", "python3.12", "pip", "pip3.12", "pypy"] {
        sandbox
            .run([name])
            .line(&format!("file=[ROOT]/app/.venv/bin/{name}"));
    }
}

#[test]
fn a_python_or_pip_that_this_environment_has_not_is_127_even_if_path_has_it() {
    for name in [
        "python2",
        "python3.9",
        "python3.13t",
        "pip3",
        "pip3.9",
        "pypy",
        "pypy3",
        "pypy3.10",
    ] {
        let sandbox = app().probe(format!("tools/{name}"));
        sandbox
            .run([name])
            .error(127, &[&format!("`{name}`"), "[ROOT]/app/.venv"]);
        sandbox
            .run(["--outside", name])
            .argv(&[name])
            .line(&format!("file=[ROOT]/tools/{name}"));
    }
}

#[test]
fn names_that_only_look_like_pythons_are_programs_like_others() {
    for name in [
        "python-config",
        "pipx",
        "pip-compile",
        "pythonic",
        "ipython",
        "python3-config",
    ] {
        app()
            .probe(format!("tools/{name}"))
            .run([name])
            .line(&format!("file=[ROOT]/tools/{name}"));
    }
}

#[test]
fn argv_0_is_what_the_user_typed() {
    for typed in ["probe", "./.venv/bin/probe", "[ROOT]/app/.venv/bin/probe"] {
        app().run([typed, "x"]).argv(&[typed, "x"]);
    }
}

#[test]
fn argv_0_of_pip_is_what_the_user_typed() {
    app().run(["pip", "x"]).argv(&["pip", "x"]);
}

#[test]
fn this_environments_python_gets_its_full_path_as_argv_0() {
    for name in ["python", "python3"] {
        app()
            .run([name, "x"])
            .argv(&[&format!("[ROOT]/app/.venv/bin/{name}"), "x"]);
        app()
            .run(["--outside", name])
            .argv(&[&format!("[ROOT]/app/.venv/bin/{name}")]);
    }
}

#[test]
fn the_pythons_link_in_the_scripts_directory_is_not_resolved() {
    let sandbox = Sandbox::new()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = [ROOT]/lib\ninclude-system-site-packages = false\n",
        )
        .dir("app/.venv/bin");
    let sandbox = sandbox
        .link("app/.venv/bin/python", "[ROOT]/lib/probe")
        .cwd("app");
    sandbox
        .run(["python"])
        .argv(&["[ROOT]/app/.venv/bin/python"]);
}

#[test]
fn vrun_never_takes_itself_for_another_program() {
    for sandbox in [
        app().dir("first").link("first/tool", "[ROOT]/opt/vrun"),
        app().hard_link("opt/vrun", "first/tool"),
    ] {
        let sandbox = sandbox.var("PATH", "[ROOT]/first:[ROOT]/tools:/usr/bin:/bin");
        sandbox.run(["tool"]).error(127, &["`tool`"]);
        sandbox
            .probe("tools/tool")
            .run(["tool", "x"])
            .argv(&["tool", "x"])
            .line("file=[ROOT]/tools/tool");
    }
}

#[test]
fn vrun_never_takes_itself_for_the_environments_python() {
    let sandbox = Sandbox::new()
        .file("app/.venv/pyvenv.cfg", "home = /usr/bin\n")
        .dir("app/.venv/bin");
    let sandbox = sandbox
        .link("app/.venv/bin/python", "[ROOT]/opt/vrun")
        .cwd("app");
    // Which of the two codes, the rule does not say.
    let said = sandbox.run(["python"]).complaint();
    assert!(
        said.contains("python") && said.contains("[ROOT]/app/.venv"),
        "{said}"
    );
}

#[test]
fn no_such_program_is_127_and_the_message_names_it_and_the_environment() {
    app().run(["pytset"]).error(
        127,
        &[
            "vrun: no program named `pytset` in [ROOT]/app/.venv or on PATH\n",
            "  hint: ",
            "`vrun pip install PACKAGE` installs the package that has it",
        ],
    );
    for typed in ["./gone", "gone/tool", "[ROOT]/gone"] {
        app().run([typed]).error(127, &["gone"]);
    }
}

#[test]
fn a_name_that_is_not_utf_8_is_looked_for_byte_for_byte() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let name = OsStr::from_bytes(b"to\xffol");
    app().run([name]).error(127, &[]);
    #[cfg(target_os = "linux")]
    app()
        .probe(std::path::Path::new("app/.venv/bin").join(name))
        .run([name])
        .argv(&["to\\xffol"]);
}

#[test]
fn what_is_found_but_not_executable_is_126() {
    let sandbox = app()
        .file("app/file", "x")
        .file("app/.venv/bin/tool", "x")
        .file("tools/other", "x");
    sandbox.run(["./file"]).error(126, &["./file"]);
    sandbox
        .run(["tool"])
        .error(126, &["[ROOT]/app/.venv/bin/tool"]);
    sandbox.run(["other"]).error(126, &["[ROOT]/tools/other"]);
    // As with env: one that can be run, further on, is what is meant.
    sandbox
        .probe("last/other")
        .var("PATH", "[ROOT]/tools:[ROOT]/last")
        .run(["other"])
        .argv(&["other"]);
}

#[test]
fn a_python_of_the_environment_that_is_not_executable_is_126() {
    let sandbox = app().file("app/.venv/bin/python3.12", "x");
    sandbox
        .run(["python3.12"])
        .error(126, &["[ROOT]/app/.venv/bin/python3.12"]);
}

#[test]
fn a_directory_is_126_by_its_path_and_passed_over_by_its_name() {
    let sandbox = app()
        .dir("app/dir")
        .dir("app/.venv/bin/tool")
        .probe("tools/tool");
    sandbox.run(["./dir"]).error(126, &["./dir", "directory"]);
    sandbox.run(["tool"]).line("file=[ROOT]/tools/tool");
    sandbox
        .dir("tools/only")
        .run(["only"])
        .error(127, &["`only`"]);
}

#[test]
fn a_path_through_a_file_is_127() {
    app()
        .file("app/file", "x")
        .run(["file/tool"])
        .error(127, &["file/tool"]);
}

#[test]
fn a_program_that_the_user_may_not_run_is_126() {
    let sandbox = app().probe("app/locked/tool").by_nobody("app/locked");
    sandbox.chmod("app/locked", 0o000);
    sandbox.run(["locked/tool"]).error(126, &["locked/tool"]);
    sandbox.chmod("app/locked", 0o755);
}

#[test]
fn a_pipe_with_a_name_is_126_and_nobody_waits_for_a_writer() {
    app()
        .sh("mkfifo pipe && exec $vrun ./pipe")
        .error(126, &["./pipe"]);
}

#[test]
fn a_relative_path_entry_is_relative_to_the_working_directory() {
    let sandbox = app()
        .probe("app/near/tool")
        .probe("app/sub/near/other")
        .var("PATH", "near:/usr/bin:/bin");
    sandbox
        .run(["tool"])
        .argv(&["tool"])
        .line("file=[ROOT]/app/near/tool");
    sandbox
        .run(["-C", "sub", "other"])
        .argv(&["other"])
        .line("file=[ROOT]/app/sub/near/other");
}

#[test]
fn what_path_names_and_is_not_there_is_passed_over() {
    let sandbox = app()
        .probe("tools/tool")
        .file("app/file", "")
        .dir("app/locked")
        .by_nobody("app/locked");
    sandbox.chmod("app/locked", 0o000);
    let sandbox = sandbox.var(
        "PATH",
        "/gone:[ROOT]/app/file:[ROOT]/app/locked:[ROOT]/tools",
    );
    sandbox.run(["tool"]).argv(&["tool"]);
    sandbox
        .run(["no-such-program"])
        .error(127, &["`no-such-program`"]);
    sandbox.chmod("app/locked", 0o755);
}

#[test]
fn the_error_for_a_lost_python_has_the_end_of_its_links() {
    let sandbox = Sandbox::new()
        .file("app/.venv/pyvenv.cfg", "home = /nonexist\n")
        .dir("app/.venv/bin")
        .link("app/.venv/bin/python", "python3")
        .link("app/.venv/bin/python3", "/nonexist/bin/python3.11")
        .cwd("app");
    for name in ["python", "python3", "pip"] {
        sandbox.run([name]).error(
            126,
            &[
                "vrun: [ROOT]/app/.venv is broken: its Python is gone",
                "points to /nonexist/bin/python3.11, which does not exist",
                "hint: `vrun --repair`",
            ],
        );
    }
}

#[test]
fn a_hint_comes_back_to_the_environment_that_an_option_led_to() {
    let sandbox = Sandbox::new().venv("app/.venv").dir("else").cwd("else");
    let hint = "`vrun --env [ROOT]/app/.venv pip install PACKAGE`";
    sandbox.run(["-C", "../app", "nosuch"]).error(127, &[hint]);
    sandbox
        .run(["--env", "../app/.venv", "nosuch"])
        .error(127, &[hint]);
}

#[test]
fn pip_of_another_version_is_not_to_be_had_from_ensurepip() {
    app().run(["pip3.1"]).error(
        127,
        &[
            "no `pip3.1` in",
            "`vrun pip` runs the pip of this environment",
        ],
    );
}

#[test]
fn a_slip_of_the_finger_is_answered_with_the_name_that_is_near() {
    let sandbox = app()
        .probe("app/.venv/bin/pytest")
        .script("app/.venv/bin/activate", "")
        .probe("usr/bin/terraform")
        .var("PATH", "[ROOT]/usr/bin:/usr/bin:/bin");
    for (typed, meant) in [("pytset", "pytest"), ("terrafrom", "terraform")] {
        let hint = format!("  hint: did you mean `vrun {meant}`?\n");
        let outcome = sandbox.run([typed]).error(127, &[&hint]);
        assert!(!outcome.said().contains("pip install"));
    }
    for (typed, hint) in [
        ("run", "`vrun COMMAND` runs a command"),
        ("doctor", "`vrun --doctor`"),
        ("activate", "`eval \"$(vrun --export sh)\"`"),
        ("help", "`vrun --help`"),
        ("instal", "`vrun pip install PACKAGE`"),
        ("source", "`eval \"$(vrun --export sh)\"`"),
        ("upgrade", "`vrun --sync --upgrade`"),
        ("list", "`vrun pip list`"),
        ("version", "`vrun --version`"),
        ("tool", "`vrun tool.py` runs the file"),
        ("uninstall", "`vrun pip uninstall PACKAGE`"),
        ("NAME=1", "`vrun env NAME=VALUE COMMAND`"),
        ("pip list", "`vrun -c 'pip list'`"),
    ] {
        let sandbox = app()
            .file("app/tool.py", "")
            .file("app/.venv/bin/activate", "")
            .var("PATH", "[ROOT]/usr/bin");
        sandbox.run([typed]).error(127, &[hint]);
    }
    app()
        .file("app/.venv/bin/activate", "")
        .run([".venv/bin/activate"])
        .error(126, &["`eval \"$(vrun --export sh)\"`"]);
    // On a disk of Windows' every file can be run.
    app()
        .script("app/.venv/bin/activate", "")
        .run(["activate"])
        .error(127, &["`eval \"$(vrun --export sh)\"`"]);
    let sandbox = app()
        .probe("usr/bin/sync")
        .probe("usr/bin/install")
        .var("PATH", "[ROOT]/usr/bin:/usr/bin:/bin");
    for (typed, told) in [
        (
            &["sync"][..],
            "vrun: `sync` is [ROOT]/usr/bin/sync; `vrun --sync` installs what the project requires\n",
        ),
        (
            &["install", "six"],
            "vrun: `install` is [ROOT]/usr/bin/install; `vrun pip install PACKAGE` installs a package\n",
        ),
        (&["install", "-d", "dir"], ""),
        (&["sync", "-f"], ""),
    ] {
        assert_eq!(sandbox.run(typed).argv(typed).said(), told);
    }
    sandbox
        .run(["--syncc"])
        .error(125, &["did you mean `--sync`?"]);
    for option in ["info", "doctor", "create"] {
        let dashes = format!("did you mean `--{option}`?");
        sandbox.run([format!("-{option}")]).error(125, &[&dashes]);
    }
    sandbox
        .run(["--export", "fsh"])
        .error(125, &["did you mean `fish`?"]);
}

#[test]
fn a_program_that_a_file_of_the_project_names_is_installed_as_that_does() {
    let missing = |file: &str, text: &str, told: &str| {
        let sandbox = app()
            .file("app/setup.py", "")
            .file(format!("app/{file}"), text);
        let hint = format!("  hint: [ROOT]/app/{told}\n");
        sandbox.run(["sometool"]).error(127, &[&hint]);
    };
    missing(
        "tox.ini",
        "[testenv]\ncommands = sometool -q\n",
        "tox.ini:2 names it: `vrun pip install sometool`",
    );
    missing(
        ".github/workflows/ci.yml",
        "# sometool\n- run: sometool\n- run: python -m pip install -r ci.txt sometool && sometool\n",
        ".github/workflows/ci.yml:3 names it: `vrun pip install -r ci.txt sometool`",
    );
    missing(
        "requirements/lint.txt",
        "sometool-plugin\nsometool==1.0\n",
        "requirements/lint.txt:2 names it: `vrun pip install sometool`",
    );
}
