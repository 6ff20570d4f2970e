//! What would be installed, and which file says so: `-n --sync` and `--info` tell it and touch nothing.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const PYPROJECT: &str = "\
[project]
name = 'app'
version = '1'
dependencies = ['requests>=2', 'rich']
[dependency-groups]
dev = ['pytest']
test = [{include-group = 'gone'}]
";

/// An application with a lock, a group and a file for its developers.
fn app() -> Sandbox {
    Sandbox::new()
        .file("app/pyproject.toml", PYPROJECT)
        .file("app/requirements-dev.txt", "ruff\n")
        .file("app/poetry.lock", "")
        .file("app/main.py", "")
        .file("app/other.py", "")
        .cwd("app")
}

const STEPS: &str = "\
vrun: would install pyproject.toml: requests>=2, rich
vrun: would install requirements-dev.txt
vrun: would install group dev of pyproject.toml: pytest
vrun: would take the versions from [ROOT]/app/poetry.lock
vrun: would leave out: cannot read group test of [ROOT]/app/pyproject.toml: it includes group gone, which is not there
";

#[test]
fn dry_run_of_sync_says_what_would_be_installed() {
    let sandbox = app().venv("app/.venv");
    let before = sandbox.tree();
    assert_eq!(sandbox.run(["-n", "--sync"]).code(0).said(), STEPS);
    // A command's own line follows, on stdout.
    let command = ["-n", "--sync", "probe", "x"];
    let said = sandbox.run(command).code(0).said();
    assert_eq!(said, STEPS);
    let line = sandbox.run(command).says("would install").text();
    assert!(line.ends_with(" [ROOT]/app/.venv/bin/probe x\n"), "{line}");
    let removal = "vrun: would remove nothing: all that is there is required\n";
    let exact = sandbox.run(["-n", "--sync", "--exact"]).code(0).said();
    assert_eq!(exact, format!("{STEPS}{removal}"));
    let left_out = ["-n", "--sync", "--no-dev"];
    let said = sandbox.run(left_out).code(0).said();
    assert_eq!(said.lines().count(), 2, "{said}");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn dry_run_of_sync_exact_names_what_would_be_removed() {
    let mut sandbox = app().venv("app/.venv");
    for (name, metadata) in [
        (
            "requests",
            "Requires-Dist: urllib3\nRequires-Dist: PySocks; extra == 'socks'\n",
        ),
        ("urllib3", ""),
        ("PySocks", ""),
        ("six", ""),
        ("pip", ""),
    ] {
        let dir = format!("app/.venv/lib/python3.12/site-packages/{name}-1.dist-info");
        let text = format!("Name: {name}\n{metadata}\nRequires-Dist: six\n");
        sandbox = sandbox.file(format!("{dir}/METADATA"), &text);
    }
    let exact = sandbox.run(["-n", "--sync", "--exact"]).code(0).said();
    let removal = "vrun: would remove PySocks, six: nothing requires them\n";
    assert_eq!(exact, format!("{STEPS}{removal}"));
    // Nobody knows what an old package requires.
    let sandbox = sandbox.dir("app/.venv/lib/python3.12/site-packages/old-1.egg-info");
    let exact = sandbox.run(["-n", "--sync", "--exact"]).code(0).said();
    assert_eq!(
        exact,
        format!("{STEPS}vrun: would remove what nothing requires\n")
    );
}

#[test]
fn dry_run_of_a_creation_says_what_would_be_installed() {
    let sandbox = app();
    assert_eq!(sandbox.run(["-n", "--create"]).code(0).said(), STEPS);
    let none = ["-n", "--create", "--no-install"];
    assert_eq!(sandbox.run(none).code(0).said(), "");
    let sandbox = sandbox.venv("app/.venv");
    assert_eq!(sandbox.run(["-n", "--create"]).code(0).said(), "");
    let replaced = "vrun: would replace [ROOT]/app/.venv and all that is in it\n";
    let clear = sandbox.run(["-n", "--create", "--clear"]).code(0).said();
    assert_eq!(clear, format!("{replaced}{STEPS}"));
}

#[test]
fn dry_run_of_sync_in_a_fresh_clone_makes_nothing() {
    let sandbox = app();
    let before = sandbox.tree();
    let said = sandbox.run(["-n", "--sync"]).code(0).said();
    let created = "vrun: would create [ROOT]/app/.venv\n";
    assert_eq!(said, format!("{created}{STEPS}"));
    let refused = sandbox.run(["-n", "--sync", "--group", "docs"]);
    refused.code(125).says("no group named docs");
    assert_eq!(sandbox.tree(), before);
    let empty = Sandbox::new().venv("app/.venv").cwd("app");
    let refused = empty.run(["-n", "--sync"]);
    refused.error(125, &["nothing in [ROOT]/app says what to install"]);
    let blank = empty.file("app/requirements.txt", "# none\n");
    let said = blank.run(["-n", "--sync"]).code(0).said();
    let nothing = "vrun: would install nothing: requirements.txt is empty\n";
    assert_eq!(said, nothing);
}

#[test]
fn info_tells_the_plan() {
    let sandbox = app().venv("app/.venv");
    sandbox
        .run(["--info"])
        .code(0)
        .line("plan                pyproject.toml: requests>=2, rich")
        .line("                    requirements-dev.txt")
        .line("versions from       [ROOT]/app/poetry.lock")
        .line(
            "not in the plan     cannot read group test of [ROOT]/app/pyproject.toml: \
             it includes group gone, which is not there",
        );
    let plan = |sandbox: &Sandbox| {
        let text = sandbox.sh("\"$vrun\" --info --json 2>&-; true").text();
        let value: Value = serde_json::from_str(&text).expect("JSON");
        value["plan"].clone()
    };
    let told = plan(&sandbox);
    assert_eq!(told["lock"], "[ROOT]/app/poetry.lock");
    assert_eq!(
        told["parts"][2],
        json!({
            "name": "group dev of pyproject.toml",
            "file": "[ROOT]/app/pyproject.toml",
            "requirements": ["pytest"],
            "required": false,
        })
    );
    // Also where there is no environment yet, or no valid file.
    assert_eq!(plan(&app()), told);
    let sandbox = sandbox.file("app/pyproject.toml", "[project\n");
    let problem = "cannot read what to install from [ROOT]/app/pyproject.toml";
    assert_eq!(plan(&sandbox)["problem"], problem);
}

#[test]
fn a_project_for_which_nothing_was_installed_is_not_sound() {
    let requirements = ("requirements.txt", "six\n", "`vrun --sync`");
    let conda = ("environment.yml", "name: app\n", "only conda reads it: ");
    let other = (
        "requirements/base.txt",
        "six\n",
        "`vrun --sync --requirements requirements/base.txt` ",
    );
    for (file, text, fix) in [requirements, conda, other] {
        let path = format!("app/{file}");
        let sandbox = Sandbox::new().venv("app/.venv").file(path, text).cwd("app");
        let told = sandbox.run(["--doctor"]).code(1).text();
        let wanted = format!("  cause: nothing is installed of {file}\n  fix: {fix}");
        assert!(told.contains(&wanted), "{told}");
        // Whoever has installed something knows what.
        let sandbox = sandbox.dir("app/.venv/lib/python3.12/site-packages/six-1.dist-info");
        sandbox.run(["--doctor"]).code(0);
    }
}

#[test]
fn sync_names_a_file_that_is_not_read() {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app");
    let sandbox = sandbox.file("app/environment.yml", "name: app\n");
    let hint = "hint: only conda reads it: `conda env create -f environment.yml`";
    sandbox.run(["--sync"]).error(
        125,
        &[
            "environment.yml is not among the files that vrun reads",
            hint,
        ],
    );
}

#[test]
fn what_developers_need_is_found_in_old_places_too() {
    let project =
        "[project]\nname = 'app'\nversion = '1'\n[project.optional-dependencies]\nci = ['tox']\n";
    let hatch = "[tool.hatch.envs.test]\ndependencies = ['pytest']\nfeatures = ['ci']\n";
    let setup = "setup(tests_require=['pytest', \"mock\"])";
    for (file, text, steps) in [
        (
            "pyproject.toml",
            &*format!("{project}{hatch}"),
            &[
                "[tool.hatch.envs.test] of pyproject.toml: pytest",
                "extra ci of pyproject.toml: tox",
            ][..],
        ),
        (
            "setup.py",
            setup,
            &["tests_require of setup.py: pytest, mock"],
        ),
        (
            "setup.cfg",
            "[metadata]\nname = app\n[options]\ntests_require =\n    pytest\n",
            &["tests_require of setup.cfg: pytest"],
        ),
    ] {
        let sandbox = Sandbox::new()
            .venv("app/.venv")
            .file(format!("app/{file}"), text);
        let sandbox = sandbox
            .file("app/one.py", "")
            .file("app/two.py", "")
            .cwd("app");
        let said = sandbox.run(["-n", "--sync"]).code(0).said();
        for step in steps {
            assert!(
                said.contains(&format!("vrun: would install {step}\n")),
                "{said}"
            );
        }
    }
}

#[test]
fn a_build_system_for_setuptools_alone_describes_no_project() {
    let text =
        "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n";
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/pyproject.toml", text);
    let sandbox = sandbox.file("app/main.py", "").cwd("app");
    sandbox
        .run(["-n", "--sync"])
        .error(125, &["nothing in [ROOT]/app says what to install"]);
    let sandbox = sandbox.file("app/setup.py", "setup()\n");
    let said = sandbox.run(["-n", "--sync"]).code(0).said();
    assert_eq!(said, "vrun: would install the project (setup.py)\n");
}

#[test]
fn the_plan_names_the_index_and_who_installs_a_lock() {
    let poetry = "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nidna = '*'\n\
                  [[tool.poetry.source]]\nname = 'corp'\nurl = 'https://ada:s3cret@corp.example/simple'\n";
    let index = "https://corp.example/simple";
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/pyproject.toml", poetry)
        .cwd("app");
    let said = sandbox.run(["-n", "--sync"]).code(0).said();
    let line = format!("vrun: would take packages from {index}\n");
    assert!(said.ends_with(&line), "{said}");
    let text = sandbox.sh("\"$vrun\" --info --json 2>&-; true").text();
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["plan"]["index"], index);
    let sandbox = app()
        .venv("app/.venv")
        .file("app/uv.lock", "")
        .script("bin/uv", "#!/bin/sh\ntouch started\n")
        .var("PATH", "[ROOT]/bin:/usr/bin:/bin");
    let before = sandbox.tree();
    let by_uv = "vrun: would install what [ROOT]/app/uv.lock locks, with uv\n";
    let run = sandbox.run(["-n", "--sync"]).code(0);
    run.says(by_uv);
    let sandbox = sandbox.var("VRUN_INSTALLER", "pip");
    let by_pip = "vrun: would take the versions from [ROOT]/app/uv.lock\n";
    sandbox.run(["-n", "--sync"]).code(0).says(by_pip);
    assert_eq!(sandbox.tree(), before);
}
