//! The rules of the source, read off the source: what may import what, and what may stand where.

mod messages;
mod source;

use source::{Source, sources};

const README: &str = include_str!("../../../README.md");
const CONTRIBUTING: &str = include_str!("../../../.github/CONTRIBUTING.md");

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

/// The modules of `main`, from the ground up. A module imports only from the layers below its own.
const LAYERS: [&[&str]; 18] = [
    &["os"],
    &["developer_tools", "error", "ini", "quote"],
    &["process", "read"],
    &["output"],
    &[
        "fs",
        "helper",
        "installer_errors",
        "interrupt",
        "self_exe",
        "work_queue",
    ],
    &["venv"],
    &["git", "health", "introspect", "trust", "view"],
    &["find", "program", "python", "shims", "wheel"],
    &["exec", "wheel_cache"],
    &["create"],
    &["manifest"],
    &["installer"],
    &["requirements"],
    &["inline_script", "repair"],
    &["cache", "doctor"],
    &["render"],
    &["cli"],
    &["actions"],
];

/// What may not know what, although it lies above it.
const STRANGERS: [(&str, &[&str]); 12] = [
    // Making an environment does not ask where a search would have ended, nor what runs there.
    ("create", &["exec", "find", "program", "view"]),
    // What the files say is read, and nothing is run for it.
    ("manifest", &["exec", "helper", "program", "view"]),
    ("installer", &["exec", "program", "view"]),
    ("requirements", &["exec", "program", "view"]),
    ("inline_script", &["exec", "view"]),
    ("repair", &["exec", "view"]),
    ("cache", &["exec", "find", "program", "repair", "view"]),
    ("doctor", &["exec", "inline_script"]),
    ("render", &["exec", "inline_script", "repair"]),
    (
        "cli",
        &["doctor", "exec", "find", "inline_script", "repair"],
    ),
    // What a run takes knows no more than what comes before it.
    (
        "program",
        &[
            "fs",
            "git",
            "helper",
            "interrupt",
            "introspect",
            "output",
            "process",
            "trust",
            "view",
        ],
    ),
    (
        "find",
        &[
            "fs",
            "git",
            "helper",
            "interrupt",
            "introspect",
            "output",
            "view",
        ],
    ),
];

#[test]
fn every_module_has_a_layer() {
    let placed: Vec<_> = LAYERS.concat();
    let modules = modules();
    for module in &modules {
        assert!(placed.contains(&&**module), "{module} has no layer");
    }
    for module in placed {
        assert!(
            modules.iter().any(|known| known == module),
            "main has no module {module}"
        );
        assert!(
            sources().iter().any(|source| source.is_of(module)),
            "{module} has no file"
        );
    }
}

#[test]
fn imports_lead_down() {
    for (at, layer) in LAYERS.iter().enumerate() {
        for module in *layer {
            let above: Vec<_> = LAYERS[at..].concat();
            forbid(
                |source| source.is_of(module),
                |line| {
                    let mut above = above.iter().filter(|other| *other != module);
                    above.any(|other| imports(line, other))
                },
            );
        }
    }
}

#[test]
fn strangers_stay_strangers() {
    for (module, strangers) in STRANGERS {
        forbid(
            |source| source.is_of(module),
            |line| strangers.iter().any(|stranger| imports(line, stranger)),
        );
    }
}

#[test]
fn a_folder_has_a_face_that_defines_nothing() {
    let faces = |source: &Source| source.name.ends_with("/mod.rs");
    let starts = [
        "mod ",
        "pub mod ",
        "pub use ",
        "pub(crate) mod ",
        "pub(crate) use ",
        "pub(super) use ",
        "#[cfg(",
    ];
    forbid(faces, |line| {
        !line.is_empty()
            && !line.starts_with(' ')
            && line != "};"
            && !starts.iter().any(|start| line.starts_with(start))
    });
}

