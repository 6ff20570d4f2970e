//! `-n --repair` says what would be done, and with which Python; it asks none and changes nothing.

use super::{app, linked};
use crate::sandbox::Sandbox;

/// What it says that it would do, a step a line.
#[track_caller]
fn would(sandbox: &Sandbox, options: &[&str], steps: &[&str]) {
    let before = sandbox.tree();
    let told = sandbox.run([options, &["-n", "--repair"]].concat()).code(1);
    let steps: String = steps
        .iter()
        .map(|step| format!("vrun: would {step}\n"))
        .collect();
    assert_eq!(told.said(), steps);
    assert_eq!(before, sandbox.tree());
}

#[test]
fn a_lost_python() {
    let site = "app/.venv/lib/python3.12/site-packages";
    let info = |name: &str| format!("{site}/{name}-1.dist-info/METADATA");
    let lost = linked("/nonexist/bin/python3.12");
    would(
        &lost,
        &[],
        &[
            "replace its Python with a Python 3.12, or, if there is none, recreate it with another Python",
        ],
    );
    let lost = lost
        .file(info("a"), "Name: a\nVersion: 1\n")
        .file(info("b"), "Name: b\nVersion: 1\n");
    would(
        &lost,
        &["-p", "3.13"],
        &["recreate it with `3.13` and reinstall its 2 packages"],
    );
    would(
        &lost,
        &["-p", "3.12"],
        &[
            "replace its Python with a Python 3.12, or, if there is none, \
           recreate it with `3.12` and reinstall its 2 packages",
        ],
    );
}

#[test]
fn what_names_another_place_and_what_is_missing() {
    let site = "app/.venv/lib/python3.12/site-packages/demo-1.0.dist-info";
    let sandbox = app()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = [ROOT]/lib\nversion = 3.12.1\n",
        )
        .script("app/.venv/bin/tool", "#!/old/app/.venv/bin/python\n")
        .file(format!("{site}/RECORD"), "../../../bin/demo,,\n")
        .file(
            format!("{site}/entry_points.txt"),
            "[console_scripts]\ndemo = demo:main\n",
        );
    would(
        &sandbox,
        &[],
        &[
            "hide the base interpreter's packages",
            "rewrite 1 console script that still refers to the old location (/old/app/.venv/bin/python)",
            "write the missing scripts: demo",
        ],
    );
}

#[test]
fn what_would_be_refused_is_refused() {
    let sandbox = Sandbox::new()
        .file("app/setup.py", "")
        .file(
            "app/.venv/pyvenv.cfg",
            "home = C:\\Python312\ninclude-system-site-packages = false\n",
        )
        .file("app/.venv/Scripts/python.exe", "MZ")
        .cwd("app");
    sandbox.run(["-n", "--repair"]).error(
        126,
        &[
            "it was created on Windows",
            "hint: `export VRUN_NAME=.venv-",
        ],
    );
    would(
        &sandbox,
        &["--env", ".venv"],
        &["recreate it with the first Python that fits the project"],
    );
}

#[test]
fn a_dry_repair_says_that_the_environment_is_sound() {
    app()
        .run(["-n", "--repair"])
        .code(0)
        .stdout("[ROOT]/app/.venv is sound\n");
}
