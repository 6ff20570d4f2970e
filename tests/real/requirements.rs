//! A fresh clone runs: what it requires is installed on first use, by a real pip and a real uv.

use std::fs;
use std::process::Command;

use crate::project::tell;
use crate::pythons;
use crate::wheels::{ANY, BACKEND, PYPROJECT, VERSIONS, app, installers, uv, versions, wheel};

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
        // What is there and goes with it stays.
        let synced = project.run(["--sync", "python", "-c", VERSIONS]).code(0);
        assert_eq!(synced.stdout("alpha 1.0").stderr.lines().count(), 2);
        assert_eq!(versions(&project).code(0).stderr, "");
    }
}

#[test]
fn a_fresh_clone_with_a_pyproject_has_the_project_itself_and_its_dev_group() {
    for installer in installers() {
        let group = "[dependency-groups]\ndev = ['beta']\n";
        let project = app(installer)
            .file("app/pyproject.toml", &format!("{PYPROJECT}{group}"))
            .file("app/backend.py", BACKEND)
            .file("app/own.py", "WORD = 'editable'\n");
        versions(&project).code(0).stdout("alpha 1.0\nbeta 1.0");
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
        project.run(["--sync", "--upgrade"]).code(0);
        versions(&project)
            .code(0)
            .stdout("alpha 2.0\nbeta 1.0\ngamma 1.0");
        let exact = project.run(["--sync", "--exact"]).code(0);
        exact.says(&["vrun: removing beta, gamma: nothing requires them\n"]);
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
    synced.says(&["vrun: up to date with dev.txt\n"]);
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
        &format!("ignoring {shim}: it does not run"),
    ]);
}

/// As pip prints it where someone has taken it from its repository, or taken its version away.
#[test]
fn a_pip_that_does_not_say_its_version_is_a_pip() {
    let project = app("pip");
    project.run(["-q", "--create"]).code(0);
    let site = format!(
        "app/.venv/lib/python{}/site-packages",
        pythons::newest().short()
    );
    let file = format!("{site}/pip/__init__.py");
    let text = fs::read_to_string(project.path(&file)).expect("UTF-8");
    let unversioned = |line: &str| match line.starts_with("__version__") {
        true => "__version__ = ''".to_owned(),
        false => line.to_owned(),
    };
    let text: Vec<_> = text.lines().map(unversioned).collect();
    fs::remove_file(project.path(&file)).expect("removed");
    let project = project
        .file(&file, &text.join("\n"))
        .file("app/requirements.txt", "alpha<2\n");
    project.run(["--sync"]).code(0);
    versions(&project).code(0);
    // What takes a pip of some age upgrades it, which needs an index that has one.
    let project = project.file("app/pyproject.toml", PYPROJECT);
    let ran = project
        .run(["--sync", "--requirements", "pyproject.toml"])
        .code(125);
    ran.says(&["upgrading pip of an unknown version: an editable pyproject.toml needs 21.3"]);
}
