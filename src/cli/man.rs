//! `--man`: clap's list of options, the chapters and `man.1` -> the man page.

use clap::{Arg, Command};
use clap_mangen::Man;

use super::{chapters, help};

/// In roff, with the man macros.
pub(super) fn man_page() -> String {
    let command = help::command().mut_args(|arg| arg.hide_env(false));
    let groups = help_headings(&command);
    let man = Man::new(command);
    let head = render_to_string(|page| {
        man.render_name_section(page)?;
        man.render_synopsis_section(page)
    });
    let options = to_subsections(
        &render_to_string(|page| man.render_options_section(page)),
        &groups,
    );
    let chapters = chapters::CHAPTERS.map(|(_, text)| chapters::roff(text));
    include_str!("man.1")
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@HEAD@\n", &head)
        .replace("@OPTIONS@\n", &options)
        .replace("@CHAPTERS@\n", &chapters.concat())
}

/// The groups of options, in the order of the help.
fn help_headings(command: &Command) -> Vec<String> {
    let headings = command.get_arguments().filter_map(Arg::get_help_heading);
    let mut headings: Vec<_> = headings.map(str::to_owned).collect();
    headings.dedup();
    headings
}

/// Makes the sections of the groups subsections of one.
fn to_subsections(sections: &str, groups: &[String]) -> String {
    let mut groups = groups.iter();
    let lines = sections.lines().map(|line| {
        let group = line.strip_prefix(".SH ").and_then(|_| groups.next());
        match group {
            Some(group) => format!(".SS {}\n", group.replace('`', "")),
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}

fn render_to_string(render: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = render(&mut page);
    let page = String::from_utf8_lossy(&page);
    page.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}
