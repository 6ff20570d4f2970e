//! A fresh clone has what its developers need: the first `vrun pytest` finds a pytest, wherever the project names it.

use std::process::Command;

use crate::project::{Outcome, Project};
use crate::pythons;
use crate::wheels::{ANY, BACKEND, PYPROJECT, VERSIONS, app, installers, wheel};

/// A project with an index of alpha 1.0 and 2.0, beta and gamma.
fn clone(installer: &str, files: &[(&str, &str)]) -> Project {
    let project = app(installer);
    wheel(&project, &["gamma", "1.0", ANY]);
    files.iter().fold(project, |project, (name, text)| {
        project.file(&format!("app/{name}"), text)
    })
}

fn versions(project: &Project, options: &[&str]) -> Outcome {
    let python = ["python", "-c", VERSIONS];
    project.run([options, &python].concat()).code(0)
}

#[test]
fn it_is_there_wherever_the_project_names_it() {
    let application = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['alpha<2']\n";
    let poetry = "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = '>=3.6'\n\
                  alpha = '^1.0'\n";
    let two_modules = [("main.py", ""), ("other.py", "")];
    let with = |head: &str, rest: &str| format!("{head}{rest}");
    for installer in installers() {
        for (name, text) in [
            ("requirements-dev.txt", "gamma\n"),
            ("test-requirements.txt", "gamma\n"),
            ("requirements/dev.txt", "gamma\n"),
            ("requirements/test.in", "gamma\n"),
        ] {
            let files = [("requirements.txt", "alpha==1.0\n"), (name, text)];
            let project = clone(installer, &files);
            versions(&project, &[]).stdout("alpha 1.0\ngamma 1.0");
        }
        for pyproject in [
            with(
                application,
                "[dependency-groups]\ndev = [{include-group = 'Test'}]\ntest = ['gamma']\n",
            ),
            with(
                application,
                "[project.optional-dependencies]\ntests = ['gamma']\ndev = ['app[tests]']\n",
            ),
            with(application, "[tool.uv]\ndev-dependencies = ['gamma']\n"),
            with(
                application,
                "[tool.pdm.dev-dependencies]\ntest = ['gamma']\n",
            ),
            with(
                application,
                "[tool.hatch.envs.default]\ndependencies = ['gamma']\n",
            ),
            with(
                poetry,
                "[tool.poetry.group.test.dependencies]\ngamma = '*'\n",
            ),
            with(poetry, "[tool.poetry.dev-dependencies]\ngamma = '^1'\n"),
        ] {
            let project = clone(installer, &two_modules).file("app/pyproject.toml", &pyproject);
            let first = versions(&project, &[]);
            assert_eq!(
                first.stdout.trim(),
                "alpha 1.0\ngamma 1.0",
                "{pyproject}\n{first}"
            );
            let second = versions(&project, &[]);
            assert_eq!(second.stderr, "", "{pyproject}");
        }
    }
}

#[test]
fn a_package_is_installed_with_its_group_and_beside_requirements() {
    let pyproject = format!("{PYPROJECT}[dependency-groups]\ndev = ['gamma']\n");
    for installer in installers() {
        let files = [("pyproject.toml", &*pyproject), ("backend.py", BACKEND)];
        versions(&clone(installer, &files), &[]).stdout("alpha 2.0\ngamma 1.0");
        let files = [files[0], files[1], ("requirements.txt", "alpha==1.0\n")];
        let project = clone(installer, &files);
        versions(&project, &[]).stdout("alpha 1.0\ngamma 1.0");
        let names = "from importlib.metadata import version; print(version('app'))";
        project.run(["python", "-c", names]).code(0).stdout("1");
    }
}

