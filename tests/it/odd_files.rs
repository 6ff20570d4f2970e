//! What a project or an environment holds in place of a small text file: a pipe that no one writes to, a link to a
//! device without end, a gibibyte. vrun says so where it needs the file, and goes on where it does not.

use crate::sandbox::Sandbox;

/// Ways to make a file called `$1` that is not to be read to its end.
const ODD: [&str; 3] = ["mkfifo", "ln -s /dev/zero", "truncate -s 1G"];

/// No vrun needs more memory, and one that reads for ever comes to an end.
const LIMIT: &str = "ulimit -v 1000000 2>/dev/null";

/// Puts `odd` in the place of the file at `path`, and runs vrun with these arguments.
fn with_odd(sandbox: &Sandbox, odd: &str, path: &str, args: &str) -> String {
    let line = format!("rm -f {path} && {odd} {path} && {LIMIT}; exec $vrun {args}");
    let (status, stdout, stderr) = sandbox.sh(&line).whole();
    assert!(
        status.code().is_some_and(|code| code <= 125),
        "{line}: {status}\n{stdout}{stderr}"
    );
    format!("{stdout}{stderr}")
}

fn app() -> Sandbox {
    Sandbox::new().venv("app/.venv").cwd("app")
}

/// Why an odd file is not read.
fn reason(odd: &str, limit: &str) -> String {
    match odd.starts_with("truncate") {
        true => format!("\n  cause: it is larger than {limit}\n"),
        false => "\n  cause: it is not a regular file\n".into(),
    }
}

#[test]
fn a_file_that_requests_a_python_is_read_if_it_is_one() {
    for odd in ODD {
        for (file, limit) in [(".python-version", "64 KiB"), ("pyproject.toml", "64 MiB")] {
            let sandbox = Sandbox::new().dir("app").cwd("app");
            let said = with_odd(&sandbox, odd, file, "--create --no-install");
            let what = format!("vrun: cannot read which Python to use from [ROOT]/app/{file}\n");
            assert!(said.starts_with(&what), "{said}");
            assert!(said.contains(&reason(odd, limit)), "{odd}: {said}");
        }
    }
}

#[test]
fn a_pyproject_that_is_no_file_says_nothing_of_what_to_install() {
    for odd in ODD {
        let said = with_odd(&app(), odd, "pyproject.toml", "--sync");
        assert!(
            said.contains("vrun: cannot read what to install from"),
            "{said}"
        );
        assert!(said.contains(&reason(odd, "64 MiB")), "{odd}: {said}");
    }
}

#[test]
fn requirements_that_became_no_file_have_changed() {
    for odd in ODD {
        let sandbox = app().file("app/requirements.txt", "# none yet\n");
        sandbox.run(["--sync"]);
        let said = with_odd(&sandbox, odd, "requirements.txt", "probe");
        assert!(said.contains("vrun: requirements.txt "), "{odd}: {said}");
        assert!(said.contains("\nVIRTUAL_ENV=[ROOT]/app/.venv\n"), "{said}");
    }
}

#[test]
fn what_was_installed_is_read_from_a_file_before_a_command() {
    for odd in ODD {
        for args in ["probe", "--info", "--doctor"] {
            let said = with_odd(&app(), odd, ".venv/vrun-requirements", args);
            assert!(said.contains("[ROOT]/app/.venv"), "{odd}, {args}: {said}");
        }
    }
}

#[test]
fn an_environment_full_of_odd_files_is_still_looked_at() {
    let site = "app/.venv/lib/python3.12/site-packages";
    let files = "cd .venv/lib/python3.12/site-packages; for file in \
        x.pth y.egg-link x-1.dist-info/RECORD x-1.dist-info/METADATA x-1.dist-info/WHEEL \
        x-1.dist-info/entry_points.txt x-1.dist-info/direct_url.json \
        ../../../bin/pyvenv.cfg ../../../bin/activate ../../../bin/tool";
    for odd in ODD {
        let sandbox = app().dir(format!("{site}/x-1.dist-info"));
        sandbox.sh(&format!("{files}; do {odd} $file; done"));
        for args in ["--doctor", "--info", "-n --repair", "tool"] {
            let (status, stdout, stderr) =
                sandbox.sh(&format!("{LIMIT}; exec $vrun {args}")).whole();
            let ended = status.code().is_some_and(|code| code <= 127);
            assert!(ended, "{odd}, {args}: {status}\n{stdout}{stderr}");
        }
    }
}

#[test]
fn a_pyvenv_cfg_without_end_is_a_broken_one() {
    for args in ["probe", "--info", "--doctor", "-n --repair"] {
        let said = with_odd(&app(), "truncate -s 1G", ".venv/pyvenv.cfg", args);
        assert!(
            said.contains("larger than the 32 KiB that Python reads"),
            "{args}: {said}"
        );
    }
}

#[test]
fn a_script_that_comes_through_a_pipe_is_left_to_python() {
    let sandbox = app().file("app/tool.py", "# /// script\n# dependencies = [1]\n# ///\n");
    for line in [
        "cat tool.py | $vrun -s /dev/stdin",
        "mkfifo pipe; cat tool.py >pipe & $vrun -s pipe; cat pipe >/dev/null",
    ] {
        let ran = sandbox.sh(line).in_env("app/.venv");
        ran.says("is not a regular file: inline script metadata in it is not read\n");
    }
}
