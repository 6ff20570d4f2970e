//! What shells do themselves, by their own account, vrun leaves to them.

use std::os::unix::fs::symlink;
use std::process::Command;

use super::{program, project};
use crate::project::Project;

/// Says what the shell has itself, each on a line of its own.
const LISTS: [(&str, &str); 3] = [
    ("bash", "compgen -bk"),
    ("ksh", "builtin | grep -v /"),
    ("busybox", "help | tail -n +3 | tr -s ' \\t' '\\n\\n'"),
];

#[test]
fn what_a_shell_does_itself_is_left_to_it() {
    let project = project();
    project.run(["true"]).code(0);
    for (shell, list) in LISTS {
        let Some(file) = program(shell) else { continue };
        let mut command = Command::new(file);
        if shell == "busybox" {
            command.arg("sh");
        }
        let output = command.args(["-c", list]).output().expect("a shell");
        let words = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(words.lines().any(|word| word == "cd"), "{shell}: {words}");
        let is_direct = |word: &&str| {
            add_program(&project, word);
            let told = project.run(["-n", "-c", word]).code(0);
            !told.stdout.contains(" /bin/sh -c ")
        };
        let words = words.lines().filter(|word| !word.is_empty());
        let direct: Vec<_> = words.filter(is_direct).collect();
        assert!(direct.is_empty(), "{shell}'s own: {direct:?}");
    }
}

/// A program of that name in the environment, where a file can have it.
fn add_program(project: &Project, name: &str) {
    let at = project.path("app/.venv/bin").join(name);
    if !at.exists() {
        let _ = symlink("/bin/true", at);
    }
}
