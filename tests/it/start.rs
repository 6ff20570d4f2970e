//! Where the walk begins: the working directory as the user sees it, or what -C and --project say.

use crate::sandbox::Sandbox;

#[test]
fn a_linked_project_keeps_the_name_that_the_user_sees() {
    let sandbox = Sandbox::new()
        .venv("real/app/.venv")
        .dir("real/app/src")
        .link("seen", "real/app");
    let sandbox = sandbox.cwd("seen/src");
    sandbox
        .run(["probe"])
        .in_env("seen/.venv")
        .line("PWD=[ROOT]/seen/src");
}

#[test]
fn a_pwd_that_is_another_directory_is_not_believed() {
    for pwd in ["[ROOT]/other", "[ROOT]/gone", "app", ""] {
        let sandbox = Sandbox::new()
            .venv("app/.venv")
            .venv("other/.venv")
            .cwd("app")
            .var("PWD", pwd);
        sandbox.run(["probe"]).in_env("app/.venv");
    }
}

#[test]
fn a_pwd_with_dots_in_it_is_not_believed() {
    for pwd in ["[ROOT]/other/../app", "[ROOT]/./app", "[ROOT]/app/."] {
        let sandbox = Sandbox::new().venv("app/.venv").dir("other").cwd("app");
        sandbox.var("PWD", pwd).run(["probe"]).in_env("app/.venv");
    }
}

#[test]
fn without_a_pwd_the_system_says_where_we_are() {
    let sandbox = Sandbox::new()
        .venv("real/.venv")
        .link("seen", "real")
        .cwd("seen")
        .unset("PWD");
    sandbox
        .run(["probe"])
        .in_env("real/.venv")
        .line("PWD is unset");
}

#[test]
fn the_directories_around_what_a_link_leads_to_count_where_those_around_the_link_hold_nothing() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .dir("app/src")
        .dir("links")
        .link("links/src", "../app/src");
    sandbox.cwd("links/src").run(["probe"]).in_env("app/.venv");
}

#[test]
fn directory_goes_there_first_and_pwd_follows() {
    let sandbox = Sandbox::new().venv("app/.venv").dir("app/src");
    for option in [
        &["-C", "app/src"][..],
        &["-Capp/src"],
        &["--directory", "app/src"],
        &["--directory=app/src"],
    ] {
        let outcome = sandbox
            .run(option.iter().chain(&["probe"]))
            .in_env("app/.venv");
        outcome.lines(&["cwd=[ROOT]/app/src", "PWD=[ROOT]/app/src"]);
    }
}

#[test]
fn several_directories_add_up_as_gits_do() {
    let sandbox = || Sandbox::new().dir("a/b").dir("c").venv(".venv");
    for (options, cwd) in [
        (&["-C", "a", "-C", "b"][..], "[ROOT]/a/b"),
        (&["-C", "a", "-C", "[ROOT]/c"], "[ROOT]/c"),
        (&["-C", "a/b", "-C", ".."], "[ROOT]/a"),
        (&["-C", "./a//b/."], "[ROOT]/a/b"),
    ] {
        let (sandbox, typed) = (sandbox(), options.iter().chain(&["probe"]));
        sandbox
            .run(typed)
            .lines(&[&format!("cwd={cwd}"), &format!("PWD={cwd}")]);
    }
}

#[test]
fn an_empty_directory_changes_nothing_as_with_git() {
    let sandbox = Sandbox::new().venv(".venv").dir("a/b");
    sandbox
        .run(["-C", "", "probe"])
        .lines(&["cwd=[ROOT]", "PWD=[ROOT]"]);
    sandbox
        .run(["-C", "a", "-C", "", "-C", "b", "probe"])
        .lines(&["cwd=[ROOT]/a/b", "PWD=[ROOT]/a/b"]);
}

