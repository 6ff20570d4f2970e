//! A scripts directory -> the names of its programs, sorted, one a line: what `--programs` prints. A name that is more
//! than a line is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::os;

/// One name a line. A directory that cannot be read has none.
pub(crate) fn program_lines(scripts: &Path) -> Vec<u8> {
    let entries = fs::read_dir(scripts).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| os::program_name(&entry.path()));
    let names: BTreeSet<_> = names.collect();
    let mut lines = Vec::new();
    for name in names.iter().map(|name| name.as_encoded_bytes()) {
        if !name.iter().any(u8::is_ascii_control) {
            lines.extend_from_slice(name);
            lines.push(b'\n');
        }
    }
    lines
}
