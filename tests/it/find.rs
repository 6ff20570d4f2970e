//! The walk: from the start up to the root, the first directory that holds an environment.

use crate::sandbox::Sandbox;

#[test]
fn the_nearest_environment_wins() {
    let sandbox = || {
        Sandbox::new()
            .venv("app/.venv")
            .venv("app/service/.venv")
            .dir("app/service/src")
            .dir("app/x")
    };
    sandbox()
        .cwd("app/service/src")
        .run(["probe"])
        .in_env("app/service/.venv");
    sandbox().cwd("app/x").run(["probe"]).in_env("app/.venv");
}

#[test]
fn a_directory_that_is_an_environment_comes_first() {
    let sandbox = || {
        Sandbox::new()
            .venv("app/.venv")
            .venv("app/.venv/.venv")
            .dir("app/.venv/lib/python3.12")
    };
    sandbox()
        .cwd("app/.venv")
        .run(["probe"])
        .in_env("app/.venv");
    sandbox()
        .cwd("app/.venv/lib/python3.12")
        .run(["probe"])
        .in_env("app/.venv");
}

#[test]
fn dot_venv_comes_before_venv_and_venv_before_env() {
    let sandbox = Sandbox::new().venv("app/env").cwd("app");
    sandbox.run(["probe"]).in_env("app/env");
    let sandbox = sandbox.venv("app/venv");
    sandbox.run(["probe"]).in_env("app/venv");
    let sandbox = sandbox.venv("app/.venv");
    sandbox.run(["probe"]).in_env("app/.venv");
}

#[test]
fn an_only_environment_named_like_a_second_one_is_named() {
    let second = || {
        Sandbox::new()
            .venv("app/.venv-13")
            .file("app/setup.py", "")
            .dir("app/src")
            .cwd("app/src")
    };
    second().run(["probe"]).in_env("app/.venv-13").says(
        "vrun: using [ROOT]/app/.venv-13, because there is no [ROOT]/app/.venv: \
         `vrun --create --env [ROOT]/app/.venv` creates that; VRUN_NAME=.venv-13 chooses this one",
    );
    // It was chosen.
    for (name, value) in [
        ("VRUN_NAME", ".venv-13"),
        ("VRUN_ENV", ".venv-13"),
        ("VIRTUAL_ENV", "[ROOT]/app/.venv-13"),
    ] {
        let sandbox = second().var(name, value);
        sandbox.run(["probe"]).in_env("app/.venv-13");
    }
    let redirected = second().file("app/.venv", ".venv-13\n");
    redirected.run(["probe"]).in_env("app/.venv-13");
    second()
        .venv("app/.venv")
        .run(["probe"])
        .in_env("app/.venv");
    // A name of its own is the project's choice.
    for name in ["app/.virtualenv", "app/environment", "app/py"] {
        let sandbox = Sandbox::new()
            .venv(name)
            .file("app/setup.py", "")
            .cwd("app");
        sandbox.run(["probe"]).in_env(name);
    }
}

#[test]
fn any_name_of_a_nearer_directory_comes_before_dot_venv_of_a_farther_one() {
    Sandbox::new()
        .venv(".venv")
        .venv("app/env")
        .cwd("app")
        .run(["probe"])
        .in_env("app/env");
}

#[test]
fn a_clone_below_a_stray_environment_gets_its_own_and_a_line_says_so() {
    for marker in ["code/foo/.git/HEAD", "code/foo/requirements.txt"] {
        let sandbox = Sandbox::new()
            .venv("code/.venv")
            .file(marker, "")
            .dir("code/foo/src")
            .cwd("code/foo/src");
        assert_eq!(sandbox.plans([""; 0]), "[ROOT]/code/foo/.venv");
        sandbox.run(["-n", "probe"]).code(0).says(
            "skipped [ROOT]/code/.venv: [ROOT]/code/foo is a project of its own; \
             `vrun --env [ROOT]/code/.venv ...`, VRUN_ENV or a `.venv` file with that path uses it",
        );
        // What has no project uses it as before, and a file chooses it.
        sandbox.run(["-C", "../..", "probe"]).in_env("code/.venv");
        let sandbox = sandbox.file("code/foo/.venv", "../.venv\n");
        sandbox.run(["probe"]).in_env("code/.venv");
    }
}

