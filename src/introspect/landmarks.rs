//! The files and directories by which a Python recognizes its library below a prefix.

use std::path::Path;

use super::posixpath::{ancestors, bytes_to_path, join, path_to_bytes};
use super::python_binary::PythonBinary;

/// Landmarks, relative to a prefix.
pub(super) struct Landmarks {
    /// `lib/python3.12`
    pub stdlib: String,
    /// `lib/python312.zip`
    pub zip: String,
    /// `lib/python3.12/lib-dynload`
    pub dynload: String,
}

impl Landmarks {
    pub(super) fn new(python: &PythonBinary, platlibdir: &str) -> Landmarks {
        let slash = if platlibdir.ends_with('/') { "" } else { "/" };
        let stdlib = format!("{platlibdir}{slash}{}", python.stdlib_name());
        let ((major, minor), suffix) = (python.version, python.free_threaded_suffix());
        Landmarks {
            zip: format!("{platlibdir}{slash}python{major}{minor}{suffix}.zip"),
            dynload: format!("{stdlib}/lib-dynload"),
            stdlib,
        }
    }

    pub(super) fn has_stdlib(&self, prefix: &[u8]) -> bool {
        let mut files = ["os.py", "os.pyc"]
            .map(|name| format!("{}/{name}", self.stdlib))
            .into_iter();
        files.any(|file| bytes_to_path(&join(prefix, file.as_bytes())).is_file())
    }

    pub(super) fn has_zip(&self, prefix: &[u8]) -> bool {
        bytes_to_path(&join(prefix, self.zip.as_bytes())).is_file()
    }

    pub(super) fn has_dynload(&self, prefix: &[u8]) -> bool {
        bytes_to_path(&join(prefix, self.dynload.as_bytes())).is_dir()
    }
}

/// The standard library in `dir` or above it, and its platlibdir.
pub(super) fn find_stdlib_above(
    python: &PythonBinary,
    dir: &Path,
    platlibdirs: &[&str],
) -> Option<(Vec<u8>, String)> {
    let dir = path_to_bytes(dir);
    platlibdirs.iter().find_map(|platlibdir| {
        let landmarks = Landmarks::new(python, platlibdir);
        let prefix = ancestors(&dir).find(|dir| landmarks.has_stdlib(dir))?;
        Some((
            join(prefix, landmarks.stdlib.as_bytes()),
            (*platlibdir).to_owned(),
        ))
    })
}
