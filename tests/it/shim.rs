//! vrun under another name: what runs, with what, and what is never run in its place.

use crate::sandbox::Sandbox;

const PYTHON: &str = "[ROOT]/app/.venv/bin/python";

/// An environment with `probe`, and shims of some names in a directory that is first on PATH.
fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .dir("app/src")
        .dir("shims")
        .dir("tools")
        .link("shims/python", "[ROOT]/opt/vrun")
        .link("shims/probe", "[ROOT]/opt/vrun")
        .link("shims/tool", "[ROOT]/opt/vrun")
        .var("PATH", "[ROOT]/shims:[ROOT]/tools:/usr/bin:/bin")
        .cwd("app/src")
}

/// The same with vruns of other versions: one with a link to it, and two by hand.
fn with_others() -> Sandbox {
    let sandbox = app().dir("second").dir("third").dir("fourth");
    for file in ["second/vrun", "third/tool", "fourth/tool"] {
        let line = format!("cp $vrun [ROOT]/{file} && printf {file} >>[ROOT]/{file}");
        sandbox.sh(&line).stdout("");
    }
    sandbox.sh("cp $vrun [ROOT]/opt/tool").stdout("");
    sandbox.link("second/tool", "vrun")
}

#[test]
fn called_by_another_name_vrun_runs_that_name_in_the_nearest_environment() {
    let sandbox = app();
    sandbox
        .sh("exec python x.py -q --env y -- -h")
        .in_env("app/.venv")
        .argv(&[PYTHON, "x.py", "-q", "--env", "y", "--", "-h"]);
    sandbox.sh("exec probe").argv(&["probe"]);
    for option in ["-h", "-V", "-m", "-s", "-n", "--shims", "--", ""] {
        sandbox
            .start(sandbox.path("shims/probe"), [option])
            .argv(&["probe", option]);
    }
}

#[test]
fn a_shim_may_be_called_by_its_path_and_its_name_may_be_a_claim() {
    let sandbox = app().hard_link("opt/vrun", "shims/python3");
    for line in [
        "exec [ROOT]/shims/python -I",
        "exec [ROOT]/shims/python3 -I",
        "exec ../../shims/python -I",
        "exec bash -c 'exec -a python $0 -I' $vrun",
        "exec bash -c 'exec -a -python $0 -I' $vrun",
        "exec bash -c 'exec -a /usr/local/bin/python $0 -I' $vrun",
    ] {
        let python = if line.contains("python3") {
            "[ROOT]/app/.venv/bin/python3"
        } else {
            PYTHON
        };
        sandbox.sh(line).argv(&[python, "-I"]);
    }
}

#[test]
fn a_file_of_vrun_that_is_called_after_its_version_or_system_is_vrun() {
    for name in [
        "vrun-1.2",
        "vrun-x86_64-unknown-linux-musl",
        "vrun.real",
        "VRUN",
    ] {
        let sandbox = app().link(format!("shims/{name}"), "vrun-file");
        let sandbox = sandbox.hard_link("opt/vrun", "shims/vrun-file");
        sandbox
            .sh(&format!("exec {name} -q probe -q"))
            .argv(&["probe", "-q"]);
    }
    for argv0 in ["", "-vrun"] {
        app()
            .sh(&format!(
                "exec bash -c 'exec -a \"{argv0}\" $0 -q probe -q' $vrun"
            ))
            .argv(&["probe", "-q"]);
    }
}

#[test]
fn the_variables_hold_for_shims_too() {
    let sandbox = app().venv("other").var("VRUN_ENV", "[ROOT]/other");
    sandbox.sh("exec probe").in_env("other");
    let sandbox = app().var("VRUN_QUIET", "maybe");
    sandbox.sh("exec probe").error(125, &["VRUN_QUIET"]);
}

#[test]
fn a_name_that_ends_in_py_is_a_program_and_not_the_file_that_lies_here() {
    let sandbox = app()
        .link("shims/tool.py", "[ROOT]/opt/vrun")
        .file("app/src/tool.py", "")
        .probe("app/.venv/bin/tool.py");
    sandbox.sh("exec tool.py").argv(&["tool.py"]);
    let sandbox = app()
        .link("shims/tool.py", "[ROOT]/opt/vrun")
        .file("app/src/tool.py", "");
    sandbox.sh("exec tool.py").error(127, &["tool.py"]);
}

