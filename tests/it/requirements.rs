//! What is remembered of a project's requirements: nothing where vrun installed nothing, one line where the files have
//! changed. (What is installed, and how, is for the tests with real Pythons.)

use std::fs;

use crate::sandbox::Sandbox;

/// A project whose environment holds what its requirements.txt asks for: nothing.
fn app() -> Sandbox {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/requirements.txt", "# none yet, not even more.txt\n")
        .cwd("app");
    sandbox.run(["--sync"]);
    sandbox
}

const CHANGED: &str = "vrun: requirements.txt changed since the last install: run `vrun --sync`\n";

#[test]
fn an_environment_that_was_there_is_the_users_and_nothing_is_said_of_it() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/requirements.txt", "six\n")
        .cwd("app");
    let before = sandbox.tree();
    sandbox.run(["probe"]).in_env("app/.venv");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_change_is_said_once_in_each_session() {
    let sandbox = app();
    sandbox.run(["probe"]).in_env("app/.venv");
    let sandbox = sandbox.file("app/requirements.txt", "six\n");
    assert_eq!(sandbox.run(["probe"]).said(), CHANGED);
    sandbox.run(["probe"]);
    // Another change is another matter; -q hears of it later.
    let sandbox = sandbox.file("app/requirements.txt", "six==1.0\n");
    sandbox.run(["-q", "probe"]);
    assert_eq!(sandbox.run(["probe"]).said(), CHANGED);
    sandbox.run(["probe"]);
}

#[test]
fn what_a_notice_says_to_run_means_the_project_that_was_named() {
    for (options, said) in [
        ("--env ../app/.venv", "--env [ROOT]/app/.venv"),
        ("-C ../app", "-C [ROOT]/app"),
    ] {
        let sandbox = app()
            .file("app/requirements.txt", "six\n")
            .dir("other")
            .cwd("other");
        let said = CHANGED.replace("vrun --sync", &format!("vrun {said} --sync"));
        let args = options.split(' ').chain(["probe"]);
        assert_eq!(sandbox.run(args).said(), said);
    }
}

#[test]
fn in_ci_a_change_is_said_each_time() {
    let sandbox = app().file("app/requirements.txt", "six\n");
    for (ci, times) in [("true", 2), ("1", 2), ("false", 1), ("", 0)] {
        let sandbox = &sandbox;
        let said = (0..2).map(|_| sandbox.sh(&format!("CI={ci} $vrun probe")).said());
        assert_eq!(said.collect::<String>(), CHANGED.repeat(times), "CI={ci}");
    }
}

#[test]
fn files_that_are_touched_and_say_the_same_have_not_changed() {
    let sandbox = app().file("app/requirements.txt", "# none yet, not even more.txt\n");
    let file = sandbox.path("app/.venv/vrun-requirements");
    let before = fs::read(&file).expect("a file");
    sandbox.run(["probe"]).in_env("app/.venv");
    let after = fs::read(&file).expect("a file");
    assert_ne!(before, after, "the new time is remembered");
    sandbox.run(["probe"]);
    assert_eq!(fs::read(&file).expect("a file"), after);
}

#[test]
fn what_a_requirement_file_includes_counts_too() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/requirements.txt", "\n")
        .file("app/more.txt", "\n")
        .cwd("app");
    sandbox.run(["--sync"]);
    // As if it had been installed with what it includes.
    let file = sandbox.path("app/.venv/vrun-requirements");
    let text = fs::read_to_string(&file).expect("a file");
    fs::write(&file, text + "none ../more.txt\n").expect("a file");
    let said = sandbox.run(["probe"]).said();
    assert!(said.starts_with("vrun: more.txt is new since"), "{said}");
}

#[test]
fn a_part_that_is_gone_is_to_be_mended_before_anything_is_installed() {
    let sandbox = app();
    // As if it had been installed with a part of the same content.
    let file = sandbox.path("app/.venv/vrun-requirements");
    let text = fs::read_to_string(&file).expect("a file");
    let known = text
        .lines()
        .rfind(|line| line.ends_with(" ../requirements.txt"));
    let part = known
        .expect("a line")
        .replace("requirements.txt", "more.txt");
    fs::write(&file, format!("{text}{part}\n")).expect("a file");
    let gone = "more.txt is gone since the last install, and requirements.txt still asks for it";
    let fix = "fix requirements.txt, then `vrun --sync`";
    let found = format!("  cause: {gone}\n  fix: {fix}\n");
    let told = sandbox.run(["--doctor"]).code(1).text();
    assert!(told.contains(&found), "{told}");
    let said = sandbox.run(["probe"]).said();
    assert_eq!(said, format!("vrun: {gone}: {fix}\n"));
    // One that nothing includes, such as a requirements-dev.txt, is no longer wanted.
    let other = text.clone() + &part.replace("more.txt", "other.txt") + "\n";
    fs::write(&file, other).expect("a file");
    let said = sandbox.run(["probe"]).said();
    assert_eq!(
        said,
        "vrun: other.txt is gone since the last install: run `vrun --sync`\n"
    );
    // Where that has changed too, it may not ask for it any more.
    let sandbox = sandbox.file("app/requirements.txt", "six\n");
    assert_eq!(sandbox.run(["probe"]).said(), CHANGED);
}

