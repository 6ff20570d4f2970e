//! An interpreter's file -> the prefix it was configured with, the last place where it looks for its library.
//!
//! A library found around the file tells: `_sysconfigdata_*.py` holds the arguments of `configure`. A copied
//! interpreter has no library around it; its prefix is in the file, as text.

use std::path::{Path, PathBuf};

use crate::read::{MAX_BINARY, read_file};

use super::landmarks::Landmarks;
use super::posixpath::{ancestors, bytes_to_path, join, parent, path_below, path_to_bytes};
use super::python_binary::PythonBinary;
use super::sysconfig::read_variable;

/// prefix, exec_prefix and platlibdir; None if no installation is found.
pub(super) fn find_build_prefix(
    python: &PythonBinary,
    platlibdirs: &[&str],
) -> Option<(Vec<u8>, Option<Vec<u8>>, String)> {
    let cfg_dirs = python.cfg_dirs.iter();
    let cfg_dirs = cfg_dirs.filter_map(|dir| dunce::canonicalize(dir).ok());
    let file_dir = python.file.parent().map(Path::to_owned);
    let mut dirs = file_dir.into_iter().chain(cfg_dirs);
    let above = |dir: PathBuf| find_stdlib_above(python, &dir, platlibdirs);
    // What pyvenv.cfg names may be another installation of the same version.
    let (stdlib, platlibdir) =
        find_embedded_stdlib(python, platlibdirs).or_else(|| dirs.find_map(above))?;
    let dir = bytes_to_path(&stdlib);
    let value = |name: &str| Some(read_variable(&dir, name).ok()??.into_bytes());
    Some((value("prefix")?, value("exec_prefix"), platlibdir))
}

/// The library below a path that the interpreter's file names: the prefix itself, or, if its code is in a shared
/// library, that library's directory (DT_RUNPATH, elf(5)).
fn find_embedded_stdlib(python: &PythonBinary, platlibdirs: &[&str]) -> Option<(Vec<u8>, String)> {
    let content = read_file(&python.file, MAX_BINARY).ok()?;
    let texts = content.split(|byte| *byte == 0);
    let paths: Vec<_> = texts
        .filter(|text| text.starts_with(b"/") && text.len() < 4096)
        .collect();
    let libraries = paths.iter().filter(|text| text.ends_with(b"/lib"));
    let prefixes = paths
        .iter()
        .copied()
        .chain(libraries.map(|dir| parent(dir)));
    let mut stdlibs = prefixes.flat_map(|prefix| {
        platlibdirs.iter().map(move |platlibdir| {
            let stdlib = join(prefix, format!("{platlibdir}/{}", python.stdlib_name()));
            (stdlib, (*platlibdir).to_owned())
        })
    });
    stdlibs.find(|(stdlib, _)| path_below(stdlib, "os.py").is_file())
}

/// The standard library in `dir` or above it, and its platlibdir.
fn find_stdlib_above(
    python: &PythonBinary,
    dir: &Path,
    platlibdirs: &[&str],
) -> Option<(Vec<u8>, String)> {
    let dir = path_to_bytes(dir);
    platlibdirs.iter().find_map(|platlibdir| {
        let landmarks = Landmarks::new(python, platlibdir);
        let prefix = ancestors(&dir).find(|dir| landmarks.has_stdlib(dir))?;
        Some((join(prefix, &landmarks.stdlib), (*platlibdir).to_owned()))
    })
}
