//! A directory -> what lies below it: names, kinds, modes, sizes and where links lead, so that two can be
//! told apart. What Python compiled is left out: where vrun cannot read what it wants to know of a base
//! interpreter, that makes its environment itself, and compiles it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Each path below a directory, and what it is.
pub(crate) type Tree = BTreeMap<String, String>;

pub(crate) fn of(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            if path.ends_with("__pycache__") {
                continue;
            }
            let found = fs::symlink_metadata(&path).expect("a file");
            let mode = found.permissions().mode();
            let kind = if found.is_symlink() {
                let target = fs::read_link(&path).expect("a link");
                let is_inside = target.is_relative();
                format!(
                    "link {}",
                    if is_inside {
                        target.display().to_string()
                    } else {
                        "out".to_owned()
                    }
                )
            } else if found.is_dir() {
                directories.push(path.clone());
                format!("directory {mode:o}")
            } else if path.ends_with("vrun-requirements") {
                // The number of a file is longer or shorter, and the time of a directory is the lock's.
                let text = fs::read_to_string(&path).expect("UTF-8");
                let is_stamp =
                    |line: &&str| line.starts_with("file ") || line.starts_with("directory ");
                let lines = text.lines().filter(|line| !is_stamp(line));
                format!("file {mode:o} {:?}", lines.collect::<Vec<_>>())
            } else if path.ends_with("RECORD") {
                let rows = fs::read_to_string(&path).expect("UTF-8");
                let rows = rows.lines().filter(|row| !row.contains("__pycache__"));
                format!("file {mode:o} of {} rows", rows.count())
            } else {
                format!("file {mode:o} {}", found.len())
            };
            let name = path.strip_prefix(root).expect("below the root");
            tree.insert(name.to_string_lossy().into_owned(), kind);
        }
    }
    tree
}

/// The same without what a maker that died leaves beside its work.
pub(crate) fn without_strays(tree: &Tree) -> Tree {
    let is_stray = |path: &str| path.split('/').any(|name| name.contains(".vrun-"));
    let kept = tree.iter().filter(|(path, _)| !is_stray(path));
    kept.map(|(path, kind)| (path.clone(), kind.clone()))
        .collect()
}

/// The first few differences, for a message.
pub(crate) fn difference(found: &Tree, expected: &Tree) -> String {
    let names = found.keys().chain(expected.keys());
    let differing = names.filter(|name| found.get(*name) != expected.get(*name));
    let told = differing.map(|name| {
        format!(
            "{name}: {:?}, not {:?}",
            found.get(name),
            expected.get(name)
        )
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    told.dedup();
    let count = told.len();
    told.truncate(4);
    format!("{count} differences: {}", told.join("; "))
}
