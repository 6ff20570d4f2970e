//! vrun as other programs run it: under tox and nox in their own environments, as a notebook's kernel, as a server
//! that is reloaded and stopped, from cron and services with next to no variables, as the first process of a container.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::examples::recipe;
use crate::index;
use crate::project::{self, Outcome, Project, tell};

const VRUN: &str = env!("CARGO_BIN_EXE_vrun");
/// A line that says where it runs.
const PREFIX: &str = "import sys; print('prefix', sys.prefix)";

/// A project whose environment has these, made; or None where pip cannot install them. vrun is on PATH.
fn with(packages: &[&str]) -> Option<Project> {
    let project = Project::with_python().link("bin/vrun", VRUN);
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let project = project.var("PATH", path);
    project.run(["-q", "python", "-c", ""]).code(0);
    (packages.is_empty() || index::installs(&project, "app", packages)).then_some(project)
}

/// What is printed after `prefix `.
fn prefixes(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.stdout.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix("prefix "))
        .collect()
}

fn env(project: &Project, path: &str) -> String {
    project.path(path).display().to_string()
}

/// The command, which prints one prefix, is started there and prints that of the project's own environment.
fn runs_in_its_own(project: &Project, mut command: Command) {
    project.place(&mut command);
    let outcome = Outcome::of(&mut command).code(0);
    assert_eq!(prefixes(&outcome), [env(project, "app/.venv")], "{outcome}");
}

#[test]
fn under_tox_and_nox_vrun_stays_in_the_environment_that_they_made() {
    let Some(project) = with(&["tox", "nox"]) else {
        return;
    };
    let commands = "\n    vrun python -c \"import sys; print('prefix', sys.prefix)\"\n    sh -c 'cd src && vrun sh -c \"vrun python ../p.py\"'";
    let tox = recipe("ini", "[testenv]").replace("vrun\n", "vrun, sh\n");
    let tox = format!("[tox]\nenv_list = one\nskipsdist = true\n{tox}");
    let tox = tox.replace(" vrun pytest", commands);
    let run = recipe("python", "session.run").replace("\"pytest\"", "'python', 'p.py'");
    let nox = format!(
        "import nox\n@nox.session\ndef two(session):\n    {run}    with session.chdir('src'):\n        session.run('vrun', 'python', '../p.py', external=True)\n"
    );
    let project = project
        .dir("app/src")
        .file("app/p.py", PREFIX)
        .file("app/tox.ini", &tox)
        .file("app/noxfile.py", &nox);
    for (runner, made) in [("tox", "app/.tox/one"), ("nox", "app/.nox/two")] {
        let outcome = project.run([runner]).code(0);
        let made = env(&project, made);
        assert_eq!(
            prefixes(&outcome),
            [made.as_str(); 2],
            "{runner}: {outcome}"
        );
    }
}

