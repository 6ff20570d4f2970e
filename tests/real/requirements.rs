//! A fresh clone runs: what it requires is installed on first use, by a real pip and a real uv, from wheels that the
//! test makes. Nothing here needs a network, but for uv where none is installed.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::project::{Outcome, Project, signal, tell};
use crate::pythons;

/// A wheel that holds one module of its own name, which knows its version, and requires others. No two versions are of
/// one size: they may be of one second, and Python would not know that what it has compiled is another's.
const BUILD_WHEEL: &str = "\
import os, sys, zipfile
dir, name, version, tag = sys.argv[1:5]
os.makedirs(dir, exist_ok=True)
info = '%s-%s.dist-info/' % (name, version)
with zipfile.ZipFile('%s/%s-%s-%s.whl' % (dir, name, version, tag), 'w') as wheel:
    wheel.writestr(name + '.py', 'VERSION = %r' % version + '\\n' * int(version[0]))
    requires = ''.join('Requires-Dist: %s\\n' % word for word in sys.argv[5:])
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n%s' % (name, version, requires))
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: %s\\n' % tag)
    wheel.writestr(info + 'RECORD', ''.join(name + ',,\\n' for name in wheel.namelist()) + info + 'RECORD,,\\n')
";

/// A build backend (PEP 517, PEP 660) that needs nothing but Python. It waits as long as there is a file `wait`.
const BACKEND: &str = "\
import os, time, zipfile
def build_editable(dir, config_settings=None, metadata_directory=None):
    open('begun', 'w').close()
    while os.path.exists('wait'):
        time.sleep(0.05)
    info = 'app-1.dist-info/'
    with zipfile.ZipFile(os.path.join(dir, 'app-1-py3-none-any.whl'), 'w') as wheel:
        wheel.writestr('app.pth', os.getcwd() + '\\n')
        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: app\\nVersion: 1\\nRequires-Dist: alpha\\n')
        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr(info + 'RECORD', ''.join(name + ',,\\n' for name in wheel.namelist()) + info + 'RECORD,,\\n')
    return 'app-1-py3-none-any.whl'
build_wheel = build_editable
";

const PYPROJECT: &str = "\
[build-system]
requires = []
build-backend = 'backend'
backend-path = ['.']
[project]
name = 'app'
version = '1'
dependencies = ['alpha']
";

/// Says which versions there are of the packages that these tests know.
const VERSIONS: &str = "\
for name in 'alpha', 'beta', 'gamma':
    try:
        print(name, __import__(name).VERSION)
    except ImportError:
        pass
";

const ANY: &str = "py3-none-any";

/// A project, and an index of its own: alpha 1.0 and 2.0, and beta, which takes alpha below 2.
pub fn app(installer: &str) -> Project {
    let project = Project::with_python();
    let links = project.path("links").display().to_string();
    wheel(&project, &["alpha", "1.0", ANY]);
    wheel(&project, &["alpha", "2.0", ANY]);
    wheel(&project, &["beta", "1.0", ANY, "alpha<2"]);
    let project = match uv() {
        Some(uv) if installer == "uv" => project.link("bin/uv", uv),
        _ => project,
    };
    project
        .var("VRUN_INSTALLER", installer)
        .var("PIP_NO_INDEX", "1")
        .var("PIP_FIND_LINKS", &links)
        .var("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .var("UV_OFFLINE", "1")
        .var("UV_FIND_LINKS", &links)
}

/// The arguments after the directory are those of BUILD_WHEEL.
fn wheel(project: &Project, args: &[&str]) {
    let mut build = Command::new(&pythons::newest().exe);
    build
        .args(["-I", "-c", BUILD_WHEEL])
        .arg(project.path("links"));
    assert!(build.args(args).status().expect("a Python").success());
}

/// The installers that there are.
fn installers() -> Vec<&'static str> {
    match uv() {
        Some(_) => vec!["pip", "uv"],
        None => {
            tell("not tested: uv, of which there is none, and pip gets none");
            vec!["pip"]
        }
    }
}

