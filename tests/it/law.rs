//! The rules of the source, read off the source: what may import what, and what may stand where.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of src/, without comments and without its tests.
struct Source {
    /// Its path below src/, with `/`.
    name: String,
    text: String,
    code: Vec<(usize, String)>,
}

impl Source {
    /// Whether the file is the module `module`, or part of it.
    fn is_of(&self, module: &str) -> bool {
        self.name == format!("{module}.rs") || self.name.starts_with(&format!("{module}/"))
    }
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    list(&src, &mut files);
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("UTF-8");
        let name = file
            .strip_prefix(&src)
            .expect("a file of src")
            .to_string_lossy()
            .replace('\\', "/");
        let code = if name.ends_with("tests.rs") {
            Vec::new()
        } else {
            code(&text)
        };
        Source { name, text, code }
    };
    let sources: Vec<_> = files.into_iter().map(read).collect();
    assert!(
        sources.iter().any(|source| source.name == "main.rs"),
        "src/ is not where it was"
    );
    sources
}

fn list(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            list(&entry, files);
        } else if entry.extension().is_some_and(|end| end == "rs") {
            files.push(entry);
        }
    }
}

/// The numbered lines up to the tests, comments taken off; an import that takes several is one.
fn code(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod "));
    let mut code: Vec<(usize, String)> = Vec::new();
    for (at, line) in lines[..tests.unwrap_or(lines.len())].iter().enumerate() {
        let line = line.split(" // ").next().unwrap_or(line);
        match code.last_mut() {
            _ if line.trim_start().starts_with("//") => {}
            Some((_, import)) if is_import(import) && !import.contains(';') => {
                import.push(' ');
                import.push_str(line.trim());
            }
            _ => code.push((at + 1, line.to_owned())),
        }
    }
    code
}

fn is_import(line: &str) -> bool {
    ["use ", "pub use "]
        .iter()
        .any(|word| line.trim_start().starts_with(word))
}

/// Fails with every line of the files that `of` picks in which `wrong` holds.
#[track_caller]
fn forbid(of: impl Fn(&Source) -> bool, wrong: impl Fn(&str) -> bool) {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| of(source)) {
        let lines = source.code.iter().filter(|(_, line)| wrong(line));
        found.extend(lines.map(|(at, line)| format!("src/{}:{at}: {}", source.name, line.trim())));
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// Whether `word` stands in `line` as a word of its own, or a path starts with it.
fn has(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        let ends = !word.ends_with(is_part) || !after.starts_with(is_part);
        ends && !before.ends_with(is_part)
    })
}

/// Whether `line` reaches for a module: `crate::find`, or in a list after `crate::{`.
fn mentions(line: &str, root: &str, module: &str) -> bool {
    let listed = line.split(&format!("{root}::{{")).nth(1);
    listed.is_some_and(|list| has(list, module)) || has(line, &format!("{root}::{module}"))
}

/// The same for one of ours.
fn imports(line: &str, module: &str) -> bool {
    mentions(line, "crate", module)
}

#[test]
fn every_module_of_the_design_is_looked_at() {
    let sources = sources();
    for module in [
        "cli",
        "world",
        "find",
        "venv",
        "trust",
        "view",
        "program",
        "launch",
        "create",
        "requirements",
        "script",
        "error",
        "os",
    ] {
        assert!(
            sources.iter().any(|source| source.is_of(module)),
            "there is no module {module}"
        );
    }
}

#[test]
fn error_and_os_import_nothing_of_ours() {
    forbid(
        |source| source.is_of("error") || source.is_of("os"),
        |line| line.contains("crate::"),
    );
}

#[test]
fn create_knows_nothing_of_cli_find_program_or_requirements() {
    let known = ["cli", "find", "program", "requirements"];
    forbid(
        |source| source.is_of("create"),
        |line| known.iter().any(|module| imports(line, module)),
    );
}

#[test]
fn requirements_knows_nothing_of_cli_program_or_view() {
    let known = ["cli", "program", "view"];
    forbid(
        |source| source.is_of("requirements"),
        |line| known.iter().any(|module| imports(line, module)),
    );
}

#[test]
fn requirements_and_create_know_nothing_of_scripts() {
    forbid(
        |source| source.is_of("create") || source.is_of("requirements"),
        |line| imports(line, "script"),
    );
}

