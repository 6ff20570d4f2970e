//! The tree of an environment: directories, links to the base interpreter, pyvenv.cfg, .gitignore.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use super::{Known, Plan, failed, launchers, make_dir, write};
use crate::create::options::{IgnoreFile, repr};
use crate::create::refusal;
use crate::os;
use crate::venv::{MARKER, scripts};

/// Writes what an environment begins with: pyvenv.cfg (EnvBuilder.create_configuration), and what keeps it out
/// of git.
///
/// # Errors
/// Something cannot be written.
pub fn begin(plan: &Plan<'_>) -> io::Result<()> {
    let Plan {
        base,
        root,
        options,
        ..
    } = plan;
    make_dir(&scripts(root))?;
    make_dir(&plan.site_packages())?;
    if base.version >= (3, 13) && options.ignore_file == IgnoreFile::Written {
        let by = "# Created by venv; see https://docs.python.org/3/library/venv.html";
        let end = os::LINE_END;
        write(&root.join(".gitignore"), format!("{by}{end}*{end}"))?;
    }
    write(&root.join(MARKER), cfg(plan)?)
}

/// Makes the directories and the names of Python that are not there (EnvBuilder.ensure_directories and
/// setup_python).
///
/// # Errors
/// Something cannot be written.
pub fn complete(plan: &Plan<'_>) -> io::Result<()> {
    let Plan { base, root, .. } = plan;
    make_dir(&scripts(root))?;
    make_dir(&plan.site_packages())?;
    let include = root.join(os::INCLUDE);
    match base.version {
        (3, 11..=13) if os::HAS_LINKS => make_dir(&include.join(base.directory_name()))?,
        _ => make_dir(&include)?,
    }
    let lib64 = root.join("lib64");
    if os::HAS_LIB64 && fs::symlink_metadata(&lib64).is_err() {
        link(Path::new("lib"), &lib64)?;
    }
    match os::HAS_LINKS {
        true => place_python(base, &scripts(root), plan.options.copies()),
        false => launchers::place(base, &scripts(root)),
    }
}

/// The link to the base goes by the name the base was called by; the other names link to that one. With
/// copies each is one of its own (EnvBuilder.setup_python).
fn place_python(base: &Known<'_>, scripts: &Path, copies: bool) -> io::Result<()> {
    let called = base.exe.file_name().unwrap_or(OsStr::new("python"));
    let first = scripts.join(called);
    if fs::symlink_metadata(&first).is_err() {
        put_python(base.exe, base.exe, &first, copies)?;
    }
    for name in python_names(base.version) {
        let path = scripts.join(name);
        if fs::symlink_metadata(&path).is_err() {
            put_python(Path::new(called), base.exe, &path, copies)?;
        }
    }
    Ok(())
}

/// What an environment's Python is called, beside what the base was called by.
pub fn python_names((major, minor): (u64, u64)) -> Vec<String> {
    let mut names = vec!["python".to_owned(), format!("python{major}")];
    if (major, minor) >= (3, 9) {
        names.push(format!("python{major}.{minor}"));
    }
    if (major, minor) == (3, 14) {
        names.push("𝜋thon".to_owned());
    }
    names
}

/// A link to `target`; or a copy of `exe`, which is the same file, where that is wanted, or the file system
/// has no links: what it says then differs from one to the next, but not that there is no room.
fn put_python(target: &Path, exe: &Path, at: &Path, copies: bool) -> io::Result<()> {
    if !copies {
        match os::link(target, at) {
            Ok(()) => return Ok(()),
            Err(error) if refusal::is_full(&error) => return Err(failed("link", at, &error)),
            Err(_) => {}
        }
    }
    let copied = fs::copy(exe, at).and_then(|_| os::make_program(at));
    copied.map_err(|error| failed("write", at, &error))
}

/// pyvenv.cfg, its keys in venv's order (EnvBuilder.create_configuration).
///
/// # Errors
/// A path is not UTF-8, or the base interpreter cannot be found any more.
pub fn cfg(plan: &Plan<'_>) -> io::Result<Vec<u8>> {
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
        text.extend_from_slice(os::LINE_END.as_bytes());
    };
    let seen = if plan.options.system_site_packages {
        "true"
    } else {
        "false"
    };
    key("home", &[exe.parent().unwrap_or(exe).as_os_str()]);
    key("include-system-site-packages", &[seen.as_ref()]);
    key("version", &[full_version.as_ref()]);
    if let Some(prompt) = plan.prompt.as_deref().filter(|_| *version >= (3, 8)) {
        key("prompt", &[repr(prompt).as_ref()]);
    }
    if *version >= (3, 11) {
        let real = dunce::canonicalize(exe).map_err(|error| failed("find", exe, &error))?;
        key("executable", &[real.as_os_str()]);
        let mut options = plan.options.noted(version.1);
        if !options.is_empty() {
            options.push(' ');
        }
        let parts = [
            exe.as_os_str(),
            " -m venv ".as_ref(),
            options.as_ref(),
            plan.home.as_os_str(),
        ];
        key("command", &parts);
    }
    // Python reads the file as UTF-8, and stops at what is not.
    match String::from_utf8(text) {
        Ok(text) => Ok(text.into_bytes()),
        Err(_) => Err(io::Error::other(
            "its path, or that of the base interpreter, is not UTF-8, which pyvenv.cfg has to be",
        )),
    }
}

/// The lines of an environment's pyvenv.cfg that say nothing of its base, and so still hold when that is
/// another: what the user or another maker wrote there.
pub fn carried(old: &str) -> String {
    let is_renewed = |line: &&str| {
        let key = line.split_once('=').map_or("", |(key, _)| key.trim());
        RENEWED.iter().any(|name| key.eq_ignore_ascii_case(name))
    };
    let lines = old.lines().filter(|line| !is_renewed(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What venv writes, and what virtualenv and uv write of the base interpreter.
const RENEWED: [&str; 12] = [
    "home",
    "include-system-site-packages",
    "version",
    "prompt",
    "executable",
    "command",
    "version_info",
    "python-version",
    "base-prefix",
    "base-exec-prefix",
    "base-executable",
    "implementation",
];

fn link(target: &Path, at: &Path) -> io::Result<()> {
    os::link(target, at).map_err(|error| failed("link", at, &error))
}
