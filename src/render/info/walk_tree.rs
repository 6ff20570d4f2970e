//! The walk of a search as a tree, for a terminal: the directories that it looked into, what it passed over in each, and
//! what was selected.

use std::fmt::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::quote::{printable, printable_name};

use super::model::SearchContext;

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const SELECTED: Style = AnsiColor::Green.on_default().bold();
const SKIPPED: Style = AnsiColor::Yellow.on_default();

struct Row {
    guide: String,
    name: String,
    style: Style,
    note: String,
}

/// `selected` is the environment, or where it would be, with a clause about it. Nothing if there was no walk.
pub(crate) fn render_walk(
    context: &SearchContext<'_>,
    selected: Option<(&Path, &str)>,
    is_colored: bool,
) -> String {
    let dirs: Vec<&Path> = context.walk.iter().rev().map(|dir| &**dir).collect();
    if dirs.is_empty() {
        return String::new();
    }
    let skipped = context.skipped.iter();
    let skipped = skipped.map(|skipped| (&*skipped.path, &*skipped.reason, SKIPPED));
    let selected = selected.map(|(path, note)| (path, note, SELECTED));
    let found: Vec<_> = skipped.chain(selected).collect();
    let mut rows = Vec::new();
    for (depth, dir) in dirs.iter().enumerate() {
        rows.push(directory_row(dir, depth, context));
        let inside: Vec<_> = found
            .iter()
            .filter(|(path, ..)| path.parent() == Some(dir))
            .collect();
        for (at, (path, note, style)) in inside.iter().enumerate() {
            let is_last = at + 1 == inside.len() && depth + 1 == dirs.len();
            let branch = if is_last { "└─ " } else { "├─ " };
            rows.push(Row {
                guide: "   ".repeat(depth) + branch,
                name: printable_name(path),
                style: *style,
                note: (*note).to_owned(),
            });
        }
    }
    let elsewhere = found
        .iter()
        .filter(|(path, ..)| !path.parent().is_some_and(|dir| dirs.contains(&dir)));
    rows.extend(elsewhere.map(|(path, note, style)| Row {
        guide: String::new(),
        name: printable(path),
        style: *style,
        note: (*note).to_owned(),
    }));
    "\nwalk\n".to_owned() + &render_rows(&rows, is_colored)
}

fn directory_row(dir: &Path, depth: usize, context: &SearchContext<'_>) -> Row {
    let is_project = context.project == Some(dir);
    let notes = [
        (depth == 0).then_some("the search ended here"),
        is_project.then_some("the project"),
        (dir == context.walk[0]).then_some("the search started here"),
    ];
    let notes: Vec<_> = notes.into_iter().flatten().collect();
    Row {
        guide: match depth {
            0 => String::new(),
            _ => "   ".repeat(depth - 1) + "└─ ",
        },
        name: match depth {
            0 => printable(dir),
            _ => printable_name(dir),
        },
        style: if is_project { BOLD } else { PLAIN },
        note: notes.join("; "),
    }
}

/// The notes form a column of their own.
fn render_rows(rows: &[Row], is_colored: bool) -> String {
    let width = |row: &Row| row.guide.chars().count() + row.name.chars().count();
    let column = rows.iter().map(width).max().unwrap_or_default() + 2;
    let mut text = String::new();
    for row in rows {
        let gap = match row.note.is_empty() {
            true => 0,
            false => column - width(row),
        };
        let (name, note) = (
            paint(&row.name, row.style, is_colored),
            printable(&row.note),
        );
        let (guide, note) = (
            paint(&row.guide, DIM, is_colored),
            paint(&note, DIM, is_colored),
        );
        // Writing to a String does not fail.
        let _ = writeln!(text, "{guide}{name}{:gap$}{note}", "");
    }
    text
}

fn paint(text: &str, style: Style, is_colored: bool) -> String {
    match is_colored && !text.is_empty() {
        true => format!("{style}{text}{style:#}"),
        false => text.to_owned(),
    }
}
