//! Whose environments and redirect files count: the user's own and root's. What another put where a search passes is
//! refused.
//!
//! Here are real other users, so only root can run these tests.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use crate::sandbox::Sandbox;

/// What makes a project.
mod markers;
/// What leads to one, and what it consists of.
mod parts;
/// Whose directory one stands in.
mod start;
/// Who else may write to one.
mod writers;

/// No option.
const PLAIN: [&str; 0] = [];

/// Who runs vrun.
const ADA: u32 = 12345;
/// Another user, whom every system knows by the name `daemon`.
const MALLORY: u32 = 1;
/// A third, whom no system knows.
const EVE: u32 = 12346;

/// A directory that all may write to, as /tmp is, with one of Ada's own in it, where she is. None where this
/// cannot be tested.
fn shared() -> Option<Sandbox> {
    let sandbox = Sandbox::new().dir("shared/ada/src");
    if !sandbox.is_roots() {
        static TOLD: Once = Once::new();
        let line = "not tested: whose environments count, which needs root";
        // Past the test harness, which keeps what a passing test prints.
        TOLD.call_once(|| drop(writeln!(std::io::stderr(), "{line}")));
        return None;
    }
    sandbox.chmod("shared", 0o1777);
    let sandbox = sandbox.of(ADA, "shared/ada");
    Some(sandbox.cwd("shared/ada/src").by(ADA))
}

/// The same with an environment that Mallory has planted.
fn planted() -> Option<Sandbox> {
    Some(shared()?.venv("shared/.venv").of(MALLORY, "shared/.venv"))
}

#[test]
fn an_environment_that_another_user_planted_above_is_refused_with_his_name_and_the_ways_on() {
    let Some(sandbox) = planted() else { return };
    let told = [
        "vrun: [ROOT]/shared/.venv is not trusted\n",
        "  cause: it belongs to daemon\n",
        "vrun uses only what you or root own, unless you name it\n",
        "  hint: `vrun --env [ROOT]/shared/.venv ...` or VRUN_ENV allows it; \
         `vrun --create --env [ROOT]/shared/ada/src/.venv` creates one of your own\n",
    ];
    for args in [
        &["probe"][..],
        &["-v", "probe"],
        &["-n", "probe"],
        &["-m", "probe"],
        &["--no-create", "probe"],
        &["--create"],
        &["--create", "--clear"],
    ] {
        sandbox.run(args).error(126, &told);
    }
    let sandbox = sandbox.of(EVE, "shared/.venv");
    sandbox.run(["probe"]).error(126, &["belongs to uid 12346"]);
}

#[test]
fn it_is_refused_under_any_name_and_from_a_script_too() {
    for name in ["venv", "env"] {
        let Some(sandbox) = shared() else { return };
        let path = format!("shared/{name}");
        let sandbox = sandbox.venv(&path).of(MALLORY, &path);
        sandbox.run(["probe"]).error(126, &[&path, "daemon"]);
    }
    let Some(sandbox) = planted() else { return };
    let sandbox = sandbox.file("shared/ada/run.py", "");
    let script = sandbox.path("shared/ada/run.py");
    let sandbox = sandbox.cwd("home");
    sandbox.run(["-s".as_ref(), script.as_os_str()]).error(
        126,
        &["[ROOT]/shared/.venv", "vrun uses only what you or root own"],
    );
}

#[test]
fn what_is_named_is_the_users_choice() {
    let Some(sandbox) = planted() else { return };
    sandbox
        .run(["--env", "../../.venv", "probe"])
        .in_env("shared/.venv");
    let sandbox = sandbox.var("VRUN_ENV", "[ROOT]/shared/.venv");
    sandbox.run(["probe"]).in_env("shared/.venv");
}

#[test]
fn what_is_active_is_the_users_choice_too_so_what_runs_in_a_named_one_stays_in_it() {
    let Some(sandbox) = planted() else { return };
    let line = format!("'{}' probe", sandbox.path("opt/vrun").display());
    sandbox
        .run(["--env", "../../.venv", "sh", "-c", &line])
        .in_env("shared/.venv");
    let Some(sandbox) = shared() else { return };
    sandbox
        .venv("opt/venv")
        .of(MALLORY, "opt/venv")
        .var("VIRTUAL_ENV", "[ROOT]/opt/venv")
        .run(["probe"])
        .in_env("opt/venv");
}

#[test]
fn a_second_environment_of_this_project_that_is_active_comes_before_a_planted_one() {
    let Some(sandbox) = planted() else { return };
    sandbox
        .venv("shared/ada/second")
        .of(ADA, "shared/ada/second")
        .var("VIRTUAL_ENV", "[ROOT]/shared/ada/second")
        .run(["probe"])
        .in_env("shared/ada/second");
}

#[test]
fn a_nearer_one_of_the_users_own_serves_and_the_planted_one_is_not_even_mentioned() {
    let Some(sandbox) = planted() else { return };
    let sandbox = sandbox.venv("shared/ada/.venv").of(ADA, "shared/ada/.venv");
    let said = sandbox
        .run(["-v", "probe"])
        .in_env("shared/ada/.venv")
        .said();
    assert!(!said.contains("shared/.venv"), "{said}");
    // As a umask of 002 has it.
    sandbox.chmod("shared/ada/.venv", 0o775);
    sandbox.run(["probe"]).in_env("shared/ada/.venv");
}

#[test]
fn what_is_no_environment_is_passed_over_whosever_it_is() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/.venv/keep", "")
        .of(MALLORY, "shared/.venv");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/shared/ada/src/.venv");
}

#[test]
fn roots_environment_serves_everyone() {
    let Some(sandbox) = shared() else { return };
    sandbox
        .venv("shared/.venv")
        .run(["probe"])
        .in_env("shared/.venv");
}

