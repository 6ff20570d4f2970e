//! uv.lock, by the real uv: what only uv knows how to install, and nothing written that is not the environment's.

use std::path::Path;
use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::wheels::{BACKEND, Index, PYPROJECT, VERSIONS, index, uv};

/// A workspace of `app` and `lib`, locked by uv.
fn workspace() -> Option<(Project, Index)> {
    let Some(uv) = uv() else {
        tell("not tested: uv, of which there is none, and pip gets none");
        return None;
    };
    let project = Project::with_python().link("bin/uv", uv);
    let packages = [
        ["alpha", "1.0"],
        ["alpha", "2.0"],
        ["beta", "1.0"],
        ["gamma", "1.0"],
    ];
    let index = index(&project, "index", &packages);
    let root = PYPROJECT.replace("['alpha']", "['alpha', 'lib']");
    let root = format!(
        "{root}requires-python = '>=3.6'\n[dependency-groups]\ndev = ['gamma']\ndocs = ['beta']\n\
         [tool.uv.sources]\nlib = {{workspace = true}}\n[tool.uv.workspace]\nmembers = ['lib']\n"
    );
    let lib = |text: &str| text.replace("app", "lib").replace("'alpha'", "'alpha<2'");
    let backend = |text: &str| text.replace("open('begun', 'w').close()", "pass");
    std::fs::remove_file(project.path("app/setup.py")).expect("a file");
    let project = project
        .file("app/pyproject.toml", &root)
        .file(
            "app/backend.py",
            &backend(BACKEND).replace(
                "Requires-Dist: alpha",
                "Requires-Dist: alpha\\nRequires-Dist: lib",
            ),
        )
        .file(
            "app/lib/pyproject.toml",
            &(lib(PYPROJECT) + "requires-python = '>=3.6'\n"),
        )
        .file(
            "app/lib/backend.py",
            &lib(&backend(BACKEND)).replace("Requires-Dist: alpha", "Requires-Dist: alpha<2"),
        )
        .var("UV_DEFAULT_INDEX", &index.url)
        .var("PYTHONDONTWRITEBYTECODE", "1");
    let mut lock = Command::new(uv);
    lock.arg("lock");
    project.place(&mut lock);
    Outcome::of(&mut lock).code(0);
    Some((project, index))
}

/// Every file below, but for the environment and uv's cache.
fn tree(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("a directory").flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        let is_known = [".venv", ".cache"].iter().any(|name| path.ends_with(name));
        match path.is_dir() {
            _ if is_known => {}
            true => found.extend(tree(&path)),
            false => found.push(format!("{} {:?}", path.display(), std::fs::read(&path))),
        }
    }
    found.sort();
    found
}

#[test]
fn uv_installs_its_lock_and_writes_nothing_else() {
    let Some((project, _index)) = workspace() else {
        return;
    };
    project.run(["--create", "--no-install"]).code(0);
    let project = project.file("app/.venv/mine", "");
    let dirs = ["app", "home"].map(|dir| project.path(dir));
    let before = dirs.each_ref().map(|dir| tree(dir));
    let synced = project.run(["-v", "--sync"]).code(0);
    synced.says(&["installing uv.lock with uv", "vrun: installed uv.lock in "]);
    assert_eq!(dirs.each_ref().map(|dir| tree(dir)), before);
    assert!(project.path("app/.venv/mine").exists());
    let code = format!("import app, lib\n{VERSIONS}");
    let code = code.replace(
        "import app, lib",
        "import importlib.metadata as m; m.version('app'), m.version('lib')",
    );
    let ran = project.run(["python", "-c", &code]).code(0);
    ran.stdout("alpha 1.0\ngamma 1.0");
    let exact = project.run(["--sync", "--exact"]).code(0);
    assert!(!exact.stderr.contains("removing"), "{exact}");
    project.run(["-m", "pip", "--version"]).code(0);
}

#[test]
fn a_fresh_clone_has_the_groups_that_are_named() {
    let Some((project, _index)) = workspace() else {
        return;
    };
    let first = project
        .run(["--group", "docs", "python", "-c", VERSIONS])
        .code(0);
    first.stdout("alpha 1.0\nbeta 1.0\ngamma 1.0");
    let replaced = project.run(["--create", "--clear", "--no-dev"]).code(0);
    replaced.says(&["installed uv.lock in "]);
    project
        .run(["--no-install", "python", "-c", VERSIONS])
        .stdout("alpha 1.0");
}

#[test]
fn a_lock_that_is_not_up_to_date_still_says_which_versions() {
    let Some((project, _index)) = workspace() else {
        return;
    };
    let file = project.path("app/pyproject.toml");
    let text = std::fs::read_to_string(&file).expect("a file");
    let project = project.file(
        "app/pyproject.toml",
        &text.replace("['gamma']", "['gamma', 'beta']"),
    );
    let first = project.run(["-v", "python", "-c", VERSIONS]).code(0);
    let first = first.stdout("alpha 1.0\nbeta 1.0\ngamma 1.0");
    first.says(&[
        "vrun: `uv sync` does not install uv.lock: ",
        "needs to be updated",
    ]);
}
