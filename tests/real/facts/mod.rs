//! `--info`: what it tells of `sys` is what that Python says itself, for every Python found, environments of every
//! maker, moved and not, with each of Python's variables and `.pth` files of all sorts.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::moved;
use crate::project::{Outcome, Project, tell};
use crate::pythons;

mod answer;
mod case;
mod envs;
mod scene;

use answer::differences;
use case::Case;
use scene::Scene;

/// Cases for each Python, always the same; the other number at random where VRUN_TEST_ALL is set.
const CASES: (u32, u32) = (16, 200);

fn agrees(case: &Case, python: &Path) -> Result<(), TestCaseError> {
    if is_pypy(python) && case.has_bytes_in_python_path() {
        // PyPy 3.9 decodes them to another text there than anywhere else, and does not know its own directory again.
        return Err(TestCaseError::reject("bytes that PyPy misreads"));
    }
    let Some(scene) = Scene::of(case, python) else {
        return Err(TestCaseError::reject(
            "a maker that does not serve this Python",
        ));
    };
    let (told, caveats) = answer::of_vrun(&scene);
    let stops = ["pth-encoding", "home", "path-file"]
        .iter()
        .any(|kind| caveats.contains(*kind));
    match (told, answer::of_python(&scene)) {
        (None, Err(_)) => Ok(()),
        (None, Ok(says)) => Err(TestCaseError::fail(format!(
            "nothing told, and it starts: {}",
            differences(&answer::Said::new(), &says)
        ))),
        (Some(_), Err(_)) if stops => Ok(()),
        // PyPy 3.9 itself fails at PYTHONPATH with more than ASCII in the locale C.
        (Some(_), Err(error)) if is_pypy(python) && error.contains("UnicodeEncodeError") => Ok(()),
        (Some(told), Err(error)) => Err(TestCaseError::fail(format!(
            "told {told:?}, and it stops: {error}"
        ))),
        // PyPy goes on without what is left of site.py.
        (Some(_), Ok(_)) if caveats.contains("pth-encoding") && is_pypy(python) => Ok(()),
        (Some(_), Ok(_)) if caveats.contains("pth-encoding") => {
            Err(TestCaseError::fail("it reads that .pth file"))
        }
        (Some(mut told), Ok(says)) => {
            // pyvenv.cfg may say less, and the headers need not be there.
            let is_part = says["version"][0].starts_with(&told["version"][0]);
            if is_part && !told["version"][0].contains("2e") {
                return Err(TestCaseError::fail("no version"));
            }
            if is_part {
                told.insert("version".into(), says["version"].clone());
            }
            let text = differences(&told, &says);
            prop_assert!(text.is_empty(), "{text}caveats: {caveats:?}");
            Ok(())
        }
    }
}

fn is_pypy(python: &Path) -> bool {
    python
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("pypy"))
}

fn agree(python: &Path) {
    let (cases, rng_seed) = match env::var_os("VRUN_TEST_ALL") {
        Some(_) => (CASES.1, RngSeed::Random),
        None => (CASES.0, RngSeed::Fixed(0)),
    };
    let mut runner = TestRunner::new(Config {
        rng_seed,
        cases,
        failure_persistence: None,
        max_global_rejects: 4096,
        max_shrink_iters: 100,
        ..Config::default()
    });
    let ran = runner.run(&case::case(), |case| agrees(&case, python));
    if let Err(error) = ran {
        panic!("{python:?}: {error}");
    }
}

#[test]
fn info_says_of_sys_what_every_python_says() {
    thread::scope(|scope| {
        for python in pythons::all() {
            scope.spawn(|| agree(&python.exe));
        }
    });
}

#[test]
fn info_says_of_sys_what_pypy_says() {
    match pythons::pypy() {
        Some(pypy) => agree(&pypy),
        None => tell("not tested: there is no PyPy here"),
    }
}

#[test]
fn what_is_printed_as_json_is_of_the_schema() {
    let project = Project::with_python();
    let Some(tools) = moved::tool(&project, "jsonschema") else {
        return;
    };
    let missing = project.run(["--info", "--json"]).code(125).stdout;
    project.run(["python", "-c", ""]).code(0);
    let here = project.run(["--info", "--json"]).code(0).stdout;
    fs::remove_file(project.path("app/.venv/bin/python")).expect("a link");
    let broken = project.run(["--info", "--json"]).code(0).stdout;
    let app = |name: &str| project.path("app").join(name);
    fs::write(app("setup.py"), "").expect("a file");
    fs::rename(app(".venv"), app("a")).expect("a directory");
    moved::copy(&app("a"), &app("b"));
    let undecided = project.run(["--info", "--json"]).code(125).stdout;
    let schema = project.run(["--info", "--json-schema"]).code(0).stdout;
    let files = [
        ("schema", &schema),
        ("missing", &missing),
        ("here", &here),
        ("broken", &broken),
        ("undecided", &undecided),
    ];
    for (name, text) in files {
        fs::write(project.path(name), text).expect("a file");
    }
    let check = "import json, sys, jsonschema\n\
        schema, *told = [json.load(open(name)) for name in sys.argv[1:]]\n\
        jsonschema.Draft202012Validator.check_schema(schema)\n\
        for one in told:\n    jsonschema.Draft202012Validator(schema).validate(one)\n\
        told[0]['version'] = 2\n\
        assert not jsonschema.Draft202012Validator(schema).is_valid(told[0])\n";
    let mut validate = Command::new(tools.join("python"));
    validate
        .args(["-c", check])
        .args(files.map(|(name, _)| project.path(name)));
    Outcome::of(&mut validate).code(0);
}
