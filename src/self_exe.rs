//! A file or a name -> whether it is vrun's, whatever it is called: a shim, which would run vrun again where a
//! program is meant.
//!
//! A shim is a link to vrun, or a copy of it where links are for administrators. What is found on PATH before
//! each run is told by what costs no further call to the system; where there is time, vrun is told by a line
//! that stands in every vrun.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use memchr::memmem;

use crate::os;

/// Stands in every vrun since it has shims, and in no other program.
const VRUN_MARKER: &[u8] =
    b"By this very line a vrun is told from other programs, whatever its file is called.";

/// No vrun is larger, with all that helps to debug it.
const MAX_SIZE: u64 = 256 << 20;

/// Whether `name` is one that vrun itself goes by: `vrun`, and what packagers and downloads make of it
/// (`vrun.exe`, `vrun-1.2`, `vrun-x86_64-unknown-linux-musl`, nix' `.vrun-wrapped`). Under any other it is a shim.
pub(crate) fn is_vrun_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let name = name.strip_prefix(b".").unwrap_or(name);
    let begins = name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"vrun"));
    begins
        && !name
            .get(4)
            .is_some_and(|next| next.is_ascii_alphabetic() || !next.is_ascii())
}

/// Whether `file` is a link to a vrun, or another name or a copy of this one, `own`.
pub(crate) fn is_shim(file: &Path, own: Option<&Path>) -> bool {
    let Ok(found) = fs::symlink_metadata(file) else {
        return false;
    };
    if !found.is_symlink() {
        return is_same_vrun(&found, file, own);
    }
    links_to_vrun(file) || fs::metadata(file).is_ok_and(|end| is_same_vrun(&end, file, own))
}

/// Whether `file` is a vrun, of whatever version: reads all of it.
pub(crate) fn is_vrun(file: &Path, own: Option<&Path>) -> bool {
    is_shim(file, own) || has_marker(file)
}

/// Whether what makes a vrun stands in `file`: reads all of it.
pub(crate) fn has_marker(file: &Path) -> bool {
    let is_plausible = |found: Metadata| found.is_file() && found.len() <= MAX_SIZE;
    fs::metadata(file).is_ok_and(is_plausible)
        && fs::read(file).is_ok_and(|bytes| memmem::find(&bytes, VRUN_MARKER).is_some())
}

/// Whether two files hold the same.
///
/// # Errors
/// One of them cannot be read.
pub(crate) fn same_contents(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        (&mut a).take(CHUNK_SIZE).read_to_end(&mut left)?;
        (&mut b).take(CHUNK_SIZE).read_to_end(&mut right)?;
        if left != right || left.is_empty() {
            return Ok(left == right);
        }
    }
}

/// Two files that differ mostly do so in the first of these.
const CHUNK_SIZE: u64 = 64 << 10;

/// Whether a link names a vrun: another version's shim, or one whose vrun is gone. What is not seen by the first of
/// several links is seen by its mark.
fn links_to_vrun(link: &Path) -> bool {
    let target = fs::read_link(link).unwrap_or_default();
    target.file_name().is_some_and(is_vrun_name)
}

fn is_same_vrun(found: &Metadata, file: &Path, own: Option<&Path>) -> bool {
    let Some((own, mine)) = own.and_then(|own| Some((own, fs::metadata(own).ok()?))) else {
        return false;
    };
    if found.len() == mine.len() {
        let (this, itself) = (os::file_id(found, file), os::file_id(&mine, own));
        return this.is_some() && this == itself || same_contents(file, own).unwrap_or(false);
    }
    // Where shims are copies, those that an older vrun made are still about.
    let is_about = mine.len() / 2 < found.len() && found.len() / 2 < mine.len();
    !os::HAS_SYMLINKS && is_about && has_marker(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_vrun_are_told_from_names_of_shims() {
        for name in [
            "vrun",
            "VRUN",
            "vrun.exe",
            "vrun-1.2",
            "vrun1",
            "vrun-x86_64-unknown-linux-musl",
            "vrun (1).exe",
            "vrun_old",
            ".vrun-wrapped",
        ] {
            assert!(is_vrun_name(name.as_ref()), "{name}");
        }
        for name in ["python", "vrunner", "vru", "vrunü", "xvrun", "", "..vrun"] {
            assert!(!is_vrun_name(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn every_vrun_is_told_by_its_mark() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("python");
        for (bytes, is) in [
            (&b"\x7fELF"[..], false),
            (VRUN_MARKER, true),
            (&[b"\x7fELF\0", VRUN_MARKER, b"\0"].concat(), true),
            (&VRUN_MARKER[1..], false),
        ] {
            fs::write(&file, bytes).expect("a file");
            assert_eq!(is_vrun(&file, None), is);
        }
    }
}
