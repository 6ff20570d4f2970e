//! `--help`, its chapters and the man page describe the same options, each of them all.

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
    // `VRUN_...` stands for all, and the last one is not set by users.
    word.starts_with("VRUN_") && !["VRUN_", "VRUN_HANDED_ON"].contains(&word)
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

/// Every option that clap knows and shows: after a word that is wrong, all of them are offered.
fn claps_options() -> BTreeSet<String> {
    let line = ["--complete", "bash", "--no-such-option", "-"];
    words(&Sandbox::new().run(line).text(), is_option)
}

fn chapter(topic: &str) -> String {
    Sandbox::new().run(["--help", topic]).text()
}

/// The topics that `--help` names.
fn topics() -> Vec<String> {
    let help = help();
    let (_, topics) = help.split_once("The topics:\n").expect("topics");
    let topics = topics
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    topics.map(str::to_owned).collect()
}

#[test]
fn the_help_and_the_man_page_have_every_option_of_claps() {
    let clap = claps_options();
    assert!(clap.contains("--sync") && clap.contains("-m"), "{clap:?}");
    assert_eq!(options(&help()), clap);
    let man = words(&man(), is_option);
    let missing: Vec<_> = clap.difference(&man).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_help_and_the_chapter_on_variables_have_the_same_ones() {
    assert_eq!(
        words(&help(), is_variable),
        words(&chapter("variables"), is_variable)
    );
}

#[test]
fn every_topic_of_the_help_is_a_chapter_of_plain_lines() {
    let topics = topics();
    assert!(topics.len() > 10, "{topics:?}");
    for topic in topics {
        let text = chapter(&topic);
        let long = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{topic}");
        let marks = ["```", "\x1b", "# ", "\r"];
        let marked = text
            .lines()
            .find(|line| marks.iter().any(|mark| line.starts_with(mark)));
        assert_eq!(marked, None, "{topic}");
        let title = text.lines().next().unwrap_or_default();
        assert!(
            title.contains(": ") && title == title.to_uppercase(),
            "{topic}: {title}"
        );
    }
}

#[test]
fn several_topics_are_several_chapters() {
    let both = Sandbox::new()
        .run(["-q", "--help", "files", "trust"])
        .text();
    assert_eq!(both, format!("{}\n{}", chapter("files"), chapter("trust")));
    assert_eq!(Sandbox::new().run(["-h", "trust"]).text(), chapter("trust"));
}

#[test]
fn a_topic_that_is_none_is_an_error_that_names_a_near_one_or_all() {
    for (typed, near) in [
        ("serach", "search"),
        ("exit", "exit-status"),
        ("shim", "shims"),
    ] {
        let hint = format!("hint: did you mean `vrun --help {near}`?\n");
        let said = format!("vrun: there is no help topic `{typed}`\n");
        Sandbox::new()
            .run(["--help", typed])
            .error(125, &[&said, &hint]);
    }
    let all = topics().join(", ");
    for typed in ["pytest", "", "no\nsuch"] {
        Sandbox::new()
            .run(["--help", typed])
            .error(125, &["vrun: there is no help topic ", &all]);
    }
}

#[test]
fn every_file_of_chapters_is_a_chapter() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/chapters");
    let files = fs::read_dir(dir).expect("chapters").flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let mut names: Vec<_> = names.map(|name| name.replace(".md", "")).collect();
    let mut topics = topics();
    names.sort();
    topics.sort();
    assert_eq!(topics, names);
}

#[test]
fn the_man_page_has_every_variable_of_the_help() {
    assert_eq!(words(&help(), is_variable), words(&man(), is_variable));
}

#[test]
fn the_man_page_has_the_sections_that_are_looked_for() {
    let man = man();
    let sections = man.lines().filter_map(|line| line.strip_prefix(".SH "));
    let sections: Vec<_> = sections.map(|name| name.trim_matches('"')).collect();
    for wanted in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SEE ALSO"] {
        assert!(sections.contains(&wanted), "{sections:?}");
    }
    let titles: Vec<_> = topics()
        .iter()
        .map(|topic| chapter(topic).lines().next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(sections[4..sections.len() - 1], titles);
    let version = format!("\"vrun {}\"", env!("CARGO_PKG_VERSION"));
    assert!(
        man.lines()
            .next()
            .is_some_and(|title| title.contains(&version))
    );
    let place = man.lines().find(|line| line.starts_with('@'));
    assert_eq!(place, None, "a place that nothing was put into");
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

#[test]
fn readme_and_the_short_help_are_short() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("README.md");
    assert!(readme.lines().count() <= 300, "{}", readme.lines().count());
    let short = Sandbox::new().run(["-h"]).text();
    assert!(short.lines().count() <= 30, "{short}");
    let long = short.lines().find(|line| line.chars().count() > 80);
    assert_eq!(long, None);
}

/// The code spans of a document, without its blocks of code.
fn spans(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2);
    spans.map(|span| span.replace('\n', " ")).collect()
}

#[test]
fn the_documents_name_only_options_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chapters = fs::read_dir(root.join("src/cli/chapters")).expect("chapters");
    let files = chapters.flatten().map(|file| file.path());
    let known = claps_options();
    for file in files.chain([root.join("README.md")]) {
        let text = fs::read_to_string(&file).expect("text");
        for span in spans(&text) {
            let mut words = span.split(' ');
            if !["vrun", "$(vrun"].contains(&words.next().unwrap_or_default()) {
                continue;
            }
            for word in words.take_while(|word| word.starts_with('-')) {
                let word = word.split('=').next().unwrap_or_default();
                assert!(known.contains(word), "{}: `{span}`", file.display());
            }
        }
    }
}

/// README's table of what vrun says and what to do, and the source.
#[test]
fn readme_explains_messages_that_vrun_has() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md");
    let (_, table) = readme
        .split_once("| vrun says | what to do |\n")
        .expect("a table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let messages = table
        .lines()
        .skip(1)
        .filter_map(|row| row.split('`').nth(1));
    let mut source = String::new();
    read_all(&root.join("src"), &mut source);
    let missing: Vec<_> = messages.filter(|text| !source.contains(text)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn read_all(dir: &Path, text: &mut String) {
    for entry in fs::read_dir(dir).expect("a directory").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => read_all(&path, text),
            false if path.extension().is_some_and(|end| end == "rs") => {
                text.push_str(&fs::read_to_string(&path).expect("text"));
            }
            false => {}
        }
    }
}
