//! The names of Python in a scripts directory -> the same names, leading to another base interpreter.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use crate::error::{reason, shown};
use crate::os;

use super::base::{Base, is_script};
use super::options::PythonFiles;

/// What a new link is called until it takes the place of the old one.
const NEW: &str = ".vrun-new";

/// Leads every name of Python in `scripts` to `base`: links that lead outside, and copies. Names that lead
/// to each other stay as they are.
///
/// # Errors
/// A name cannot be replaced.
pub fn renew(scripts: &Path, base: &Base, files: PythonFiles) -> io::Result<()> {
    for entry in fs::read_dir(scripts)? {
        let path = entry?.path();
        if !is_name(path.file_name().unwrap_or_default()) {
            continue;
        }
        let found = fs::symlink_metadata(&path)?;
        if found.is_dir() {
            // Only an empty one goes: what is in it is not for us to take away.
            let kept = |error: io::Error| {
                let why = format!("{} is a directory: {}", shown(&path), reason(&error));
                io::Error::new(error.kind(), why)
            };
            fs::remove_dir(&path).map_err(kept)?;
            continue;
        }
        let leads_within = fs::read_link(&path)
            .is_ok_and(|target| target.components().count() == 1 && is_name(target.as_os_str()));
        let is_loop = fs::metadata(&path).is_err_and(|error| os::is_link_loop(&error));
        let copied = found.is_file() && !is_script(&path);
        match files {
            PythonFiles::Copies if copied || found.is_symlink() => copy(base, &path)?,
            _ if found.is_symlink() && (!leads_within || is_loop) => link(base, &path)?,
            _ if copied => link(base, &path)?,
            _ => {}
        }
    }
    Ok(())
}

/// `python`, `python3.13`, `python3.13t`, `python3.6m`, `python3-intel64`, `pypy3`, `𝜋thon`
fn is_name(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let name = name.strip_suffix(os::EXE).unwrap_or(name);
    let version = ["python", "pypy"]
        .iter()
        .find_map(|stem| name.strip_prefix(stem));
    let is_version = |text: &str| {
        let text = text.strip_suffix("-intel64").unwrap_or(text);
        let number = text.trim_end_matches(['d', 'm', 't', 'u']);
        let letters = text.len() - number.len();
        (letters == 0 || !number.is_empty() || text == "t")
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    name == "𝜋thon" || version.is_some_and(is_version)
}

fn link(base: &Base, at: &Path) -> io::Result<()> {
    replace(at, |new| os::link(&base.exe, new))
}

fn copy(base: &Base, at: &Path) -> io::Result<()> {
    replace(at, |new| {
        fs::copy(&base.exe, new).and_then(|_| os::make_program(new))
    })
}

/// What makes a file at the path it is given -> that file at `at`, in one step. Only for who holds the lock: the
/// path is the same each time, so that what a killed one left goes with the next attempt.
///
/// # Errors
/// It cannot be made, or not be moved.
pub fn replace(at: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut new = at.as_os_str().to_owned();
    new.push(NEW);
    let new = Path::new(&new);
    // Of an attempt that was killed.
    let _ = fs::remove_file(new);
    make(new)?;
    fs::rename(new, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_names_are_told_from_other_programs() {
        for (name, is) in [
            ("python", true),
            ("python3", true),
            ("python3.13t", true),
            ("python3.6m", true),
            ("python3.13td", true),
            ("python3.12-intel64", true),
            ("pythonmud", false),
            ("pypy3.11", true),
            ("𝜋thon", true),
            ("python3-config", false),
            ("pythonw", false),
            ("pytest", false),
        ] {
            assert_eq!(is_name(OsStr::new(name)), is, "{name}");
        }
    }
}
