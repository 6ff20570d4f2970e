//! Environments that were moved or copied, with an editable install in them: it still names the sources that it was
//! made from, and Python imports those without a word; so it does with the base interpreter's packages, where pyvenv.cfg
//! is silent. vrun has a word for it, and never where all is well.

use crate::sandbox::Sandbox;

const SITE: &str = "lib/python3.12/site-packages";

/// pyvenv.cfg as venv writes it there.
fn cfg(command: &str) -> String {
    format!(
        "home = [ROOT]/lib\ninclude-system-site-packages = false\nversion = 3.12.1\ncommand = {command}\n"
    )
}

/// A project at `copy`, whose environment was made by this command, and in which the project at `from` is installed.
fn copy(command: &str, from: &str) -> Sandbox {
    Sandbox::new()
        .venv_with("copy/.venv", cfg(command))
        .file("copy/pyproject.toml", "")
        .file(
            format!("copy/.venv/{SITE}/__editable__.demo-1.0.pth"),
            format!("{from}/src\n"),
        )
        .file(
            format!("copy/.venv/{SITE}/demo-1.0.dist-info/direct_url.json"),
            format!("{{\"dir_info\": {{\"editable\": true}}, \"url\": \"file://{from}\"}}"),
        )
        .cwd("copy")
}

const ORIGINAL: &str = "/usr/bin/python3 -m venv [ROOT]/app/.venv";
const SAID: &str =
    "vrun: demo is imported from [ROOT]/app, not from [ROOT]/copy; `vrun --repair` fixes it\n";

#[track_caller]
fn says(sandbox: &Sandbox, typed: &[&str], said: &str) {
    assert_eq!(sandbox.run(typed).code(0).said(), said);
}

#[test]
fn a_copy_whose_editable_install_is_the_originals_says_so() {
    let sandbox = copy(ORIGINAL, "[ROOT]/app").dir("app/.venv");
    for typed in [
        &["python"][..],
        &["-m", "demo"],
        &["probe"],
        &["sh", "-c", ""],
        &["-n", "python"],
    ] {
        says(&sandbox, typed, SAID);
    }
    says(&sandbox, &["-q", "python"], "");
}

#[test]
fn a_project_that_was_moved_says_that_the_old_place_is_gone() {
    let said = SAID.replace("[ROOT]/app,", "[ROOT]/app, which does not exist,");
    says(&copy(ORIGINAL, "[ROOT]/app"), &["python"], &said);
}

#[test]
fn where_pyvenv_cfg_notes_no_place_a_script_that_names_another_one_tells() {
    let script = "#![ROOT]/app/.venv/bin/python\n";
    let sandbox = copy("", "[ROOT]/app")
        .dir("app/.venv/bin")
        .file(
            "copy/.venv/bin/activate",
            "VIRTUAL_ENV='[ROOT]/app/.venv'\n",
        )
        .script("copy/.venv/bin/tool", script);
    says(&sandbox, &["tool"], SAID);
    says(&sandbox, &["python"], "");
}

#[test]
fn what_a_shell_or_make_would_run_with_the_original_is_said_too() {
    let sandbox = copy(ORIGINAL, "[ROOT]/copy")
        .probe("app/.venv/bin/python")
        .script("copy/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python\n");
    let said = "vrun: tool in [ROOT]/copy/.venv/bin runs with [ROOT]/app/.venv/bin/python unless vrun starts it; \
                `vrun --repair` fixes it\n";
    says(&sandbox, &["sh", "-c", ""], said);
    // Which vrun does start with the copy's.
    says(&sandbox, &["tool"], "");
    says(&sandbox, &["python"], "");
}

#[test]
fn what_a_shell_or_make_would_not_start_where_the_old_place_is_gone_is_said_too() {
    let sandbox = copy(ORIGINAL, "[ROOT]/copy")
        .script("copy/.venv/bin/pytest", "#![ROOT]/app/.venv/bin/python\n")
        .script("tools/pytest", "#!/bin/sh\n")
        .var("PATH", "[ROOT]/tools:/usr/bin:/bin");
    let said = "vrun: pytest in [ROOT]/copy/.venv/bin does not start without vrun, because [ROOT]/app/.venv/bin/python does \
                not exist; `vrun --repair` fixes it\n";
    // Which takes the next one on PATH.
    says(&sandbox, &["-c", "pytest; true"], said);
    says(&sandbox, &["sh", "-c", ""], said);
    says(&sandbox, &["pytest"], "");
}

#[test]
fn there_is_no_false_alarm() {
    let command = |place: &str| format!("/usr/bin/python3 -m venv {place}");
    // Its own place, by whatever spelling; nothing is left of the other one; there never was one.
    for (made, from) in [
        (command("[ROOT]/copy/.venv"), "[ROOT]/copy"),
        (command("[ROOT]/copy/.venv"), "[ROOT]/app"),
        (command("[ROOT]/link/.venv"), "[ROOT]/link"),
        (command("[ROOT]/app/../copy/.venv"), "[ROOT]/copy"),
        (
            command("--prompt=\"x [ROOT]/app\" [ROOT]/copy/.venv"),
            "[ROOT]/app",
        ),
        (command("[ROOT]/app/.venv"), "[ROOT]/copy"),
        (command("[ROOT]/app/.venv"), "[ROOT]/lib/other"),
        (command("[ROOT]/app/.venv"), "[ROOT]/app-2"),
        (command("[ROOT]/envs/x"), "[ROOT]/app"),
        (command(".venv"), "[ROOT]/app"),
        (command("app/.venv"), "[ROOT]/app"),
        ("uv venv".to_owned(), "[ROOT]/app"),
        (String::new(), "[ROOT]/app"),
    ] {
        let sandbox = copy(&made, from).dir("app/.venv").link("link", "copy");
        says(&sandbox, &["python"], "");
        says(&sandbox, &["sh", "-c", ""], "");
        let sandbox = sandbox.cwd("link");
        says(&sandbox, &["python"], "");
    }
}

#[test]
fn a_pyvenv_cfg_that_leaves_open_whether_the_bases_packages_are_seen_is_said_to() {
    let said = "vrun: the base interpreter's packages are seen too: [ROOT]/app/.venv/pyvenv.cfg does not say whether they \
                should; `vrun --repair` keeps them out\n";
    for cfg in ["", "home = [ROOT]/lib\nversion = 3.12.1\n"] {
        let sandbox = Sandbox::new()
            .venv_with("app/.venv", cfg)
            .script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python\n")
            .script("app/.venv/bin/old", "#!/old/.venv/bin/python\n")
            .script("app/.venv/bin/near", "#!/usr/bin/env python3\n")
            .cwd("app");
        for typed in [
            &["python"][..],
            &["-m", "x"],
            &["tool"],
            &["old"],
            &["near"],
            &["-n", "python"],
        ] {
            says(&sandbox, typed, said);
        }
        // What is no Python's sees no packages.
        says(&sandbox, &["probe"], "");
        says(&sandbox, &["sh", "-c", ""], "");
        says(&sandbox, &["-q", "python"], "");
    }
    for seen in ["true", "false", "False", "no"] {
        let cfg = format!("home = [ROOT]/lib\ninclude-system-site-packages = {seen}\n");
        let sandbox = Sandbox::new().venv_with("app/.venv", cfg).cwd("app");
        says(&sandbox, &["python"], "");
    }
}