/// A uv that works without its user's variables: one on PATH or in pyenv's directory, else one that pip gets.
fn uv() -> Option<&'static PathBuf> {
    static UV: OnceLock<Option<PathBuf>> = OnceLock::new();
    let works = |uv: &PathBuf| {
        let mut command = Command::new(uv);
        // A version manager's shim needs more than that.
        let command = command.arg("--version").env_clear().env("PATH", "/");
        let output = command.output();
        output.is_ok_and(|output| output.status.success() && output.stdout.starts_with(b"uv "))
    };
    UV.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut dirs: Vec<_> = std::env::split_paths(&path).collect();
        let kept = pythons::pyenv_root().map(|root| fs::read_dir(root.join("versions")));
        for entry in kept.into_iter().flatten().flatten().flatten() {
            dirs.push(entry.path().join("bin"));
        }
        let found = dirs.into_iter().map(|dir| dir.join("uv")).find(works);
        found.or_else(|| {
            let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("uv");
            let words = ["-m", "pip", "install", "-q", "uv", "--target"];
            let mut pip = Command::new(&pythons::newest().exe);
            let _ = pip.args(words).arg(&dir).status();
            Some(dir.join("bin/uv")).filter(works)
        })
    })
    .as_ref()
}

fn versions(project: &Project) -> Outcome {
    project.run(["python", "-c", VERSIONS])
}

#[test]
fn a_fresh_clone_with_requirements_runs_at_once() {
    for installer in installers() {
        let project = app(installer)
            .file("app/requirements.txt", "-r base.txt\n-c limits.txt\n")
            .file("app/base.txt", "alpha\n")
            .file("app/limits.txt", "alpha<2\n");
        let first = versions(&project).code(0).stdout("alpha 1.0");
        let lines: Vec<_> = first.stderr.lines().collect();
        assert_eq!(lines.len(), 4, "{first}");
        let begun = format!("vrun: installing requirements.txt with {installer}");
        assert_eq!(lines[2], begun);
        assert!(
            lines[3].starts_with("vrun: installed requirements.txt in "),
            "{first}"
        );
        let second = versions(&project).code(0).stdout("alpha 1.0");
        assert_eq!(second.stderr, "");
        // A file that it includes counts too.
        let project = project.file("app/limits.txt", "alpha<3\n");
        let said = versions(&project).code(0).stdout("alpha 1.0").stderr;
        assert_eq!(
            said,
            "vrun: limits.txt changed since the last install: run `vrun --sync`\n"
        );
        let synced = project.run(["--sync", "python", "-c", VERSIONS]).code(0);
        assert_eq!(synced.stdout("alpha 2.0").stderr.lines().count(), 2);
        assert_eq!(versions(&project).code(0).stderr, "");
    }
}

#[test]
fn a_fresh_clone_with_a_pyproject_has_the_project_itself_and_its_dev_group() {
    for installer in installers() {
        // The pip that a Python brings along knows no groups yet, and here is no newer one.
        let group = "[dependency-groups]\ndev = ['beta']\n";
        let (group, expected) = match installer {
            "uv" => (group, "alpha 1.0\nbeta 1.0"),
            _ => ("", "alpha 2.0"),
        };
        let project = app(installer)
            .file("app/pyproject.toml", &format!("{PYPROJECT}{group}"))
            .file("app/backend.py", BACKEND)
            .file("app/own.py", "WORD = 'editable'\n");
        versions(&project).code(0).stdout(expected);
        let own = "import own; print(own.WORD)";
        let project = project.dir("app/sub");
        let run = ["-C", "sub", "python", "-c", own];
        project.run(run).code(0).stdout("editable");
        // The settings of tools are no change, what the project requires is.
        let settings = format!("{PYPROJECT}{group}[tool.black]\nx = 1\n");
        let project = project.file("app/pyproject.toml", &settings);
        assert_eq!(versions(&project).code(0).stderr, "");
        let more = settings.replace("['alpha']", "['alpha<2']");
        let project = project.file("app/pyproject.toml", &more);
        let said = "pyproject.toml changed since the last install";
        versions(&project).code(0).says(&[said]);
    }
}

#[test]
fn a_group_that_the_environments_pip_is_too_old_for_has_it_upgraded_and_an_error_says_where_that_fails()
 {
    let group = format!("{PYPROJECT}[dependency-groups]\ndev = ['beta']\n");
    let project = app("pip")
        .file("app/pyproject.toml", &group)
        .file("app/backend.py", BACKEND);
    let made = versions(&project);
    if made.status.success() {
        tell("not tested: a pip that is too old for groups, for this one is not");
        return;
    }
    // There is no newer one here.
    let said = made.code(125);
    assert!(said.stderr.contains("vrun: upgrading pip "), "{said}");
    assert!(said.stderr.contains(" takes 25.1\n"), "{said}");
    said.says(&["vrun: pip ", " cannot install ", "hint: install uv"]);
}

