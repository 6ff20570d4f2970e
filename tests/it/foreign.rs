//! Programs that another Python starts: those of a Python without an environment are refused, those of
//! another environment run and are announced, all others run as ever.

use crate::sandbox::Sandbox;

/// An app, and `usr/bin` on PATH with a Python that has no environment.
fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .probe("usr/bin/python3")
        .cwd("app")
        .var("PATH", "[ROOT]/usr/bin:/usr/bin:/bin")
}

/// The same with a program `tool` in `dir`, which that Python starts.
fn with_tool(dir: &str) -> Sandbox {
    let sandbox = app();
    let head = format!("#!{}\n", sandbox.path("usr/bin/python3").display());
    sandbox.script(format!("{dir}/tool"), head)
}

#[test]
fn a_script_of_a_python_without_an_environment_is_refused_with_the_two_ways_on() {
    for dir in ["usr/bin", "home/.local/bin"] {
        let path = format!("[ROOT]/{dir}:[ROOT]/usr/bin:/usr/bin:/bin");
        let sandbox = with_tool(dir).var("PATH", path);
        sandbox.run(["tool", "-q"]).error(
            126,
            &[
                "`tool` is not in [ROOT]/app/.venv",
                &format!("[ROOT]/{dir}/tool runs with [ROOT]/usr/bin/python3"),
                "`vrun pip install tool`",
                "`vrun --outside tool`",
            ],
        );
        sandbox.run(["-n", "tool"]).error(126, &[]);
    }
}

#[test]
fn condas_base_is_a_python_without_an_environment() {
    let sandbox = app().probe("conda/bin/python").dir("conda/conda-meta");
    let head = format!("#!{}\n", sandbox.path("conda/bin/python").display());
    sandbox
        .script("conda/bin/tool", head)
        .var("PATH", "[ROOT]/conda/bin:/usr/bin:/bin")
        .run(["tool"])
        .error(126, &["[ROOT]/conda/bin/tool"]);
}

#[test]
fn a_version_managers_shim_is_refused() {
    let pyenv = "#!/usr/bin/env bash\nset -e\nprogram=\"${0##*/}\"\nexec \"/p/libexec/pyenv\" exec \"$program\" \"$@\"\n";
    let asdf = "#!/usr/bin/env bash\n# asdf-plugin: python 3.11.4\nexec /a/bin/asdf exec \"tool\" \"$@\"\n";
    for (name, head) in [("pyenv", pyenv), ("asdf", asdf)] {
        let sandbox = app().script("usr/bin/tool", head);
        sandbox
            .run(["tool"])
            .error(126, &[&format!("a shim of {name}"), "  hint: "]);
    }
}

#[test]
fn a_native_shim_is_known_by_its_place() {
    let mise = "home/.local/share/mise";
    let sandbox = app()
        .probe("opt/mise")
        .script(
            format!("{mise}/installs/python/3.12/bin/tool"),
            "#!/bin/sh\n",
        )
        .dir(format!("{mise}/shims"))
        .link(format!("{mise}/shims/tool"), "[ROOT]/opt/mise")
        .link(format!("{mise}/shims/node"), "[ROOT]/opt/mise")
        .var("PATH", format!("[ROOT]/{mise}/shims:/usr/bin:/bin"));
    sandbox
        .run(["tool"])
        .error(126, &["is a shim of mise that"]);
    sandbox.run(["node", "x"]).argv(&["node", "x"]);

    let exe = |name: &str| format!("{{\"exe\": \"[ROOT]/home/.pixi/envs/{name}/bin/{name}\"}}");
    let configured = "home/.pixi/bin/trampoline_configuration";
    let sandbox = app()
        .probe("home/.pixi/bin/tool")
        .probe("home/.pixi/bin/gh")
        .probe("home/.pixi/envs/tool/bin/python")
        .probe("home/.pixi/envs/gh/bin/gh")
        .dir("home/.pixi/envs/tool/conda-meta")
        .var("PATH", "[ROOT]/home/.pixi/bin:/usr/bin:/bin");
    let root = sandbox.path("").display().to_string();
    let head = format!("#!{root}/home/.pixi/envs/tool/bin/python\n");
    let sandbox = sandbox
        .script("home/.pixi/envs/tool/bin/tool", head)
        .file(
            format!("{configured}/tool.json"),
            exe("tool").replace("[ROOT]", &root),
        )
        .file(
            format!("{configured}/gh.json"),
            exe("gh").replace("[ROOT]", &root),
        );
    let python = "runs with [ROOT]/home/.pixi/envs/tool/bin/python, which has no environment";
    sandbox.run(["tool"]).error(126, &[python]);
    sandbox.run(["gh", "x"]).argv(&["gh", "x"]);
}

