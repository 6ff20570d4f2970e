//! --which says which file would run, and runs nothing.

use crate::sandbox::Sandbox;

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .dir("app/src")
        .cwd("app/src")
        .var("PATH", "[ROOT]/tools:/usr/bin:/bin")
}

#[test]
fn the_path_stands_alone_on_stdout() {
    for (name, path) in [
        ("python", "[ROOT]/app/.venv/bin/python"),
        ("probe", "[ROOT]/app/.venv/bin/probe"),
        ("tool", "[ROOT]/tools/tool"),
        ("../.venv/bin/probe", "../.venv/bin/probe"),
    ] {
        let sandbox = app().probe("tools/tool").probe("tools/probe");
        let before = sandbox.tree();
        let outcome = sandbox.run(["--which", name]);
        outcome.stdout(&format!("{path}\n"));
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn a_link_is_not_resolved() {
    let sandbox = app().link("app/.venv/bin/python3.12", "python");
    sandbox
        .run(["--which", "python3.12"])
        .stdout("[ROOT]/app/.venv/bin/python3.12\n");
}

#[test]
fn what_runs_a_python_file_or_a_module_is_python() {
    let sandbox = app().file("app/src/x.py", "");
    for typed in [
        &["--which", "x.py"][..],
        &["--which", "-m", "pytest"],
        &["--which", "-s", "x.py"],
    ] {
        sandbox.run(typed).stdout("[ROOT]/app/.venv/bin/python\n");
    }
    let named = sandbox.probe("app/.venv/bin/x.py");
    named
        .run(["--which", "x.py"])
        .stdout("[ROOT]/app/.venv/bin/x.py\n");
}

#[test]
fn a_script_of_a_moved_environment_is_that_script() {
    let sandbox = app().script("app/.venv/bin/tool", "#!/old/app/.venv/bin/python\n");
    sandbox
        .run(["--which", "tool"])
        .stdout("[ROOT]/app/.venv/bin/tool\n");
}

#[test]
fn it_fails_as_running_would() {
    let foreign = app()
        .probe("base/python3")
        .script("tools/tool", "#![ROOT]/base/python3\n");
    for (typed, code) in [("none", 127), ("./gone", 127), ("./", 126), ("tool", 126)] {
        let error = foreign.run(["--which", typed]).error(code, &[]).said();
        let ran = foreign.run([typed]).error(code, &[]).said();
        assert_eq!(error, ran, "{typed}");
    }
    foreign
        .run(["--outside", "--which", "tool"])
        .stdout("[ROOT]/tools/tool\n");
}

#[test]
fn verbose_says_where_it_was_found_and_whose_it_is() {
    let sandbox = app()
        .venv("other")
        .script("tools/tool", "#![ROOT]/other/bin/python\n");
    sandbox
        .run(["--which", "tool"])
        .stdout("[ROOT]/tools/tool\n");
    let said = sandbox.run(["-v", "--which", "tool"]).said();
    for part in [
        "environment [ROOT]/app/.venv (the nearest",
        "[ROOT]/tools/tool is outside the environment",
        "runs with the environment [ROOT]/other",
    ] {
        assert!(said.contains(part), "{said}");
    }
    sandbox
        .run(["-v", "--which", "python"])
        .says("[ROOT]/app/.venv/bin/python is in the environment");
    sandbox
        .run(["-v", "--which", "../.venv/bin/probe"])
        .says("../.venv/bin/probe is in the environment");
}

#[test]
fn all_come_in_order_the_environments_first() {
    let sandbox = app()
        .probe("tools/probe")
        .probe("more/probe")
        .probe("tools/python")
        .var("PATH", "[ROOT]/tools:[ROOT]/more:[ROOT]/tools");
    for typed in [["--which", "-a", "probe"], ["--which", "probe", "-a"]] {
        sandbox
            .run(typed)
            .stdout("[ROOT]/app/.venv/bin/probe\n[ROOT]/tools/probe\n[ROOT]/more/probe\n");
    }
    sandbox
        .run(["--which", "-a", "python"])
        .stdout("[ROOT]/app/.venv/bin/python\n[ROOT]/tools/python\n");
    sandbox
        .run(["-v", "--which", "-a", "python"])
        .says("[ROOT]/tools/python is outside the environment; never runs under this name");
}

#[test]
fn which_all_prints_all_even_if_none_would_run() {
    let sandbox = app()
        .probe("base/python3")
        .script("tools/tool", "#![ROOT]/base/python3\n");
    sandbox
        .run(["--which", "-a", "tool"])
        .code(126)
        .stdout("[ROOT]/tools/tool\n")
        .says("`tool` is not in [ROOT]/app/.venv");
    sandbox
        .run(["-v", "--which", "-a", "tool"])
        .code(126)
        .says("refused: [ROOT]/tools/tool runs with [ROOT]/base/python3");
    sandbox
        .run(["--which", "-a", "none"])
        .error(127, &["`none`"]);
}

#[test]
fn vrun_is_never_the_answer() {
    let sandbox = app().hard_link("opt/vrun", "tools/tool").probe("more/tool");
    let sandbox = sandbox.var("PATH", "[ROOT]/tools:[ROOT]/more");
    sandbox
        .run(["--which", "-a", "tool"])
        .stdout("[ROOT]/more/tool\n");
}

#[test]
fn where_there_is_no_environment_none_is_made() {
    let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
    let before = sandbox.tree();
    sandbox
        .run(["--which", "python"])
        .error(125, &["[ROOT]/app/.venv", "--create"]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn it_takes_one_name_and_no_other_action() {
    app().run(["--which"]).error(125, &["--which"]);
    app().run(["--which", "a", "b"]).error(125, &["`b`"]);
    app().run(["-a", "python"]).error(125, &["--which"]);
    app()
        .run(["--which", "--export", "sh"])
        .error(125, &["--which"]);
    app()
        .run(["--which", "--doctor", "x"])
        .error(125, &["--doctor"]);
}
