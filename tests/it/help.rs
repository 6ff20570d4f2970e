//! What there is, told three times: `--help`, the man page, README's tables. None of them tells of more, or less.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::sandbox::Sandbox;

/// The words of a text that `is` picks, without what is around them.
fn words(text: &str, is: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = text.split(|c| !is_part(c)).filter(|word| is(word));
    words.map(str::to_owned).collect()
}

fn is_option(word: &str) -> bool {
    word.starts_with('-') && !word.trim_matches('-').is_empty()
}

fn is_variable(word: &str) -> bool {
    word.starts_with("VRUN_")
}

fn help() -> String {
    Sandbox::new().run(["--help"]).text()
}

/// The options of the help: what stands before what it says of each.
fn options(help: &str) -> BTreeSet<String> {
    let lines = help
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('-'));
    let named = lines.filter_map(|line| line.split("  ").next());
    words(&named.collect::<Vec<_>>().join(" "), is_option)
}

/// The man page as plain text.
fn man() -> String {
    let page = Sandbox::new().run(["--man"]).text();
    page.replace("\\-", "-")
        .replace("\\fB", "")
        .replace("\\fR", "")
}

/// The cells of README's tables of options.
fn tables() -> Vec<Vec<String>> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("README.md");
    let tables = readme
        .split("\n\n")
        .filter(|text| text.starts_with("| option |"));
    let rows = tables.flat_map(|table| table.lines().skip(2));
    rows.map(|row| row.split('|').skip(1).map(str::to_owned).collect())
        .collect()
}

#[test]
fn the_help_and_readmes_tables_have_the_same_options() {
    let first: Vec<_> = tables().into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(options(&help()), words(&first.join(" "), is_option));
}

#[test]
fn the_help_and_readmes_tables_have_the_same_variables() {
    let rows: Vec<_> = tables().into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(
        words(&help(), is_variable),
        words(&rows.join(" "), is_variable)
    );
}

#[test]
fn the_man_page_has_every_option_and_every_variable_of_the_help() {
    let (help, man) = (help(), man());
    let told = words(&man, is_option);
    let missing: Vec<_> = options(&help)
        .into_iter()
        .filter(|word| !told.contains(word))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(words(&help, is_variable), words(&man, is_variable));
}

#[test]
fn the_man_page_has_the_sections_that_are_looked_for() {
    let man = man();
    let sections = man.lines().filter_map(|line| line.strip_prefix(".SH "));
    let sections: Vec<_> = sections.map(|name| name.trim_matches('"')).collect();
    let wanted = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "ENVIRONMENT",
        "FILES",
        "EXIT STATUS",
        "EXAMPLES",
        "SEE ALSO",
    ];
    assert_eq!(sections, wanted);
    let version = format!("\"vrun {}\"", env!("CARGO_PKG_VERSION"));
    assert!(
        man.lines()
            .next()
            .is_some_and(|title| title.contains(&version))
    );
    assert!(!man.contains('@'), "a place that nothing was put into");
}

#[test]
fn every_exit_status_of_vruns_own_is_in_the_help_and_in_the_man_page() {
    for code in ["125", "126", "127", "130"] {
        assert!(help().contains(code) && man().contains(code), "{code}");
    }
}

#[test]
fn every_option_stands_in_a_group_of_the_help() {
    let help = help();
    let groups = [
        "Program:",
        "Environment:",
        "Requirements:",
        "Actions (no program is run):",
        "General:",
    ];
    let places = groups.map(|group| help.lines().position(|line| line == group));
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{help}"
    );
    // clap's own, for what is in none.
    assert!(!help.lines().any(|line| line == "Options:"), "{help}");
}

#[test]
fn the_help_keeps_within_80_columns() {
    let help = help();
    let long: Vec<_> = help
        .lines()
        .filter(|line| line.chars().count() > 80)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn the_usage_has_every_action() {
    let help = help();
    let (usage, rest) = help.split_once("\n\nProgram:").expect("groups");
    let (_, actions) = rest
        .split_once("Actions (no program is run):\n")
        .expect("a group");
    let (actions, _) = actions.split_once("\n\n").expect("another group");
    let usage = words(usage, is_option);
    let missing: Vec<_> = options(actions)
        .into_iter()
        .filter(|word| !usage.contains(word))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
