//! Who else may write to an environment: where everyone may, or a group with others in it, it is not used by itself.

use std::os::unix::fs::chown;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .file("app/setup.py", "")
        .dir("app/src")
        .cwd("app/src")
}

#[test]
fn what_the_hint_says_closes_all_that_is_open() {
    let sandbox = app();
    for path in ["app", "app/.venv", "app/.venv/bin"] {
        sandbox.chmod(path, 0o777);
    }
    let close = "chmod -R go-w [ROOT]/app/.venv && chmod o-w [ROOT]/app";
    let hint = format!("  hint: `{close}` keeps them out");
    sandbox.run(["probe"]).error(126, &[&hint]);
    let root = format!("{}/", sandbox.path("").display());
    let line = close.replace("[ROOT]/", &root);
    let closed = Command::new("/bin/sh").args(["-ec", &line]).status();
    assert!(closed.is_ok_and(|status| status.success()), "{line}");
    sandbox.run(["probe"]).in_env("app/.venv");
}

/// A group that no system knows.
fn give_to_group(sandbox: &Sandbox, path: &str, group: u32) {
    chown(sandbox.path(path), None, Some(group)).expect("a group");
}

#[test]
fn an_environment_that_everyone_may_write_to_is_refused_with_the_ways_on() {
    for (open, what) in [("", "it"), ("bin", "its scripts directory")] {
        let sandbox = app();
        sandbox.chmod(Path::new("app/.venv").join(open), 0o777);
        let cause = format!("  cause: everyone may write to {what}\n");
        let told = [
            "vrun: [ROOT]/app/.venv is not trusted\n",
            &*cause,
            "  cause: vrun uses nothing that others could change, unless you name it\n",
            "  hint: `chmod -R go-w [ROOT]/app/.venv` keeps them out; \
             `export VRUN_TRUST=[ROOT]/app` allows that in [ROOT]/app; \
             `vrun --env [ROOT]/app/.venv ...` or VRUN_ENV allows it\n",
        ];
        for args in [
            &["probe"][..],
            &["true"],
            &["-n", "probe"],
            &["--create"],
            &["--create", "--clear"],
            &["--which", "probe"],
            &["--repair"],
        ] {
            sandbox.run(args).error(126, &told);
        }
        sandbox
            .run(["--env", "../.venv", "probe"])
            .in_env("app/.venv");
        for (name, value) in [
            ("VRUN_ENV", "[ROOT]/app/.venv"),
            ("VRUN_TRUST", "[ROOT]/app"),
            ("VRUN_TRUST", "[ROOT]/app/src:[ROOT]"),
            ("VRUN_TRUST", "*"),
            ("VIRTUAL_ENV", "[ROOT]/app/.venv"),
            ("CI", "true"),
            ("CODESPACES", "true"),
        ] {
            let sandbox = app().var(name, value);
            sandbox.chmod(Path::new("app/.venv").join(open), 0o777);
            sandbox.run(["probe"]).in_env("app/.venv");
        }
        // It does not lie in there.
        let sandbox = sandbox.var("VRUN_TRUST", "[ROOT]/app/src");
        sandbox.run(["probe"]).error(126, &told);
        // What is typed helps.
        sandbox.sh("chmod -R go-w [ROOT]/app/.venv");
        sandbox.run(["probe"]).in_env("app/.venv");
    }
}

#[test]
fn one_that_a_link_or_a_file_leads_to_is_refused_too() {
    for is_link in [true, false] {
        let sandbox = Sandbox::new().venv("envs/one").dir("app").cwd("app");
        sandbox.chmod("envs/one", 0o777);
        let (sandbox, told) = match is_link {
            true => (
                sandbox.link("app/.venv", "../envs/one"),
                "everyone may write to its link target",
            ),
            false => (
                sandbox.file("app/.venv", "../envs/one\n"),
                "[ROOT]/envs/one is not trusted",
            ),
        };
        sandbox.run(["probe"]).error(126, &[told]);
        // Another could be put where the link leads.
        sandbox.chmod("envs/one", 0o755);
        sandbox.chmod("envs", 0o777);
        let told = "everyone may write to the directory that holds it";
        let closing = "`chmod o-w [ROOT]/envs` keeps them out";
        sandbox.run(["probe"]).error(126, &[told, closing]);
    }
}

