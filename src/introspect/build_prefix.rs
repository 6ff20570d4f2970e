//! An interpreter's file -> the prefix that it was configured with, which is where it looks for its library at last.
//!
//! The library that lies around its own file knows: `_sysconfigdata_*.py` holds what `configure` was told. A copy has no
//! library around it; what it was configured with stands in it as text.

use std::fs;
use std::path::{Path, PathBuf};

use super::implementation::PythonBinary;
use super::landmarks::find_stdlib_above;
use super::posixpath::{bytes_to_path, join, parent};
use super::sysconfig::read_variable;

/// prefix, exec_prefix, and the directory of libraries that it is built with; None where no installation of it is
/// known.
pub(super) fn find_build_prefix(
    python: &PythonBinary,
    platlibdirs: &[&str],
) -> Option<(Vec<u8>, Option<Vec<u8>>, String)> {
    let named = python.cfg_dirs.iter();
    let named = named.filter_map(|dir| dunce::canonicalize(dir).ok());
    let own = python.file.parent().map(Path::to_owned);
    let mut dirs = own.into_iter().chain(named);
    let above = |dir: PathBuf| find_stdlib_above(python, &dir, platlibdirs);
    // What a pyvenv.cfg names may be another installation of the same version.
    let (stdlib, platlibdir) =
        find_embedded_stdlib(python, platlibdirs).or_else(|| dirs.find_map(above))?;
    let dir = bytes_to_path(&stdlib);
    let value = |name: &str| Some(read_variable(&dir, name).ok()??.into_bytes());
    Some((value("prefix")?, value("exec_prefix"), platlibdir))
}

/// The library below a path that is named in the interpreter's file: the prefix itself, or, where its code is in a
/// shared library, that one's directory (DT_RUNPATH, elf(5)).
fn find_embedded_stdlib(python: &PythonBinary, platlibdirs: &[&str]) -> Option<(Vec<u8>, String)> {
    let content = fs::read(&python.file).ok()?;
    let texts = content.split(|byte| *byte == 0);
    let paths: Vec<&[u8]> = texts
        .filter(|text| text.starts_with(b"/") && text.len() < 4096)
        .collect();
    let libraries = paths.iter().filter(|text| text.ends_with(b"/lib"));
    let prefixes = paths
        .iter()
        .copied()
        .chain(libraries.map(|dir| parent(dir)));
    let has_os = |stdlib: &[u8]| bytes_to_path(&join(stdlib, b"os.py")).is_file();
    for prefix in prefixes {
        for platlibdir in platlibdirs {
            let stdlib = join(
                prefix,
                format!("{platlibdir}/{}", python.stdlib_name()).as_bytes(),
            );
            if has_os(&stdlib) {
                return Some((stdlib, (*platlibdir).to_owned()));
            }
        }
    }
    None
}
