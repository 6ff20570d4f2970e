//! `--doctor` says that an environment is sound, or what is wrong, with its cause and what repairs it,
//! to people and to programs alike. Nothing is started and nothing is changed.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// There is none to be looked at.
mod absent;
/// Where it stands: who else may write there, git, what is active, variables.
mod around;
/// What its pyvenv.cfg says, and leaves open.
mod cfg;
/// What is installed in it.
mod installed;
/// What `--repair` would do.
mod plan;

const CFG: &str = "home = [ROOT]/lib\ninclude-system-site-packages = false\nversion = 3.12.1\n";

/// A project with a sound environment.
fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .file("app/setup.py", "")
        .cwd("app")
}

/// The same, whose Python is this link.
fn linked(target: &str) -> Sandbox {
    Sandbox::new()
        .file("app/.venv/pyvenv.cfg", CFG)
        .file("app/setup.py", "")
        .dir("app/.venv/bin")
        .dir("app/.venv/lib/python3.12/site-packages")
        .link("app/.venv/bin/python", target)
        .cwd("app")
}

/// What `--json` answers, which is of the documented shape, and ends with 0 where it is sound, else with 1.
#[track_caller]
fn answer(sandbox: &Sandbox, options: &[&str]) -> Value {
    let before = sandbox.tree();
    let told = sandbox.run([options, &["--doctor", "--json"]].concat());
    assert_eq!(before, sandbox.tree(), "nothing is changed");
    // Read twice: what it says decides which code it has to have ended with.
    let text = sandbox
        .sh(&format!(
            "\"$vrun\" {} --doctor --json; true",
            options.join(" ")
        ))
        .text();
    let value: Value = serde_json::from_str(&text).expect("JSON");
    told.code(i32::from(value["sound"] == false));
    let keys: Vec<_> = value.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["environment", "findings", "sound", "version"]);
    assert_eq!(value["version"], 1);
    let mut is_sound = true;
    for finding in value["findings"].as_array().expect("a list") {
        let keys: Vec<_> = finding.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["causes", "fix", "grade", "id", "what"]);
        assert!(!finding["causes"].as_array().expect("a list").is_empty());
        assert!(finding["grade"] == "wrong" || finding["grade"] == "note");
        is_sound &= finding["grade"] == "note";
    }
    assert_eq!(value["sound"], is_sound);
    value
}

/// That the one thing to be said is this, of this grade, in these words: `what`, `cause`, `mend`.
#[track_caller]
fn finds(sandbox: &Sandbox, (grade, id): (&str, &str), [what, cause, mend]: [&str; 3]) {
    let value = answer(sandbox, &[]);
    let findings = value["findings"].as_array().expect("a list");
    let ids: Vec<_> = findings.iter().map(|finding| &finding["id"]).collect();
    assert_eq!(ids, [id], "{value:#}");
    assert_eq!(findings[0]["grade"], grade);
    let (first, code) = match grade {
        "note" => ("[ROOT]/app/.venv is sound", 0),
        _ => ("[ROOT]/app/.venv: 1 thing is wrong", 1),
    };
    let text = format!("{first}\n{grade}: {what}\n  cause: {cause}\n  fix: {mend}\n");
    sandbox.run(["--doctor"]).code(code).stdout(&text);
}

#[test]
fn an_environment_that_is_sound_says_so_and_ends_with_0() {
    let sandbox = app();
    sandbox
        .run(["--doctor"])
        .code(0)
        .stdout("[ROOT]/app/.venv is sound\n");
    let value = answer(&sandbox, &[]);
    assert_eq!(value["sound"], true);
    assert_eq!(value["environment"], "[ROOT]/app/.venv");
}

