//! Environments that are named: by --env, by VRUN_ENV, by the name that VRUN_NAME gives them, and by a
//! `.venv` that is a file.

use crate::sandbox::Sandbox;

/// No option.
const PLAIN: [&str; 0] = [];

#[test]
fn env_is_this_environment_without_a_search() {
    let sandbox = || {
        Sandbox::new()
            .venv("app/.venv")
            .venv("elsewhere")
            .cwd("app")
    };
    sandbox()
        .run(["--env", "../elsewhere", "probe"])
        .in_env("elsewhere");
    sandbox()
        .run(["--env", "[ROOT]/elsewhere", "probe"])
        .in_env("elsewhere");
    sandbox()
        .run(["--env", "../elsewhere/", "probe"])
        .in_env("elsewhere");
}

#[test]
fn env_is_relative_to_the_working_directory() {
    let sandbox = || {
        Sandbox::new()
            .file("app/pyproject.toml", "")
            .venv("app/x")
            .venv("app/src/x")
            .cwd("app/src")
    };
    sandbox().run(["--env", "x", "probe"]).in_env("app/src/x");
    sandbox()
        .run(["-C", "..", "--env", "x", "probe"])
        .in_env("app/x");
    sandbox()
        .run(["--project", "..", "--env", "x", "probe"])
        .in_env("app/src/x");
}

#[test]
fn the_variable_is_relative_to_the_project_so_that_it_means_one_place_from_any_subfolder() {
    let sandbox = || {
        let sandbox = Sandbox::new()
            .file("app/pyproject.toml", "")
            .venv("app/.venv")
            .venv("app/.venv-ci");
        sandbox.dir("app/src/deep").var("VRUN_ENV", ".venv-ci")
    };
    for cwd in ["app", "app/src", "app/src/deep"] {
        sandbox().cwd(cwd).run(["probe"]).in_env("app/.venv-ci");
    }
    sandbox()
        .run(["--project", "app/src", "probe"])
        .in_env("app/.venv-ci");
    sandbox()
        .cwd("app/src")
        .var("VRUN_ENV", "[ROOT]/app/.venv")
        .run(["probe"])
        .in_env("app/.venv");
}

#[test]
fn the_variable_holds_for_everything_below() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/.venv")
        .venv("app/.venv-ci")
        .dir("app/src");
    let sandbox = sandbox
        .cwd("app")
        .var("VRUN_ENV", ".venv-ci")
        .var("PATH", "[ROOT]/opt:/usr/bin:/bin");
    sandbox
        .run(["sh", "-c", "cd src && vrun probe"])
        .in_env("app/.venv-ci");
}

#[test]
fn the_option_wins_over_the_variable() {
    let sandbox = Sandbox::new().venv("a").venv("b").var("VRUN_ENV", "a");
    sandbox.run(["--env", "b", "probe"]).in_env("b");
}

#[test]
fn a_named_environment_that_is_missing_would_be_made_there() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/.venv")
        .dir("app/src")
        .cwd("app/src");
    assert_eq!(sandbox.plans(["--env", "new"]), "[ROOT]/app/src/new");
    assert_eq!(sandbox.plans(["--env", "../far/new"]), "[ROOT]/app/far/new");
    sandbox
        .run(["--no-create", "--env", "new", "probe"])
        .error(125, &["[ROOT]/app/src/new"]);
    assert_eq!(
        sandbox.var("VRUN_ENV", "new").plans(PLAIN),
        "[ROOT]/app/new"
    );
}

#[test]
fn a_name_replaces_the_usual_ones() {
    let sandbox = || {
        let sandbox = Sandbox::new()
            .file("app/pyproject.toml", "")
            .venv("app/.venv")
            .venv("app/venv")
            .venv("app/env");
        sandbox.cwd("app").var("VRUN_NAME", ".venv-linux")
    };
    sandbox()
        .venv("app/.venv-linux")
        .run(["probe"])
        .in_env("app/.venv-linux");
    sandbox()
        .file("pyproject.toml", "")
        .venv(".venv-linux")
        .run(["probe"])
        .in_env(".venv-linux");
    assert_eq!(sandbox().plans(PLAIN), "[ROOT]/app/.venv-linux");
}

#[test]
fn a_name_that_is_a_path_is_an_error_that_names_the_variable() {
    for name in ["a/b", "/a", "..", ".", "a/"] {
        Sandbox::new()
            .venv(".venv")
            .var("VRUN_NAME", name)
            .run(["probe"])
            .error(125, &["VRUN_NAME"]);
    }
}

#[test]
fn a_dot_venv_file_names_the_environments_directory() {
    for text in [
        "../envs/x\n",
        "../envs/x",
        "[ROOT]/envs/x\n",
        "../envs/x\r\n",
        "./../envs/x\n",
    ] {
        let sandbox = Sandbox::new()
            .venv("envs/x")
            .file("app/.venv", text)
            .dir("app/src")
            .cwd("app/src");
        sandbox.run(["probe"]).in_env("envs/x");
    }
}

#[test]
fn a_dot_venv_file_may_name_a_path_with_spaces_and_letters_of_all_kinds() {
    let sandbox = Sandbox::new()
        .venv("my envs/é 🐍")
        .file("app/.venv", "../my envs/é 🐍\n")
        .cwd("app");
    sandbox.run(["probe"]).in_env("my envs/é 🐍");
}

#[test]
fn a_dot_venv_file_whose_target_is_missing_inside_its_directory_would_have_it_made() {
    let sandbox = Sandbox::new()
        .file("app/.venv", "envs/new\n")
        .file("app/pyproject.toml", "")
        .cwd("app");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/app/envs/new");
    sandbox
        .run(["--no-create", "true"])
        .error(125, &["[ROOT]/app/envs/new"]);
}