#[test]
fn root_works_in_a_checkout_of_another_user_as_in_a_container() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox.venv("shared/ada/.venv").of(ADA, "shared/ada").by(0);
    let sandbox = sandbox.var("CI", "true");
    sandbox.run(["probe"]).in_env("shared/ada/.venv");
    // What counts is where the search starts, not where it comes by.
    let sandbox = sandbox.of(0, "shared/ada/src");
    sandbox
        .run(["probe"])
        .error(126, &["belongs to uid 12345", "only what you or root own"]);
    let sandbox = sandbox.link("home/way", "../shared/ada").cwd("home");
    sandbox
        .run(["--project", "way", "probe"])
        .in_env("home/way/.venv");
}

#[test]
fn who_stands_in_another_users_directory_does_not_trust_them_for_that() {
    let Some(sandbox) = planted() else { return };
    let sandbox = sandbox.dir("shared/work").of(MALLORY, "shared/work");
    let sandbox = sandbox.cwd("shared/work");
    sandbox.run(["probe"]).error(126, &["daemon"]);
    let sandbox = sandbox.var("VRUN_TRUST", "[ROOT]/shared/work");
    sandbox.run(["probe"]).in_env("shared/.venv");
    // A third's is a third's.
    let sandbox = sandbox.of(EVE, "shared/work");
    sandbox.run(["probe"]).error(126, &["daemon"]);
}

#[test]
fn the_only_environment_in_a_projects_root_is_refused_where_it_is_anothers() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/pyproject.toml", "")
        .of(ADA, "shared/pyproject.toml")
        .venv("shared/odd")
        .of(MALLORY, "shared/odd");
    let told = [
        "[ROOT]/shared/odd is not trusted",
        "daemon",
        "--create --env [ROOT]/shared/.venv",
    ];
    sandbox.run(["probe"]).error(126, &told);
    let sandbox = sandbox.of(ADA, "shared/odd");
    sandbox.run(["probe"]).in_env("shared/odd");
}

#[test]
fn an_untrusted_one_of_several_is_named_before_the_choice() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/pyproject.toml", "")
        .of(ADA, "shared/pyproject.toml")
        .venv("shared/a")
        .venv("shared/b")
        .of(MALLORY, "shared/b");
    sandbox
        .run(["probe"])
        .error(126, &["[ROOT]/shared/b is not trusted", "daemon"]);
    let sandbox = sandbox.of(ADA, "shared/b");
    sandbox.run(["probe"]).error(125, &["more than one"]);
}

#[test]
fn no_environment_is_made_in_a_directory_that_is_anothers() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/pyproject.toml", "")
        .of(ADA, "shared/pyproject.toml")
        .dir("shared/.venv")
        .of(MALLORY, "shared/.venv");
    sandbox.chmod("shared/.venv", 0o777);
    let before = sandbox.tree();
    let told = ["[ROOT]/shared/.venv is not trusted", "it belongs to daemon"];
    sandbox.run(["probe"]).error(126, &told);
    sandbox.run(["-n", "probe"]).error(126, &told);
    assert_eq!(sandbox.tree(), before);
    // Named, it is the user's choice.
    assert_eq!(
        sandbox.plans(["--env", "../../.venv"]),
        "[ROOT]/shared/.venv"
    );
}

#[test]
fn one_that_another_user_was_first_to_make_is_refused() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/pyproject.toml", "")
        .of(ADA, "shared/pyproject.toml");
    let lock = File::create(sandbox.path("shared/.venv.vrun-lock")).expect("a file");
    sandbox.chmod("shared/.venv.vrun-lock", 0o666);
    lock.lock().expect("the lock");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let said = sandbox.run(["probe"]).code(126).said();
            assert!(said.contains("waiting for another vrun"), "{said}");
            assert!(said.contains("it belongs to daemon"), "{said}");
        });
        // It says that it waits after half a second.
        thread::sleep(Duration::from_millis(900));
        let made = Command::new("/bin/sh")
            .args([
                "-c",
                "mkdir .venv && : > .venv/pyvenv.cfg && chown -R 1 .venv",
            ])
            .current_dir(sandbox.path("shared"))
            .status();
        assert!(made.is_ok_and(|status| status.success()));
        drop(lock);
        waiting.join().expect("what it says");
    });
}

#[test]
fn no_shim_is_made_that_another_user_could_turn_to_his_own_ends() {
    let Some(sandbox) = shared() else { return };
    let shims = |sandbox: &Sandbox, dir: &str| {
        let line = format!("exec [ROOT]/shared/vrun --shims {dir} python");
        sandbox.sh(&line).error(126, &["belongs to daemon"]);
    };
    // vrun's own file, a link to it, the directory.
    let planted = shared().expect("root");
    planted.sh("cp $vrun [ROOT]/shared/vrun").stdout("");
    shims(&planted.of(MALLORY, "shared/vrun"), "s");
    let linked = shared()
        .expect("root")
        .link("shared/vrun", "[ROOT]/opt/vrun");
    shims(&linked.of(MALLORY, "shared/vrun"), "s");
    let own = sandbox
        .link("shared/ada/vrun", "[ROOT]/opt/vrun")
        .dir("shared/his");
    own.chmod("shared/his", 0o777);
    let own = own.of(MALLORY, "shared/his");
    own.sh("exec $vrun --shims [ROOT]/shared/his python").error(
        126,
        &[
            "refusing to create shims in [ROOT]/shared/his",
            "it belongs to daemon",
        ],
    );
    own.sh("exec $vrun -q --shims s python")
        .stdout("[ROOT]/shared/ada/src/s/python\n");
}