#[test]
fn a_python_that_does_not_run() {
    finds(
        &linked("/nonexist/bin/python3.12"),
        ("wrong", "python-gone"),
        [
            "its Python is gone",
            "[ROOT]/app/.venv/bin/python points to /nonexist/bin/python3.12, which does not exist",
            "`vrun --repair`",
        ],
    );
    finds(
        &linked("python"),
        ("wrong", "python-loop"),
        [
            "its Python is a link to itself",
            "[ROOT]/app/.venv/bin/python is a link that leads back to itself",
            "`vrun --repair`",
        ],
    );
    let upgraded = linked("[ROOT]/usr/bin/python3.13").probe("usr/bin/python3.13");
    finds(
        &upgraded,
        ("wrong", "another-minor-version"),
        [
            "it was created with Python 3.12, and its Python is now 3.13",
            "[ROOT]/app/.venv/bin/python leads to [ROOT]/usr/bin/python3.13, which would see none of the packages for 3.12",
            "`vrun --repair`",
        ],
    );
    let empty = Sandbox::new().file("app/.venv/pyvenv.cfg", CFG).cwd("app");
    finds(
        &empty.file("app/setup.py", ""),
        ("wrong", "no-python"),
        [
            "it has no Python",
            "[ROOT]/app/.venv/bin has no `python`",
            "`vrun --repair`",
        ],
    );
}

