//! GNU make with `SHELL := vrun`.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{program, project, recipe, with_pytest};
use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// make, where it is GNU's.
fn make() -> Option<PathBuf> {
    let make = ["gmake", "make"]
        .iter()
        .find_map(|name| which::which(name).ok());
    let make = make.or_else(|| program("make"))?;
    let output = Command::new(&make).arg("--version").output().expect("make");
    let is_gnus = output.stdout.starts_with(b"GNU Make");
    if !is_gnus {
        tell("not tested: make, which is not GNU's here");
    }
    is_gnus.then_some(make)
}

const PREFIX: &str = "import sys; print(sys.prefix)";

#[test]
fn the_recipe_of_readme_runs_in_the_environment() {
    let Some(make) = make() else { return };
    let makefile = recipe("make", "SHELL := vrun\n\n");
    let project = with_pytest().file("app/Makefile", &makefile);
    let told = format!("pytest -q\n{}", project.by_pytest("['-q']"));
    let outcome = project.start(&make, &["test"]).code(0).stdout(&told);
    assert_eq!(outcome.stderr, "");
    project.start(&make, &["clean"]).code(0);
    assert!(!project.path("app/.venv").exists());
}

#[test]
fn the_recipe_for_bash_stops_at_what_fails_in_a_pipe() {
    let (Some(make), Some(_)) = (make(), program("bash")) else {
        return;
    };
    let setup = recipe("make", "SHELL := vrun\n.SHELLFLAGS");
    let rules =
        "all:\n\t@[[ $$- == *e*u* ]] && python -c 'print(1)'\n\t@false | true\n\t@echo no\n";
    let project = project().file("app/Makefile", &format!("{setup}{rules}"));
    let outcome = project.start(&make, &[]).code(2).stdout("1");
    outcome.says(&["Error 1"]);
    // As the chapter has it for an older make.
    let flags = setup.replace("-euo", "bash -euo").replace("export", "#");
    assert!(flags.contains(":= bash -euo pipefail -c\n#"));
    let shell = format!("V := $(shell [[ -n x ]] && python -c '{PREFIX}')\nwhere:\n\t@echo $(V)\n");
    let project = project.file("app/Makefile", &format!("{flags}{shell}{rules}"));
    let env = project.path("app/.venv").display().to_string();
    project.start(&make, &["where"]).code(0).stdout(&env);
    project.start(&make, &["all"]).code(2).stdout("1");
}

#[test]
fn make_reads_variables_recipes_and_exit_codes_as_ever() {
    let Some(make) = make() else { return };
    let makefile = "\
SHELL := vrun
WHERE := $(shell python -c 'import sys; print(sys.prefix)' | cat)
all: where several
\t-@python -c 'import sys; sys.exit(7)'
\t@echo \"still here\" | tr a-z A-Z
where:
\t@test \"$(WHERE)\" = \"$$VIRTUAL_ENV\" && echo '$(notdir $(WHERE))'
several:
\t@cd / && python -c 'import os; print(os.getcwd())'
\t@printenv PWD | grep -c /app$$
fail:
\t@python -c 'import sys; sys.exit(7)'
fail-in-line:
\t@python -c 'import sys; sys.exit(7)' && echo no
die:
\t@python -c 'import os; os.kill(os.getpid(), 15)'
missing:
\t@no-such-program
";
    let project = project().file("app/Makefile", makefile);
    let outcome = project.start(&make, &[]).code(0);
    let outcome = outcome.stdout(".venv\n/\n1\nSTILL HERE");
    outcome.says(&["vrun: created", "Error 7 (ignored)"]);
    for (target, said) in [
        ("fail", "Error 7"),
        ("fail-in-line", "Error 7"),
        ("die", "Terminated"),
        ("missing", "Error 127"),
    ] {
        project
            .start(&make, &[target])
            .code(2)
            .stdout("")
            .says(&[said]);
    }
}

