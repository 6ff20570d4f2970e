//! Files that are scripts: FILE.py, -s FILE, first lines, and files without one.

use crate::sandbox::Sandbox;

const PYTHON: &str = "[ROOT]/app/.venv/bin/python";

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .cwd("app")
        .var("PATH", "[ROOT]/opt:/usr/bin:/bin")
}

#[test]
fn a_script_that_a_tool_has_put_into_the_temp_directory_belongs_to_the_working_directory() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .dir("app/src")
        .script("tmp/just-x/recipe", "#!/usr/bin/env -S vrun -s\n")
        .script("tmp/project/tool", "#!/usr/bin/env -S vrun -s\n")
        .venv("tmp/project/.venv")
        .script("run/just/recipe", "#!/usr/bin/env -S vrun -s\n")
        .var("XDG_RUNTIME_DIR", "[ROOT]/run")
        .cwd("app/src");
    for recipe in ["../../tmp/just-x/recipe", "../../run/just/recipe"] {
        sandbox.run(["-s", recipe]).in_env("app/.venv");
    }
    let own = sandbox.run(["-s", "../../tmp/project/tool"]);
    own.in_env("tmp/project/.venv");
}

#[test]
fn an_existing_file_ending_in_py_is_run_by_python() {
    let sandbox = app()
        .file("app/x.py", "")
        .file("app/x.pyw", "")
        .file("app/src/y.py", "")
        .file("z.py", "");
    let sandbox = sandbox
        .script("app/run.py", "#!/bin/sh\nexit 3\n")
        .file("app/-.py", "");
    for file in [
        "x.py",
        "./x.py",
        "x.pyw",
        "src/y.py",
        "../z.py",
        "[ROOT]/app/x.py",
        "run.py",
        "./run.py",
    ] {
        sandbox
            .run([file, "-h", "--", "a"])
            .argv(&[PYTHON, file, "-h", "--", "a"])
            .line("cwd=[ROOT]/app");
    }
}

#[test]
fn a_program_of_the_environment_with_that_name_wins() {
    let sandbox = app().file("app/tool.py", "").probe("app/.venv/bin/tool.py");
    sandbox
        .run(["tool.py"])
        .argv(&["tool.py"])
        .line("file=[ROOT]/app/.venv/bin/tool.py");
    sandbox.run(["./tool.py"]).argv(&[PYTHON, "./tool.py"]);
}

#[test]
fn a_program_on_path_with_that_name_does_not() {
    let sandbox = app()
        .file("app/tool.py", "")
        .probe("tools/tool.py")
        .var("PATH", "[ROOT]/tools:/usr/bin:/bin");
    sandbox.run(["tool.py"]).argv(&[PYTHON, "tool.py"]);
}

#[test]
fn a_missing_file_ending_in_py_is_127() {
    for file in ["gone.py", "./gone.py", "src/gone.py"] {
        let said = app().run([file]).error(127, &["gone.py"]).said();
        assert!(!said.contains("pip install"), "{said}");
    }
}

#[test]
fn a_file_that_ends_otherwise_is_a_program_like_others() {
    app()
        .script("app/x.python", "#!/bin/sh\necho sh\n")
        .run(["./x.python"])
        .stdout("sh\n");
}

#[test]
fn a_script_is_searched_for_from_its_own_directory_and_we_stay_here() {
    let sandbox = app()
        .venv("other/.venv")
        .file("other/bin/tool", "")
        .cwd("app");
    let outcome = sandbox
        .run(["-s", "../other/bin/tool", "x"])
        .in_env("other/.venv")
        .line("cwd=[ROOT]/app");
    outcome.argv(&["[ROOT]/other/.venv/bin/python", "../other/bin/tool", "x"]);
}

#[test]
fn a_scripts_own_directory_is_where_its_links_lead() {
    let sandbox = app()
        .venv("other/.venv")
        .file("other/src/tool", "")
        .dir("bin");
    let sandbox = sandbox
        .link("bin/second", "../other/src/tool")
        .link("bin/first", "second");
    sandbox
        .run(["-s", "[ROOT]/bin/first"])
        .in_env("other/.venv");
}

#[test]
fn project_says_where_a_script_is_searched_for_from() {
    let sandbox = app().venv("other/.venv").file("other/tool", "");
    sandbox
        .run(["--project", ".", "-s", "../other/tool"])
        .in_env("app/.venv");
}

