//! The chapters of the manual, `chapters/NAME.md`: text for `--help TOPIC`, roff for the man page.
//!
//! They are Markdown of the plainest kind: `#` and `##` headings, paragraphs, lists of one level, fenced code and code
//! spans, in lines of at most 80 columns.

use std::ffi::OsString;

use crate::error::Error;
use crate::program::nearest_name;
use crate::quote::{printable, shell_word};

/// The topics and their chapters, in the order of the man page.
pub(super) const CHAPTERS: [(&str, &str); 16] = [
    ("search", include_str!("chapters/search.md")),
    ("creation", include_str!("chapters/creation.md")),
    ("requirements", include_str!("chapters/requirements.md")),
    ("scripts", include_str!("chapters/scripts.md")),
    ("programs", include_str!("chapters/programs.md")),
    ("shims", include_str!("chapters/shims.md")),
    ("export", include_str!("chapters/export.md")),
    ("inspection", include_str!("chapters/inspection.md")),
    ("repair", include_str!("chapters/repair.md")),
    ("trust", include_str!("chapters/trust.md")),
    ("recipes", include_str!("chapters/recipes.md")),
    ("completions", include_str!("chapters/completions.md")),
    ("variables", include_str!("chapters/variables.md")),
    ("files", include_str!("chapters/files.md")),
    ("exit-status", include_str!("chapters/exit-status.md")),
    ("examples", include_str!("chapters/examples.md")),
];

/// The chapter on `topic`, for a terminal or a pager.
///
/// # Errors
/// There is no such topic.
pub(super) fn chapter(topic: &OsString) -> Result<String, Error> {
    if let Some((_, text)) = CHAPTERS.iter().find(|(name, _)| *topic == **name) {
        return Ok(plain_text(text));
    }
    let names = CHAPTERS.map(|(name, _)| name.to_owned());
    let typed = topic.to_string_lossy();
    let starts = |name: &&String| !typed.is_empty() && name.starts_with(&*typed);
    let near = names.iter().find(starts).cloned();
    let hint = match near.or_else(|| nearest_name(&typed, names.to_vec())) {
        Some(near) => format!("did you mean `vrun --help {near}`?"),
        None => format!(
            "`vrun {} --help` is that program's help; the topics are {}",
            shell_word(topic),
            names.join(", ")
        ),
    };
    Err(Error::failed(format!("there is no help topic `{}`", printable(topic))).with_hint(hint))
}

/// The topics and the titles of their chapters.
pub(super) fn topics() -> [(&'static str, &'static str); CHAPTERS.len()] {
    CHAPTERS.map(|(topic, text)| {
        let title = text.lines().next().unwrap_or_default();
        (topic, title.split_once(": ").map_or("", |(_, title)| title))
    })
}

/// The same for the help.
pub(super) fn topic_lines() -> String {
    let line = |(topic, title)| format!("  {topic:<14}{title}").trim_end().to_owned();
    topics().map(line).join("\n")
}

fn plain_text(markdown: &str) -> String {
    let (mut text, mut is_code) = (String::with_capacity(markdown.len()), false);
    for line in markdown.lines() {
        match heading(line) {
            _ if line.starts_with("```") => {
                is_code = !is_code;
                continue;
            }
            Some((_, title)) if !is_code => text.push_str(&title.to_uppercase()),
            _ if is_code && !line.is_empty() => {
                text.push_str("    ");
                text.push_str(line);
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

/// A chapter as a section of the man page.
pub(super) fn roff(markdown: &str) -> String {
    let (mut page, mut is_code, mut is_bold) = (String::new(), false, false);
    // `.PP` after a blank line, but not after a heading.
    let (mut is_blank, mut is_after_heading) = (false, false);
    for line in markdown.lines() {
        let starts_paragraph = is_blank && !is_after_heading;
        is_blank = line.is_empty() && !is_code;
        if is_blank {
            continue;
        }
        let title = heading(line).filter(|_| !is_code);
        is_after_heading = title.is_some();
        if let Some((level, title)) = title {
            let letter = if level == 1 { 'H' } else { 'S' };
            page.push_str(&format!(".S{letter} {}\n", title.to_uppercase()));
        } else if line.starts_with("```") {
            is_code = !is_code;
            page.push_str(match is_code {
                true if starts_paragraph => ".PP\n.RS 4\n.nf\n",
                true => ".RS 4\n.nf\n",
                false => ".fi\n.RE\n",
            });
        } else if is_code {
            push_escaped(&mut page, line, true);
            page.push('\n');
        } else {
            let (mark, text) = list_item(line);
            match mark {
                Some("-") => page.push_str(".IP \\(bu 2\n"),
                Some(number) => page.push_str(&format!(".IP {number} 4\n")),
                None if starts_paragraph => page.push_str(".PP\n"),
                None => {}
            }
            push_line(&mut page, text.trim_start(), &mut is_bold);
        }
    }
    page
}

/// `## Title` -> 2 and the title.
fn heading(line: &str) -> Option<(usize, &str)> {
    let title = line.trim_start_matches('#').strip_prefix(' ')?;
    let level = line.len() - title.len() - 1;
    (level > 0).then_some((level, title))
}

/// `- text` or `1. text` -> its mark and the text.
fn list_item(line: &str) -> (Option<&str>, &str) {
    let is_number = |mark: &str| {
        mark.strip_suffix('.')
            .is_some_and(|number| number.parse::<u8>().is_ok())
    };
    let item = line.split_once(' ');
    let item = item.filter(|(mark, _)| *mark == "-" || is_number(mark));
    item.map_or((None, line), |(mark, text)| (Some(mark), text))
}

/// Code spans in bold. One may end on a later line.
fn push_line(page: &mut String, text: &str, is_bold: &mut bool) {
    for part in text.split_inclusive('`') {
        let plain = part.strip_suffix('`');
        push_escaped(page, plain.unwrap_or(part), *is_bold);
        if plain.is_some() {
            *is_bold = !*is_bold;
            page.push_str(if *is_bold { "\\fB" } else { "\\fR" });
        }
    }
    page.push('\n');
}

/// In code, the characters that roff would make pretty stay as they are typed.
fn push_escaped(page: &mut String, text: &str, is_code: bool) {
    if text.starts_with(['.', '\'']) && page.ends_with('\n') {
        page.push_str("\\&");
    }
    for c in text.chars() {
        match c {
            '\\' => page.push_str("\\e"),
            '-' if is_code => page.push_str("\\-"),
            '\'' if is_code => page.push_str("\\(aq"),
            '`' => page.push_str("\\(ga"),
            '~' => page.push_str("\\(ti"),
            '^' => page.push_str("\\(ha"),
            _ => page.push(c),
        }
    }
}