#[test]
fn a_lock_comes_before_all_else() {
    if uv().is_none() {
        return tell("not tested: pylock.toml without a network takes uv");
    }
    let project = app("uv").file("app/requirements.txt", "alpha==1.0\n");
    let file = project.path("links/alpha-2.0-py3-none-any.whl");
    let code =
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let sum = Command::new(&pythons::newest().exe)
        .args(["-c", code])
        .arg(&file)
        .output();
    let sum = String::from_utf8(sum.expect("a Python").stdout).expect("UTF-8");
    let lock = format!(
        "lock-version = '1.0'\ncreated-by = 'a test'\n[[packages]]\nname = 'alpha'\nversion = '2.0'\n\
         [[packages.wheels]]\npath = '../links/alpha-2.0-py3-none-any.whl'\nhashes = {{ sha256 = '{}' }}\n",
        sum.trim()
    );
    let project = project.file("app/pylock.toml", &lock);
    versions(&project).code(0).stdout("alpha 2.0");
    // A hash that is another's.
    let project = project.file(
        "app/pylock.toml",
        &lock.replace(sum.trim(), &"0".repeat(64)),
    );
    fs::remove_dir_all(project.path("app/.venv")).expect("an environment");
    versions(&project)
        .code(125)
        .says(&["vrun: cannot install pylock.toml into "]);
    let project = project.file("app/pylock.toml", &lock);
    versions(&project).code(0).stdout("alpha 2.0");
}

/// What the installer refuses ends the first command, with all that it said; then commands run, with a line; when the
/// file is mended, the next one installs.
#[test]
fn what_cannot_be_installed_is_an_error_and_the_next_run_can_finish() {
    let hash = format!("alpha==1.0 --hash=sha256:{}\n", "0".repeat(64));
    for installer in installers() {
        for (requirements, part) in [
            ("nowhere-to-be-found\n", "nowhere-to-be-found"),
            ("alpha==2.0\nbeta\n", "alpha"),
            ("gamma\n", "gamma"),
            (&hash, "alpha"),
        ] {
            let project = app(installer).file("app/requirements.txt", requirements);
            wheel(&project, &["gamma", "1.0", "cp27-none-win32"]);
            refused_then_finished(project, installer, part);
        }
        let dead = "http://127.0.0.1:9/simple";
        let project = app(installer)
            .file("app/requirements.txt", "delta\n")
            .var("PIP_NO_INDEX", "0")
            .var("PIP_INDEX_URL", dead)
            .var("PIP_RETRIES", "0")
            .var("UV_OFFLINE", "0")
            .var("UV_HTTP_RETRIES", "0")
            .var("UV_INDEX_URL", dead);
        refused_then_finished(project, installer, "delta");
    }
}

fn refused_then_finished(project: Project, installer: &str, part: &str) {
    let log = project.path("app/.venv/vrun-install.log");
    let first = versions(&project).code(125).stdout("").says(&[
        "vrun: cannot install requirements.txt into ",
        "\n  cause: ",
        part,
        &format!("all that {installer} said is in {}", log.display()),
        "\n  hint: `vrun --sync` tries again",
    ]);
    let said = fs::read_to_string(&log).expect("a log");
    assert!(first.stderr.contains(&said), "{first}");
    // A look around.
    let next = versions(&project).code(0).stdout("");
    let line = "vrun: requirements.txt is not installed (";
    assert!(next.stderr.starts_with(line), "{next}");
    assert_eq!(next.stderr.lines().count(), 1, "{next}");
    project.run(["pip", "--version"]).code(0);
    // In CI it is tried again, and by request.
    let project = project.var("CI", "true");
    versions(&project).code(125);
    let project = project.var("CI", "false");
    project.run(["--sync"]).code(125);
    let project = project.file("app/requirements.txt", "alpha<2\n");
    let project = project.var("PIP_NO_INDEX", "1").var("UV_OFFLINE", "1");
    versions(&project).code(0).stdout("alpha 1.0");
    assert!(!log.exists());
    assert_eq!(versions(&project).code(0).stderr, "");
}