#[test]
fn what_the_environment_lacks_is_the_next_on_path_that_is_no_shim() {
    for path in [
        "[ROOT]/shims:[ROOT]/tools:/usr/bin:/bin",
        "[ROOT]/shims:[ROOT]/shims:[ROOT]/tools:[ROOT]/shims:/usr/bin:/bin",
        "[ROOT]/tools:[ROOT]/shims:/usr/bin:/bin",
    ] {
        let sandbox = app().probe("tools/tool").var("PATH", path);
        sandbox
            .sh("exec [ROOT]/shims/tool x")
            .line("file=[ROOT]/tools/tool")
            .argv(&["tool", "x"]);
        sandbox.run(["tool"]).line("file=[ROOT]/tools/tool");
    }
}

#[test]
fn what_is_nowhere_is_127_and_the_message_says_who_looked() {
    app().sh("exec tool").error(
        127,
        &[
            "vrun: no program named `tool` in [ROOT]/app/.venv or on PATH\n",
            "  cause: [ROOT]/opt/vrun was called as `tool`",
            "`vrun pip install PACKAGE`",
        ],
    );
}

#[test]
fn a_python_that_the_environment_lacks_is_not_another_one() {
    let sandbox = app()
        .link("shims/python3.9", "[ROOT]/opt/vrun")
        .probe("tools/python3.9");
    sandbox
        .sh("exec python3.9")
        .error(127, &["no `python3.9` in [ROOT]/app/.venv"]);
}

#[test]
fn a_program_of_another_python_is_refused_to_a_shim_too() {
    let sandbox = app()
        .probe("usr/python3")
        .script("tools/tool", "#![ROOT]/usr/python3\n");
    sandbox
        .sh("exec tool")
        .error(126, &["`tool` is not in [ROOT]/app/.venv"]);
    let sandbox = sandbox.var("VRUN_OUTSIDE", "1");
    sandbox.sh("exec tool").line("file=[ROOT]/usr/python3");
}

#[test]
fn shims_of_several_vruns_do_not_lead_to_each_other() {
    let sandbox = with_others();
    for path in [
        "[ROOT]/shims:[ROOT]/opt:[ROOT]/second:[ROOT]/third:[ROOT]/fourth",
        "[ROOT]/opt:[ROOT]/fourth:[ROOT]/third:[ROOT]/shims:[ROOT]/second",
        "[ROOT]/second:[ROOT]/third:[ROOT]/shims:[ROOT]/fourth:[ROOT]/third",
        "[ROOT]/third:[ROOT]/fourth:[ROOT]/opt:[ROOT]/third",
        "[ROOT]/fourth:[ROOT]/shims:[ROOT]/third",
    ] {
        let line = format!("PATH={path}:/usr/bin:/bin; exec tool x");
        sandbox.sh(&line).error(127, &["no program named `tool`"]);
    }
    let sandbox = sandbox.probe("tools/tool");
    for path in [
        "[ROOT]/second:[ROOT]/third:[ROOT]/shims:[ROOT]/fourth:[ROOT]/third",
        "[ROOT]/third:[ROOT]/fourth:[ROOT]/opt:[ROOT]/third",
    ] {
        let line = format!("PATH={path}:[ROOT]/tools:/usr/bin:/bin; exec tool x");
        sandbox.sh(&line).line("file=[ROOT]/tools/tool");
        let line = format!("PATH={path}:[ROOT]/tools:/usr/bin:/bin; exec $vrun tool x");
        sandbox.sh(&line).line("file=[ROOT]/tools/tool");
    }
}

#[test]
fn a_circle_through_another_managers_shim_ends() {
    let manager = "#!/bin/sh\necho turn\nexec [ROOT]/shims/tool \"$@\"\n";
    let sandbox = app().script("tools/tool", manager);
    let outcome = sandbox.sh("tool x >[ROOT]/tmp/turns");
    outcome.error(
        127,
        &[
            "no program named `tool` in [ROOT]/app/.venv",
            "  cause: [ROOT]/tools/tool leads back to vrun\n",
        ],
    );
    sandbox.sh("wc -l <[ROOT]/tmp/turns").stdout("5\n");
}

#[test]
fn a_program_that_calls_itself_again_and_again_is_no_circle() {
    let recursive = "#!/bin/sh\n[ \"$1\" -gt 30 ] && exec sh -c 'echo end'\ntool $(($1 + 1))\n";
    app()
        .script("tools/tool", recursive)
        .sh("exec tool 1")
        .stdout("end\n");
}

