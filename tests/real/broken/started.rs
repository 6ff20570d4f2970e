//! Programs that start `python` by themselves, where the environment's own is gone or has become another one: make and
//! sh, with real Pythons.

use std::fs;
use std::process::Command;

use super::project;
use crate::project::{Outcome, Project, program, tell};
use crate::pythons;

const WHERE: &str = "import sys; print(sys.prefix)";

/// Whatever starts Python by itself.
const STARTERS: [&[&str]; 4] = [
    &["make", "test"],
    &["sh", "-c", "python where.py"],
    &["-c", "true && python where.py"],
    &["env", "python", "where.py"],
];

/// The same with a Makefile, and the system's programs on PATH behind what is there.
fn with_makefile(project: Project) -> Project {
    let dirs = [project.path("base/bin"), project.path("bin")];
    let [base, bin] = dirs.map(|dir| dir.display().to_string());
    project
        .file("app/Makefile", "test:\n\t@python where.py\n")
        .file("app/where.py", WHERE)
        .var("PATH", format!("{base}:{bin}:/usr/bin:/bin"))
}

/// Each of them prints `printed`, and vrun says that line first, or nothing.
#[track_caller]
fn all_print(project: &Project, printed: &str, said: &str) {
    for typed in STARTERS {
        if typed[0] == "make" && program("make").is_none() {
            tell("not tested: make, of which there is none");
            continue;
        }
        let ran = project.run(typed).code(0).stdout(printed);
        assert_eq!(ran.stderr, said, "{typed:?}: {ran}");
    }
}

#[test]
fn a_program_that_takes_the_systems_python_for_one_that_is_gone_is_run_with_a_word_of_it() {
    let python = pythons::newest();
    let project = with_makefile(project(python).python("python", python));
    let env = project.path("app/.venv").display().to_string();
    all_print(&project, &env, "");
    fs::remove_file(project.path("base/bin/python3")).expect("the base goes");
    let said = format!(
        "vrun: {env} is broken: its Python is gone; a `python` that this program starts is the next one on PATH; \
         `vrun --repair` fixes it\n"
    );
    all_print(&project, &python.says(WHERE), &said);
    // What vrun starts itself is this environment's all the same.
    let ran = project.run(["python", "where.py"]).code(0).stdout(&env);
    ran.says(&[" instead; programs that this one starts"]);
    project.run(["--repair"]).code(0);
    all_print(&project, &env, "");
}

#[test]
fn a_program_that_takes_another_minor_version_is_run_with_a_word_of_it() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    // As after an upgrade: python3 is the new one, and the old one is still there under its own name.
    let project = with_makefile(project(old));
    let env = project.path("app/.venv").display().to_string();
    all_print(&project, &env, "");
    fs::remove_file(project.path("base/bin/python3")).expect("removed");
    let project = project
        .link(&format!("base/bin/python{}", old.short()), &old.exe)
        .link(&format!("base/bin/python{}", new.short()), &new.exe)
        .link("base/bin/python3", format!("python{}", new.short()));
    let said = format!(
        "vrun: {env} is broken: it was created with Python {}, and its Python is now {}; a `python` that this \
         program starts sees none of its packages; `vrun --repair` fixes it\n",
        old.short(),
        new.short()
    );
    all_print(&project, &env, &said);
    project.run(["--repair"]).code(0);
    all_print(&project, &env, "");
}

#[test]
fn where_the_python_is_there_two_looks_tell() {
    let Some(strace) = program("strace") else {
        return tell("not tested: how often vrun looks at a Python, for there is no strace");
    };
    for python in pythons::all() {
        let project = Project::new().var("PATH", "/usr/bin:/bin");
        let exe = python.exe.display().to_string();
        project.run(["-q", "-p", &exe, "--create"]).code(0);
        let trace = project.path("trace");
        let mut traced = Command::new(&strace);
        project.place(&mut traced);
        traced.args(["-qq", "-o"]).arg(&trace);
        let ran = Outcome::of(traced.args([env!("CARGO_BIN_EXE_vrun"), "true"]));
        if !ran.status.success() {
            return tell(format_args!("not tested: how often vrun looks: {ran}"));
        }
        assert_eq!(ran.stderr, "");
        let trace = fs::read_to_string(trace).expect("a trace");
        let is_look = |line: &&str| {
            let file = line.split('"').nth(1).unwrap_or_default();
            file.rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with("python"))
        };
        let looks: Vec<_> = trace.lines().filter(is_look).collect();
        assert_eq!(looks.len(), 2, "{exe}: {looks:?}");
    }
}