/// A project whose build waits.
fn slow(installer: &str) -> Project {
    app(installer)
        .file("app/pyproject.toml", PYPROJECT)
        .file("app/backend.py", BACKEND)
        .file("app/wait", "")
}

fn begin(project: &Project) -> Child {
    let mut vrun = project.interruptible(&["python", "-c", VERSIONS]);
    vrun.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = vrun.spawn().expect("vrun");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !project.path("app/begun").exists() {
        assert!(Instant::now() < deadline, "no build was begun");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn go(project: &Project) {
    fs::remove_file(project.path("app/wait")).expect("a file");
}

#[test]
fn an_install_that_is_interrupted_is_taken_up_by_the_next_run() {
    for installer in installers() {
        let project = slow(installer);
        let mut vrun = begin(&project);
        signal(&vrun, "INT");
        assert_eq!(vrun.wait().expect("an end").code(), Some(130));
        let mut said = String::new();
        let stderr = vrun.stderr.as_mut().expect("a pipe");
        stderr.read_to_string(&mut said).expect("UTF-8");
        assert!(said.ends_with("vrun: interrupted\n"), "{said}");
        // The environment is whole.
        let there = project.run(["--no-install", "python", "-c", VERSIONS]);
        assert_eq!(there.code(0).stdout("").stderr, "");
        project.run(["--no-install", "pip", "--version"]).code(0);
        go(&project);
        let next = versions(&project).code(0).stdout("alpha 2.0");
        assert!(!next.stderr.contains("vrun: creating "), "{next}");
        assert!(
            next.stderr.starts_with("vrun: installing pyproject.toml"),
            "{next}"
        );
        let names = project.names("app");
        assert!(!names.iter().any(|name| name.contains("vrun")), "{names:?}");
    }
}

#[test]
fn an_install_that_is_killed_is_taken_up_once_what_it_started_is_gone() {
    for installer in installers() {
        let project = slow(installer);
        let mut vrun = begin(&project);
        signal(&vrun, "KILL");
        assert_eq!(vrun.wait().expect("an end").signal(), Some(9));
        // pip is still at work in there, and the lock is its own.
        let mut next = project.vrun(["python", "-c", VERSIONS]);
        let next = next.stdout(Stdio::piped()).stderr(Stdio::piped());
        let next = next.spawn().expect("vrun");
        thread::sleep(Duration::from_millis(900));
        go(&project);
        let output = next.wait_with_output().expect("an end");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert_eq!(output.stdout, b"alpha 2.0\n", "{said}");
        let at = project.path("app/.venv").display().to_string();
        let waits = format!("vrun: waiting for another vrun, which is installing into {at}\n");
        assert!(said.starts_with(&waits), "{said}");
    }
}

#[test]
fn many_first_uses_at_once_install_once() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "alpha\n");
        let start = |_| {
            let mut vrun = project.vrun(["python", "-c", VERSIONS]);
            let vrun = vrun.stdout(Stdio::piped()).stderr(Stdio::piped());
            vrun.spawn().expect("vrun")
        };
        let children: Vec<_> = (0..10).map(start).collect();
        let mut all = String::new();
        for child in children {
            let output = child.wait_with_output().expect("an end");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
            assert_eq!(output.stdout, b"alpha 2.0\n", "{said}");
            all.push_str(&said);
        }
        assert_eq!(all.matches("vrun: installing ").count(), 1, "{all}");
        assert_eq!(all.matches("vrun: creating ").count(), 1, "{all}");
    }
}

#[test]
fn what_pip_freeze_writes_down_makes_the_same_environment_elsewhere() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "beta\n");
        let frozen = project.run(["pip", "freeze"]).code(0).stdout;
        assert_eq!(frozen, "alpha==1.0\nbeta==1.0\n");
        let project = project.file("app/requirements.txt", &frozen);
        project.run(["--sync"]).code(0);
        let clone = app(installer).file("app/requirements.txt", &frozen);
        assert_eq!(clone.run(["pip", "freeze"]).code(0).stdout, frozen);
    }
}

