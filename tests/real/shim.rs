//! What asks an interpreter for its place gets the environment's answers through a shim: editors, `venv`,
//! multiprocessing, jobs without variables.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::mounts::{can_mount, in_mounts};
use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// A project with an environment, and shims of these names in `shims`, which is first on PATH.
pub(crate) fn project(names: &[&str]) -> Project {
    let project = unmade(names);
    project.run(["-q", "python", "-c", ""]).code(0);
    project
}

/// The same without the environment.
fn unmade(names: &[&str]) -> Project {
    let project = Project::with_python().dir("app/src").dir("shims");
    let dir = project.path("shims");
    let words: Vec<_> = ["--shims".as_ref(), dir.as_os_str()]
        .into_iter()
        .chain(names.iter().map(OsStr::new))
        .collect();
    project.run(words).code(0);
    let path = format!("{}:{}", dir.display(), project.path("bin").display());
    project.var("PATH", path)
}

/// A program with the project's variables, in a folder of the project.
pub(crate) fn start<S: AsRef<OsStr>>(
    project: &Project,
    program: impl AsRef<Path>,
    args: impl IntoIterator<Item = S>,
) -> Outcome {
    let mut command = Command::new(program.as_ref());
    command.args(args);
    project.place(&mut command);
    command.current_dir(project.path("app/src"));
    Outcome::of(&mut command)
}

fn shim(project: &Project) -> PathBuf {
    project.path("shims/python")
}

/// sys.executable, sys.prefix and the base's, as a script prints them.
const PLACES: &str = "import sys; print(sys.executable, sys.prefix, sys.base_prefix, sep='\\n')";

fn places(project: &Project, name: &str) -> String {
    let env = project.path("app/.venv");
    let python = env.join("bin").join(name);
    let base = &pythons::newest().prefix;
    format!(
        "{}\n{}\n{}",
        python.display(),
        env.display(),
        base.display()
    )
}

#[test]
fn every_way_to_call_python_leads_to_the_environment() {
    let project = project(&["python", "python3"]);
    let project = project
        .file("app/src/places.py", PLACES)
        .file("app/src/places/__main__.py", PLACES);
    for name in ["python", "python3"] {
        let shim = project.path("shims").join(name);
        for args in [
            &["-c", PLACES][..],
            &["-I", "-c", PLACES],
            &["-E", "-s", "-c", PLACES],
            &["-IB", "-X", "utf8", "-c", PLACES],
            &["places.py"],
            &["./places.py", "--", "-h"],
            &["-m", "places"],
            &["places"],
        ] {
            start(&project, &shim, args)
                .code(0)
                .stdout(&places(&project, name));
        }
    }
    start(&project, shim(&project), ["-c", "import sys; sys.exit(7)"]).code(7);
    let version = format!("Python {}", pythons::newest().full());
    start(&project, shim(&project), ["-V"])
        .code(0)
        .stdout(&version);
}

#[test]
fn a_script_on_standard_input_is_the_environments_pythons() {
    let project = project(&["python"]);
    for args in [&["-"][..], &[], &["-I", "-"]] {
        let mut command = Command::new(shim(&project));
        command.args(args);
        project.place(&mut command);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("a shim");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(PLACES.as_bytes()).expect("a reader");
        drop(stdin);
        let output = child.wait_with_output().expect("an end");
        Outcome::from(output)
            .code(0)
            .stdout(&places(&project, "python"));
    }
}

/// VS Code's interpreterInfo.py, PyCharm's questions, and what pyright asks for its search path.
#[test]
fn what_editors_ask_an_interpreter_is_answered_by_the_environments() {
    let project = project(&["python"]);
    let ask = |code: &str, flags: &[&str]| {
        let args: Vec<_> = flags.iter().chain(&["-c", code]).copied().collect();
        let through = start(&project, shim(&project), args.iter()).code(0).stdout;
        let direct = start(&project, project.path("app/.venv/bin/python"), args.iter())
            .code(0)
            .stdout;
        assert_eq!(through, direct, "{code}");
        through
    };
    let vscode = "import json, sys; print(json.dumps({'versionInfo': list(sys.version_info), 'sysPrefix': sys.prefix, 'sysVersion': sys.version, 'is64Bit': sys.maxsize > 2**32}))";
    let said = ask(vscode, &["-I"]);
    let prefix = format!("\"sysPrefix\": \"{}\"", project.path("app/.venv").display());
    assert!(said.contains(&prefix), "{said}");
    ask("import sys; print(sys.executable)", &[]);
    ask(
        "import sys, os; print(os.linesep.join(sys.path))",
        &["-E", "-s"],
    );
    ask(
        "import sysconfig, json; print(json.dumps(sysconfig.get_paths(), sort_keys=True))",
        &["-u"],
    );
    let pyright = "import os, os.path, sys, json; normalize = lambda p: os.path.normcase(os.path.normpath(p)); cwd = normalize(os.getcwd()); sys.path[:] = [p for p in sys.path if p != '' and normalize(p) != cwd]; print(json.dumps(dict(path=sys.path, prefix=sys.prefix)))";
    ask(pyright, &[]);
    ask("import site; print(site.getsitepackages())", &["-I"]);
}

