//! Console scripts of an environment that was moved, renamed or copied: their first line names another
//! place, and they run with the Python of the environment that they lie in.

use crate::sandbox::Sandbox;

const PYTHON: &str = "[ROOT]/app/.venv/bin/python";
const TOOL: &str = "[ROOT]/app/.venv/bin/tool";

fn app() -> Sandbox {
    Sandbox::new().venv("app/.venv").cwd("app")
}

/// vrun runs `tool`, which starts so; it ran with the environment's own Python and these flags.
#[track_caller]
fn runs_here(head: impl AsRef<[u8]>, flags: &[&str]) {
    let sandbox = app().script("app/.venv/bin/tool", head);
    let argv = [&[PYTHON], flags, &[TOOL, "a b", "-h"]].concat();
    sandbox.run(["tool", "a b", "-h"]).argv(&argv);
    let argv = [&[PYTHON], flags, &[".venv/bin/tool", "x"]].concat();
    sandbox.run([".venv/bin/tool", "x"]).argv(&argv);
}

#[test]
fn a_first_line_that_names_a_place_that_is_gone() {
    runs_here("#!/old/app/.venv/bin/python\nimport sys\n", &[]);
    runs_here("#!/old/app/.venv/bin/python3.11\n", &[]);
    runs_here("#! /old/app/.venv/bin/pypy3\n", &[]);
}

#[test]
fn flags_are_kept_as_the_kernel_hands_them_on() {
    runs_here("#!/old/bin/python -E\n", &["-E"]);
    runs_here("#!/old/bin/python -I\n", &["-I"]);
    runs_here("#!/old/bin/python -x\n", &["-x"]);
    runs_here("#!/old/bin/python -s -E\n", &["-s -E"]);
}

#[test]
fn lines_that_sh_and_python_both_read() {
    for path in [
        "/old/bin/python",
        "\"/my old/bin/python\"",
        "'/my old/bin/python'",
    ] {
        runs_here(
            format!("#!/bin/sh\n'''exec' {path} \"$0\" \"$@\"\n' '''\n"),
            &[],
        );
    }
    runs_here(
        "#!/bin/sh\n'''exec' \"/my old/bin/python\" -I \"$0\" \"$@\" #'''\n",
        &["-I"],
    );
}

#[test]
fn what_no_kernel_could_read() {
    runs_here("#!/old/bin/python\r\nimport sys\r\n", &[]);
    runs_here("\u{feff}#!/old/bin/python\n", &[]);
    runs_here("#!/my old/bin/python\n", &[]);
    runs_here(b"#!/\xff\xfe/bin/python\n", &[]);
    for length in [128, 256, 1000] {
        let path = format!("/{}/bin/python", "x".repeat(length));
        runs_here(format!("#!{path}\n"), &[]);
    }
}

#[test]
fn this_environments_own_python_where_the_kernel_cannot_read_the_line() {
    for (before, after) in [("#!", "\r\n"), ("\u{feff}#!", "\n"), ("#!", "3.99\n")] {
        let sandbox = app();
        let python = sandbox.path("app/.venv/bin/python");
        let head = format!("{before}{}{after}", python.display());
        sandbox
            .script("app/.venv/bin/tool", head)
            .run(["tool"])
            .argv(&[PYTHON, TOOL]);
    }
}

#[test]
fn a_copy_runs_in_the_copy_while_the_original_still_stands() {
    let sandbox = Sandbox::new().venv("app/.venv").venv("copy/.venv");
    let original = sandbox.path("app/.venv/bin/python");
    let head = format!("#!{}\n", original.display());
    sandbox
        .script("copy/.venv/bin/tool", head)
        .cwd("copy")
        .run(["tool"])
        .argv(&["[ROOT]/copy/.venv/bin/python", "[ROOT]/copy/.venv/bin/tool"]);
}

#[test]
fn a_script_that_names_this_environment_is_left_to_the_kernel() {
    // By its path, and by that of a link to where it lies.
    for way in ["app", "link"] {
        let sandbox = app().link("link", "app");
        let python = sandbox.path(way).join(".venv/bin/python");
        sandbox
            .script("app/.venv/bin/tool", format!("#!{} -s\n", python.display()))
            .run(["tool"])
            .argv(&[&format!("[ROOT]/{way}/.venv/bin/python"), "-s", TOOL]);
    }
}

#[test]
fn what_is_no_pythons_or_finds_its_python_itself_runs_as_ever() {
    let relocatable = "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''\n";
    let sandbox = app()
        .script("app/.venv/bin/shell", "#!/bin/sh\necho shell $1\n")
        .script("app/.venv/bin/bare", "echo bare\n")
        .script("app/.venv/bin/by-env", "#!/usr/bin/env python3\n")
        .script("app/.venv/bin/relocatable", relocatable);
    sandbox.run(["shell", "x"]).code(0).stdout("shell x\n");
    sandbox.run(["bare"]).code(0).stdout("bare\n");
    sandbox
        .run(["by-env"])
        .argv(&["python3", "[ROOT]/app/.venv/bin/by-env"]);
    sandbox
        .run(["relocatable", "x"])
        .argv(&[PYTHON, "[ROOT]/app/.venv/bin/relocatable", "x"]);
}

#[test]
fn a_link_to_a_program_elsewhere_is_what_it_leads_to() {
    let sandbox = app().venv("pipx/black");
    let head = format!("#!{}\n", sandbox.path("pipx/black/bin/python").display());
    sandbox
        .script("pipx/black/bin/black", head)
        .link("app/.venv/bin/black", "../../../pipx/black/bin/black")
        .run(["black"])
        .argv(&["[ROOT]/pipx/black/bin/python", "[ROOT]/app/.venv/bin/black"]);
}

#[test]
fn a_dry_run_tells_it_so() {
    let sandbox = app().script("app/.venv/bin/tool", "#!/old/bin/python -E\n");
    let line = sandbox.run(["-qn", "tool", "x"]).text();
    let command = format!("{PYTHON} -E {TOOL} x");
    assert!(line.trim_end().ends_with(&command), "{line}");
}