#[test]
fn where_the_python_is_gone_each_line_says_that_it_may_take_another() {
    let Some(make) = make() else { return };
    let rules = "all:\n\t@python3 -c 'print(1)'\n\t@true && python3 -c 'print(2)'\n";
    let project = project().file("app/Makefile", &format!("SHELL := vrun\n{rules}"));
    project.run(["true"]).code(0);
    let env = project.path("app/.venv");
    for name in ["python", "python3"] {
        let link = env.join("bin").join(name);
        fs::remove_file(&link).expect("a link");
        symlink("/nonexist/python3", &link).expect("a link");
    }
    let said = format!(
        "vrun: {} is broken: its Python is gone; a `python` that this program starts is the next one on PATH; \
         `vrun --repair` fixes it\n",
        env.display()
    );
    let outcome = project.start(&make, &[]).code(0).stdout("1\n2");
    assert_eq!(outcome.stderr, said.repeat(2));
    let quiet = project.var("VRUN_QUIET", "1").start(&make, &[]).code(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_recipe_in_one_shell_is_one_line_of_many() {
    let Some(make) = make() else { return };
    let makefile = "\
SHELL := vrun
.SHELLFLAGS := -ec
.ONESHELL:
all:
\t@name=one
\tcd /
\techo $$name $$PWD
\tpython -c 'import sys
\tif sys.prefix:
\t    print(sys.prefix)'
\tfalse
\techo no
";
    let project = project().file("app/Makefile", makefile);
    let env = project.path("app/.venv").display().to_string();
    let outcome = project.start(&make, &[]).code(2);
    outcome.stdout(&format!("one /\n{env}")).says(&["Error 1"]);
}

#[test]
fn many_jobs_at_once_make_one_environment_and_share_the_job_server() {
    let Some(make) = make() else { return };
    let makefile = "\
SHELL := vrun
jobs := 1 2 3 4 5 6 7 8
all: $(jobs) sub
$(jobs) in-sub:
\t@python -c 'import sys; print(sys.prefix)'
sub:
\t@$(MAKE) --no-print-directory in-sub
\t+@vrun -c 'vrun $(MAKE) --no-print-directory in-sub'
";
    let project = project().file("app/Makefile", makefile);
    let outcome = project.start(&make, &["-j8"]).code(0);
    let env = project.path("app/.venv").display().to_string();
    assert_eq!(
        outcome.stdout.lines().collect::<Vec<_>>(),
        [&*env; 10],
        "{outcome}"
    );
    // One makes it; make itself would warn of a job server that is not there.
    let made = outcome.stderr.matches("vrun: created").count();
    assert_eq!(made, 1, "{outcome}");
    assert!(!outcome.stderr.contains("make"), "{outcome}");
}

/// The terminal sends Ctrl-C to all of them at once.
#[test]
fn ctrl_c_ends_make_and_what_it_runs() {
    let Some(make) = make() else { return };
    let code = "import pathlib, time; pathlib.Path(\"begun\").touch(); time.sleep(60)";
    let makefile = format!("SHELL := vrun\nall:\n\t@python -c '{code}'\n");
    let project = project().file("app/Makefile", &makefile);
    project.run(["true"]).code(0);
    let outcome = interrupted(&project, &make, "begun");
    assert_eq!(outcome.status.signal(), Some(2), "{outcome}");
    outcome.says(&["KeyboardInterrupt", "Interrupt"]);
}

/// Runs make in a group of its own, which gets SIGINT once there is that file. A test run in the background has the
/// signal ignored, so a Python stands before it.
fn interrupted(project: &Project, make: &Path, begun: &str) -> Outcome {
    let code = "import os, signal, sys; os.setpgid(0, 0); signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])";
    let mut command = Command::new(&pythons::newest().exe);
    project.place(&mut command);
    command.args(["-I", "-c", code]).arg(make);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("make");
    let start = Instant::now();
    while !project.path("app").join(begun).exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never began");
        thread::sleep(Duration::from_millis(10));
    }
    let kill = format!("kill -INT -{}", child.id());
    let sent = Command::new("/bin/sh").args(["-c", &kill]).status();
    assert!(sent.is_ok_and(|sent| sent.success()));
    Outcome::from(child.wait_with_output().expect("an end"))
}
