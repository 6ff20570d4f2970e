//! A directory -> the standard library that Python would find above it.

use std::path::Path;

use super::getpath::Landmarks;
use super::implementation::PythonBinary;
use super::posixpath::{ancestors, join, path_to_bytes};

/// The library's directory of an interpreter, upwards from a directory; for what is asked of it beside the search.
pub(super) fn find_stdlib_above(
    python: &PythonBinary,
    dir: &Path,
    platlibdirs: &[&str],
) -> Option<(Vec<u8>, String)> {
    let dir = path_to_bytes(dir);
    platlibdirs.iter().find_map(|platlibdir| {
        let places = Landmarks::new(python, platlibdir);
        let prefix = ancestors(&dir).find(|dir| places.has_stdlib(dir))?;
        Some((
            join(prefix, places.stdlib.as_bytes()),
            (*platlibdir).to_owned(),
        ))
    })
}
