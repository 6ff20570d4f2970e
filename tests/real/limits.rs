//! A system that gives less than usual: no thread, no word of how children end, no locks.

use std::process::Command;

use crate::project::{Outcome, Project, program, tell};
use crate::pythons;
use crate::wheels::{app, installers, versions};

/// As many processes as vrun and a helper are, threads counted in, of a user that has no other.
#[test]
fn where_no_thread_can_be_started_an_environment_is_created() {
    let Some(setpriv) = program("setpriv").filter(|_| nix::unistd::Uid::effective().is_root())
    else {
        return tell("not tested: a limit of processes, for that takes root and setpriv");
    };
    let project = Project::with_python();
    let user = 40_000 + std::process::id() % 20_000;
    let owned = Command::new("/bin/sh")
        .args([
            "-c",
            "chmod 755 . && chown -R \"$0:$0\" app home",
            &user.to_string(),
        ])
        .current_dir(project.path(""))
        .status();
    assert!(owned.is_ok_and(|status| status.success()));
    for limit in 3..=6 {
        // They may read everything: the Python may lie in root's home.
        let mut command = Command::new(&setpriv);
        project.place(&mut command);
        command
            .args([format!("--reuid={user}"), format!("--regid={user}")])
            .args(["--clear-groups", "--inh-caps=+dac_read_search"])
            .args(["--ambient-caps=+dac_read_search", "prlimit"])
            .args([&format!("--nproc={limit}"), env!("CARGO_BIN_EXE_vrun")])
            .arg("/bin/true");
        command.env(
            "PATH",
            project.path("bin").display().to_string() + ":/usr/bin:/bin",
        );
        let outcome = Outcome::of(&mut command).code(0);
        let venv = project.path("app/.venv");
        assert!(!outcome.stderr.contains("panicked"), "{outcome}");
        let mut pip = Command::new(venv.join("bin/python"));
        Outcome::of(pip.args(["-m", "pip", "--version"])).code(0);
        for made in [venv, project.path("home/.cache")] {
            std::fs::remove_dir_all(made).expect("made just now");
        }
    }
}

/// As by a parent that does not wait for its children. The program finds SIGCHLD as vrun did.
#[test]
fn where_sigchld_is_ignored_helpers_are_waited_for_all_the_same() {
    let ignore = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])";
    let ignored = |project: &Project, args: &[&str]| {
        let mut command = Command::new(&pythons::newest().exe);
        project.place(&mut command);
        let command = command.args(["-I", "-c", ignore, env!("CARGO_BIN_EXE_vrun")]);
        Outcome::of(command.args(args))
    };
    let handler = [
        "python",
        "-c",
        "import signal; print(signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN)",
    ];
    let project = Project::with_python();
    ignored(&project, &handler).code(0).stdout("True");
    project.run(handler).code(0).stdout("False");
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "alpha<2\n");
        ignored(&project, &handler).code(0).stdout("True");
        versions(&project).code(0).stdout("alpha 1.0");
        let project = project.file("app/requirements.txt", "nowhere-to-be-found\n");
        ignored(&project, &["--sync"])
            .code(125)
            .says(&["nowhere-to-be-found", "the full output of "]);
    }
}

/// As on some network file systems: what is atomic without locks is done.
#[test]
fn where_nothing_can_be_locked_vrun_goes_on() {
    let Some(strace) = program("strace") else {
        return tell("not tested: a system without locks, for there is no strace");
    };
    for error in ["ENOLCK", "ENOSYS", "EOPNOTSUPP"] {
        let unlocked = |project: &Project, args: &[&str]| {
            let mut command = Command::new(&strace);
            project.place(&mut command);
            let inject = format!("inject=flock:error={error}");
            command
                .args([
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    "trace=flock",
                    "-e",
                    &inject,
                ])
                .arg(env!("CARGO_BIN_EXE_vrun"))
                .args(args);
            command
        };
        let project = app("pip").file("app/requirements.txt", "alpha<2\n");
        Outcome::of(&mut unlocked(&project, &["-v", "/bin/true"]))
            .code(0)
            .says(&[".venv.vrun-lock cannot be locked: "]);
        project.assert_only(&[".venv", "requirements.txt", "setup.py"]);
        versions(&project).code(0).stdout("alpha 1.0");
        let quiet = Outcome::of(&mut unlocked(&project, &["/bin/true"])).code(0);
        assert_eq!(quiet.stderr, "", "{quiet}");
        for args in [&["--sync"][..], &["--create", "--clear"], &["--repair"]] {
            Outcome::of(&mut unlocked(&project, args)).code(0);
            versions(&project).code(0).stdout("alpha 1.0");
        }
        project.assert_only(&[".venv", "requirements.txt", "setup.py"]);
        // Many at once: one's is taken, and no one's work is swept by another.
        let project = Project::with_python();
        let start = |_| {
            unlocked(&project, &["-q", "/bin/true"])
                .spawn()
                .expect("strace")
        };
        let children: Vec<_> = (0..6).map(start).collect();
        for mut child in children {
            assert_eq!(child.wait().expect("an end").code(), Some(0));
        }
        project.run(["pip", "--version"]).code(0);
        project.assert_only(&[".venv", "setup.py"]);
    }
}