#[test]
fn a_clone_inside_a_project_does_not_use_that_projects_environment() {
    let sandbox = Sandbox::new()
        .dir("app/.git")
        .file("app/pyproject.toml", "")
        .venv("app/.venv")
        .dir("app/vendor/x/.git")
        .cwd("app/vendor/x");
    assert_eq!(sandbox.plans([""; 0]), "[ROOT]/app/vendor/x/.venv");
    // Nor where it is still active.
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/app/.venv");
    assert_eq!(sandbox.plans([""; 0]), "[ROOT]/app/vendor/x/.venv");
}

#[test]
fn git_worktrees_have_an_environment_each_and_submodules_share_one() {
    let sandbox = Sandbox::new().dir("lib").dir("app").venv("app/.venv");
    let git = "git -c user.name=a -c user.email=a@b -c protocol.file.allow=always";
    let commit = format!("{git} commit -q --allow-empty -m a");
    let line = format!(
        "git init -q src && (cd src && {commit}) && cd app && git init -q && {commit} && \
         git worktree add -q .claude/worktrees/w && {git} submodule --quiet add ../src vendor/src"
    );
    sandbox.sh(&line).code(0);
    let sandbox = sandbox
        .dir("app/.claude/worktrees/w/src")
        .dir("app/vendor/src/deep");
    let sandbox = sandbox.cwd("app/.claude/worktrees/w/src");
    assert_eq!(
        sandbox.plans([""; 0]),
        "[ROOT]/app/.claude/worktrees/w/.venv"
    );
    let sandbox = sandbox.cwd("app/vendor/src/deep");
    sandbox.run(["probe"]).in_env("app/.venv");
}

#[test]
fn what_pip_checks_out_inside_an_environment_uses_that() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .dir("app/.venv/src/lib/.git")
        .cwd("app/.venv/src/lib");
    sandbox.run(["probe"]).in_env("app/.venv");
}

#[test]
fn without_a_repository_the_packages_of_a_project_share_its_environment() {
    let sandbox = Sandbox::new()
        .file("mono/pyproject.toml", "")
        .venv("mono/.venv")
        .venv("mono/packages/.venv")
        .file("mono/packages/a/pyproject.toml", "")
        .cwd("mono/packages/a");
    sandbox.run(["probe"]).in_env("mono/.venv");
}

#[test]
fn the_walk_crosses_project_roots_so_a_monorepos_packages_share_the_environment_above() {
    let sandbox = Sandbox::new()
        .dir("mono/.git")
        .file("mono/pyproject.toml", "")
        .venv("mono/.venv")
        .file("mono/packages/a/pyproject.toml", "")
        .dir("mono/packages/a/src")
        .cwd("mono/packages/a/src");
    sandbox.run(["probe"]).in_env("mono/.venv");
}

#[test]
fn a_submodule_shares_the_environment_of_the_repository_around_it() {
    let sandbox = Sandbox::new()
        .dir("app/.git/modules/lib")
        .venv("app/.venv")
        .file("app/lib/.git", "gitdir: ../.git/modules/lib\n")
        .cwd("app/lib");
    sandbox.run(["probe"]).in_env("app/.venv");
}

#[test]
fn in_the_projects_root_exactly_one_other_child_environment_is_found() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/odd name")
        .dir("app/src")
        .cwd("app/src");
    sandbox.run(["probe"]).in_env("app/odd name");
}

#[test]
fn two_other_child_environments_are_an_error_that_names_them_and_env() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/py311")
        .venv("app/py312")
        .cwd("app");
    sandbox
        .run(["probe"])
        .error(125, &["[ROOT]/app/py311", "[ROOT]/app/py312", "--env"]);
    sandbox.run(["--env", "py312", "probe"]).in_env("app/py312");
}