/// A document without its fenced blocks.
fn without_blocks(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

#[test]
fn contributing_maps_the_modules() {
    let mapped: Vec<_> = CONTRIBUTING
        .lines()
        .filter_map(|line| line.strip_prefix("    src/")?.split_whitespace().next())
        .map(|name| {
            name.trim_end_matches(".rs")
                .trim_end_matches('/')
                .to_owned()
        })
        .filter(|name| name != "main")
        .collect();
    let mut modules = modules();
    let mut sorted = mapped.clone();
    modules.sort();
    sorted.sort();
    assert_eq!(
        sorted, modules,
        "the map in CONTRIBUTING and the `mod` lines of main.rs"
    );
}

#[test]
fn documents_name_only_files_that_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = [README, CONTRIBUTING].map(without_blocks);
    let quoted = documents
        .iter()
        .flat_map(|text| text.split('`').skip(1).step_by(2));
    let missing: Vec<_> = quoted
        .filter(|word| {
            ["src/", "tests/", "scripts/"]
                .iter()
                .any(|dir| word.starts_with(dir))
        })
        .map(|word| word.split(' ').next().unwrap_or(word))
        .filter(|path| !root.join(path).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
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
fn exec_never_searches() {
    forbid(|source| source.is_of("exec"), |line| imports(line, "find"));
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
fn clippys_disallowed_methods_have_few_exceptions() {
    // clippy.toml: reading the process, starting programs, writing files.
    let places = ["fs", "helper", "os", "process"];
    forbid(
        |source| !places.iter().any(|place| source.is_of(place)),
        |line| line.contains("disallowed_methods") && !line.contains("cfg_attr(test, "),
    );
}

#[test]
fn systems_differ_in_os_only() {
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
        |line| line.contains(".unwrap()") || has(line, "unsafe "),
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

/// The files beside `source` that it imports.
fn siblings(source: &Source) -> Vec<String> {
    let (folder, _) = source.name.rsplit_once('/').unwrap_or_default();
    let imported = |(_, line): &(usize, String)| {
        let list = line.trim_start().strip_prefix("use super::")?.to_owned();
        let words = list.split(|c: char| !c.is_alphanumeric() && c != '_');
        let files = words.map(|word| format!("{folder}/{word}.rs"));
        Some(files.collect::<Vec<_>>())
    };
    source.code.iter().filter_map(imported).flatten().collect()
}

#[test]
fn files_of_a_folder_import_in_no_circle() {
    let mut left: Vec<_> = sources()
        .into_iter()
        .filter(|source| !source.name.ends_with("/mod.rs"))
        .map(|source| (siblings(&source), source.name))
        .collect();
    // Whoever imports none of those that are left is in no circle.
    loop {
        let names: Vec<_> = left.iter().map(|(_, name)| name.clone()).collect();
        left.retain(|(imports, _)| imports.iter().any(|file| names.contains(file)));
        if left.len() == names.len() {
            break;
        }
    }
    assert!(left.is_empty(), "in a circle, or above one: {left:#?}");
}

/// The commands that delete or move files, or untrack them.
const REMOVERS: [&str; 8] = [
    "rm",
    "mv",
    "git rm",
    "git mv",
    "git clean",
    "rmdir",
    "del",
    "Remove-Item",
];

/// Where one of them stands in words for people, and why nothing of the user's is lost by it.
const REMOVER_EXCEPTIONS: [(&str, &str); 3] = [
    // The index alone, and only the environment's own files: all of them stay on disk.
    (
        "doctor/surroundings.rs",
        "`git rm -r --cached {word}` untracks it and keeps the files",
    ),
    (
        "actions/context.rs",
        "`git rm -r --cached {word}` untracks it and keeps the files",
    ),
    // What an interrupted vrun made, by its name and its marker.
    (
        "doctor/surroundings.rs",
        "`rm -r {}`, if no vrun is running",
    ),
];

#[test]
fn no_hint_removes_or_moves_what_vrun_did_not_make() {
    // In a hint a command follows a backtick, or another command.
    let starts = ["`", "&& ", "; ", "| "].into_iter();
    let commands: Vec<_> = starts
        .flat_map(|before| REMOVERS.map(|remover| format!("{before}{remover} ")))
        .collect();
    let sources = sources();
    let lines = sources.iter().flat_map(|source| {
        let lines = source.code.iter();
        lines.map(|(at, line)| (&*source.name, at, &**line))
    });
    let is_known = |name: &str, line: &str| {
        let mut known = REMOVER_EXCEPTIONS.iter();
        known.any(|(file, text)| name == *file && line.contains(text))
    };
    let removers = lines.filter(|(name, _, line)| {
        line.contains('"') && commands.iter().any(|it| line.contains(it)) && !is_known(name, line)
    });
    assert_eq!(removers.collect::<Vec<_>>(), []);
    // An exception that is needed no longer is taken off the list.
    for (file, text) in REMOVER_EXCEPTIONS {
        let source = sources.iter().find(|source| source.name == file);
        let has =
            source.is_some_and(|source| source.code.iter().any(|(_, line)| line.contains(text)));
        assert!(has, "{file}: {text}");
    }
}
