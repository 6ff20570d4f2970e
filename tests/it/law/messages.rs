//! What vrun says, in one file: a change of words is seen in review.

use std::fs;
use std::path::Path;

use super::source::{Source, sources};

#[test]
fn messages_txt_has_every_message_of_the_source() {
    let mut sources = sources();
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    let found: String = sources.iter().map(messages).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/law/messages.txt");
    if std::env::var_os("VRUN_UPDATE").is_some() {
        fs::write(&file, &found).expect("messages.txt");
    }
    let kept = fs::read_to_string(&file).expect("messages.txt");
    let mut lines = found.lines().zip(kept.lines());
    let first = lines.find(|(now, before)| now != before);
    assert!(
        found == kept,
        "messages have changed, the first: {first:?}\n\
         read them once more, then: VRUN_UPDATE=1 cargo test --test it messages"
    );
}

/// The file's name, and the texts in it that have several words.
fn messages(source: &Source) -> String {
    let lines: Vec<_> = source.code.iter().map(|(_, line)| &line[..]).collect();
    let texts = strings(&lines.join("\n"));
    let texts: Vec<_> = texts.into_iter().filter(|text| is_prose(text)).collect();
    match &texts[..] {
        [] => String::new(),
        texts => format!("# {}\n{}\n\n", source.name, texts.join("\n")),
    }
}

/// Whether two words that letters make up follow each other.
fn is_prose(text: &str) -> bool {
    let is_word = |word: &&str| {
        let word = word.trim_matches(|end: char| !end.is_alphabetic());
        word.len() > 1 && word.chars().all(|letter| letter.is_ascii_lowercase())
    };
    text.split(' ').filter(is_word).count() > 1
}

/// The strings of Rust code. One that is continued on the next line is one line.
fn strings(code: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), code);
    while let Some(at) = rest.find(['"', '\'']) {
        let (before, from) = rest.split_at(at);
        if let Some(after) = from.strip_prefix('\'') {
            // A character, or a lifetime.
            let length = match after.as_bytes() {
                [b'\\', ..] => after[1..].find('\'').map_or(0, |end| end + 2),
                _ => after.chars().next().map_or(0, char::len_utf8),
            };
            let is_char = after[length..].starts_with('\'');
            rest = if is_char { &after[length + 1..] } else { after };
            continue;
        }
        let hashes = before.len() - before.trim_end_matches('#').len();
        let is_raw = before.trim_end_matches('#').ends_with('r');
        let text = &from[1..];
        let end = match is_raw {
            true => text.find(&format!("\"{}", "#".repeat(hashes))),
            false => closing_quote(text),
        };
        let (text, after) = text.split_at(end.expect("a string that ends"));
        let lines = text.split("\\\n").map(str::trim_start);
        found.push(lines.collect::<String>().replace('\n', "\\n"));
        rest = &after[1..];
    }
    found
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, letter)| {
        let ends = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        ends.then_some(at)
    })
}