#[test]
fn a_usual_name_comes_before_another_one() {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/py311")
        .venv("app/py312")
        .venv("app/env");
    sandbox.cwd("app").run(["probe"]).in_env("app/env");
}

#[test]
fn where_no_project_is_another_child_environment_does_not_count() {
    let sandbox = Sandbox::new().venv("plain/odd").cwd("plain");
    assert_eq!(sandbox.plans([""; 0]), "[ROOT]/plain/.venv");
}

#[test]
fn a_ceiling_ends_the_walk_from_below_it_as_gits_does() {
    // From a/b; what git rev-parse --show-toplevel finds with the same GIT_CEILING_DIRECTORIES.
    let found = "[ROOT]/.venv";
    let none = "[ROOT]/a/b/.venv";
    for (ceilings, expected) in [
        ("[ROOT]", none),
        ("[ROOT]/a", none),
        ("[ROOT]/a/", none),
        ("[ROOT]/a/b", found),
        ("[ROOT]/a/b/c", found),
        ("[ROOT]/other:[ROOT]/a", none),
        ("[ROOT]/other", found),
        ("a", found),
        ("..", found),
        ("[ROOT]/linked", none),
        (":[ROOT]/linked", found),
        (":[ROOT]/a", none),
        ("[ROOT]/a::[ROOT]/other", none),
    ] {
        let sandbox = Sandbox::new().venv(".venv").dir("a/b").link("linked", "a");
        let sandbox = sandbox.var("VRUN_CEILING_DIRECTORIES", ceilings).cwd("a/b");
        assert_eq!(sandbox.plans([""; 0]), expected, "{ceilings}");
    }
}

#[test]
fn a_candidate_without_pyvenv_cfg_is_not_an_environment_and_the_walk_goes_on() {
    let sandbox = Sandbox::new()
        .venv(".venv")
        .file("a/.venv/notes", "")
        .file("a/venv/bin/activate", "")
        .file("a/env", "not a directory")
        .dir("a/b/.venv/pyvenv.cfg")
        .link("a/b/venv", "nowhere")
        .cwd("a/b");
    sandbox.run(["probe"]).in_env(".venv");
    let said = sandbox.run(["-v", "probe"]).in_env(".venv").said();
    for passed in ["[ROOT]/a/.venv", "[ROOT]/a/venv", "[ROOT]/a/b/.venv"] {
        assert!(said.contains(passed), "-v names {passed}:\n{said}");
    }
}

#[test]
fn a_dot_venv_that_claims_to_be_one_and_is_not_ends_the_walk_and_is_named() {
    for (broken, cause) in [
        (
            Sandbox::new().dir("app").link("app/.venv", "gone"),
            "it is a link to gone, which does not exist",
        ),
        (
            Sandbox::new().file("app/.venv/bin/activate", ""),
            "it is a directory with other things in it: bin",
        ),
        (
            Sandbox::new()
                .dir("app/.venv/conda-meta")
                .dir("app/.venv/bin"),
            "it is an environment of conda's, which vrun does not read",
        ),
    ] {
        let sandbox = broken
            .file("pyproject.toml", "")
            .venv(".venv")
            .venv("opt/venv")
            .file("app/setup.py", "")
            .dir("app/src")
            .cwd("app/src");
        let before = sandbox.tree();
        for typed in [&["probe"][..], &["-n", "probe"], &["--which", "probe"]] {
            let said = sandbox.run(typed).error(125, &["[ROOT]/app/.venv", cause]);
            assert!(!said.said().contains("`mv "), "{cause}");
        }
        assert_eq!(sandbox.tree(), before);
        // The active one serves, as where the nearest has no Python.
        let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/opt/venv");
        sandbox.run(["probe"]).in_env("opt/venv").says(
            "[ROOT]/app/.venv has no Python that runs here; using the active [ROOT]/opt/venv",
        );
    }
}