#[test]
fn an_environment_made_through_a_shim_has_the_real_base() {
    let project = project(&["python3"]);
    let shim = project.path("shims/python3");
    start(&project, &shim, ["-m", "venv", "--without-pip", "inner"]).code(0);
    let base = &pythons::newest().prefix;
    let code = "import sys; print(sys.base_prefix)";
    start(
        &project,
        project.path("app/src/inner/bin/python"),
        ["-c", code],
    )
    .code(0)
    .stdout(&base.display().to_string());
    let cfg = fs::read_to_string(project.path("app/src/inner/pyvenv.cfg")).expect("a file");
    assert!(!cfg.contains("shims"), "{cfg}");
    let code = "import sys; print(getattr(sys, '_base_executable', sys.executable))";
    let said = start(&project, &shim, ["-c", code]).code(0).stdout;
    assert!(!said.contains("shims"), "{said}");
}

#[test]
fn processes_that_multiprocessing_spawns_are_the_environments() {
    let text = "\
import multiprocessing, sys
def places(_):
    return sys.executable, sys.prefix
if __name__ == '__main__':
    multiprocessing.set_start_method('spawn')
    with multiprocessing.Pool(2) as pool:
        print(set(pool.map(places, range(4))) == {(sys.executable, sys.prefix)})
";
    let project = project(&["python"]).file("app/src/many.py", text);
    start(&project, shim(&project), ["many.py"])
        .code(0)
        .stdout("True");
}

#[test]
fn first_use_through_a_shim_never_takes_a_shim_for_a_base() {
    // The names that are looked for first, one a copy of another version, and all before the real one.
    let project = unmade(&["python3", "python", "python3.99"]).var("CI", "true");
    let copy = project.path("shims/python3.98");
    let line = "cp \"$1\" \"$2\" && printf x >>\"$2\"";
    let copied = Command::new("/bin/sh")
        .args(["-c", line, "sh", env!("CARGO_BIN_EXE_vrun")])
        .arg(&copy)
        .status();
    assert!(copied.is_ok_and(|status| status.success()));
    let made = start(&project, project.path("shims/python"), ["-c", PLACES]).code(0);
    let made = made
        .says(&["vrun: created "])
        .stdout(&places(&project, "python"));
    assert!(!made.stderr.contains("no answer"), "{made}");
    // Named, it is no base either.
    for path in [shim(&project), copy] {
        let path = path.to_str().expect("a plain path");
        let refused = project.run(["--create", "--env", "other", "-p", path]);
        refused.code(125).says(&["it is vrun itself"]);
    }
}

#[test]
fn a_shim_needs_no_variable() {
    let project = project(&["python", "pip"]);
    // As with `env -i`, in a service's start, in a cron job.
    for vars in [
        "",
        "PATH=/usr/bin:/bin",
        "PATH=/usr/bin:/bin HOME=/ SHELL=/bin/sh LOGNAME=root",
    ] {
        let line = format!("exec /usr/bin/env -i {vars} \"$0\" -c \"$1\"");
        let shim = shim(&project);
        let args = [
            "-c".as_ref(),
            line.as_ref(),
            shim.as_os_str(),
            PLACES.as_ref(),
        ];
        start(&project, "/bin/sh", args)
            .code(0)
            .stdout(&places(&project, "python"));
    }
    let mut command = Command::new(project.path("shims/pip"));
    command
        .arg("--version")
        .current_dir(project.path("app/src"))
        .env_clear();
    let said = Outcome::of(&mut command).code(0).stdout;
    let home = project.path("app/.venv").display().to_string();
    assert!(said.contains(&home), "{said}");
}