#[test]
fn an_empty_directory_that_everyone_may_write_to_is_not_filled() {
    let sandbox = Sandbox::new().dir("app/.venv").cwd("app");
    sandbox.chmod("app/.venv", 0o777);
    let before = sandbox.tree();
    sandbox
        .run(["probe"])
        .error(126, &["everyone may write to it"]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn where_everyone_could_put_another_in_its_place_it_is_neither_used_nor_made() {
    let told = [
        "[ROOT]/app/.venv is not trusted\n",
        "everyone may write to the directory that holds it\n",
        "`chmod o-w [ROOT]/app` keeps them out; `export VRUN_TRUST=[ROOT]/app` ",
    ];
    let sandbox = app();
    sandbox.chmod("app", 0o777);
    sandbox.run(["probe"]).error(126, &told);
    sandbox.run(["--env", "../.venv", "probe"]);
    // As /tmp is.
    sandbox.chmod("app", 0o1777);
    sandbox.run(["probe"]).in_env("app/.venv");
    let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
    sandbox.chmod("app", 0o777);
    let before = sandbox.tree();
    sandbox.run(["probe"]).error(126, &told);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_group_with_others_in_it_is_as_everyone_and_the_users_own_is_as_the_user() {
    let mine = || Some(shared()?.venv("shared/ada/.venv").of(ADA, "shared/ada"));
    for (open, what) in [("", "it"), ("/bin", "its scripts directory")] {
        let Some(sandbox) = mine() else { return };
        let open = format!("shared/ada/.venv{open}");
        sandbox.chmod(&open, 0o775);
        // Their own, by its number; root's.
        for group in [ADA, 0] {
            give_to_group(&sandbox, &open, group);
            sandbox.run(["probe"]).in_env("shared/ada/.venv");
        }
        for (group, name) in [(EVE, "gid 12346"), (MALLORY, "daemon")] {
            give_to_group(&sandbox, &open, group);
            let cause = format!("the group {name}, which others may be in, may write to {what}\n");
            let hint = "`chmod -R go-w [ROOT]/shared/ada/.venv` keeps them out";
            sandbox.run(["probe"]).error(126, &[&cause, hint]);
        }
        let sandbox = sandbox.var("VRUN_TRUST", "[ROOT]/shared/ada");
        sandbox.run(["probe"]).in_env("shared/ada/.venv");
    }
}

#[test]
fn no_hint_asks_for_a_chmod_that_the_user_may_not_do() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .venv("shared/ada/.venv")
        .of(ADA, "shared/ada")
        .of(0, "shared/ada/.venv");
    sandbox.chmod("shared/ada/.venv", 0o777);
    let said = sandbox.run(["probe"]).code(126).said();
    assert!(!said.contains("chmod"), "{said}");
}

/// Mallory's environment takes the place of Ada's and gives it back, as fast as can be, where he may rename both.
#[test]
fn an_environment_that_is_exchanged_while_vrun_looks_never_runs() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .venv("shared/open/.venv")
        .venv("shared/open/evil")
        .of(ADA, "shared/open")
        .of(MALLORY, "shared/open/evil")
        .cwd("shared/open");
    sandbox.chmod("shared/open", 0o777);
    fs::remove_file(sandbox.path("shared/open/evil/bin/probe")).expect("a probe");
    let sandbox = sandbox.script("shared/open/evil/bin/probe", "#!/bin/sh\necho EVIL\n");
    let [venv, own, evil] =
        [".venv", "own", "evil"].map(|name| sandbox.path("shared/open").join(name));
    let is_over = AtomicBool::new(false);
    let evil_runs = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                for (from, to) in [(&venv, &own), (&evil, &venv), (&venv, &evil), (&own, &venv)] {
                    fs::rename(from, to).expect("renamed");
                }
            }
        });
        let runs = (0..300).map(|_| sandbox.run(["--no-create", "probe"]).whole());
        let evil_runs = runs.filter(|(_, printed, _)| printed.contains("EVIL"));
        let evil_runs = evil_runs.count();
        is_over.store(true, Ordering::Relaxed);
        evil_runs
    });
    assert_eq!(evil_runs, 0);
}

#[test]
fn what_another_user_puts_where_the_lock_is_to_be_neither_holds_up_nor_is_followed() {
    for make in ["ln -s ada/mine", "mkfifo", "mkdir"] {
        let Some(sandbox) = shared() else { return };
        let sandbox = sandbox
            .file("shared/setup.py", "")
            .of(ADA, "shared/setup.py")
            .file("shared/ada/mine", "mine\n")
            .of(ADA, "shared/ada/mine");
        let made = Command::new("/bin/sh")
            .args(["-ec", &format!("{make} .venv.vrun-lock")])
            .current_dir(sandbox.path("shared"))
            .status();
        assert!(made.is_ok_and(|status| status.success()), "{make}");
        let sandbox = sandbox.of(MALLORY, "shared/.venv.vrun-lock");
        let told = "[ROOT]/shared/.venv.vrun-lock: it belongs to daemon";
        sandbox.run(["probe"]).error(125, &[told]);
        let mine = fs::read_to_string(sandbox.path("shared/ada/mine"));
        assert_eq!(mine.expect("a file"), "mine\n");
    }
}

#[test]
fn another_users_lock_is_not_waited_for() {
    for is_there in [false, true] {
        let Some(sandbox) = shared() else { return };
        let sandbox = sandbox
            .file("shared/setup.py", "")
            .of(ADA, "shared/setup.py")
            .file("shared/.venv.vrun-lock", "")
            .of(MALLORY, "shared/.venv.vrun-lock");
        let lock = fs::File::open(sandbox.path("shared/.venv.vrun-lock")).expect("a file");
        lock.lock().expect("the lock");
        let told = "[ROOT]/shared/.venv.vrun-lock: it belongs to daemon, who may hold it forever\n  \
                    hint: wait until no other vrun is at work here, then remove [ROOT]/shared/.venv.vrun-lock\n";
        if is_there {
            // What is there is used, whatever lies beside it.
            let sandbox = sandbox.venv("shared/.venv").of(ADA, "shared/.venv");
            sandbox.run(["probe"]).in_env("shared/.venv");
            sandbox.run(["--create", "--clear"]).error(125, &[told]);
        } else {
            sandbox.run(["probe"]).error(125, &[told]);
            sandbox.chmod("shared/.venv.vrun-lock", 0o600);
            sandbox.run(["probe"]).error(125, &[told]);
        }
    }
}