#[test]
fn the_environment_of_pyenvs_that_the_version_file_names_is_it() {
    for (line, kept) in [
        ("app\n", "home/.pyenv/versions/app"),
        (
            "# ours\n3.12.1/envs/app\n",
            "home/.pyenv/versions/3.12.1/envs/app",
        ),
    ] {
        let sandbox = Sandbox::new()
            .file("app/.python-version", line)
            .venv(kept)
            .venv("app/odd")
            .dir("app/src")
            .cwd("app/src");
        sandbox.run(["probe"]).in_env(kept);
        let said = sandbox.run(["--info"]).text();
        assert!(
            said.contains("[ROOT]/app/.python-version names it"),
            "{said}"
        );
        // The project's own comes first.
        sandbox.venv("app/.venv").run(["probe"]).in_env("app/.venv");
    }
    let elsewhere = Sandbox::new()
        .file("app/.python-version", "app\n")
        .venv("pyenv/versions/app")
        .var("PYENV_ROOT", "[ROOT]/pyenv")
        .cwd("app");
    elsewhere.run(["probe"]).in_env("pyenv/versions/app");
}

#[test]
fn a_linked_environment_keeps_the_links_name() {
    let sandbox = Sandbox::new()
        .venv("envs/x")
        .dir("app")
        .link("app/.venv", "../envs/x")
        .cwd("app");
    sandbox
        .run(["probe"])
        .in_env("app/.venv")
        .lines(&["PATH=[ROOT]/app/.venv/bin:/usr/bin:/bin"]);
}

#[test]
fn an_environment_is_found_from_300_levels_below() {
    let deep = format!("app{}", "/d".repeat(300));
    Sandbox::new()
        .venv("app/.venv")
        .dir(&deep)
        .cwd(&deep)
        .run(["probe"])
        .in_env("app/.venv");
}

#[test]
fn a_path_may_hold_spaces_quotes_newlines_and_what_a_shell_would_expand() {
    for name in [
        "a b",
        "it's",
        "\"q\"",
        "$HOME",
        "*",
        "tab\there",
        "new\nline",
        "back\\slash",
        "-n",
        "#",
        "é€🐍",
    ] {
        let shown = name
            .replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\t', "\\t");
        let sandbox = Sandbox::new()
            .venv(format!("{name}/.venv"))
            .dir(format!("{name}/src"));
        let sandbox = sandbox.cwd(format!("{name}/src"));
        let outcome = sandbox.run(["probe"]).in_env(&format!("{shown}/.venv"));
        outcome.lines(&[
            &format!("cwd=[ROOT]/{shown}/src"),
            &format!("PWD=[ROOT]/{shown}/src"),
        ]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new()
        .venv(OsStr::from_bytes(b"\xff/.venv"))
        .cwd(OsStr::from_bytes(b"\xff"));
    sandbox
        .run(["probe"])
        .lines(&["argv[0]=probe", "VIRTUAL_ENV=[ROOT]/\\xff/.venv"]);
    sandbox
        .run(["python"])
        .argv(&["[ROOT]/\\xff/.venv/bin/python"]);
}

#[test]
fn a_directory_on_the_way_up_that_cannot_be_listed_is_no_obstacle() {
    let sandbox = Sandbox::new()
        .file("pyproject.toml", "")
        .venv(".venv")
        .file("locked/pyproject.toml", "")
        .dir("locked/app")
        .cwd("locked/app");
    let sandbox = sandbox.by_nobody("locked");
    sandbox.chmod("locked", 0o311);
    sandbox.run(["probe"]).in_env(".venv");
    sandbox.chmod("locked", 0o755);
}

#[test]
fn a_directory_on_the_way_up_that_cannot_be_entered_is_no_obstacle() {
    let sandbox = Sandbox::new()
        .venv(".venv")
        .dir("locked/app")
        .by_nobody("locked");
    let line = "cd locked/app && chmod 0 .. && $vrun probe; code=$?; chmod 755 ..; exit $code";
    sandbox.sh(line).in_env(".venv");
}

#[test]
fn another_child_environment_may_be_a_link() {
    let sandbox = Sandbox::new()
        .file("app/setup.py", "")
        .venv("envs/x")
        .link("app/linked", "../envs/x")
        .cwd("app");
    sandbox.run(["probe"]).in_env("app/linked");
}