#[test]
fn a_file_that_would_count_first_is_news() {
    let sandbox = app().file("app/pylock.toml", "");
    let said = "vrun: pylock.toml is new since the last install: run `vrun --sync`\n";
    assert_eq!(sandbox.run(["probe"]).said(), said);
    fs::remove_file(sandbox.path("app/pylock.toml")).expect("a file");
    fs::remove_file(sandbox.path("app/requirements.txt")).expect("a file");
    let said = "vrun: requirements.txt is gone since the last install: run `vrun --sync`\n";
    assert_eq!(sandbox.run(["probe"]).said(), said);
}

#[test]
fn a_new_file_that_would_be_installed_too_is_news() {
    for (new, text) in [
        ("requirements-dev.txt", "six\n"),
        ("requirements/test.txt", "six\n"),
        ("pyproject.toml", "[dependency-groups]\ndev = ['six']\n"),
        ("tox.ini", "[testenv]\ndeps = six\n"),
        ("setup.py", "setup()\n"),
    ] {
        let sandbox = app().file("app/requirements/base.txt", "six\n");
        let said = sandbox.run(["--sync"]).said();
        assert_eq!(said, "vrun: up to date with requirements.txt\n");
        sandbox.run(["probe"]).in_env("app/.venv");
        let sandbox = sandbox.file(format!("app/{new}"), text);
        let said = format!("vrun: {new} is new since the last install: run `vrun --sync`\n");
        assert_eq!(sandbox.run(["probe"]).said(), said);
        sandbox.run(["probe"]).in_env("app/.venv");
    }
}

#[test]
fn other_new_files_are_none_and_are_looked_at_once() {
    let sandbox = app();
    let state = || fs::read(sandbox.path("app/.venv/vrun-requirements")).expect("a file");
    let before = state();
    sandbox.run(["probe"]).in_env("app/.venv");
    assert_eq!(state(), before, "an install leaves nothing to look at");
    fs::write(sandbox.path("app/requirements-docs.txt"), "sphinx\n").expect("a file");
    fs::write(sandbox.path("app/tox.ini"), "[tox]\n").expect("a file");
    sandbox.run(["probe"]).in_env("app/.venv");
    let after = state();
    assert_ne!(after, before);
    sandbox.run(["probe"]).in_env("app/.venv");
    assert_eq!(state(), after);
}

#[test]
fn a_project_that_is_moved_is_known_where_it_is_now() {
    let sandbox = app();
    fs::rename(sandbox.path("app"), sandbox.path("moved")).expect("a new place");
    let sandbox = sandbox.cwd("moved");
    sandbox.run(["probe"]).in_env("moved/.venv");
    let sandbox = sandbox.file("moved/requirements.txt", "six\n");
    assert_eq!(sandbox.run(["probe"]).said(), CHANGED);
}

#[test]
fn with_no_install_nothing_is_looked_at() {
    let sandbox = app().file("app/requirements.txt", "six\n");
    sandbox.run(["--no-install", "probe"]).in_env("app/.venv");
    let sandbox = sandbox.var("VRUN_NO_INSTALL", "1");
    sandbox.run(["probe"]).in_env("app/.venv");
    sandbox.sh("VRUN_SYNC=1 $vrun probe").in_env("app/.venv");
}

#[test]
fn where_nothing_says_what_to_install_vrun_sync_changes_nothing() {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app");
    let sandbox = sandbox.file("app/setup.cfg", "").var("VRUN_SYNC", "1");
    let before = sandbox.tree();
    sandbox.run(["probe"]).in_env("app/.venv");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn where_nothing_can_be_written_commands_run_with_what_there_is() {
    let sandbox = app().by_nobody("tmp");
    let file = sandbox.path("app/.venv/vrun-requirements");
    let text = fs::read_to_string(&file).expect("a file");
    fs::write(&file, text.replace("\ndone\n", "\nunfinished\n")).expect("a file");
    sandbox.chmod("app", 0o555);
    sandbox.chmod("app/.venv", 0o555);
    let said = sandbox.run(["probe"]).said();
    let part = "missing requirements are not installed into [ROOT]/app/.venv: ";
    assert!(said.contains(part), "{said}");
    let refused = sandbox.run(["--sync"]);
    refused.error(
        125,
        &[
            "cannot install into [ROOT]/app/.venv",
            "cause: [ROOT]/app/.venv cannot be written to: ",
            "--no-install",
        ],
    );
    sandbox.chmod("app", 0o755);
    sandbox.chmod("app/.venv", 0o755);
}

#[test]
fn sync_where_nothing_says_what_to_install_is_an_error() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/pyproject.toml", "[tool.black]\n")
        .cwd("app");
    let before = sandbox.tree();
    let refused = sandbox.run(["--sync"]);
    refused.error(125, &["nothing in [ROOT]/app says", "vrun pip freeze"]);
    assert_eq!(sandbox.tree(), before);
    let sandbox = sandbox.file("app/pyproject.toml", "[project\n");
    let refused = sandbox.run(["--sync"]);
    refused.error(125, &["[ROOT]/app/pyproject.toml", "--no-install"]);
}