#[test]
fn another_systems_environment() {
    let sandbox = Sandbox::new()
        .file("app/requirements.txt", "six")
        .file("app/.python-version", "3.11")
        .file(
            "app/.venv/pyvenv.cfg",
            "home = C:\\Python312\nversion = 3.12.1\n",
        )
        .file("app/.venv/Scripts/python.exe", "MZ")
        .cwd("app");
    let value = answer(&sandbox, &[]);
    // What else is wrong with it is not this system's matter.
    let findings = value["findings"].as_array().expect("a list");
    let [finding] = &findings[..] else {
        panic!("{value:#}");
    };
    assert_eq!(finding["id"], "another-system", "{value:#}");
    let mend = finding["fix"].as_str().expect("text");
    assert!(mend.starts_with("`export VRUN_NAME=.venv-"), "{mend}");
    sandbox
        .run(["--doctor"])
        .code(1)
        .line("wrong: it is for another system: it was created on Windows");
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_of_another_systems_environment_is_to_be_repaired_here() {
    // As it is seen in a container: at another path, so that its scripts name another Python.
    let sandbox = Sandbox::new()
        .file("app/requirements.txt", "six")
        .file("app/.python-version", "3.11")
        .file(
            "app/.venv/pyvenv.cfg",
            "home = /opt/homebrew/opt/python@3.12/bin\nversion = 3.12.1\n",
        )
        .dir("app/.venv/bin")
        .link("app/.venv/bin/python", "/opt/homebrew/bin/python3.12")
        .script("app/.venv/bin/tool", "#!/Users/ada/app/.venv/bin/python\n")
        .cwd("app");
    let value = answer(&sandbox, &[]);
    let findings = value["findings"].as_array().expect("a list");
    let ids: Vec<_> = findings.iter().map(|finding| &finding["id"]).collect();
    assert_eq!(ids, ["another-system"], "{value:#}");
}

#[test]
fn what_names_the_place_that_the_environment_was_made_in() {
    let script = "#!/old/app/.venv/bin/python\n";
    let sandbox = ["a", "b", "c", "d"].iter().fold(app(), |sandbox, name| {
        sandbox.script(format!("app/.venv/bin/{name}"), script)
    });
    finds(
        &sandbox,
        ("wrong", "stale-scripts"),
        [
            "console scripts still refer to the old location",
            "a, b, c and 1 more: /old/app/.venv/bin/python",
            "`vrun --repair`",
        ],
    );
    let site = "app/.venv/lib/python3.12/site-packages";
    let sandbox = app()
        .file("app/.venv/bin/activate", "VIRTUAL_ENV=/old/app/.venv\n")
        .file(format!("{site}/app.pth"), "/old/app/src\n")
        .file(
            "app/.venv/pyvenv.cfg",
            format!("{CFG}command = /p -m venv /old/app/.venv\n"),
        );
    let value = answer(&sandbox, &[]);
    let findings = value["findings"].as_array().expect("a list");
    let told = findings
        .iter()
        .map(|finding| (&finding["id"], &finding["grade"]));
    let told: Vec<_> = told.map(|(id, grade)| format!("{id} {grade}")).collect();
    assert_eq!(
        told,
        [
            r#""stale-activation" "wrong""#,
            r#""stale-editable" "wrong""#,
            r#""stale-cfg" "note""#,
        ]
    );
}

#[test]
fn it_starts_nothing_that_lies_in_the_project_or_its_environment() {
    let planted = "#!/bin/sh\n: >[ROOT]/started\n";
    let mut sandbox = linked("/nonexist/python3.12")
        .script("app/monitor", planted)
        .var("PATH", "[ROOT]/app/.venv/bin:[ROOT]/app:.:/usr/bin:/bin");
    for name in ["git", "pip", "python3", "python3.12", "uv"] {
        for dir in ["app", "app/.venv/bin"] {
            sandbox = sandbox.script(format!("{dir}/{name}"), planted);
        }
    }
    sandbox.sh("PATH=/usr/local/bin:/usr/bin:/bin; git init -q && git config core.fsmonitor \"$PWD/monitor\"");
    sandbox.chmod("app/.venv/lib/python3.12/site-packages", 0o777);
    let before = sandbox.tree();
    sandbox.run(["--doctor"]).code(1);
    sandbox.run(["-qn", "--repair"]).code(1);
    assert_eq!(before, sandbox.tree());
    assert!(!sandbox.path("started").exists());
}

#[test]
fn it_goes_alone() {
    let sandbox = app();
    sandbox.run(["--json"]).error(125, &["--doctor"]);
    sandbox.run(["--json", "python"]).error(125, &["--doctor"]);
    sandbox.run(["--doctor", "pytest"]).error(
        125,
        &[
            "--doctor runs no program, but `pytest` is given",
            "hint: `vrun --doctor`, and then the command",
        ],
    );
    sandbox
        .run(["--repair", "pytest"])
        .error(125, &["hint: `vrun --repair`, and then the command"]);
    for typed in [
        ["--doctor", "--repair"],
        ["--doctor", "--create"],
        ["--repair", "--create"],
        ["--repair", "--json"],
    ] {
        sandbox.run(typed).error(125, &["vrun: "]);
    }
}

#[test]
fn the_environment_is_the_one_that_a_command_would_run_in() {
    let sandbox = linked("/nonexist/python")
        .venv("app/.venv-ci")
        .dir("app/deep");
    let gone = "  fix: `vrun --env [ROOT]/app/.venv --repair`";
    for typed in [
        &["--env", "app/.venv"][..],
        &["-C", "app/deep"],
        &["--project", "app/deep"],
    ] {
        let sandbox = linked("/nonexist/python").dir("app/deep").cwd("");
        sandbox
            .run([typed, &["--doctor"]].concat())
            .code(1)
            .line(gone);
        answer(&sandbox, typed);
    }
    let sound = "[ROOT]/app/.venv-ci is sound\n";
    sandbox.run(["--env", ".venv-ci", "--doctor"]).stdout(sound);
    sandbox.run(["--doctor", "--env", ".venv-ci"]).stdout(sound);
    let sandbox = sandbox.var("VRUN_ENV", ".venv-ci").cwd("app/deep");
    sandbox.run(["--doctor"]).stdout(sound);
}

#[test]
fn a_sound_environment_has_nothing_to_mend() {
    let sandbox = app();
    let before = sandbox.tree();
    sandbox
        .run(["--repair"])
        .stdout("[ROOT]/app/.venv is sound\n")
        .says("vrun: there is nothing to repair in [ROOT]/app/.venv\n");
    assert_eq!(before, sandbox.tree());
}

#[test]
fn a_sound_environment_that_is_not_what_python_asks_for_is_not_mended_into_it() {
    let sandbox = app();
    sandbox
        .run(["--repair", "-p", "3.12"])
        .says("nothing to repair");
    sandbox.run(["--repair", "-p", "3.11"]).error(
        125,
        &[
            "[ROOT]/app/.venv uses Python 3.12.1, but --python asks for `3.11`",
            "hint: `vrun --create --clear --env [ROOT]/app/.venv -p REQUEST` recreates it, with what the project requires and no other packages",
        ],
    );
}
