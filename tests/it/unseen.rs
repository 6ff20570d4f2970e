//! What a prompt or an editor asks a shim, where nobody looks at stderr: it makes nothing and installs nothing.

use std::fs;

use crate::sandbox::Sandbox;

/// A clone with no environment yet, and a shim on PATH.
fn clone() -> Sandbox {
    Sandbox::new()
        .file("app/pyproject.toml", "")
        .file("app/requirements.txt", "./evil\n")
        .file("app/evil/setup.py", "")
        .dir("shims")
        .link("shims/python", "[ROOT]/opt/vrun")
        .var("PATH", "[ROOT]/shims:/usr/bin:/bin")
        .cwd("app")
}

#[test]
fn a_shim_that_nobody_sees_creates_no_environment() {
    let sandbox = clone();
    let before = sandbox.tree();
    sandbox.sh("exec python --version").error(
        125,
        &[
            "there is no environment at [ROOT]/app/.venv\n",
            "a shim creates an environment only on a terminal or in CI\n",
            "`vrun --create --env [ROOT]/app/.venv` creates it",
        ],
    );
    assert_eq!(sandbox.tree(), before);
    // In CI the log is seen; then it is the missing Python that stops it.
    let sandbox = sandbox
        .var("CI", "true")
        .var("VRUN_PYTHON", "[ROOT]/no/python");
    let refused = sandbox.sh("exec python --version").code(125).said();
    assert!(refused.contains("[ROOT]/no/python"), "{refused}");
}

#[test]
fn a_shim_that_nobody_sees_finishes_no_install() {
    let sandbox = clone()
        .file("app/requirements.txt", "# none\n")
        .venv("app/.venv");
    sandbox.run(["--sync"]);
    sandbox.sh("exec python x").in_env("app/.venv");
    let file = sandbox.path("app/.venv/vrun-requirements");
    let state = fs::read_to_string(&file).expect("a state");
    let unfinished = state.replace("\ndone\n", "\nunfinished\n");
    fs::write(&file, unfinished).expect("a file");
    let told = [
        "the project's requirements are not installed in [ROOT]/app/.venv\n",
        "`vrun --sync` installs it",
    ];
    sandbox.sh("exec python x").error(125, &told);
    // Who asks for none has none.
    let sandbox = sandbox.var("VRUN_NO_INSTALL", "1");
    sandbox.sh("exec python x").in_env("app/.venv");
}

#[test]
fn a_shim_that_nobody_sees_tells_of_a_change_instead_of_installing_it() {
    let sandbox = clone()
        .file("app/requirements.txt", "# none\n")
        .venv("app/.venv");
    sandbox.run(["--sync"]);
    let sandbox = sandbox
        .file("app/requirements.txt", "./evil\n")
        .var("VRUN_SYNC", "1");
    let said = sandbox.sh("exec python x").in_env("app/.venv").said();
    assert!(
        said.contains("requirements.txt changed since the last install"),
        "{said}"
    );
}