#[test]
fn another_tools_lock_says_which_versions() {
    let pyproject = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['alpha']\n\
                     [dependency-groups]\ndev = ['gamma']\n";
    let package = "[[package]]\nname = 'alpha'\nversion = '1.0'\n";
    let from_index = format!("{package}source = {{registry = 'https://pypi.org/simple'}}\n");
    let pipfile = "[packages]\nalpha = '*'\n[dev-packages]\ngamma = '*'\n";
    let pipfile_lock = r#"{"default": {"alpha": {"version": "==1.0"}}}"#;
    for installer in installers() {
        for files in [
            [("pyproject.toml", pyproject), ("poetry.lock", package)],
            [("pyproject.toml", pyproject), ("pdm.lock", package)],
            [("pyproject.toml", pyproject), ("uv.lock", &from_index)],
            [("Pipfile", pipfile), ("Pipfile.lock", pipfile_lock)],
        ] {
            let project = clone(installer, &files)
                .file("app/main.py", "")
                .file("app/other.py", "");
            let first = versions(&project, &[]);
            assert_eq!(
                first.stdout.trim(),
                "alpha 1.0\ngamma 1.0",
                "{files:?}\n{first}"
            );
            let name = format!("app/{}", files[1].0);
            let project = project.file(&name, &files[1].1.replace("1.0", "2.0"));
            let next = versions(&project, &[]);
            let changed = format!("{} changed since the last install", files[1].0);
            next.says(&[&changed]);
        }
    }
}

#[test]
fn a_lock_that_cannot_be_installed_is_named_and_its_versions_are_not_taken() {
    let pyproject = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['alpha<2']\n\
                     [dependency-groups]\ndev = ['gamma']\n";
    let lock = "[[package]]\nname = 'alpha'\nversion = '1.5'\n";
    let files = [("pyproject.toml", pyproject), ("poetry.lock", lock)];
    for installer in installers() {
        let app = || {
            clone(installer, &files)
                .file("app/main.py", "")
                .file("app/other.py", "")
        };
        let first = versions(&app(), &[]).stdout("alpha 1.0\ngamma 1.0");
        first.says(&[
            "vrun: installing other versions than poetry.lock has, which cannot be installed: ",
        ]);
        // A CI job tests what is locked, or nothing.
        app().var("CI", "true").run(["true"]).code(125);
    }
}

#[test]
fn only_files_that_a_lock_has_the_hash_of_are_installed() {
    let pyproject = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['beta']\n";
    for installer in installers() {
        for is_right in [true, false] {
            for kind in LOCKS
                .into_iter()
                .filter(|kind| installer == "uv" || *kind != "uv.lock")
            {
                let (manifest, text) = match kind {
                    "Pipfile.lock" => ("Pipfile", "[packages]\nbeta = '*'\n"),
                    _ => ("pyproject.toml", pyproject),
                };
                let files = [(manifest, text), ("main.py", ""), ("other.py", "")];
                let project = clone(installer, &files);
                let alpha = match is_right {
                    true => hash_of(&project, "alpha"),
                    false => "0".repeat(64),
                };
                let lock = lock_text(kind, &alpha, &hash_of(&project, "beta"));
                let project = project.file(&format!("app/{kind}"), &lock);
                match is_right {
                    true => versions(&project, &[]).stdout("alpha 1.0\nbeta 1.0"),
                    false => project
                        .run(["true"])
                        .code(125)
                        .says(&["cannot install", "alpha"]),
                };
            }
        }
    }
}

const LOCKS: [&str; 3] = ["uv.lock", "poetry.lock", "Pipfile.lock"];

/// The hash of the wheel that the test's index has.
fn hash_of(project: &Project, name: &str) -> String {
    let code =
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let mut python = Command::new(&pythons::newest().exe);
    let file = project.path(format!("links/{name}-1.0-{ANY}.whl"));
    let output = python.args(["-I", "-c", code]).arg(file).output();
    String::from_utf8(output.expect("a Python").stdout)
        .expect("UTF-8")
        .trim()
        .to_owned()
}

/// A lock of alpha and beta, which needs alpha.
fn lock_text(kind: &str, alpha: &str, beta: &str) -> String {
    if kind == "Pipfile.lock" {
        return format!(
            r#"{{"default": {{"alpha": {{"version": "==1.0", "hashes": ["sha256:{alpha}"]}},
                "beta": {{"version": "==1.0", "hashes": ["sha256:{beta}"]}}}}}}"#
        );
    }
    let package = |name: &str, hash: &str| {
        format!(
            "[[package]]\nname = '{name}'\nversion = '1.0'\nsource = {{registry = 'https://pypi.org/simple'}}\n\
             wheels = [{{url = 'https://example.org/a', hash = 'sha256:{hash}'}}]\n"
        )
    };
    let text = package("beta", beta) + &package("alpha", alpha);
    match kind {
        "uv.lock" => text,
        _ => text
            .replace(
                "source = {registry = 'https://pypi.org/simple'}\n",
                "dependencies = {alpha = '*'}\n",
            )
            .replace("wheels", "files"),
    }
}

