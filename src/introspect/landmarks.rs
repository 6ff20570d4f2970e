//! The files and directories by which a Python recognizes its library below a prefix.

use super::posixpath::path_below;
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
        let is_file = |name| path_below(prefix, format!("{}/{name}", self.stdlib)).is_file();
        is_file("os.py") || is_file("os.pyc")
    }

    pub(super) fn has_zip(&self, prefix: &[u8]) -> bool {
        path_below(prefix, &self.zip).is_file()
    }

    pub(super) fn has_dynload(&self, prefix: &[u8]) -> bool {
        path_below(prefix, &self.dynload).is_dir()
    }
}
