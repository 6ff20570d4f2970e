//! `--programs`: a scripts directory -> the names of its programs, sorted, one a line. Names with control characters are
//! left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::os;

pub(crate) fn program_lines(scripts: &Path) -> Vec<u8> {
    let entries = fs::read_dir(scripts).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| os::program_name(&entry.path()));
    let names: BTreeSet<_> = names.collect();
    let names = names.iter().map(|name| name.as_encoded_bytes());
    let lines = names.filter(|name| !name.iter().any(u8::is_ascii_control));
    lines.flat_map(|name| [name, b"\n"].concat()).collect()
}