#[test]
fn a_script_of_another_environment_runs_and_one_line_says_whose_it_is() {
    let sandbox = app().venv("pipx/tool");
    let head = format!("#!{}\n", sandbox.path("pipx/tool/bin/python").display());
    let sandbox = sandbox
        .script("pipx/tool/bin/tool", head)
        .link("usr/bin/tool", "../../pipx/tool/bin/tool");
    let ran = ["[ROOT]/pipx/tool/bin/python", "[ROOT]/usr/bin/tool"];
    let said = sandbox.run(["tool"]).argv(&ran).said();
    assert_eq!(
        said,
        "vrun: [ROOT]/usr/bin/tool runs with the environment [ROOT]/pipx/tool, and does not see the packages of [ROOT]/app/.venv\n"
    );
    let quiet = sandbox.run(["-q", "tool"]).argv(&ran).said();
    assert_eq!(quiet, "");
}

#[test]
fn outside_lets_them_run_without_a_word() {
    let ran = ["[ROOT]/usr/bin/python3", "[ROOT]/usr/bin/tool"];
    let sandbox = with_tool("usr/bin");
    let said = sandbox.run(["--outside", "tool"]).argv(&ran).said();
    assert_eq!(said, "");
    let sandbox = sandbox.var("VRUN_OUTSIDE", "1");
    sandbox.run(["tool"]).argv(&ran);
}

#[test]
fn a_program_named_by_its_path_runs_and_a_line_says_whose() {
    let sandbox = with_tool("usr/bin");
    let tool = sandbox.path("usr/bin/tool");
    let ran = sandbox
        .run([&tool])
        .argv(&["[ROOT]/usr/bin/python3", "[ROOT]/usr/bin/tool"]);
    let said = ran.said();
    assert!(said.contains("runs with [ROOT]/usr/bin/python3"), "{said}");
}

#[test]
fn all_else_runs_as_ever_and_in_silence() {
    let wrapper = "#!/bin/bash\nexec -a \"$0\" \"$(command -v python3)\" \"$@\"\n";
    let sandbox = app()
        .script("usr/bin/shell", "#!/bin/sh\necho \"$VIRTUAL_ENV\"\n")
        .script("usr/bin/by-env", "#!/usr/bin/env python3\n")
        .script("usr/bin/wrapper", wrapper)
        .probe("usr/bin/native");
    let shell = sandbox.run(["shell"]).code(0);
    assert_eq!(shell.stdout("[ROOT]/app/.venv\n").said(), "");
    let by_env = sandbox.run(["by-env"]).in_env("app/.venv");
    assert_eq!(
        by_env.argv(&["python3", "[ROOT]/usr/bin/by-env"]).said(),
        ""
    );
    assert_eq!(sandbox.run(["native"]).argv(&["native"]).said(), "");
    sandbox
        .run(["wrapper"])
        .line("file=[ROOT]/app/.venv/bin/python3");
}

#[test]
fn an_environment_without_pip_never_takes_another_pip_and_says_how_to_have_one() {
    let sandbox = with_tool("usr/bin").probe("usr/bin/pip");
    std::fs::remove_file(sandbox.path("app/.venv/bin/pip")).expect("a file");
    sandbox.run(["pip", "list"]).error(
        126,
        &[
            "no `pip` in [ROOT]/app/.venv",
            "`vrun -m ensurepip --default-pip` installs pip there",
        ],
    );
    sandbox.run(["tool"]).error(
        126,
        &["`vrun -m ensurepip --default-pip`, then `vrun pip install tool`"],
    );
    // ensurepip by itself leaves no script of that name.
    let sandbox = sandbox.dir("app/.venv/lib/python3.12/site-packages/pip");
    let hint = "hint: `vrun -m pip` runs the pip of this environment";
    sandbox.run(["pip", "list"]).error(126, &[hint]);
    sandbox
        .run(["tool"])
        .error(126, &["install it with `vrun -m pip install tool`"]);
}

#[test]
fn the_error_for_a_script_has_its_path_if_its_python_is_gone() {
    let sandbox = app().script("usr/bin/tool", "#!/gone/bin/python3\n");
    sandbox.run(["tool"]).error(126, &["/gone/bin/python3"]);
}