#[test]
fn a_script_that_is_not_there_is_127() {
    app().run(["-s", "gone"]).error(127, &["gone"]);
    app()
        .dir("app/dir")
        .link("app/dangling", "gone")
        .run(["-s", "dangling"])
        .error(127, &["dangling"]);
}

#[test]
fn a_script_whose_first_line_names_vrun_does_not_loop() {
    for first in [
        "/usr/bin/env vrun",
        "/usr/bin/env -S vrun -s",
        "/usr/bin/env -S vrun -q",
        "[ROOT]/opt/vrun",
    ] {
        let sandbox = app()
            .venv("other/.venv")
            .script("other/tool", format!("#!{first}\n"))
            .dir("bin");
        let sandbox = sandbox.link("bin/tool", "../other/tool");
        let python = "[ROOT]/other/.venv/bin/python";
        // As a COMMAND, and as the kernel starts it.
        sandbox
            .run(["../other/tool", "x"])
            .argv(&[python, "../other/tool", "x"]);
        sandbox
            .sh("exec ../other/tool x")
            .argv(&[python, "../other/tool", "x"]);
        sandbox
            .run(["[ROOT]/bin/tool"])
            .argv(&[python, "[ROOT]/bin/tool"]);
        // Found on PATH.
        let sandbox = sandbox.var("PATH", "[ROOT]/bin:[ROOT]/opt:/usr/bin:/bin");
        sandbox
            .run(["tool", "x"])
            .argv(&[python, "[ROOT]/bin/tool", "x"]);
    }
}

#[test]
fn a_script_of_the_environment_whose_first_line_names_vrun_does_not_loop() {
    let sandbox = app().script("app/.venv/bin/tool", "#!/usr/bin/env vrun\n");
    sandbox
        .run(["tool", "x"])
        .argv(&[PYTHON, "[ROOT]/app/.venv/bin/tool", "x"]);
}

#[test]
fn a_script_is_run_by_what_its_first_line_names() {
    let text = "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$VIRTUAL_ENV\" \"$@\"\n";
    let sandbox = app()
        .script("app/.venv/bin/tool", text)
        .script("app/own", text);
    sandbox
        .run(["tool", "a b"])
        .stdout("[ROOT]/app/.venv/bin/tool\n[ROOT]/app/.venv\na b\n");
    sandbox
        .run(["./own", ""])
        .stdout("./own\n[ROOT]/app/.venv\n\n");
}

#[test]
fn an_env_script_finds_this_environments_python() {
    let sandbox = app()
        .script("tools/tool", "#!/usr/bin/env python3\n")
        .var("PATH", "[ROOT]/tools:/usr/bin:/bin");
    let outcome = sandbox
        .run(["tool", "x"])
        .line("file=[ROOT]/app/.venv/bin/python3");
    outcome.argv(&["python3", "[ROOT]/tools/tool", "x"]);
}

#[test]
fn a_file_that_the_kernel_does_not_know_and_without_a_first_line_goes_to_sh() {
    let text = "printf '%s\\n' \"$0\" \"$VIRTUAL_ENV\" \"$@\"\nexit 7\n";
    let sandbox = app()
        .script("app/.venv/bin/tool", text)
        .script("app/own", text)
        .script("app/empty", "");
    sandbox
        .run(["tool", "a b", "-x"])
        .code(7)
        .stdout("[ROOT]/app/.venv/bin/tool\n[ROOT]/app/.venv\na b\n-x\n");
    sandbox
        .run(["./own"])
        .code(7)
        .stdout("./own\n[ROOT]/app/.venv\n");
    sandbox.run(["./empty"]).code(0).stdout("");
}

#[test]
fn a_script_whose_interpreter_is_missing_is_126_and_the_message_names_it() {
    let sandbox = app()
        .script("app/.venv/bin/tool", "#!/gone/bin/perl5\n")
        .script("app/spaced", "#! /gone/sh -e\n");
    sandbox
        .run(["tool"])
        .error(126, &["[ROOT]/app/.venv/bin/tool", "/gone/bin/perl5"]);
    sandbox
        .run(["./spaced"])
        .error(126, &["./spaced", "/gone/sh"]);
}

#[test]
fn a_first_line_that_ends_as_on_windows_is_126_and_the_message_shows_what_is_wrong() {
    let sandbox = app().script("app/windows", "#!/bin/sh\r\necho ran\r\n");
    sandbox
        .run(["./windows"])
        .error(126, &["./windows", "/bin/sh\\r"]);
}

