//! Changed files of an environment -> their new digests and sizes in RECORD (PEP 376, PEP 627).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::fs::{is_really_within, rewrite_file};
use crate::process::normalize;
use crate::read::{MAX_TEXT, read_text};
use crate::venv;

use super::record::RecordRow;

/// Updates the rows of `changed`, files of the environment at `root` with their new content.
///
/// # Errors
/// The RECORD that is named cannot be written.
pub(crate) fn update_records(
    root: &Path,
    changed: &HashMap<PathBuf, Vec<u8>>,
) -> Result<(), (PathBuf, io::Error)> {
    if changed.is_empty() {
        return Ok(());
    }
    for site in venv::site_packages(root) {
        let own = |file: &PathBuf| is_really_within(file, root);
        for (file, text) in updated_records(&site, changed)
            .into_iter()
            .filter(|(file, _)| own(file))
        {
            rewrite_file(&file, text.as_bytes()).map_err(|error| (file, error))?;
        }
    }
    Ok(())
}

/// The RECORD files in `site`, a site-packages directory, that list one of `changed`, with their new text.
fn updated_records(site: &Path, changed: &HashMap<PathBuf, Vec<u8>>) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(site).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path().join("RECORD"));
    let updated = |file: PathBuf| {
        let text = read_text(&file, MAX_TEXT).ok()?;
        let lines = text.split_inclusive('\n');
        let new: String = lines
            .map(|line| updated_row(line, site, changed).unwrap_or_else(|| line.to_owned()))
            .collect();
        (new != text).then_some((file, new))
    };
    files.filter_map(updated).collect()
}

/// The new row of a changed file. None for any other file, and for a row without a digest, which stays as it is. A path
/// with a comma is quoted in RECORD and not found here, but no script or `.pth` file has such a path.
fn updated_row(line: &str, site: &Path, changed: &HashMap<PathBuf, Vec<u8>>) -> Option<String> {
    let (path, rest) = line.split_once(',')?;
    let content = changed.get(&normalize(site.join(path)))?;
    let fields = rest.trim_end_matches(['\r', '\n']);
    let RecordRow { digest, size, .. } = RecordRow::new(path, content);
    let end = &rest[fields.len()..];
    let has_digest = fields.starts_with("sha256=");
    has_digest.then(|| format!("{path},sha256={digest},{size}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn a_changed_file_gets_its_new_digest_and_size() {
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
            text,
            "../../../bin/a,sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE,1\r\na.py,sha256=same,1\r\na-1.dist-info/RECORD,,\r\n"
        );
    }

    #[test]
    fn any_record_keeps_its_other_rows() {
        let site = Path::new("/app/.venv/lib/python3.12/site-packages");
        let file = PathBuf::from("/app/.venv/bin/demo");
        let changed = HashMap::from([(file, b"new".to_vec())]);
        fuzz("record", 2000, |bytes| {
            for line in String::from_utf8_lossy(bytes).split_inclusive('\n') {
                if let Some(row) = updated_row(line, site, &changed) {
                    assert_eq!(row.ends_with('\n'), line.ends_with('\n'));
                }
            }
        });
    }
}
