//! What the program sees: variables set, unset, left alone.

use crate::sandbox::Sandbox;

const VIEW: &str = "\
file=[ROOT]/app/.venv/bin/probe
argv[0]=probe
cwd=[ROOT]/app
PATH=[ROOT]/app/.venv/bin:/usr/bin:/bin
PWD=[ROOT]/app
PYTHONEXECUTABLE is unset
PYTHONHOME is unset
VIRTUAL_ENV=[ROOT]/app/.venv
VIRTUAL_ENV_PROMPT=app
__PYVENV_LAUNCHER__ is unset
";

fn app() -> Sandbox {
    Sandbox::new().venv("app/.venv").cwd("app")
}

#[test]
fn what_makes_python_take_another_place_for_its_own_is_unset() {
    app().run(["probe"]).stdout(VIEW);
    let sandbox = app()
        .var("PYTHONHOME", "/x")
        .var("__PYVENV_LAUNCHER__", "/x")
        .var("PYTHONEXECUTABLE", "/x");
    sandbox.run(["probe"]).stdout(VIEW);
}

#[test]
fn all_else_is_left_alone() {
    let sandbox = app()
        .var("PYTHONPATH", "/x")
        .var("PYTHONSTARTUP", "/y")
        .var("LD_PRELOAD_", "")
        .var("VRUN_NAME", ".venv")
        .var("ODD NAME", "a\nb")
        .var("EMPTY", "");
    let seen = |text: String| {
        let mine = |entry: &&str| {
            ["PATH=", "VIRTUAL_ENV=", "VIRTUAL_ENV_PROMPT="]
                .iter()
                .all(|name| !entry.starts_with(name))
        };
        let mut entries: Vec<_> = text.split('\0').filter(mine).map(str::to_owned).collect();
        entries.sort();
        entries
    };
    let plain = seen(sandbox.start("/usr/bin/env", ["-0"]).text());
    let through = seen(sandbox.run(["env", "-0"]).text());
    assert_eq!(plain, through);
    assert!(plain.contains(&"ODD NAME=a\nb".to_owned()));
}

#[test]
fn a_variable_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = app()
        .var("ODD", OsStr::from_bytes(b"\xff\x01"))
        .var("PATH", OsStr::from_bytes(b"/\xff:/usr/bin:/bin"));
    sandbox.run(["sh", "-c", "test \"$ODD\" = \"$(printf '\\377\\001')\""]);
    sandbox
        .run(["probe"])
        .line("PATH=[ROOT]/app/.venv/bin:/\\xff:/usr/bin:/bin");
}

#[test]
fn path_is_the_scripts_directory_then_the_old_path_without_it() {
    let scripts = "[ROOT]/app/.venv/bin";
    for (old, rest) in [
        ("/usr/bin:/bin", ":/usr/bin:/bin"),
        ("/usr/bin:[ROOT]/app/.venv/bin:/bin", ":/usr/bin:/bin"),
        (
            "[ROOT]/app/.venv/bin:/usr/bin:[ROOT]/app/.venv/bin",
            ":/usr/bin",
        ),
        ("/usr/bin:[ROOT]/app/.venv/bin/:/bin", ":/usr/bin:/bin"),
        (
            "/usr/bin:[ROOT]/app/.venv/binary",
            ":/usr/bin:[ROOT]/app/.venv/binary",
        ),
        ("/usr/bin::/bin", ":/usr/bin::/bin"),
        (":/usr/bin", "::/usr/bin"),
        ("/usr/bin:", ":/usr/bin:"),
        ("/bin:/bin:/gone", ":/bin:/bin:/gone"),
        ("", ":"),
    ] {
        app()
            .var("PATH", old)
            .run(["probe"])
            .line(&format!("PATH={scripts}{rest}"));
    }
}

#[test]
fn the_scripts_directory_of_an_environment_that_was_active_is_gone_from_path() {
    let sandbox = app()
        .venv("old")
        .var("VIRTUAL_ENV", "[ROOT]/old")
        .var("VIRTUAL_ENV_PROMPT", "old")
        .var("PATH", "[ROOT]/old/bin:/usr/bin:[ROOT]/old/bin:/bin");
    sandbox.run(["probe"]).stdout(VIEW);
}

#[test]
fn what_virtual_env_names_without_being_an_environment_takes_nothing_off_path() {
    app().var("VIRTUAL_ENV", "/usr").run(["probe"]).stdout(VIEW);
}

#[test]
fn where_path_is_unset_the_scripts_directory_is_on_it_and_system_programs_are_still_found() {
    let sandbox = app().unset("PATH");
    sandbox
        .run(["sh", "-c", "ls >/dev/null && echo found"])
        .stdout("found\n");
    let path = sandbox.run(["probe"]).text();
    assert!(path.contains("\nPATH=[ROOT]/app/.venv/bin:"), "{path}");
}

