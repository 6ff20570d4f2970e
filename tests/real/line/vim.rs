//! Vim with `set shell=vrun`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{program, recipe, with_pytest};
use crate::project::{Project, tell};

/// Vim, where it has `:make` and what the tests ask it with.
fn vim() -> Option<PathBuf> {
    let vim = program("vim")?;
    let output = Command::new(&vim).arg("--version").output().expect("vim");
    let features = String::from_utf8_lossy(&output.stdout).into_owned();
    let lacks = ["+quickfix", "+eval"]
        .iter()
        .find(|name| !features.contains(**name));
    if let Some(feature) = lacks {
        tell(format_args!("not tested: vim, which has no {feature} here"));
    }
    lacks.is_none().then_some(vim)
}

/// Has Vim, set up by the chapter, run these commands, of which the last writes `said`.
fn said(project: &Project, vim: &Path, commands: &[&str]) -> String {
    let mut args = vec!["-N", "-es", "-u", "vimrc", "-i", "NONE"];
    for command in commands {
        args.extend(["-c", command]);
    }
    args.extend(["-c", "qall!"]);
    project.start(vim, &args).code(0);
    fs::read_to_string(project.path("app/said")).expect("what Vim wrote")
}

fn project() -> Project {
    with_pytest().file("app/vimrc", &recipe("vim", "set shell=vrun"))
}

#[test]
fn a_command_of_vims_runs_in_the_environment() {
    let Some(vim) = vim() else { return };
    let project = project();
    let told = project.by_pytest("['-x', 'a b']");
    let read = ["read !pytest -x 'a b' | cat", "write said"];
    assert_eq!(said(&project, &vim, &read).trim(), told);
    let call = "call writefile([trim(system('pytest fail && echo no')), v:shell_error], 'said')";
    let told = project.by_pytest("['fail']");
    assert_eq!(said(&project, &vim, &[call]), format!("{told}\n1\n"));
}

#[test]
fn make_runs_makeprg_in_the_environment_and_reads_what_it_says() {
    let Some(vim) = vim() else { return };
    let project = project();
    let list = "call writefile(map(getqflist(), 'v:val.text'), 'said')";
    let told = format!("{}\n", project.by_pytest("['-q', 'x.py']"));
    assert_eq!(said(&project, &vim, &["make! x.py", list]), told);
    let python = "set makeprg=python\\ -m\\ py_compile";
    fs::write(project.path("app/bad.py"), "def f(:\n").expect("a file");
    let text = said(&project, &vim, &[python, "make! bad.py", list]);
    assert!(
        text.contains("bad.py") && text.contains("SyntaxError"),
        "{text}"
    );
}
