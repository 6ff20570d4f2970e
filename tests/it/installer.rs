//! How an installer ends, and what it leaves: a made-up uv. (What real ones install is for the tests with real Pythons.)

use crate::sandbox::Sandbox;

/// A project that requires something, and a uv that does this for it. It installs nothing, so nothing is required here.
fn app(install: &str) -> Sandbox {
    let uv = format!("#!/bin/sh\ncase $1 in --version) echo uv 0.9.0;; *) {install};; esac\n");
    Sandbox::new()
        .venv("app/.venv")
        .file("app/requirements.txt", "six; os_name == 'x'\n")
        .script("bin/uv", uv)
        .var("PATH", "[ROOT]/bin:/usr/bin:/bin")
        .cwd("app")
}

const INSTALLED: &str = "vrun: installed requirements.txt in ";

#[test]
fn an_installer_that_is_killed_is_named_and_the_next_command_goes_on() {
    let sandbox = app("echo half a wheel; [ -e ../memory ] || kill -9 $$");
    for args in [vec!["--sync"], vec!["probe"]] {
        let error = "half a wheel\nvrun: cannot install requirements.txt into [ROOT]/app/.venv\n  \
            cause: uv was killed by signal 9\n  hint: the next command tries again; \
            `vrun --no-install ...` runs with what is installed\n";
        sandbox.run(args).code(125).says(error);
    }
    sandbox.run(["--no-install", "probe"]).in_env("app/.venv");
    let sandbox = sandbox.file("memory", "");
    sandbox.run(["probe"]).in_env("app/.venv").says(INSTALLED);
}

#[test]
fn a_pip_that_is_killed_is_not_one_that_is_missing() {
    let sandbox = app("exit 1").var("VRUN_INSTALLER", "pip");
    let sandbox = sandbox.script("dying", "#!/bin/sh\nkill -9 $$\n");
    sandbox.sh("mv [ROOT]/dying .venv/bin/python");
    let said = sandbox.run(["--sync"]).complaint();
    assert!(said.contains("cause: pip was killed by signal 9"), "{said}");
}

/// It keeps what it was started with: the lock.
#[test]
fn what_a_build_leaves_running_holds_nobody_up() {
    let daemon = "exec 3<&0; sleep 300 <&3 >/dev/null 2>&1 & echo $! >>daemons; \
        until [ -e go ]; do sleep 0.05; done";
    let line = "$vrun --sync >first 2>&1 & first=$!; \
        until [ -e daemons ]; do sleep 0.05; done; \
        $vrun --sync >second 2>&1 & second=$!; \
        until grep -qs waiting second; do sleep 0.05; done; \
        touch go; wait $first $second; kill -9 $(cat daemons); cat first second";
    let said = app(daemon).sh(line).text();
    assert_eq!(said.matches(INSTALLED).count(), 2, "{said}");
}
