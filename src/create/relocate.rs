//! An environment that was built in a staging directory -> the same, with its final path in its files.
//!
//! venv and pip write the environment's path into its scripts and its pyvenv.cfg. vrun chose the name of the staging
//! directory: it needs no quotes and occurs nowhere else, so removing those very bytes is exact, however the path is
//! quoted.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::fs::{open_for_append, rewrite_file};
use crate::read::{MAX_BINARY, MAX_TEXT, read_file};
use crate::{os, venv};

use super::options::IgnoreFile;

/// Removes `part`, a directory's name and its separator, from every path in the texts and launchers of the scripts
/// directory and in pyvenv.cfg. Modes stay. Returns the changed files with their content.
pub(super) fn remove_from_paths(root: &Path, part: &[u8]) -> io::Result<HashMap<PathBuf, Vec<u8>>> {
    let mut files = vec![root.join(venv::PYVENV_CFG)];
    for entry in fs::read_dir(venv::scripts_dir(root))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    let mut changed = HashMap::new();
    for file in files {
        let bytes = read_file(&file, MAX_BINARY)?;
        let is_text = !bytes.contains(&0);
        // On Windows a script is a program followed by a first line and a zip file, whose offsets count from its own
        // start (distlib).
        let is_launcher = bytes.starts_with(b"MZ");
        if let Some(shorter) = without_bytes(&bytes, part)
            && (is_text || is_launcher)
        {
            rewrite_file(&file, &shorter)?;
            changed.insert(file, shorter);
        }
    }
    Ok(changed)
}

/// `bytes` without any `part`; None if there is none.
fn without_bytes(bytes: &[u8], part: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes;
    let mut kept = Vec::with_capacity(bytes.len());
    while let Some(at) = memmem::find(rest, part) {
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    kept.extend_from_slice(rest);
    (kept.len() < bytes.len()).then_some(kept)
}

/// Adds a `.gitignore` if venv did not write one (before 3.13), and a line in pyvenv.cfg that vrun created it.
pub(super) fn write_metadata(root: &Path, ignore_file: IgnoreFile) -> io::Result<()> {
    if ignore_file == IgnoreFile::Written {
        match File::create_new(root.join(".gitignore")) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => created?.write_all(b"*\n")?,
        }
    }
    let cfg = root.join(venv::PYVENV_CFG);
    let ends = read_file(&cfg, MAX_TEXT)?
        .last()
        .is_none_or(|last| *last == b'\n');
    let line = format!("vrun = {}{}", env!("CARGO_PKG_VERSION"), os::LINE_ENDING);
    let mut cfg = open_for_append(&cfg)?;
    cfg.write_all(if ends { b"" } else { b"\n" })?;
    cfg.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_is_removed_and_nothing_else() {
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
    fn pyvenv_cfg_names_vrun_and_git_ignores_the_environment() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |name: &str| fs::read_to_string(dir.path().join(name)).expect("a file");
        fs::write(dir.path().join(venv::PYVENV_CFG), "home = /usr/bin").expect("a file");
        write_metadata(dir.path(), IgnoreFile::Written).expect("written");
        let version = env!("CARGO_PKG_VERSION");
        let cfg = format!("home = /usr/bin\nvrun = {version}{}", os::LINE_ENDING);
        assert_eq!(file(venv::PYVENV_CFG), cfg);
        assert_eq!(file(".gitignore"), "*\n");
    }
}
