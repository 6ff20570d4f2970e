//! The rules of the source, read off the source: what may import what, and what may stand where.

mod source;

use source::{Source, sources, tests};

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

/// The modules that `main` consists of.
fn modules() -> Vec<String> {
    let sources = sources();
    let main = sources.iter().find(|source| source.name == "main.rs");
    let lines = main.iter().flat_map(|main| &main.code);
    let module = |(_, line): &(usize, String)| {
        Some(line.strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
    };
    lines.filter_map(module).collect()
}

#[test]
fn every_module_of_the_design_is_looked_at() {
    let (sources, modules) = (sources(), modules());
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
            modules.iter().any(|known| known == module),
            "main has no module {module}"
        );
    }
    for module in modules {
        assert!(
            sources.iter().any(|source| source.is_of(&module)),
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
fn script_is_known_to_main_and_its_kin_alone() {
    forbid(
        |source| !is_mains(source) && !source.is_of("script"),
        |line| imports(line, "script"),
    );
}

#[test]
fn script_knows_nothing_of_the_actions() {
    let known = ["cli", "view", "launch", "repair", "report"];
    // Its environment goes where nobody used it for long, which is seen by what runs in it.
    let of_it = |source: &Source| source.is_of("script") && !source.is_of("script/age");
    forbid(of_it, |line| {
        known.iter().any(|module| imports(line, module))
    });
}

/// `main`; `care`, `told`, `info` and `offer`, which are some of its actions; `scene`, what all of them begin with;
/// `first_use`, what may come next.
const MAINS: [&str; 7] = [
    "main",
    "care",
    "told",
    "info",
    "offer",
    "scene",
    "first_use",
];

fn is_mains(source: &Source) -> bool {
    MAINS.iter().any(|module| source.is_of(module))
}

#[test]
fn only_main_sees_the_whole_request() {
    forbid(
        |source| !is_mains(source) && !source.is_of("cli"),
        |line| imports(line, "cli"),
    );
}

#[test]
fn nobody_knows_the_actions_but_main() {
    let actions = ["care", "told", "info", "offer", "shims"];
    forbid(
        |_| true,
        |line| actions.iter().any(|action| imports(line, action)),
    );
    forbid(
        |source| !is_mains(source),
        |line| imports(line, "scene") || imports(line, "first_use"),
    );
}

#[test]
fn what_a_run_takes_knows_no_more_than_what_comes_before_it() {
    // Everyone knows `error` and `os`.
    for (module, known) in [
        ("itself", &[][..]),
        ("voice", &[]),
        ("world", &[]),
        ("venv", &["world"]),
        ("facts", &["venv"]),
        ("trust", &["venv"]),
        ("view", &["venv"]),
        ("find", &["trust", "venv", "world"]),
        ("program", &["itself", "venv"]),
        ("launch", &["program"]),
        ("shims", &["itself", "trust", "venv", "voice", "world"]),
    ] {
        let own = [module, "error", "os"];
        let others: Vec<_> = modules()
            .into_iter()
            .filter(|other| !known.contains(&&**other) && !own.contains(&&**other))
            .collect();
        forbid(
            |source| source.is_of(module),
            |line| others.iter().any(|other| imports(line, other)),
        );
    }
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
    let of_src = sources().into_iter().map(|source| {
        let lines = source.text.lines().count();
        (source.name, lines)
    });
    let long = of_src.chain(tests()).filter(|(_, lines)| *lines > 350);
    let names: Vec<_> = long.map(|(name, _)| name).collect();
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