#[test]
fn a_notebooks_kernel_lives_in_the_environment_of_the_notebooks_project() {
    let Some(project) = with(&["nbclient", "ipykernel"]) else {
        return;
    };
    let project = project.file("other/setup.py", "").dir("other/notes");
    if !index::installs(&project, "other", &["ipykernel"]) {
        return;
    }
    let kernel = recipe("json", "{\n    \"argv\"").replace("/path/to/vrun", VRUN);
    let code = "\
import sys, nbformat, nbclient
book = nbformat.v4.new_notebook()
book.cells = [nbformat.v4.new_code_cell(\"import sys; print('prefix', sys.prefix)\")]
nbclient.NotebookClient(book, kernel_name='vrun', resources={'metadata': {'path': sys.argv[1]}}).execute()
print(book.cells[0].outputs[0]['text'])
";
    let data = project.path("jupyter");
    let project = project
        .file("jupyter/kernels/vrun/kernel.json", &kernel)
        .var("JUPYTER_PATH", data);
    // The notebook server, itself under vrun in another project's environment.
    for dir in ["other/notes", "app"] {
        let dir = env(&project, dir);
        let outcome = project.run(["python", "-c", code, &dir]).code(0);
        let made = dir.replace("/notes", "") + "/.venv";
        assert_eq!(prefixes(&outcome), [made], "{outcome}");
    }
}

#[test]
fn workers_of_tests_are_the_environments_and_a_hook_runs_there() {
    let Some(project) = with(&["pytest-xdist", "pre-commit"]) else {
        return;
    };
    let test = format!(
        "import sys, pytest\n@pytest.mark.parametrize('n', range(4))\ndef test(n):\n    assert sys.prefix == {:?}\n",
        env(&project, "app/.venv")
    );
    let project = project.file("app/test_prefix.py", &test);
    let outcome = project.run(["pytest", "-q", "-n", "2"]).code(0);
    assert!(outcome.stdout.contains("4 passed"), "{outcome}");
    if which::which("git").is_err() {
        tell("not tested: pre-commit, for there is no git");
        return;
    }
    let hook = recipe("yaml", "- repo:").replace(
        "types: [python]",
        "verbose: true\n    always_run: true\n    pass_filenames: false",
    );
    let hook = format!("repos:\n{}", hook.replace("vrun mypy", "vrun python p.py"));
    let project = project
        .file("app/.pre-commit-config.yaml", &hook)
        .file("app/p.py", PREFIX);
    let git = which::which("git").expect("looked for before");
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        project.path("bin").display(),
        git.parent().expect("a directory").display()
    );
    let project = project.var("PATH", path);
    let line =
        "git init -q . && git add p.py .pre-commit-config.yaml && exec .venv/bin/pre-commit run";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", line]);
    runs_in_its_own(&project, command);
}

#[test]
fn a_server_is_reloaded_and_stopped_as_without_vrun() {
    // The one reloads in its own process and its workers, the other starts anew what it serves with (spawn).
    let wsgi = "def app(environ, start):\n    start('200 OK', [])\n    return [b'']\n";
    served(&["gunicorn", "--reload", "--bind", "unix:web.sock"], wsgi);
    let asgi = "async def app(scope, receive, send):\n    pass\n";
    served(&["uvicorn", "--reload", "--uds", "web.sock"], asgi);
}

/// Starts the server with this application, changes that, and stops the server.
fn served(server: &[&str], app: &str) {
    let Some(project) = with(&server[..1]) else {
        return;
    };
    let app =
        |word: &str| format!("import sys\nprint('serving {word}', sys.prefix, flush=True)\n{app}");
    let project = project.file("app/web.py", &app("one"));
    let mut command = project.vrun(server.iter().chain(&["web:app"]));
    let mut server = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("vrun");
    let mut lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    let prefix = env(&project, "app/.venv");
    assert_eq!(next(), format!("serving one {prefix}"));
    // The reloader compares what it sees with what it saw a second ago; a compiled file goes by size and second.
    thread::sleep(Duration::from_secs(3));
    let project = project.file("app/web.py", &app("the second"));
    assert_eq!(next(), format!("serving the second {prefix}"));
    // vrun has become the server: this is its process.
    project::signal(&server, "TERM");
    assert_eq!(server.wait().expect("an end").code(), Some(0));
    drop(project);
}

#[test]
fn a_job_with_next_to_no_variables_finds_its_environment() {
    let project = with(&[]).expect("nothing to install");
    let app = env(&project, "app");
    for vars in [
        &[][..],
        &[("PATH", "/usr/bin:/bin")],
        &[
            ("PATH", "/usr/bin:/bin"),
            ("HOME", "/"),
            ("LOGNAME", "root"),
            ("SHELL", "/bin/sh"),
        ],
    ] {
        let mut command = Command::new(VRUN);
        command
            .args(["-C", &app, "python", "-c", PREFIX])
            .env_clear()
            .current_dir("/");
        command.envs(vars.iter().copied()).stdin(Stdio::null());
        let outcome = Outcome::of(&mut command).code(0);
        assert_eq!(
            prefixes(&outcome),
            [format!("{app}/.venv")],
            "{vars:?}: {outcome}"
        );
        assert_eq!(outcome.stderr, "");
    }
}

#[test]
fn under_sudo_the_environment_is_the_same_and_stays_its_owners() {
    let Ok(sudo) = which::which("sudo") else {
        tell("not tested: sudo, which is not here");
        return;
    };
    let may = Command::new(&sudo)
        .args(["-n", "true"])
        .stderr(Stdio::null())
        .status();
    if !may.is_ok_and(|status| status.success()) {
        tell("not tested: sudo, which asks for a password here");
        return;
    }
    let project = with(&[]).expect("nothing to install");
    for options in [&["-n"][..], &["-nE"]] {
        let mut command = Command::new(&sudo);
        command.args(options).args([VRUN, "python", "-c", PREFIX]);
        runs_in_its_own(&project, command);
    }
}

#[test]
fn as_the_first_process_of_a_container_the_program_gets_the_signals() {
    let project = with(&[]).expect("nothing to install");
    let unshare = ["--pid", "--fork", "--mount-proc", "--kill-child"];
    let able = Command::new("unshare")
        .args(unshare)
        .arg("true")
        .stderr(Stdio::null())
        .status();
    if !able.is_ok_and(|status| status.success()) {
        tell("not tested: the first process of a container, for unshare(1) cannot make one here");
        return;
    }
    let code = "\
import os, pathlib, signal, sys, time
def stop(*_):
    print('stopped', os.getpid(), flush=True)
    sys.exit(5)
signal.signal(signal.SIGTERM, stop)
pathlib.Path('ready').touch()
time.sleep(60)
";
    let mut command = Command::new("unshare");
    command.args(unshare).args([VRUN, "python", "-c", code]);
    project.place(&mut command);
    let container = command.stdout(Stdio::piped()).spawn().expect("unshare");
    let ready = project.path("app/ready");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !ready.exists() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
    // What `docker stop` does, from outside.
    let first = child_of(container.id());
    let kill = Command::new("/bin/sh")
        .args(["-c", &format!("kill -TERM {first}")])
        .status();
    assert!(kill.is_ok_and(|status| status.success()));
    let outcome = Outcome::from(container.wait_with_output().expect("an end"));
    outcome.code(5).stdout("stopped 1");
}

/// The one child of a process (proc(5)).
fn child_of(process: u32) -> String {
    let path = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(Path::new(&path)).expect("Linux");
    children
        .split_whitespace()
        .next()
        .expect("a child")
        .to_owned()
}