#[test]
fn pwd_is_the_new_directory_where_there_was_none() {
    let sandbox = Sandbox::new().venv("app/.venv").unset("PWD");
    sandbox.run(["-C", "app", "probe"]).line("PWD=[ROOT]/app");
}

#[test]
fn a_directory_that_is_reached_through_a_link_keeps_the_links_name() {
    let sandbox = Sandbox::new().venv("real/.venv").link("seen", "real");
    sandbox
        .run(["-C", "seen", "probe"])
        .in_env("seen/.venv")
        .lines(&["cwd=[ROOT]/real", "PWD=[ROOT]/seen"]);
}

#[test]
fn a_directory_that_cannot_be_gone_to_is_125() {
    let sandbox = Sandbox::new().venv(".venv").file("file", "");
    sandbox.run(["-C", "gone", "probe"]).error(125, &["gone"]);
    sandbox.run(["-C", "file", "probe"]).error(125, &["file"]);
}

#[test]
fn a_program_with_a_separator_is_relative_to_where_directory_went() {
    let sandbox = Sandbox::new().venv("app/.venv").probe("app/tool");
    sandbox
        .run(["-C", "app", "./tool"])
        .argv(&["./tool"])
        .line("file=[ROOT]/app/tool");
}

#[test]
fn project_looks_from_there_and_stays_here() {
    let sandbox = || {
        Sandbox::new()
            .venv("app/.venv")
            .dir("app/src")
            .venv("other/.venv")
            .cwd("other")
    };
    for option in [
        &["--project", "../app/src"][..],
        &["--project=../app"],
        &["--project", "[ROOT]/app"],
    ] {
        let outcome = sandbox();
        let outcome = outcome
            .run(option.iter().chain(&["probe"]))
            .in_env("app/.venv");
        outcome.lines(&["cwd=[ROOT]/other", "PWD=[ROOT]/other"]);
    }
    sandbox()
        .var("VRUN_PROJECT", "../app")
        .run(["probe"])
        .in_env("app/.venv");
    sandbox()
        .var("VRUN_PROJECT", "../app")
        .run(["--project", ".", "probe"])
        .in_env("other/.venv");
    sandbox()
        .run(["-C", "../app", "--project", "src", "probe"])
        .in_env("app/.venv")
        .line("cwd=[ROOT]/app");
}

#[test]
fn a_project_that_is_not_there_is_an_error_that_names_it() {
    Sandbox::new()
        .venv(".venv")
        .run(["--project", "gone", "probe"])
        .error(125, &["gone"]);
}

#[test]
fn a_deleted_working_directory_is_an_error_that_says_where_to_go() {
    let sandbox = Sandbox::new().venv(".venv").dir("gone").cwd("gone");
    sandbox
        .sh("rmdir ../gone && exec $vrun probe")
        .error(125, &["working directory", "-C"]);
}

#[test]
fn from_a_deleted_working_directory_one_may_go_to_another_or_name_the_environment() {
    let sandbox = Sandbox::new().venv("app/.venv").dir("gone").cwd("gone");
    sandbox
        .sh("rmdir ../gone && exec $vrun -C $HOME/../app probe")
        .in_env("app/.venv")
        .line("PWD=[ROOT]/app");
    let sandbox = sandbox.dir("gone");
    sandbox
        .sh("rmdir ../gone && exec $vrun --env $HOME/../app/.venv probe")
        .in_env("app/.venv");
}

#[test]
fn help_and_version_need_no_working_directory() {
    let sandbox = Sandbox::new().dir("gone").cwd("gone");
    sandbox
        .sh("rmdir ../gone && $vrun --version >/dev/null && $vrun --help >/dev/null")
        .stdout("");
}

#[test]
fn a_program_sees_a_pwd_without_doubled_separators() {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app");
    sandbox
        .var("PWD", "[ROOT]//app/")
        .run(["probe"])
        .line("VIRTUAL_ENV=[ROOT]/app/.venv");
}
