//! What a shell is told so that it completes vrun's command lines. tests/real has real shells do it.

use std::collections::BTreeSet;

use crate::sandbox::Sandbox;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .dir("app/src")
        .cwd("app/src")
}

#[test]
fn the_programs_of_the_environment_are_named_one_a_line() {
    app()
        .script("app/.venv/bin/a b", "")
        .file("app/.venv/bin/activate", "")
        .dir("app/.venv/bin/lib")
        .link("app/.venv/bin/gone", "nowhere")
        .run(["--programs"])
        .stdout("a b\npip\nprobe\npython\npython3\n");
}

#[test]
fn the_options_of_the_line_say_which_environment() {
    let app = app()
        .venv("other/.venv")
        .script("other/.venv/bin/theirs", "");
    for line in [
        &["--programs", "-C", "../../other"][..],
        &["--programs", "--env=../../other/.venv", "-v"],
        &["--programs", "-n", "--project", "../../other", "--"],
    ] {
        let named = app.run(line).text();
        assert!(named.contains("theirs\n"), "{line:?}: {named}");
    }
}

#[test]
fn where_there_is_no_environment_none_is_made_and_nothing_is_said() {
    let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
    let before = sandbox.tree();
    sandbox.run(["--programs"]).code(0).stdout("");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn actions_that_take_a_programs_name_are_offered_the_same() {
    let programs = app().run(["--programs"]).text();
    assert!(programs.contains("probe\n"), "{programs}");
    for action in [&["--which"][..], &["--which", "-a"], &["--shims", "d"]] {
        let line = ["--programs"].iter().chain(action);
        assert_eq!(app().run(line).text(), programs, "{action:?}");
    }
}

#[test]
fn a_line_that_is_wrong_or_not_whole_gets_no_answer_and_no_complaint() {
    for line in [
        &["--programs", "--typo"][..],
        &["--programs", "-h"],
        &["--programs", "-V"],
        &["--programs", "--env"],
        &["--programs", "--env", ""],
        &["--programs", "-C", "nowhere"],
        &["--programs", "--create"],
        &["--programs", "--export", "sh"],
        &["--programs", "probe"],
        &["--programs", "--", "probe"],
    ] {
        app().run(line).code(0).stdout("");
    }
}

#[test]
fn a_variable_that_is_wrong_is_no_ones_concern_here() {
    app()
        .var("VRUN_QUIET", "maybe")
        .run(["--programs"])
        .code(0)
        .stdout("");
}

/// Everything that looks like an option.
fn options(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words = text.split(|c| !is_part(c));
    words
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .collect()
}

#[test]
fn every_shell_is_told_of_every_option_of_the_help() {
    let help = app().run(["--help"]).text();
    let shown = help
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('-'));
    let shown: Vec<_> = shown.filter_map(|line| line.split("  ").next()).collect();
    for shell in SHELLS {
        // fish takes a name without its dashes.
        let script = app()
            .run(["--completions", shell])
            .text()
            .replace(" -l ", " --");
        let told = options(&script);
        let shown = shown.join(" ");
        let missing: Vec<_> = options(&shown)
            .into_iter()
            .filter(|word| !told.contains(word))
            .collect();
        assert!(missing.is_empty(), "{shell}: {missing:?}");
    }
}

#[test]
fn a_script_is_whole() {
    for shell in SHELLS {
        let script = app().run(["--completions", shell]).text();
        // What stands in the script in place of a part, and what each part is put beside.
        for place in ["LONGS", "LETTERS", "LAST", "DIRS", "ELVISH", "POWERSHELL"] {
            assert!(!script.contains(&format!("@{place}@")), "{shell}: {place}");
        }
        assert!(script.contains("--programs"), "{shell}");
    }
    let zsh = app().run(["--completions", "zsh"]).text();
    for part in [
        "_vrun_program'",
        "vrun_line=(",
        ":MODULE::*::argument:_files'",
    ] {
        assert!(zsh.contains(part), "{part}");
    }
}

#[test]
fn what_powershell_is_told_is_in_order() {
    // There is no PowerShell here to ask.
    let script = app().run(["--completions", "powershell"]).text();
    for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
        let count = |wanted| script.chars().filter(|c| *c == wanted).count();
        assert_eq!(count(open), count(close), "{open}{close}");
    }
    let place = |part| script.find(part).unwrap_or_else(|| panic!("no `{part}`"));
    let parts = [
        "using namespace",
        "param(",
        "$words",
        "--programs",
        "$completions",
    ]
    .map(place);
    assert!(parts.is_sorted(), "{script}");
    assert!(script.contains("'--completions' = 'bash elvish fish powershell zsh'"));
}

#[test]
fn a_shell_that_is_not_known_is_a_usage_error_that_names_those_that_are() {
    app()
        .run(["--completions", "tcsh"])
        .error(125, &["tcsh", "bash, elvish, fish, powershell, zsh"]);
}
