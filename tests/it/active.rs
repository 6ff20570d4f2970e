//! What an active VIRTUAL_ENV weighs: the user's own choice in its own project, a stand-in where there
//! is nothing else, and nothing where it is a neighbour's.

use crate::sandbox::Sandbox;

/// No option.
const PLAIN: [&str; 0] = [];

#[test]
fn a_containers_environment_serves_a_project_that_has_none() {
    let sandbox = Sandbox::new()
        .venv("opt/venv")
        .file("app/pyproject.toml", "")
        .cwd("app");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/opt/venv")
        .run(["probe"])
        .in_env("opt/venv");
}

#[test]
fn a_containers_environment_gives_way_to_the_projects_own() {
    let sandbox = Sandbox::new()
        .venv("opt/venv")
        .venv("app/.venv")
        .file("app/pyproject.toml", "")
        .cwd("app");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/opt/venv")
        .run(["probe"])
        .in_env("app/.venv");
}

#[test]
fn a_neighbour_projects_environment_that_is_still_active_never_slips_in() {
    let sandbox = Sandbox::new()
        .file("old/pyproject.toml", "")
        .venv("old/.venv")
        .file("new/pyproject.toml", "")
        .cwd("new")
        .var("VIRTUAL_ENV", "[ROOT]/old/.venv")
        .var("PATH", "[ROOT]/old/.venv/bin:/usr/bin:/bin");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/new/.venv");
    sandbox
        .venv("new/.venv")
        .run(["probe"])
        .in_env("new/.venv")
        .line("PATH=[ROOT]/new/.venv/bin:/usr/bin:/bin");
}

#[test]
fn toxs_environment_wins_without_and_with_one_in_the_project() {
    let sandbox = Sandbox::new()
        .file("app/tox.ini", "")
        .venv("app/.tox/py312")
        .dir("app/tests")
        .cwd("app/tests")
        .var("VIRTUAL_ENV", "[ROOT]/app/.tox/py312");
    sandbox.run(["probe"]).in_env("app/.tox/py312");
    sandbox
        .venv("app/.venv")
        .run(["probe"])
        .in_env("app/.tox/py312");
}

#[test]
fn a_second_environment_of_this_project_that_someone_activated_wins() {
    for second in ["app/venv", "app/env", "app/.venv-3.9", "app/envs/deep/one"] {
        let sandbox = Sandbox::new()
            .file("app/pyproject.toml", "")
            .venv("app/.venv")
            .venv(second)
            .cwd("app");
        sandbox
            .var("VIRTUAL_ENV", format!("[ROOT]/{second}"))
            .run(["probe"])
            .in_env(second);
    }
}

#[test]
fn it_wins_in_a_plain_directory_too() {
    let sandbox = Sandbox::new()
        .venv("plain/.venv")
        .venv("plain/other")
        .dir("plain/sub")
        .cwd("plain/sub");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/plain/other")
        .run(["probe"])
        .in_env("plain/other");
}

#[test]
fn what_runs_in_a_named_environment_stays_in_it() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/.venv")
        .venv("app/.venv-ci")
        .cwd("app");
    let vrun = sandbox.path("opt/vrun");
    let line = format!("'{}' probe", vrun.display());
    sandbox
        .run(["--env", ".venv-ci", "sh", "-c", &line])
        .in_env("app/.venv-ci");
}

#[test]
fn a_monorepo_neighbours_environment_does_not_win() {
    let sandbox = Sandbox::new()
        .dir("mono/.git")
        .venv("mono/.venv")
        .file("mono/a/pyproject.toml", "")
        .file("mono/b/pyproject.toml", "")
        .venv("mono/b/.venv")
        .cwd("mono/a");
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/mono/b/.venv");
    sandbox.run(["probe"]).in_env("mono/.venv");
}

#[test]
fn a_monorepo_packages_own_second_environment_wins_over_the_one_above() {
    let sandbox = Sandbox::new()
        .dir("mono/.git")
        .venv("mono/.venv")
        .file("mono/a/pyproject.toml", "")
        .venv("mono/a/.tox/py312")
        .cwd("mono/a");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/mono/a/.tox/py312")
        .run(["probe"])
        .in_env("mono/a/.tox/py312");
}