#[test]
fn in_a_makefile_shims_need_nothing_but_their_directory_on_path() {
    if which::which("make").is_err() {
        crate::project::tell("not tested: shims in a Makefile, for there is no make");
        return;
    }
    let project = project(&["python"]);
    let print = "python -c 'import sys; print(sys.prefix)'";
    let makefile = format!(
        "PREFIX := $(shell {print})\nall:\n\t@echo $(PREFIX)\n\t@{print}\n\t@$(MAKE) -s -C .. -f src/Makefile inner\ninner:\n\t@{print}\n"
    );
    let path = format!("{}:/usr/bin:/bin", project.path("shims").display());
    let project = project
        .file("app/src/Makefile", &makefile)
        .var("PATH", path);
    let home = project.path("app/.venv").display().to_string();
    start(&project, "/usr/bin/make", ["-s"])
        .code(0)
        .stdout(&[home.as_str(); 3].join("\n"));
}

#[test]
fn what_an_install_starts_through_a_shim_neither_waits_for_it_nor_makes_an_environment() {
    // Up to 3.11 an environment has setuptools, and pip runs a setup.py without the index.
    let mut old = pythons::all()
        .iter()
        .filter(|python| python.version < (3, 12, 0));
    let Some(old) = old.next_back() else {
        crate::project::tell("not tested: shims in a setup.py, for there is no Python before 3.12");
        return;
    };
    let setup = "\
import os, subprocess, setuptools
code = 'import sys; print(sys.prefix)'
for place in ['.', '..']:
    said = subprocess.check_output(['python3', '-c', code], cwd=place, universal_newlines=True)
    with open(os.environ['SAID'], 'a') as out: out.write(said)
setuptools.setup(name='app', version='1', py_modules=[])
";
    let project = unmade(&["python", "python3"]).var("CI", "true");
    let project = project
        .file("app/requirements.txt", "./package\n")
        .file("app/package/setup.py", setup);
    let (said, vrun_installer) = (project.path("said"), "pip");
    let project = project
        .var("SAID", &said)
        .var("VRUN_INSTALLER", vrun_installer)
        .var("VRUN_PYTHON", &old.exe);
    start(&project, project.path("shims/python"), ["-c", ""]).code(0);
    let said = fs::read_to_string(said).expect("setup.py ran");
    let env = project.path("app/.venv").display().to_string();
    assert!(
        !said.is_empty() && said.lines().all(|line| line == env),
        "{said}"
    );
    assert!(!project.path("app/package/.venv").exists());
}

#[test]
fn a_version_manager_that_falls_back_on_a_shim_is_passed_over_at_once() {
    let project = unmade(&["python3"]);
    let fall_back = format!(
        "#!/bin/sh\nexec {} \"$@\"\n",
        project.path("shims/python3").display()
    );
    let project = project.dir("managed").script("managed/python3", &fall_back);
    let dirs = ["managed", "shims", "bin"].map(|dir| project.path(dir).display().to_string());
    let project = project.var("PATH", dirs.join(":"));
    let made = project.run(["-v", "python", "-c", PLACES]).code(0);
    let made = made.says(&["there is no environment at", "vrun: created "]);
    assert!(!made.stderr.contains("no answer"), "{made}");
    made.stdout(&places(&project, "python"));
}

/// As in some chroots, where the system does not say which file a process runs from.
#[test]
fn shims_are_made_and_run_where_there_is_no_proc() {
    const UNMOUNT: &str = "/bin/mount -t tmpfs none /proc";
    if !can_mount(UNMOUNT) {
        return tell("not tested: shims without /proc, for nothing can be mounted here");
    }
    let project = Project::with_python().link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    project.run(["-q", "--create"]).code(0);
    let link = project.path("bin/vrun").display().to_string();
    for typed in ["vrun".to_owned(), format!("'{link}'")] {
        let line = format!(
            "{UNMOUNT} && {typed} -q --shims shims python >/dev/null && /bin/readlink shims/python && \
             PATH=\"$PWD/shims:$PATH\" python -c 'import sys; print(sys.prefix)'"
        );
        let env = project.path("app/.venv").display().to_string();
        let ran = in_mounts(&project, &line).code(0);
        ran.stdout(&format!("{link}\n{env}"));
        fs::remove_dir_all(project.path("app/shims")).expect("removed");
    }
}
