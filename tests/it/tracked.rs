//! An environment that is tracked by git, which `-v` tells.

use crate::sandbox::Sandbox;

const TOLD: &str = "git tracks [ROOT]/app/.venv";

/// A repository with an environment in it, and real git on PATH.
fn app() -> Sandbox {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app");
    sandbox.sh("git init -q").code(0);
    sandbox
}

#[track_caller]
fn untold(sandbox: &Sandbox, typed: &[&str]) {
    let said = sandbox.run(typed).code(0).said();
    assert!(!said.contains("tracked"), "{said}");
}

#[test]
fn an_environment_that_git_tracks_is_told_under_verbose_with_what_ends_it() {
    let sandbox = app();
    untold(&sandbox, &["-v", "probe"]);
    sandbox.sh("git add -f .venv/pyvenv.cfg").code(0);
    sandbox.run(["-v", "probe"]).says(TOLD);
    sandbox.run(["-v", "--create"]).says(TOLD);
    untold(&sandbox, &["probe"]);
    sandbox.sh("git rm -rq --cached \"$PWD/.venv\"").code(0);
    untold(&sandbox, &["-v", "probe"]);
}

#[test]
fn nothing_of_the_project_is_started_to_find_that_out() {
    let sandbox = app()
        .script("app/.venv/bin/git", "#!/bin/sh\n: >[ROOT]/started\n")
        .script("app/monitor", "#!/bin/sh\n: >[ROOT]/started\n");
    let monitor = sandbox.path("app/monitor").display().to_string();
    sandbox.sh("git add -f .venv/pyvenv.cfg").code(0);
    sandbox
        .sh(&format!("git config core.fsmonitor {monitor}"))
        .code(0);
    let path = "[ROOT]/app/.venv/bin:/usr/local/bin:/usr/bin:/bin";
    let sandbox = sandbox.var("PATH", path);
    sandbox.run(["-nv", "probe"]).says(TOLD);
    assert!(!sandbox.path("started").exists());
}