#[test]
fn what_only_developers_need_can_be_left_out() {
    let files = [
        ("requirements.txt", "alpha==1.0\n"),
        ("requirements-dev.txt", "gamma\n"),
    ];
    let project = clone("pip", &files);
    versions(&project, &["--no-dev"]).stdout("alpha 1.0");
    // The environment remembers it, until the variable says otherwise.
    versions(&project, &["--sync"]).stdout("alpha 1.0");
    let project = project.var("VRUN_NO_DEV", "0");
    versions(&project, &[]).stdout("alpha 1.0\ngamma 1.0");
}

#[test]
fn a_pinned_release_never_replaces_the_project_itself() {
    // As pip-compile writes it where a tool of the developers' requires the project.
    for installer in installers() {
        let files = [
            ("pyproject.toml", PYPROJECT),
            ("backend.py", BACKEND),
            ("requirements-dev.txt", "app==2.0\ngamma\n"),
            ("requirements-test.txt", "gamma\n"),
        ];
        let project = clone(installer, &files);
        wheel(&project, &["app", "2.0", ANY]);
        let first = versions(&project, &[]).stdout("alpha 2.0\ngamma 1.0");
        first.says(&["vrun: app==2.0 (requirements-dev.txt) is left out: "]);
        let names = "from importlib.metadata import version; print(version('app'))";
        project.run(["python", "-c", names]).code(0).stdout("1");
    }
}

#[test]
fn what_cannot_be_had_is_left_out_and_named() {
    for installer in installers() {
        let files = [
            ("requirements.txt", "alpha==1.0\n"),
            ("requirements-dev.txt", "gamma\n"),
            ("requirements-test.txt", "delta\n"),
        ];
        let project = clone(installer, &files);
        let first = versions(&project, &[]).stdout("alpha 1.0\ngamma 1.0");
        first.says(&["vrun: requirements-test.txt is left out: ", "delta"]);
        assert_eq!(versions(&project, &[]).stderr, "");
        // It is remembered.
        let left_out = "requirements-test.txt is left out: ";
        let told = project.run(["--doctor"]).code(1);
        assert!(
            told.stdout.contains(&format!("  cause: {left_out}")),
            "{told}"
        );
        let told = project.run(["--info"]).code(0);
        let row = format!("requirements        {left_out}");
        assert!(told.stdout.contains(&row), "{told}");
        let project = project.file("app/requirements-test.txt", "");
        project.run(["--sync"]).code(0);
        project.run(["--doctor"]).code(0);
        // It brings no other version of what the project pins.
        let files = [
            ("requirements.txt", "alpha==1.0\n"),
            ("requirements-dev.txt", "alpha==2.0\ngamma\n"),
        ];
        let project = clone(installer, &files);
        let first = versions(&project, &[]).stdout("alpha 1.0\ngamma 1.0");
        first.says(&["vrun: alpha==2.0 (requirements-dev.txt) is left out: "]);
    }
}

#[test]
fn a_repository_out_of_reach_is_left_out_and_the_rest_is_installed() {
    for installer in installers() {
        let files = [
            ("requirements.txt", "alpha==1.0\n"),
            (
                "requirements-dev.txt",
                "gamma\ndelta @ git+https://host.invalid/delta.git\n",
            ),
        ];
        let project = clone(installer, &files);
        let first = versions(&project, &[]).stdout("alpha 1.0\ngamma 1.0");
        first.says(&[
            "vrun: delta @ git+https://host.invalid/delta.git (requirements-dev.txt) is left out: ",
        ]);
    }
}

#[test]
fn a_project_that_only_conda_can_install_says_so_once() {
    let files = [("environment.yml", "name: app\n")];
    let project = clone("pip", &files);
    let first = versions(&project, &[]);
    first.says(&[
        "vrun: environment.yml is not installed: only conda reads it: \
         `conda env create -f environment.yml`, then `conda run -n app ...`",
    ]);
    assert_eq!(versions(&project, &[]).stderr, "");
    let told = project.run(["--doctor"]).code(1);
    assert!(
        told.stdout
            .contains("nothing is installed of environment.yml"),
        "{told}"
    );
}

