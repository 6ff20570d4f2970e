//! The man page, read by what reads man pages.

use std::process::Command;

use crate::project::{Outcome, Project, tell};

/// A reader with the page, where there is one.
fn read(reader: &[&str]) -> Option<Outcome> {
    let project = Project::new();
    let page = project.run(["--man"]).code(0).stdout;
    let project = project
        .file("app/vrun.1", &page)
        .var("PATH", "/usr/bin:/bin");
    let mut command = Command::new("/usr/bin/env");
    project.place(&mut command);
    command
        .args(["LC_ALL=C.UTF-8", "MANWIDTH=80", "MANROFFSEQ="])
        .args(reader)
        .arg("./vrun.1");
    let read = Outcome::of(&mut command);
    if read.status.code() == Some(127) {
        tell(format!(
            "not tested: the man page by {}, for there is none",
            reader[0]
        ));
        return None;
    }
    Some(read)
}

#[test]
fn man_shows_the_page_without_a_warning() {
    let Some(read) = read(&["man", "--warnings", "-l"]) else {
        return;
    };
    assert_eq!(read.stderr, "");
    for part in [
        "VRUN(1)",
        "vrun [OPTIONS] COMMAND [ARG]...",
        "--requirements <FILE>",
        "VRUN_CACHE_DIR",
        "SEE ALSO",
    ] {
        assert!(
            read.stdout.contains(part),
            "no `{part}` in\n{}",
            read.stdout
        );
    }
}

#[test]
fn mandoc_finds_nothing_wrong_with_it() {
    let Some(read) = read(&["mandoc", "-T", "lint", "-W", "warning"]) else {
        return;
    };
    // A page without a date is the same one each time that it is made.
    let wrong: Vec<_> = read
        .stdout
        .lines()
        .filter(|line| !line.contains("missing date"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(read.stderr, "");
}
