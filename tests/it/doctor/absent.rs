//! Where there is no environment to be looked at: that is a finding too, for people and for programs, and nothing is
//! made. What is hinted is what every other command hints there.

use serde_json::Value;

use super::answer;
use crate::sandbox::Sandbox;

/// That this is all that there is to be said, in the text, as JSON, and by a command that is to run.
#[track_caller]
fn finds(sandbox: &Sandbox, id: &str, what: &str, causes: &[&str], mend: &str) {
    let value = answer(sandbox, &[]);
    assert!(value["environment"].is_null(), "{value:#}");
    let findings = value["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{value:#}");
    assert_eq!(findings[0]["id"], id);
    let causes: String = causes
        .iter()
        .map(|cause| format!("  cause: {cause}\n"))
        .collect();
    let text = format!("1 thing is wrong\nwrong: {what}\n{causes}  fix: {mend}\n");
    sandbox.run(["--doctor"]).code(1).stdout(&text);
    let hint = format!("hint: {mend}");
    let said = sandbox.run(["--repair"]).complaint();
    assert!(said.contains(&hint), "{hint} in {said}");
    let code = if id == "not-trusted" { 126 } else { 125 };
    let told = sandbox
        .run(["--info", "--json"])
        .code(code)
        .says(&hint)
        .text();
    let value: Value = serde_json::from_str(&told).expect("JSON");
    assert!(value["environment"].is_null(), "{value:#}");
    assert_eq!(
        value["missing"].is_null(),
        id != "no-environment",
        "{value:#}"
    );
    for (name, is) in [("id", id), ("what", what), ("fix", mend)] {
        assert_eq!(value["problem"][name], is);
    }
}

/// And a command that is to run says so as well.
#[track_caller]
fn is_hinted(sandbox: &Sandbox, mend: &str) {
    let said = sandbox.run(["python"]).complaint();
    assert!(said.contains(&format!("hint: {mend}")), "{said}");
}

#[test]
fn none_yet() {
    let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
    let what = "there is no environment at [ROOT]/app/.venv";
    let mend = "`vrun --create --env [ROOT]/app/.venv` creates it";
    finds(
        &sandbox,
        "no-environment",
        what,
        &["the search found none"],
        mend,
    );
}

#[test]
fn a_directory_of_that_name_that_is_none() {
    let sandbox = Sandbox::new()
        .file("app/setup.py", "")
        .file("app/.venv/notes", "")
        .cwd("app");
    let what = "there is no environment at [ROOT]/app/.venv";
    let cause = "it is a directory with other things in it: notes";
    let mend = "choose another path with `--env PATH`, or another name with VRUN_NAME";
    finds(&sandbox, "no-environment", what, &[cause], mend);
    is_hinted(&sandbox, mend);
}

#[test]
fn one_that_has_lost_its_pyvenv_cfg() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/setup.py", "")
        .cwd("app");
    std::fs::remove_file(sandbox.path("app/.venv/pyvenv.cfg")).expect("removed");
    let what = "there is no environment at [ROOT]/app/.venv";
    let cause = "it is a directory with other things in it: bin, lib";
    let mend = "`touch [ROOT]/app/.venv/pyvenv.cfg`, then `vrun --repair --env [ROOT]/app/.venv`, makes it an environment again";
    finds(&sandbox, "no-environment", what, &[cause], mend);
    is_hinted(&sandbox, mend);
}

#[test]
fn a_redirect_file_that_leads_nowhere() {
    for (text, cause) in [
        ("", "its first line is empty"),
        ("/nonexist", "it names /nonexist, which does not exist"),
        (
            "..",
            "it names [ROOT], which is not an environment: it has no pyvenv.cfg",
        ),
    ] {
        let sandbox = Sandbox::new().file("app/.venv", text).cwd("app");
        let what = "[ROOT]/app/.venv does not lead to an environment";
        let mend = "write the environment's directory on its first line";
        finds(&sandbox, "undecided", what, &[cause], mend);
        is_hinted(&sandbox, mend);
    }
}

#[test]
fn several_and_none_of_them_meant() {
    let sandbox = Sandbox::new()
        .venv("app/one")
        .venv("app/two")
        .file("app/setup.py", "")
        .cwd("app");
    let what = "[ROOT]/app has more than one environment, and no .venv";
    let mend = "choose one with `--env`, such as `vrun --env [ROOT]/app/one ...`, or with VRUN_ENV";
    finds(
        &sandbox,
        "undecided",
        what,
        &["[ROOT]/app/one", "[ROOT]/app/two"],
        mend,
    );
}

#[test]
fn one_that_another_user_planted() {
    let sandbox = Sandbox::new().venv("shared/.venv").dir("shared/ada");
    if !sandbox.is_roots() {
        return eprintln!("not tested: another user's environment, which needs root");
    }
    let sandbox = sandbox.of(1, "shared/.venv").of(12345, "shared/ada");
    let sandbox = sandbox.cwd("shared/ada").by(12345);
    let mend = "`vrun --env [ROOT]/shared/.venv ...` or VRUN_ENV allows it; \
                `vrun --create --env [ROOT]/shared/ada/.venv` creates one of your own";
    let causes = [
        "it belongs to daemon",
        "vrun uses only what you or root own, unless you name it",
    ];
    let what = "[ROOT]/shared/.venv is not trusted";
    finds(&sandbox, "not-trusted", what, &causes, mend);
    is_hinted(&sandbox, mend);
}
