//! The files of src/, as the laws read them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of src/, without comments and without its tests.
pub(super) struct Source {
    /// Its path below src/, with `/`.
    pub name: String,
    pub text: String,
    /// Its numbered lines.
    pub code: Vec<(usize, String)>,
}

impl Source {
    /// Whether the file is the module `module`, or part of it.
    pub(super) fn is_of(&self, module: &str) -> bool {
        self.name == format!("{module}.rs") || self.name.starts_with(&format!("{module}/"))
    }
}

pub(super) fn sources() -> Vec<Source> {
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
