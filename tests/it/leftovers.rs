//! What a killed vrun left where other things lie too: the next one that writes there removes it, and nothing else.

use std::fs;
use std::process::Command;

use crate::sandbox::Sandbox;

/// As the names of unfinished files are, and as they are not.
const OLD: &str = ".vrun-newAb12Cd";
const NEW: &str = ".vrun-newEf34Gh";
const THEIRS: [&str; 3] = [".tmpAb12Cd", ".vrun-new-notes", "vrun-newAb12Cd"];

/// Puts them into a directory, all but one long ago.
fn litter(sandbox: Sandbox, dir: &str) -> Sandbox {
    let names = [OLD, NEW].into_iter().chain(THEIRS);
    let sandbox = names.fold(sandbox, |sandbox, name| {
        sandbox.link(format!("{dir}/{name}"), "nowhere")
    });
    let mut touch = Command::new("touch");
    touch.args(["-h", "-t", "202001010000", OLD]).args(THEIRS);
    let status = touch.current_dir(sandbox.path(dir)).status();
    assert!(status.is_ok_and(|status| status.success()));
    sandbox
}

fn is_swept(sandbox: &Sandbox, dir: &str) {
    let is_there = |name| fs::symlink_metadata(sandbox.path(dir).join(name)).is_ok();
    assert!(!is_there(OLD), "{OLD}");
    // Whose owner may be at work.
    for name in [NEW].into_iter().chain(THEIRS) {
        assert!(is_there(name), "{name}");
    }
}

#[test]
fn in_an_environment_the_next_install_removes_it() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/requirements.txt", "# none yet\n")
        .cwd("app");
    let sandbox = litter(sandbox, "app/.venv");
    sandbox.run(["--sync"]);
    is_swept(&sandbox, "app/.venv");
}

#[test]
fn among_shims_the_next_that_are_made_remove_it() {
    let sandbox = Sandbox::new()
        .dir("shims")
        .var("PATH", "[ROOT]/shims:[ROOT]/opt:/usr/bin:/bin");
    let sandbox = litter(sandbox, "shims");
    sandbox
        .run(["--shims", "[ROOT]/shims", "python"])
        .stdout("[ROOT]/shims/python\n");
    is_swept(&sandbox, "shims");
}