#[test]
fn a_dot_venv_file_whose_target_is_missing_outside_its_directory_is_an_error_that_names_the_file() {
    for text in [
        "../gone\n",
        "[ROOT]/gone\n",
        "/nowhere/at/all\n",
        "envs/../../gone\n",
    ] {
        let sandbox = Sandbox::new()
            .file("app/.venv", text)
            .file("app/pyproject.toml", "")
            .cwd("app");
        sandbox.run(["true"]).error(125, &["[ROOT]/app/.venv"]);
    }
}

#[test]
fn an_empty_dot_venv_file_is_an_error_that_names_it() {
    for text in ["", "\n", "\nenvs/x\n"] {
        let sandbox = Sandbox::new()
            .venv(".venv")
            .venv("app/envs/x")
            .file("app/.venv", text)
            .cwd("app");
        sandbox
            .run(["true"])
            .error(125, &["[ROOT]/app/.venv", "empty"]);
    }
}

#[test]
fn a_dot_venv_file_that_is_not_utf_8_is_an_error_that_names_it() {
    let sandbox = Sandbox::new().file("app/.venv", b"\xff\xfe\n").cwd("app");
    sandbox
        .run(["true"])
        .error(125, &["[ROOT]/app/.venv", "UTF-8"]);
}

#[test]
fn a_dot_venv_file_is_found_by_the_walk_like_a_directory() {
    let sandbox = Sandbox::new()
        .venv("envs/near")
        .venv("app/venv")
        .file("app/.venv", "../envs/near\n");
    sandbox
        .dir("app/src")
        .cwd("app/src")
        .run(["probe"])
        .in_env("envs/near");
}

#[test]
fn an_active_environment_of_this_project_comes_before_its_dot_venv_file() {
    let sandbox = Sandbox::new()
        .venv("envs/x")
        .file("app/.venv", "../envs/x\n")
        .file("app/tox.ini", "");
    let sandbox = sandbox
        .venv("app/.tox/py312")
        .cwd("app")
        .var("VIRTUAL_ENV", "[ROOT]/app/.tox/py312");
    sandbox.run(["probe"]).in_env("app/.tox/py312");
}

#[test]
fn env_may_name_a_dot_venv_file() {
    let sandbox = Sandbox::new()
        .venv("envs/x")
        .file("app/.venv", "../envs/x\n");
    sandbox
        .run(["--env", "app/.venv", "probe"])
        .in_env("envs/x");
}

#[test]
fn two_dots_in_a_named_path_keep_the_name_that_the_user_sees_where_that_is_the_same_place() {
    let sandbox = Sandbox::new()
        .venv("real/.venv")
        .dir("real/src")
        .link("seen", "real")
        .cwd("seen");
    sandbox
        .run(["--env", "src/../.venv", "probe"])
        .in_env("seen/.venv");
    sandbox
        .run(["--env", "./.venv/.", "probe"])
        .in_env("seen/.venv");
    sandbox
        .run(["--env", "gone/../.venv", "probe"])
        .in_env("seen/.venv");
}

#[test]
fn two_dots_after_a_link_lead_to_where_the_system_goes() {
    let sandbox = Sandbox::new()
        .venv("real/x")
        .dir("real/deep")
        .venv("x")
        .link("link", "real/deep");
    sandbox
        .run(["--env", "link/../x", "probe"])
        .in_env("real/x");
}

#[test]
fn a_file_that_is_no_redirect_is_not_read_as_the_name_of_a_directory() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/requirements.txt", "requests\n")
        .cwd("app");
    for (file, hint) in [
        (".venv/pyvenv.cfg", "`vrun --env [ROOT]/app/.venv ...`"),
        (".venv/bin/python", "`vrun --env [ROOT]/app/.venv ...`"),
        ("requirements.txt", "takes the directory of an environment"),
    ] {
        let before = sandbox.tree();
        sandbox
            .run(["--env", file, "probe"])
            .error(125, &[file, hint]);
        assert_eq!(sandbox.tree(), before, "{file}");
    }
}

#[test]
fn a_redirect_file_with_a_bare_name_means_that_one_of_virtualenvwrapper_or_pipenv() {
    let sandbox = || {
        let sandbox = Sandbox::new()
            .file("app/setup.py", "")
            .file("app/.venv", "\u{feff}myapp\r\n");
        sandbox.cwd("app")
    };
    for kept in [
        "home/.virtualenvs/myapp",
        "home/.local/share/virtualenvs/myapp",
        "app/myapp",
    ] {
        sandbox().venv(kept).run(["probe"]).in_env(kept);
    }
    let with_package = sandbox()
        .file("app/myapp/__init__.py", "")
        .venv("kept/myapp")
        .var("WORKON_HOME", "[ROOT]/kept");
    with_package.run(["probe"]).in_env("kept/myapp");
    // No hint says to move the package away.
    let none = sandbox().file("app/myapp/__init__.py", "");
    let said = none
        .run(["probe"])
        .error(125, &["[ROOT]/app/myapp", "VRUN_NAME"]);
    assert!(!said.said().contains("`mv "));
    assert_eq!(sandbox().plans(PLAIN), "[ROOT]/app/myapp");
}

#[test]
fn a_redirect_file_that_is_named_follows_the_rule_of_one_that_is_found() {
    let sandbox = Sandbox::new()
        .venv("else/where")
        .file("app/setup.py", "")
        .file("app/.venv", "../else/where\n")
        .cwd("app");
    sandbox
        .run(["--env", ".venv", "probe"])
        .in_env("else/where");
    let outside = sandbox.file("app/.venv", "../not/there\n");
    outside
        .run(["--env", ".venv", "probe"])
        .error(125, &[".venv", "not/there"]);
}