#[test]
fn sync_exact_takes_away_what_nothing_asks_for_and_says_it_first() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "beta\n");
        versions(&project).code(0).stdout("alpha 1.0\nbeta 1.0");
        wheel(&project, &["gamma", "1.0", ANY]);
        project.run(["pip", "install", "gamma"]).code(0);
        let project = project.file("app/requirements.txt", "alpha\n");
        project.run(["--sync"]).code(0);
        versions(&project)
            .code(0)
            .stdout("alpha 2.0\nbeta 1.0\ngamma 1.0");
        let exact = project.run(["--sync", "--exact"]).code(0);
        exact.says(&["vrun: removing beta, gamma: nothing asks for them\n"]);
        versions(&project).code(0).stdout("alpha 2.0");
        project.run(["pip", "--version"]).code(0);
        let again = project.run(["--sync", "--exact"]).code(0).stderr;
        assert!(!again.contains("removing"), "{again}");
    }
}

#[test]
fn with_no_install_a_new_environment_is_bare_and_stays_so_until_sync() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "alpha\n");
        let run = ["--no-install", "python", "-c", VERSIONS];
        project.run(run).code(0).stdout("");
        assert_eq!(versions(&project).code(0).stdout("").stderr, "");
        let project = project.var("VRUN_SYNC", "1");
        versions(&project).code(0).stdout("alpha 2.0");
        // With nothing to do it does nothing.
        assert_eq!(versions(&project).code(0).stderr, "");
        let project = project.file("app/requirements.txt", "alpha<2\n");
        versions(&project).code(0).stdout("alpha 1.0");
    }
}

#[test]
fn an_environment_of_the_users_own_changes_by_sync_alone() {
    let project = app("pip").file("app/requirements.txt", "alpha\n");
    let venv = project.path("app/.venv").display().to_string();
    let newest = pythons::newest();
    newest.says(&format!(
        "import venv; venv.create({venv:?}, symlinks=True, with_pip=True)"
    ));
    assert_eq!(versions(&project).code(0).stdout("").stderr, "");
    project.run(["--create"]).code(0).stdout(&venv);
    versions(&project).code(0).stdout("");
    project.run(["--sync"]).code(0);
    versions(&project).code(0).stdout("alpha 2.0");
}

#[test]
fn create_installs_too_and_prints_the_path_alone() {
    let project = app("pip").file("app/requirements.txt", "alpha\n");
    let venv = project.path("app/.venv").display().to_string();
    let made = project.run(["--create"]).code(0).stdout(&venv);
    made.says(&["vrun: installed requirements.txt in "]);
    versions(&project).code(0).stdout("alpha 2.0");
    let bare = project.path("bare").display().to_string();
    let args = ["--create", "--without-pip", "--env", &bare];
    project.run(args).code(0).stdout(&bare);
    // Another file, by its name.
    let project = project.file("app/dev.txt", "beta\n");
    let other = project.path("other").display().to_string();
    let named = ["--env", &other, "--requirements", "dev.txt"];
    let run = [&named[..], &["python", "-c", VERSIONS]].concat();
    project.run(run).code(0).stdout("alpha 1.0\nbeta 1.0");
    // It stays that one until another is named.
    let run = ["--env", &other, "python", "-c", VERSIONS];
    assert_eq!(project.run(run).code(0).stderr, "");
    let synced = project.run(["--env", &other, "--sync"]).code(0);
    synced.says(&["vrun: installed dev.txt in "]);
    let project = project.var("VRUN_REQUIREMENTS", "requirements.txt");
    let next = project.run(run).code(0).stdout("alpha 1.0\nbeta 1.0");
    next.says(&["vrun: installed requirements.txt in "]);
    assert_eq!(project.run(run).code(0).stderr, "");
}

#[test]
fn with_q_nothing_is_said_of_what_goes_well() {
    let project = app("pip").file("app/requirements.txt", "alpha\n");
    let first = project.run(["-q", "python", "-c", VERSIONS]).code(0);
    assert_eq!(first.stdout("alpha 2.0").stderr, "");
}

/// A shim that stands for nothing, as pyenv's does where no version has uv.
#[test]
fn a_uv_that_does_not_work_is_passed_over() {
    let project = app("pip").file("app/requirements.txt", "alpha\n");
    let shim = "#!/bin/sh\necho 'pyenv: uv: command not found' >&2\nexit 127\n";
    let project = project.script("bin/uv", shim).var("VRUN_INSTALLER", "");
    let first = project.run(["-v", "python", "-c", VERSIONS]).code(0);
    let shim = project.path("bin/uv").display().to_string();
    first.says(&[
        "installing requirements.txt with pip",
        &format!("{shim} is not used"),
    ]);
}