#[test]
fn what_runs_in_the_environment_does_not_see_the_shims() {
    let sandbox = app().script("app/.venv/bin/tool", "#!/bin/sh\nenv | grep -c VRUN_\n");
    sandbox.sh("exec tool").code(1).stdout("0\n");
}

#[test]
fn a_script_of_the_environment_that_calls_a_shim_gets_what_the_environment_has() {
    let script = "#!/bin/sh\nexec [ROOT]/shims/probe inner\n";
    let sandbox = app().script("app/.venv/bin/tool", script);
    sandbox.sh("exec tool").argv(&["probe", "inner"]);
}

#[test]
fn a_script_that_names_a_shim_as_its_interpreter_runs_in_the_nearest_environment() {
    let sandbox = app()
        .venv("other")
        .script("tools/script", "#![ROOT]/shims/python -I\n");
    for line in [
        "exec script x",
        "exec $vrun script x",
        "exec $vrun [ROOT]/tools/script x",
    ] {
        sandbox
            .sh(line)
            .argv(&[PYTHON, "-I", "[ROOT]/tools/script", "x"]);
    }
    sandbox
        .run(["--env", "[ROOT]/other", "script", "x"])
        .in_env("other")
        .argv(&["[ROOT]/other/bin/python", "-I", "[ROOT]/tools/script", "x"]);
}

#[test]
fn a_shim_with_no_path_set_finds_its_environment() {
    let sandbox = app()
        .unset("PATH")
        .unset("HOME")
        .unset("PWD")
        .unset("TMPDIR");
    sandbox
        .start(sandbox.path("shims/python"), ["x"])
        .argv(&[PYTHON, "x"]);
}

#[test]
fn doctor_finds_nothing_amiss_with_a_shim_of_vruns() {
    let said = app().run(["--doctor"]).code(0).text();
    assert!(!said.contains("shim"), "{said}");
}

/// A system tool that asks for the first `python3` on PATH, in directories where there is no Python project.
#[test]
fn outside_of_python_projects_a_system_tool_runs_as_without_shims() {
    let sandbox = app()
        .link("shims/python3", "[ROOT]/opt/vrun")
        .probe("tools/python3")
        .script("tools/gdb-like", "#!/usr/bin/env python3\n")
        .file("js/package.json", "{}")
        .dir("js/.git")
        .dir("js/src")
        .dir("js/node_modules/dep")
        .dir("plain/below")
        .dir("tmp")
        .file("home/setup.py", "");
    for dir in [
        "/",
        "/etc",
        "/usr/bin",
        "/tmp",
        "[ROOT]/home",
        "[ROOT]/tmp",
        "[ROOT]/js",
        "[ROOT]/js/src",
        "[ROOT]/js/node_modules/dep",
        "[ROOT]/plain/below",
    ] {
        for ci in ["", "true"] {
            let line = format!("cd {dir} && CI={ci} exec gdb-like x");
            let ran = sandbox.sh(&line).line("file=[ROOT]/tools/python3");
            ran.argv(&["python3", "[ROOT]/tools/gdb-like", "x"]);
        }
    }
    // It has the variables that it would have had.
    let line = "cd [ROOT]/plain && PYTHONHOME=/x exec python3 -c ''";
    sandbox
        .sh(line)
        .line("PYTHONHOME=/x")
        .line("VIRTUAL_ENV is unset");
    sandbox.sh("cd [ROOT]/plain && exec tool").error(
        127,
        &[
            "vrun: no program named `tool` on PATH\n",
            "  cause: there is no Python project here",
            "  cause: [ROOT]/opt/vrun was called as `tool`",
        ],
    );
}

#[test]
fn where_a_shim_may_not_make_an_environment_it_passes_on_what_may_run_outside() {
    let sandbox = app()
        .file("new/setup.py", "")
        .cwd("new")
        .link("shims/python3", "[ROOT]/opt/vrun")
        .probe("tools/python3");
    let told = ["there is no environment at [ROOT]/new/.venv\n"];
    sandbox.sh("exec python3 x").error(125, &told);
    let sandbox = sandbox.var("VRUN_NO_CREATE", "1");
    sandbox.sh("exec python3 x").error(125, &told);
    let sandbox = sandbox.var("VRUN_OUTSIDE", "1");
    sandbox
        .sh("exec python3 x")
        .line("file=[ROOT]/tools/python3");
}