#[test]
fn the_environment_above_does_not_win_over_a_packages_own() {
    let sandbox = Sandbox::new()
        .dir("mono/.git")
        .venv("mono/.venv")
        .file("mono/a/pyproject.toml", "")
        .venv("mono/a/.venv")
        .cwd("mono/a");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/mono/.venv")
        .run(["probe"])
        .in_env("mono/a/.venv");
}

#[test]
fn an_environment_kept_away_from_every_project_serves_where_there_is_no_other() {
    let sandbox = Sandbox::new()
        .venv("home/.virtualenvs/x")
        .file("app/pyproject.toml", "")
        .dir("plain");
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/home/.virtualenvs/x");
    sandbox
        .run(["-C", "app", "probe"])
        .in_env("home/.virtualenvs/x");
    sandbox
        .run(["-C", "plain", "probe"])
        .in_env("home/.virtualenvs/x");
}

#[test]
fn one_that_is_not_sound_does_not_serve() {
    for broken in [
        Sandbox::new(),
        Sandbox::new().dir("envs/x"),
        Sandbox::new().probe("envs/x/bin/python"),
        Sandbox::new().file("envs/x/pyvenv.cfg", ""),
        Sandbox::new()
            .file("envs/x/pyvenv.cfg", "")
            .dir("envs/x/bin")
            .link("envs/x/bin/python", "gone"),
    ] {
        let sandbox = broken
            .file("app/pyproject.toml", "")
            .cwd("app")
            .var("VIRTUAL_ENV", "[ROOT]/envs/x");
        assert_eq!(sandbox.plans(PLAIN), "[ROOT]/app/.venv");
    }
}

#[test]
fn one_of_this_project_that_is_not_sound_does_not_win() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/.venv")
        .file("app/old/pyvenv.cfg", "");
    let sandbox = sandbox.cwd("app").var("VIRTUAL_ENV", "[ROOT]/app/old");
    sandbox.run(["probe"]).in_env("app/.venv");
}

#[test]
fn where_the_one_found_cannot_run_here_the_active_one_serves_and_one_line_says_so() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .file("app/.venv/pyvenv.cfg", "home = /host/bin\n")
        .dir("app/.venv/bin")
        .link(
            "app/.venv/bin/python",
            "/host/bin/python3.12-that-is-not-here",
        )
        .venv("opt/venv")
        .cwd("app")
        .var("VIRTUAL_ENV", "[ROOT]/opt/venv");
    let said = sandbox.run(["probe"]).in_env("opt/venv").said();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("[ROOT]/app/.venv") && said.contains("[ROOT]/opt/venv"),
        "{said}"
    );
    sandbox.run(["-q", "probe"]).in_env("opt/venv");
}

#[test]
fn a_relative_one_counts_from_the_working_directory() {
    for value in ["../old", "./../old", "../../app/old"] {
        let sandbox = Sandbox::new()
            .file("app/pyproject.toml", "")
            .venv("app/.venv")
            .venv("app/old")
            .dir("app/src")
            .cwd("app/src");
        sandbox
            .var("VIRTUAL_ENV", value)
            .run(["probe"])
            .in_env("app/old");
    }
}

#[test]
fn the_environment_of_a_runner_wins_wherever_it_lies() {
    let sandbox = || {
        let sandbox = Sandbox::new()
            .file("app/pyproject.toml", "")
            .venv("app/.venv")
            .venv("work/py312");
        sandbox.cwd("app").var("VIRTUAL_ENV", "[ROOT]/work/py312")
    };
    sandbox().run(["probe"]).in_env("app/.venv");
    let tox = sandbox().var("TOX_ENV_DIR", "[ROOT]/work/py312");
    tox.run(["probe"]).in_env("work/py312");
    assert!(
        tox.run(["--info"])
            .text()
            .contains("tox runs this command in it")
    );
    let nox = sandbox().var("NOX_CURRENT_SESSION", "tests");
    nox.run(["probe"]).in_env("work/py312");
    // Another one has been activated since.
    let since = sandbox().var("TOX_ENV_DIR", "[ROOT]/work/py313");
    since.run(["probe"]).in_env("app/.venv");
}