#[test]
fn a_named_file_has_to_be_there() {
    let sandbox = app();
    let refused = sandbox.run(["--requirements", "dev.txt", "--sync"]);
    refused.error(125, &["no requirement file named [ROOT]/app/dev.txt"]);
    let sandbox = sandbox
        .dir("app/sub")
        .file("app/dev.txt", "")
        .cwd("app/sub");
    let refused = sandbox.run(["--requirements", "dev.txt", "--sync"]);
    refused.error(125, &["[ROOT]/app/sub/dev.txt"]);
    // The variable starts at the project.
    sandbox
        .sh("VRUN_REQUIREMENTS=dev.txt $vrun --sync probe")
        .in_env("app/.venv");
}

#[test]
fn options_that_ask_for_opposite_things_are_refused() {
    let sandbox = app();
    for (args, part) in [
        (&["--sync", "--no-install"][..], "--no-install"),
        (&["--sync", "--create"], "--create"),
        (&["--exact", "probe"], "`vrun --sync --exact`"),
        (&["--upgrade", "probe"], "`vrun --sync --upgrade`"),
        (&["--info", "--upgrade"], "`vrun --sync --upgrade`"),
        (&["--requirements", "", "probe"], "--requirements"),
        (&["--group=", "probe"], "--group"),
    ] {
        sandbox.run(args).error(125, &[part]);
    }
}

#[test]
fn an_installer_that_is_none_is_an_error_that_names_the_variable() {
    let sandbox = app().file("app/requirements.txt", "six\n");
    let sandbox = sandbox.var("VRUN_INSTALLER", "poetry").var("PATH", "");
    sandbox
        .run(["--sync"])
        .error(125, &["VRUN_INSTALLER=poetry"]);
    let sandbox = sandbox.var("VRUN_INSTALLER", "uv");
    sandbox
        .run(["--sync"])
        .error(125, &["VRUN_INSTALLER asks for uv"]);
}

#[test]
fn another_users_requirements_are_not_installed() {
    let sandbox = app();
    if !sandbox.is_roots() {
        eprintln!("not tested: only root can give files away");
        return;
    }
    let text = "six\n";
    let sandbox = sandbox
        .file("app/requirements.txt", text)
        .of(1234, "app/requirements.txt");
    let refused = sandbox.run(["--sync"]);
    refused.error(
        126,
        &[
            "[ROOT]/app/requirements.txt is not trusted",
            "--requirements [ROOT]/app/requirements.txt",
        ],
    );
    // A look around is possible.
    let said = sandbox.run(["probe"]).said();
    assert!(
        said.contains("requirements.txt is not installed ("),
        "{said}"
    );
}

#[test]
fn sync_does_not_go_with_what_installs_nothing() {
    let sandbox = app();
    for typed in [
        &["--which", "probe"][..],
        &["--which", "-c", "probe"],
        &["--export", "sh"],
        &["--shims", "d", "python"],
        &["--doctor"],
        &["--repair"],
        &["--create"],
        &["--man"],
    ] {
        let both = format!("--sync cannot be used with {}", typed[0]);
        let typed = ["--sync"].iter().chain(typed);
        sandbox.run(typed).error(125, &[&both]);
    }
    // A variable is for all of a job's commands.
    sandbox
        .var("VRUN_SYNC", "1")
        .run(["--which", "probe"])
        .stdout("[ROOT]/app/.venv/bin/probe\n");
}

#[test]
fn info_tells_that_they_changed_and_what_to_type_where_one_stands() {
    let sandbox = app();
    fs::write(sandbox.path("app/requirements.txt"), "# some\n").expect("a file");
    let told = "requirements        requirements.txt changed since the last install:";
    sandbox
        .run(["--info"])
        .code(0)
        .line(&format!("{told} `vrun --sync`"));
    sandbox
        .run(["-C", "..", "--project", "app", "--info"])
        .code(0)
        .line(&format!("{told} `vrun --env [ROOT]/app/.venv --sync`"));
}