#[test]
fn facts_are_told_from_an_environment_and_variables_alone() {
    let known = [
        "cli",
        "create",
        "find",
        "program",
        "requirements",
        "view",
        "world",
    ];
    forbid(
        |source| source.is_of("facts"),
        |line| known.iter().any(|module| imports(line, module)),
    );
}

#[test]
fn only_main_sees_the_whole_request() {
    // `care`, `told`, `info` and `offer` are some of its actions, `scene` what all of them begin with, `first_use` what may
    // come next.
    let of_main = [
        "main",
        "care",
        "told",
        "info",
        "offer",
        "scene",
        "first_use",
        "cli",
    ];
    let outside = |source: &Source| !of_main.iter().any(|module| source.is_of(module));
    forbid(outside, |line| imports(line, "cli"));
}

#[test]
fn find_never_creates() {
    let creates = |line: &str| {
        ["fs::create", "fs::write", "File::create"]
            .iter()
            .any(|call| line.contains(call))
    };
    forbid(
        |source| source.is_of("find"),
        |line| imports(line, "create") || creates(line),
    );
}

#[test]
fn launch_never_searches() {
    forbid(
        |source| source.is_of("launch"),
        |line| imports(line, "find"),
    );
}

#[test]
fn view_touches_neither_disk_nor_environment() {
    let calls = [
        "fs::",
        "env::",
        "process::",
        "exists()",
        "is_file()",
        "is_dir()",
    ];
    let modules = ["fs", "env", "process", "io", "net"];
    let touches = |line: &str| {
        calls.iter().any(|call| has(line, call))
            || modules.iter().any(|module| mentions(line, "std", module))
    };
    forbid(|source| source.is_of("view"), touches);
}

#[test]
fn the_environment_of_the_process_is_read_in_world_only() {
    // Splitting and joining lists live in std::env too, and read nothing.
    let pure = |line: &str| line.contains("std::env::{join_paths, split_paths}");
    let reads = |line: &str| mentions(line, "std", "env") || has(line, "env::");
    forbid(
        |source| !source.is_of("world"),
        |line| reads(line) && !pure(line),
    );
}

#[test]
fn processes_start_in_launch_only() {
    let starts = [
        "process::Command",
        "Command::new(",
        "execv",
        ".exec()",
        ".spawn()",
        "posix_spawn",
        "fork(",
    ];
    let outside = |source: &Source| !source.is_of("launch") && !source.is_of("os");
    forbid(outside, |line| {
        starts.iter().any(|call| line.contains(call))
    });
    forbid(outside, |line| {
        line.contains("process::{") && has(line, "Command")
    });
}

#[test]
fn systems_are_told_apart_in_os_only() {
    let told = ["unix", "windows", "target_os", "target_family"];
    let tells = |line: &str| line.contains("cfg") && told.iter().any(|word| has(line, word));
    forbid(
        |source| !source.is_of("os"),
        |line| tells(line) || line.contains("std::os::"),
    );
}

#[test]
fn there_is_no_unwrap_outside_tests_and_no_unsafe() {
    forbid(
        |_| true,
        |line| line.contains(".unwrap()") || has(line, "unsafe"),
    );
}

#[test]
fn there_is_no_macro_of_ours() {
    forbid(|_| true, |line| line.contains("macro_rules!"));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .collect();
    let names: Vec<_> = silent.iter().map(|source| &source.name).collect();
    assert!(names.is_empty(), "without a `//!` header: {names:?}");
}

#[test]
fn a_file_stays_under_350_lines() {
    let long = sources()
        .into_iter()
        .filter(|source| source.text.lines().count() > 350);
    let names: Vec<_> = long.map(|source| source.name).collect();
    assert!(names.is_empty(), "look for the second job in {names:?}");
}

#[test]
fn tests_are_the_last_thing_in_a_file() {
    // Or else what follows them would escape the laws above.
    forbid(|_| true, |line| line.trim() == "#[cfg(test)]");
    for source in sources() {
        let after = source
            .text
            .split("\n#[cfg(test)]\nmod ")
            .nth(1)
            .unwrap_or_default();
        let (_, rest) = after.split_once("\n}\n").unwrap_or_default();
        assert!(
            rest.is_empty(),
            "src/{} goes on after its tests",
            source.name
        );
    }
}