#[test]
fn what_pipenv_keeps_for_this_project_wins_and_what_it_keeps_for_another_does_not() {
    let sandbox = Sandbox::new()
        .file("app/Pipfile", "")
        .venv("app/.venv")
        .dir("app/src")
        .venv("kept/app-x")
        .file("kept/app-x/.project", "[ROOT]/app")
        .venv("kept/old-x")
        .file("kept/old-x/.project", "[ROOT]/old")
        .cwd("app/src")
        .var("PIPENV_ACTIVE", "1");
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/kept/app-x");
    sandbox.run(["probe"]).in_env("kept/app-x");
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/kept/old-x");
    sandbox.run(["probe"]).in_env("app/.venv");
    sandbox
        .run(["-v", "probe"])
        .code(0)
        .says("skipped [ROOT]/kept/old-x: it is active, but it is not this project's");
}

#[test]
fn one_that_is_empty_or_not_there_counts_as_none() {
    for value in ["", "old", "./old", "[ROOT]/old"] {
        let sandbox = Sandbox::new()
            .file("app/pyproject.toml", "")
            .venv("app/.venv")
            .venv("app/other/old")
            .cwd("app");
        sandbox
            .var("VIRTUAL_ENV", value)
            .run(["probe"])
            .in_env("app/.venv");
    }
}

#[test]
fn the_found_one_reached_through_a_link_is_no_other() {
    let sandbox = Sandbox::new()
        .venv("real/.venv")
        .link("seen", "real")
        .cwd("seen");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/real/.venv")
        .run(["probe"])
        .in_env("seen/.venv");
}

#[test]
fn a_named_environment_wins_over_an_active_one() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/.venv")
        .venv("app/a")
        .venv("app/b");
    let sandbox = sandbox.cwd("app").var("VIRTUAL_ENV", "[ROOT]/app/a");
    sandbox.run(["--env", "b", "probe"]).in_env("app/b");
    sandbox.var("VRUN_ENV", "b").run(["probe"]).in_env("app/b");
}

#[test]
fn a_separator_at_its_end_changes_nothing() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .venv("app/second")
        .cwd("app")
        .var("PATH", "[ROOT]/app/.venv/bin:/bin");
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/app/.venv/");
    sandbox
        .run(["probe"])
        .in_env("app/.venv")
        .line("PATH=[ROOT]/app/.venv/bin:/bin");
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/app/second/");
    sandbox
        .run(["probe"])
        .in_env("app/second")
        .line("VIRTUAL_ENV_PROMPT=second");
}

#[test]
fn where_the_one_found_cannot_run_here_a_neighbours_does_not_serve_either() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .file("app/.venv/pyvenv.cfg", "home = /host/bin\n")
        .dir("app/.venv/bin")
        .link(
            "app/.venv/bin/python",
            "/host/bin/python3.12-that-is-not-here",
        )
        .file("old/pyproject.toml", "")
        .venv("old/.venv")
        .cwd("app")
        .var("VIRTUAL_ENV", "[ROOT]/old/.venv");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/app/.venv");
}

#[test]
fn it_belongs_to_a_linked_project_by_either_name() {
    let sandbox = || {
        let sandbox = Sandbox::new()
            .file("real/pyproject.toml", "")
            .venv("real/.venv")
            .venv("real/second");
        sandbox.link("seen", "real")
    };
    for (cwd, active) in [
        ("seen", "real/second"),
        ("seen", "seen/second"),
        ("real", "seen/second"),
    ] {
        let sandbox = sandbox()
            .cwd(cwd)
            .var("VIRTUAL_ENV", format!("[ROOT]/{active}"));
        sandbox.run(["probe"]).in_env(active);
    }
}

#[test]
fn what_lies_in_the_environment_itself_makes_it_no_project() {
    let sandbox = Sandbox::new()
        .venv("opt/venv")
        .file("opt/venv/requirements.txt", "")
        .dir("opt/venv/.git");
    let sandbox = sandbox
        .file("app/pyproject.toml", "")
        .cwd("app")
        .var("VIRTUAL_ENV", "[ROOT]/opt/venv");
    sandbox.run(["probe"]).in_env("opt/venv");
}

#[test]
fn of_several_environments_of_other_names_the_active_one_is_the_users_choice() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/py311")
        .venv("app/py312")
        .cwd("app");
    sandbox.run(["probe"]).error(125, &["py311", "py312"]);
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/app/py312")
        .run(["probe"])
        .in_env("app/py312");
}