#[test]
fn the_prompt_is_the_environments_name_or_its_projects_where_it_is_called_dot_venv() {
    for (env, prompt) in [
        ("app/.venv", "app"),
        ("app/venv", "venv"),
        ("app/my env", "my env"),
    ] {
        let sandbox = Sandbox::new().venv(env);
        sandbox
            .run(["--env", env, "probe"])
            .line(&format!("VIRTUAL_ENV_PROMPT={prompt}"));
    }
}

#[test]
fn the_prompt_is_what_pyvenv_cfg_says() {
    let sandbox = app()
        .var("VIRTUAL_ENV_PROMPT", "old")
        .venv_with("named", "home = /usr/bin\nprompt = 'its own'\n");
    sandbox
        .run(["--env", "../named", "probe"])
        .line("VIRTUAL_ENV_PROMPT=its own");
}

#[test]
fn applying_the_view_twice_changes_nothing() {
    let sandbox = app().var("PATH", "[ROOT]/opt:/usr/bin:/bin");
    let once = sandbox.run(["probe"]).text();
    for typed in [
        &["vrun", "probe"][..],
        &["vrun", "vrun", "-q", "probe"],
        &["[ROOT]/opt/vrun", "probe"],
    ] {
        sandbox.run(typed).stdout(&once);
    }
}

#[test]
fn vrun_inside_vrun_follows_the_inner_ones_directory() {
    let sandbox = app()
        .venv("other/.venv")
        .var("PATH", "[ROOT]/opt:/usr/bin:/bin");
    let outcome = sandbox
        .run(["vrun", "-C", "../other", "probe"])
        .in_env("other/.venv");
    outcome.line("PATH=[ROOT]/other/.venv/bin:[ROOT]/opt:/usr/bin:/bin");
}

#[test]
fn without_directory_a_pwd_that_is_wrong_is_left_alone() {
    app()
        .var("PWD", "/elsewhere")
        .run(["probe"])
        .line("PWD=/elsewhere");
}

#[test]
fn an_environment_whose_path_holds_the_separator_of_path_is_refused_with_that_reason() {
    let sandbox = Sandbox::new().venv("a:b/.venv").cwd("a:b");
    sandbox
        .run(["probe"])
        .error(126, &["[ROOT]/a:b/.venv", "PATH", "`:`"]);
    sandbox
        .run(["-n", "probe"])
        .error(126, &["[ROOT]/a:b/.venv"]);
    let sandbox = Sandbox::new().dir("a:b").cwd("a:b");
    sandbox
        .run(["true"])
        .error(126, &["[ROOT]/a:b/.venv", "`:`"]);
    assert!(!sandbox.path("a:b/.venv").exists());
}

/// Each variable of Python's that is named in the manual, and that has code run from a place that it names; and one
/// that does not.
fn lured() -> Sandbox {
    let names = [
        "PATH",
        "STARTUP",
        "USERBASE",
        "PLATLIBDIR",
        "BREAKPOINT",
        "_PRESITE",
    ];
    let sandbox = app().var("PYTHONOPTIMIZE", "1");
    names.iter().fold(sandbox, |sandbox, name| {
        sandbox.var(&format!("PYTHON{name}"), "x")
    })
}

const PYTHONS: [&str; 3] = ["sh", "-c", "env | grep ^PYTHON | sort"];

#[test]
fn isolated_takes_away_what_has_code_of_elsewhere_run() {
    let left = "PYTHONNOUSERSITE=1\nPYTHONOPTIMIZE=1\nPYTHONSAFEPATH=1\n";
    let typed = || ["--isolated"].into_iter().chain(PYTHONS);
    lured().run(typed()).stdout(left);
    lured().var("VRUN_ISOLATED", "1").run(PYTHONS).stdout(left);
    let inner = lured().var("PATH", "[ROOT]/opt:/usr/bin:/bin");
    inner
        .run(["--isolated", "vrun"].into_iter().chain(PYTHONS))
        .stdout(left);
    let pasted = lured().run(["-n"].into_iter().chain(typed())).text();
    lured().sh(&pasted).stdout(left);
    let usual = lured().run(PYTHONS).text();
    assert_eq!(usual.lines().count(), 7, "{usual}");
}

#[test]
fn isolated_can_be_exported_and_taken_back() {
    let [_, _, see] = PYTHONS;
    let usual = lured().run(PYTHONS).text();
    let line = format!(
        "eval \"$($vrun --export sh)\"; eval \"$($vrun --isolated --export sh)\"; {see} | tail -n 1; \
         eval \"$($vrun --export sh --undo)\"; {see}"
    );
    lured()
        .sh(&line)
        .stdout(&format!("PYTHONSAFEPATH=1\n{usual}"));
}
