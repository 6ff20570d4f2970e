//! Whether a file or a name belongs to vrun: a shim would run vrun again instead of a program.
//!
//! A shim is a link to vrun, or a copy of it where links need an administrator. Before each run, files on PATH are
//! recognised without further system calls; when there is time, by a marker that every vrun contains.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::Path;

use memchr::memmem;

use crate::os;
use crate::read::{MAX_BINARY, open_regular, read_file};

/// These bytes identify a file as vrun, whatever the file is called. Every vrun that has shims contains them, and no
/// other program does.
const VRUN_MARKER: &[u8] =
    b"By this very line a vrun is told from other programs, whatever its file is called.";

/// Whether `name` is vrun's own: `vrun`, and what packagers and downloads make of it (`vrun.exe`, `vrun-1.2`,
/// `vrun-x86_64-unknown-linux-musl`, nix's `.vrun-wrapped`). Under any other name it is a shim.
pub(crate) fn is_vrun_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let name = name.strip_prefix(b".").unwrap_or(name);
    let Some((stem, rest)) = name.split_at_checked(4) else {
        return false;
    };
    let goes_on = rest
        .first()
        .is_some_and(|next| next.is_ascii_alphabetic() || !next.is_ascii());
    stem.eq_ignore_ascii_case(b"vrun") && !goes_on
}

/// Whether `file` is a link to a vrun, or this vrun, `self_exe`, under another name or as a copy.
pub(crate) fn is_shim(file: &Path, self_exe: Option<&Path>) -> bool {
    match fs::symlink_metadata(file) {
        Err(_) => false,
        Ok(found) if !found.is_symlink() => is_same_vrun(&found, file, self_exe),
        Ok(_) => {
            links_to_vrun(file)
                || fs::metadata(file).is_ok_and(|found| is_same_vrun(&found, file, self_exe))
        }
    }
}

/// Whether `file` is a vrun of any version. Reads all of it.
pub(crate) fn is_vrun(file: &Path, self_exe: Option<&Path>) -> bool {
    is_shim(file, self_exe) || has_marker(file)
}

/// Whether `file` contains the marker. Reads all of it.
pub(crate) fn has_marker(file: &Path) -> bool {
    let bytes = read_file(file, MAX_BINARY);
    bytes.is_ok_and(|bytes| memmem::find(&bytes, VRUN_MARKER).is_some())
}

/// Whether two files have the same contents.
///
/// # Errors
/// One of them cannot be read.
pub(crate) fn same_contents(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (open_regular(a)?, open_regular(b)?);
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

/// Files that differ mostly do so in the first chunk.
const CHUNK_SIZE: u64 = 64 << 10;

/// Whether a link names a vrun: a shim of another version, or one whose vrun is gone. Of several links only the first is
/// read; [`has_marker`] recognises the rest.
fn links_to_vrun(link: &Path) -> bool {
    let target = fs::read_link(link).unwrap_or_default();
    target.file_name().is_some_and(is_vrun_name)
}

fn is_same_vrun(found: &Metadata, file: &Path, self_exe: Option<&Path>) -> bool {
    let Some(self_exe) = self_exe else {
        return false;
    };
    let Ok(own) = fs::metadata(self_exe) else {
        return false;
    };
    if found.len() == own.len() {
        let id = os::file_id(found, file);
        return id.is_some() && id == os::file_id(&own, self_exe)
            || same_contents(file, self_exe).unwrap_or(false);
    }
    // Where shims are copies, there may be some of an older vrun.
    let is_of_similar_size = own.len() / 2 < found.len() && found.len() / 2 < own.len();
    !os::HAS_SYMLINKS && is_of_similar_size && has_marker(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_vrun_differ_from_names_of_shims() {
        let names = "vrun|VRUN|vrun.exe|vrun-1.2|vrun1|vrun-x86_64-unknown-linux-musl|vrun (1).exe|\
            vrun_old|.vrun-wrapped";
        for name in names.split('|') {
            assert!(is_vrun_name(name.as_ref()), "{name}");
        }
        for name in ["python", "vrunner", "vru", "vrunü", "xvrun", "", "..vrun"] {
            assert!(!is_vrun_name(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn every_vrun_is_recognised_by_its_marker() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("python");
        for (bytes, expected) in [
            (&b"\x7fELF"[..], false),
            (VRUN_MARKER, true),
            (&[b"\x7fELF\0", VRUN_MARKER, b"\0"].concat(), true),
            (&VRUN_MARKER[1..], false),
        ] {
            fs::write(&file, bytes).expect("a file");
            assert_eq!(is_vrun(&file, None), expected);
        }
    }
}
