//! The tree of an environment: directories, links to the base interpreter, pyvenv.cfg, .gitignore.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use super::{Known, Plan, failed, make_dir, write};
use crate::os;
use crate::venv::{MARKER, scripts};

/// Makes all but the activation scripts and what is installed (EnvBuilder.ensure_directories,
/// create_configuration and setup_python).
///
/// # Errors
/// Something cannot be written.
pub fn lay_out(plan: &Plan<'_>) -> io::Result<()> {
    let Plan { base, root, .. } = plan;
    let name = base.directory_name();
    make_dir(&scripts(root))?;
    make_dir(&plan.site_packages())?;
    match base.version {
        (3, 11..=13) => make_dir(&root.join("include").join(&name))?,
        _ => make_dir(&root.join("include"))?,
    }
    if os::HAS_LIB64 {
        link(Path::new("lib"), &root.join("lib64"))?;
    }
    link_python(base, &scripts(root))?;
    if base.version >= (3, 13) {
        let ignore = "# Created by venv; see https://docs.python.org/3/library/venv.html\n*\n";
        write(&root.join(".gitignore"), ignore)?;
    }
    write(&root.join(MARKER), cfg(plan)?)
}

/// The link to the base goes by the name the base was called by; the other names link to that one.
fn link_python(base: &Known<'_>, scripts: &Path) -> io::Result<()> {
    let called = base.exe.file_name().unwrap_or(OsStr::new("python"));
    link(base.exe, &scripts.join(called))?;
    let (major, minor) = base.version;
    let versioned = format!("python{major}.{minor}");
    let mut names = vec!["python", "python3"];
    if base.version >= (3, 9) {
        names.push(&versioned);
    }
    if base.version == (3, 14) {
        names.push("𝜋thon");
    }
    for name in names {
        let path = scripts.join(name);
        if fs::symlink_metadata(&path).is_err() {
            link(Path::new(called), &path)?;
        }
    }
    Ok(())
}

/// pyvenv.cfg, its keys in venv's order (EnvBuilder.create_configuration).
fn cfg(plan: &Plan<'_>) -> io::Result<Vec<u8>> {
    let Known {
        exe,
        version,
        full_version,
        ..
    } = plan.base;
    let mut text = Vec::new();
    let mut key = |name: &str, value: &[&OsStr]| {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b" = ");
        for part in value {
            text.extend_from_slice(part.as_encoded_bytes());
        }
        text.push(b'\n');
    };
    key("home", &[exe.parent().unwrap_or(exe).as_os_str()]);
    key("include-system-site-packages", &["false".as_ref()]);
    key("version", &[full_version.as_ref()]);
    if *version >= (3, 11) {
        let real = fs::canonicalize(exe).map_err(|error| failed("find", exe, &error))?;
        key("executable", &[real.as_os_str()]);
        key(
            "command",
            &[exe.as_os_str(), " -m venv ".as_ref(), plan.home.as_os_str()],
        );
    }
    // Python reads the file as UTF-8, and stops at what is not.
    match String::from_utf8(text) {
        Ok(text) => Ok(text.into_bytes()),
        Err(_) => Err(io::Error::other(
            "its path, or that of the base interpreter, is not UTF-8, which pyvenv.cfg has to be",
        )),
    }
}

fn link(target: &Path, at: &Path) -> io::Result<()> {
    os::link(target, at).map_err(|error| failed("link", at, &error))
}
