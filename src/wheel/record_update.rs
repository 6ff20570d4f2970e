//! Files of an environment that were written anew -> RECORD, which lists what is installed with its size and
//! digest, right again (PEP 376, PEP 627).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::fs::rewrite_file;
use crate::process::normalize;
use crate::venv;

use super::record::RecordRow;

/// Has RECORD say what `changed`, files of the environment at `root` with their new text, are.
///
/// # Errors
/// The RECORD, which is named, cannot be written.
pub(crate) fn update_records(
    root: &Path,
    changed: &HashMap<PathBuf, Vec<u8>>,
) -> Result<(), (PathBuf, io::Error)> {
    if changed.is_empty() {
        return Ok(());
    }
    for site in venv::site_packages(root) {
        for (file, text) in updated_records(&site, changed) {
            rewrite_file(&file, &text).map_err(|error| (file, error))?;
        }
    }
    Ok(())
}

/// The RECORD files of a site-packages directory that list one of `changed`, with the text that they should
/// have.
fn updated_records(site: &Path, changed: &HashMap<PathBuf, Vec<u8>>) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(site).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path().join("RECORD"));
    let updated = |file: PathBuf| {
        let text = fs::read_to_string(&file).ok()?;
        let new: String = text
            .split_inclusive('\n')
            .map(|line| updated_row(line, site, changed))
            .collect();
        (new != text).then(|| (file, new.into_bytes()))
    };
    files.filter_map(updated).collect()
}

/// A line, with the digest and the size that its file has now. A path with a comma stands in quotes; no
/// script's or `.pth` file's does.
fn updated_row(line: &str, site: &Path, changed: &HashMap<PathBuf, Vec<u8>>) -> String {
    let end = line.len() - line.trim_end_matches(['\r', '\n']).len();
    let (fields, end) = line.split_at(line.len() - end);
    let of = || {
        let (path, rest) = fields.split_once(',')?;
        let content = changed.get(&normalize(site.join(path)))?;
        // What lists no digest goes on without.
        rest.starts_with("sha256=")
            .then(|| RecordRow::new(path.to_owned(), content))
    };
    match of() {
        Some(row) => format!("{},sha256={},{}{end}", row.path, row.digest, row.size),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_has_its_new_digest_and_size_in_record() {
        let dir = tempfile::tempdir().expect("a directory");
        let site = dir.path().join("lib/python3.13/site-packages");
        fs::create_dir_all(site.join("a-1.dist-info")).expect("a directory");
        fs::create_dir_all(dir.path().join("bin")).expect("a directory");
        let old = "../../../bin/a,sha256=old,7\r\na.py,sha256=same,1\r\na-1.dist-info/RECORD,,\r\n";
        fs::write(site.join("a-1.dist-info/RECORD"), old).expect("a file");
        let changed = HashMap::from([(dir.path().join("bin/a"), b"x".to_vec())]);
        let found = updated_records(&site, &changed);
        let [(file, text)] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(file, &site.join("a-1.dist-info/RECORD"));
        assert_eq!(
            String::from_utf8_lossy(text),
            "../../../bin/a,sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE,1\r\na.py,sha256=same,1\r\na-1.dist-info/RECORD,,\r\n"
        );
    }
}
