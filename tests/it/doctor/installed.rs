//! What is installed in it: a directory of packages that is gone, scripts that are listed and not there.

use super::{app, finds};
use crate::sandbox::Sandbox;

const SITE: &str = "app/.venv/lib/python3.12/site-packages";

/// A package `demo` is installed, and these files of it are listed beside its module.
fn installed(listed: &[&str]) -> Sandbox {
    let rows = listed.iter().map(|path| format!("{path},sha256=x,1\n"));
    let record = format!("demo.py,sha256=x,1\n{}", rows.collect::<String>());
    let points = "[console_scripts]\ndemo = demo.cli:main [extra]\n";
    app()
        .file(format!("{SITE}/demo.py"), "")
        .file(format!("{SITE}/demo-1.0.dist-info/RECORD"), record)
        .file(
            format!("{SITE}/demo-1.0.dist-info/entry_points.txt"),
            points,
        )
}

#[test]
fn a_directory_of_packages_that_is_gone() {
    let sandbox = app();
    std::fs::remove_dir_all(sandbox.path("app/.venv/lib")).expect("removed");
    finds(
        &sandbox,
        ("wrong", "packages-gone"),
        [
            "its packages are gone",
            "there is no [ROOT]/app/.venv/lib/python3.12/site-packages",
            "`vrun --repair`",
        ],
    );
}

#[test]
fn a_script_that_is_listed_and_not_there_is_missed_until_it_is_repaired() {
    let sandbox = installed(&[
        "../../../bin/demo",
        "../../../share/demo.txt",
        "../../../../x",
    ]);
    finds(
        &sandbox,
        ("wrong", "missing-scripts"),
        [
            "a script of an installed package is missing",
            "demo should be in [ROOT]/app/.venv/bin",
            "`vrun --repair`",
        ],
    );
    sandbox.run(["demo"]).error(
        127,
        &[
            "vrun: no program named `demo` in [ROOT]/app/.venv or on PATH",
            "cause: demo==1.0 is installed, and [ROOT]/app/.venv/bin/demo is missing",
            "hint: `vrun --repair` brings it back",
        ],
    );
    let told = sandbox.run(["--repair"]).code(0);
    assert_eq!(told.said(), "vrun: restored demo in [ROOT]/app/.venv/bin\n");
    sandbox.run(["demo", "x"]).argv(&[
        "[ROOT]/app/.venv/bin/python",
        "[ROOT]/app/.venv/bin/demo",
        "x",
    ]);
    sandbox
        .run(["--doctor"])
        .code(0)
        .stdout("[ROOT]/app/.venv is sound\n");
}

#[test]
fn a_script_that_only_its_package_can_bring_back() {
    let sandbox = installed(&["../../../bin/demo-tool", "../../../bin/demo"]);
    finds(
        &sandbox,
        ("wrong", "missing-scripts"),
        [
            "2 scripts of installed packages are missing",
            "demo, demo-tool should be in [ROOT]/app/.venv/bin",
            "`vrun -m pip install --no-deps --force-reinstall 'demo==1.0'`",
        ],
    );
    sandbox.run(["demo-tool"]).error(
        127,
        &["hint: `vrun -m pip install --no-deps --force-reinstall 'demo==1.0'` brings it back"],
    );
}

#[test]
fn the_error_for_a_program_says_that_all_scripts_are_gone() {
    let sandbox = app();
    std::fs::remove_dir_all(sandbox.path("app/.venv/bin")).expect("removed");
    sandbox.run(["cowsay"]).error(
        126,
        &[
            "vrun: [ROOT]/app/.venv is broken: it has no Python",
            "cause: [ROOT]/app/.venv/bin has no `python`",
            "hint: `vrun --repair` rebuilds it with the same packages",
        ],
    );
    let said = "vrun: [ROOT]/app/.venv is broken: it has no Python; ";
    sandbox.run(["sh", "-c", ""]).code(0).says(said);
}

#[test]
fn a_package_whose_modules_someone_removed() {
    let rows = [
        "demo/__init__.py",
        "demo/tests/one.py",
        "demo/__pycache__/__init__.cpython-312.pyc",
        "__pycache__/demo.cpython-312.pyc",
        "other.pyc",
    ];
    let sandbox = installed(&rows).file(format!("{SITE}/demo/__init__.py"), "");
    sandbox.run(["--doctor"]).code(0);
    std::fs::remove_dir_all(sandbox.path(SITE).join("demo")).expect("removed");
    // Tests and bytecode inside are nothing that a package needs; of what is missing, the directory is named.
    finds(
        &sandbox,
        ("wrong", "incomplete-packages"),
        [
            "modules of installed packages are missing",
            "demo==1.0: [ROOT]/app/.venv/lib/python3.12/site-packages/demo does not exist",
            "`vrun -m pip install --no-deps --force-reinstall 'demo==1.0'`",
        ],
    );
    // No index has it.
    let origin = r#"{"url": "https://host/demo", "vcs_info": {"vcs": "git", "commit_id": "0a"}}"#;
    let sandbox = sandbox.file(format!("{SITE}/demo-1.0.dist-info/direct_url.json"), origin);
    finds(
        &sandbox,
        ("wrong", "incomplete-packages"),
        [
            "modules of installed packages are missing",
            "demo @ git+https://host/demo@0a: [ROOT]/app/.venv/lib/python3.12/site-packages/demo does not exist",
            "`vrun -m pip install --no-deps --force-reinstall 'demo @ git+https://host/demo@0a'`",
        ],
    );
}