#[test]
fn one_of_a_group_that_cannot_be_had_does_not_take_the_others_along() {
    let pyproject = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['alpha<2']\n\
                     [dependency-groups]\ndev = ['gamma', 'delta']\ntest = [{include-group = 'no'}]\n";
    for installer in installers() {
        let files = [
            ("pyproject.toml", pyproject),
            ("main.py", ""),
            ("other.py", ""),
        ];
        let first = versions(&clone(installer, &files), &[]).stdout("alpha 1.0\ngamma 1.0");
        first.says(&[
            "vrun: delta (group dev of pyproject.toml) is left out: ",
            "vrun: left out: cannot read group test of ",
        ]);
    }
}

#[test]
fn what_another_tool_takes_from_elsewhere_never_comes_from_the_index() {
    let head = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['alpha']\n";
    let index = format!("{head}[tool.uv.sources]\nAlpha = {{index = 'corp'}}\n");
    let poetry = "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n\
                  alpha = {version = '*', source = 'corp'}\n";
    for text in [&*index, poetry] {
        let files = [("pyproject.toml", text), ("main.py", ""), ("other.py", "")];
        let project = clone("pip", &files);
        let failed = project.run(["true"]).code(125);
        failed.says(&["says where `alpha` comes from"]);
    }
    let path = format!(
        "{head}[tool.uv.sources]\nalpha = {{path = '../links/alpha-1.0-py3-none-any.whl'}}\n"
    );
    let files = [
        ("pyproject.toml", &*path),
        ("main.py", ""),
        ("other.py", ""),
    ];
    versions(&clone("pip", &files), &[]).stdout("alpha 1.0");
    let package = format!("{PYPROJECT}[tool.uv.sources]\nalpha = {{index = 'corp'}}\n");
    let files = [("pyproject.toml", &*package), ("backend.py", BACKEND)];
    let failed = clone("pip", &files).run(["true"]).code(125);
    failed.says(&["only uv reads where `alpha` comes from"]);
}

#[test]
fn exact_keeps_what_the_locked_versions_require() {
    let pyproject = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['beta']\n";
    let lock = "[[package]]\nname = 'beta'\nversion = '1.0'\n";
    for installer in installers() {
        let files = [
            ("pyproject.toml", pyproject),
            ("poetry.lock", lock),
            ("main.py", ""),
            ("other.py", ""),
        ];
        let project = clone(installer, &files);
        // The newest one requires nothing.
        wheel(&project, &["beta", "2.0", ANY]);
        versions(&project, &[]).stdout("alpha 1.0\nbeta 1.0");
        let synced = project.run(["--sync", "--exact"]);
        if synced
            .stderr
            .contains("the installer does not say what is required")
        {
            crate::project::tell("not tested: --exact, for which this pip is too old");
            continue;
        }
        versions(&project, &[]).stdout("alpha 1.0\nbeta 1.0");
    }
}

#[test]
fn groups_extras_and_files_can_be_named() {
    let pyproject = "[project]\nname = 'app'\nversion = '1'\ndependencies = []\n\
                     [project.optional-dependencies]\nbeta = ['beta']\n[dependency-groups]\ndocs = ['gamma']\n";
    let files = [
        ("pyproject.toml", pyproject),
        ("main.py", ""),
        ("other.py", ""),
    ];
    let project = clone("pip", &files);
    let none = versions(&project, &[]);
    assert_eq!(none.stdout, "", "{none}");
    versions(&project, &["--group", "docs"]).stdout("gamma 1.0");
    versions(&project, &["--extra", "beta"]).stdout("alpha 1.0\nbeta 1.0\ngamma 1.0");
    for (options, says) in [
        (["--group", "doc"], "no group named doc in "),
        (["--extra", "bet"], "no extra named bet in "),
    ] {
        let project = clone("pip", &files);
        let failed = project.run([&options[..], &["true"]].concat()).code(125);
        failed.says(&[says]);
    }
    let files = [
        ("a.txt", "alpha==1.0\n"),
        ("b/b.txt", "gamma\n"),
        ("requirements.txt", "beta\n"),
    ];
    let project = clone("pip", &files);
    let options = ["--requirements", "a.txt", "--requirements", "b/b.txt"];
    versions(&project, &options).stdout("alpha 1.0\ngamma 1.0");
    let project = clone("pip", &files).var("VRUN_REQUIREMENTS", "a.txt:b/b.txt");
    versions(&project, &[]).stdout("alpha 1.0\ngamma 1.0");
}
