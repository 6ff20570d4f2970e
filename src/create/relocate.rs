//! An environment that was made further down -> the same, speaking of its final place.
//!
//! venv and pip write the environment's path into its scripts and its pyvenv.cfg. The name of the
//! directory between is vrun's, plain, and found nowhere else, so taking those very bytes out is exact, however the
//! path is quoted.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::{os, venv};

use super::options::IgnoreFile;

/// Takes `extra`, which is a directory's name and what parts it, out of every path in the texts and the launchers
/// of the scripts directory and in pyvenv.cfg. Modes stay. The files that are another text now, with that.
///
/// # Errors
/// A file cannot be read or written.
pub(super) fn remove_from_paths(
    root: &Path,
    extra: &[u8],
) -> io::Result<HashMap<PathBuf, Vec<u8>>> {
    let mut changed = HashMap::new();
    for entry in fs::read_dir(venv::scripts_dir(root))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            changed.extend(rewrite_file(entry.path(), extra)?);
        }
    }
    changed.extend(rewrite_file(root.join(venv::PYVENV_CFG), extra)?);
    Ok(changed)
}

fn rewrite_file(file: PathBuf, extra: &[u8]) -> io::Result<Option<(PathBuf, Vec<u8>)>> {
    let bytes = fs::read(&file)?;
    let is_text = !bytes.contains(&0);
    // On Windows a script is a program with a first line and a zip file behind it, whose own offsets count from
    // where it starts itself (distlib).
    let is_launcher = bytes.starts_with(b"MZ");
    match without_bytes(&bytes, extra) {
        Some(shorter) if is_text || is_launcher => {
            fs::write(&file, &shorter)?;
            Ok(Some((file, shorter)))
        }
        _ => Ok(None),
    }
}

/// `bytes` without any `part`; None where there is none.
fn without_bytes(bytes: &[u8], part: &[u8]) -> Option<Vec<u8>> {
    let find = |bytes: &[u8]| bytes.windows(part.len()).position(|found| found == part);
    let mut rest = bytes;
    let mut kept = Vec::with_capacity(bytes.len());
    while let Some(at) = find(rest) {
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    kept.extend_from_slice(rest);
    (kept.len() < bytes.len()).then_some(kept)
}

/// Adds what every environment should have: a `.gitignore`, where venv did not write one (before 3.13),
/// and in pyvenv.cfg who made it.
///
/// # Errors
/// A file cannot be written.
pub(super) fn write_metadata(root: &Path, ignore_file: IgnoreFile) -> io::Result<()> {
    if ignore_file == IgnoreFile::Written {
        write_gitignore(root)?;
    }
    let cfg = root.join(venv::PYVENV_CFG);
    let ends = fs::read(&cfg)?.last().is_none_or(|last| *last == b'\n');
    let line = format!("vrun = {}{}", env!("CARGO_PKG_VERSION"), os::LINE_ENDING);
    let mut cfg = OpenOptions::new().append(true).open(cfg)?;
    cfg.write_all(if ends { b"" } else { b"\n" })?;
    cfg.write_all(line.as_bytes())
}

fn write_gitignore(root: &Path) -> io::Result<()> {
    let ignore = root.join(".gitignore");
    match OpenOptions::new().write(true).create_new(true).open(ignore) {
        Ok(mut file) => file.write_all(b"*\n"),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mention_goes_and_nothing_else() {
        for (before, after) in [
            ("#!/a/e.vrun-X/e/bin/python\n", "#!/a/e/bin/python\n"),
            ("e.vrun-X/e e.vrun-X/", "e "),
            ("'/a/e.vrun-X/it'\"'\"'s'", "'/a/it'\"'\"'s'"),
        ] {
            assert_eq!(
                without_bytes(before.as_bytes(), b"e.vrun-X/").as_deref(),
                Some(after.as_bytes())
            );
        }
        assert_eq!(without_bytes(b"/a/e.vrun-Y/e/bin", b"e.vrun-X/"), None);
        assert_eq!(without_bytes(b"", b"e.vrun-X/"), None);
    }

    #[test]
    fn an_environment_is_signed_and_kept_out_of_git() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |name: &str| fs::read_to_string(dir.path().join(name)).expect("a file");
        fs::write(dir.path().join(venv::PYVENV_CFG), "home = /usr/bin").expect("a file");
        write_metadata(dir.path(), IgnoreFile::Written).expect("signed");
        let version = env!("CARGO_PKG_VERSION");
        let signed = format!("home = /usr/bin\nvrun = {version}{}", os::LINE_ENDING);
        assert_eq!(file(venv::PYVENV_CFG), signed);
        assert_eq!(file(".gitignore"), "*\n");
    }
}