#[test]
fn a_file_ending_in_py_whose_first_line_names_vrun_is_searched_for_from_its_own_directory_too() {
    let sandbox = app()
        .venv("other/.venv")
        .script("other/tool.py", "#!/usr/bin/env vrun\n");
    let sandbox = sandbox.link("app/tool.py", "../other/tool.py");
    for typed in ["./tool.py", "tool.py"] {
        sandbox
            .run([typed])
            .in_env("other/.venv")
            .argv(&["[ROOT]/other/.venv/bin/python", typed]);
    }
}

#[test]
fn a_file_for_sh_whose_name_looks_like_an_option_is_a_file_all_the_same() {
    let sandbox = app()
        .script("app/-c", "echo ran\n")
        .var("PATH", ":/usr/bin");
    sandbox.run(["--", "-c"]).stdout("ran\n");
}

#[test]
fn a_program_made_for_another_system_is_126() {
    // The start of an ELF file, for a machine that nobody has.
    let alien = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xff\xff\x01\0\0\0";
    app()
        .script("app/alien", alien)
        .run(["./alien"])
        .error(126, &["./alien"]);
}

#[test]
fn a_script_sees_its_name_as_it_was_typed() {
    let text = "#!/bin/sh\necho \"$0\"\n";
    let sandbox = app()
        .script("app/sub/tool", text)
        .script("app/sub/bare", "echo \"$0\"\n");
    for typed in [
        "sub/tool",
        "./sub/tool",
        "sub//tool",
        "./sub/../sub/tool",
        "sub/bare",
        "./sub/bare",
    ] {
        sandbox.run([typed]).stdout(&format!("{typed}\n"));
    }
}

#[test]
fn no_spelling_of_a_first_line_that_starts_vrun_can_loop() {
    for line in [
        "#!/usr/bin/env -S -u FOO vrun",
        "#!/usr/bin/env -Svrun",
        "#!/usr/bin/env -S \"vrun\"",
        "#!/usr/bin/env -S FOO=1 vrun -q",
        "#![ROOT]/opt/vrun-by-another-name",
    ] {
        let sandbox = app().link("opt/vrun-by-another-name", "vrun");
        let line = line.replace("[ROOT]", &sandbox.path("").display().to_string());
        let line = line.replace("//opt", "/opt");
        let sandbox = sandbox.script("app/tool", format!("{line}\n"));
        sandbox.run(["./tool", "x"]).argv(&[PYTHON, "./tool", "x"]);
    }
}

#[test]
fn a_python_file_is_a_file_to_python_whatever_its_name_looks_like() {
    let sandbox = app().file("app/-c.py", "").file("app/-x", "");
    sandbox
        .run(["--", "-c.py", "y"])
        .argv(&[PYTHON, "./-c.py", "y"]);
    sandbox.run(["-s", "-x", "y"]).argv(&[PYTHON, "./-x", "y"]);
}

#[test]
fn a_directory_that_is_run_is_searched_from_itself() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/__main__.py", "")
        .file("app/setup.py", "")
        .venv(".venv");
    sandbox.run(["-s", "app"]).in_env("app/.venv");
}

#[test]
fn what_python_runs_without_being_a_program_is_named_with_s() {
    let sandbox = app()
        .file("app/tool.pyz", "PK")
        .file("app/tool/__main__.py", "");
    let hint = "  hint: `vrun -s ./tool.pyz` runs it with Python\n";
    sandbox
        .run(["./tool.pyz"])
        .error(126, &["vrun: ./tool.pyz is not executable\n", hint]);
    let hint = "  hint: `vrun -s ./tool` runs it with Python\n";
    sandbox
        .run(["./tool"])
        .error(126, &["vrun: ./tool is a directory\n", hint]);
    for file in ["./tool.pyz", "./tool"] {
        sandbox
            .run(["-s", file])
            .argv(&["[ROOT]/app/.venv/bin/python", file]);
    }
}

#[test]
fn a_script_that_is_a_pipe_is_searched_for_from_the_working_directory() {
    let line = "exec 3<<-E\n\tprint(1)\n\tE\nvrun -s /dev/fd/3 x";
    app()
        .var("PATH", "[ROOT]/opt:/usr/bin:/bin")
        .sh(line)
        .argv(&[PYTHON, "/dev/fd/3", "x"])
        .says("vrun: /dev/fd/3 is not a regular file");
}
