//! The tree of an environment: directories, links to the base interpreter, pyvenv.cfg, .gitignore.

use std::ffi::OsStr;
use std::path::Path;
use std::{fs, io};

use crate::fs::{make_dir, path_error, write_file};
use crate::os;
use crate::venv::{PYVENV_CFG, pyvenv_cfg, scripts_dir};

use super::super::errors;
use super::super::options::{IgnoreFile, python_repr};
use super::launchers;
use super::plan::BuildPlan;
use super::supported::SupportedBase;

/// Writes what an environment begins with: pyvenv.cfg (EnvBuilder.create_configuration), and what keeps it out
/// of git.
///
/// # Errors
/// Something cannot be written.
pub(super) fn write_config_files(plan: &BuildPlan<'_>) -> io::Result<()> {
    let BuildPlan {
        base,
        root,
        options,
        ..
    } = plan;
    make_dir(&scripts_dir(root))?;
    make_dir(&plan.site_packages())?;
    if base.version >= (3, 13) && options.ignore_file == IgnoreFile::Written {
        let by = "# Created by venv; see https://docs.python.org/3/library/venv.html";
        let end = os::LINE_ENDING;
        write_file(&root.join(".gitignore"), format!("{by}{end}*{end}"))?;
    }
    write_file(&root.join(PYVENV_CFG), render_pyvenv_cfg(plan)?)
}

/// Makes the directories and the names of Python that are not there (EnvBuilder.ensure_directories and
/// setup_python).
///
/// # Errors
/// Something cannot be written.
pub(super) fn ensure_dirs_and_links(plan: &BuildPlan<'_>) -> io::Result<()> {
    let BuildPlan { base, root, .. } = plan;
    make_dir(&scripts_dir(root))?;
    make_dir(&plan.site_packages())?;
    let include = root.join(os::INCLUDE_DIR);
    match base.version {
        (3, 11..=13) if os::HAS_SYMLINKS => make_dir(&include.join(base.lib_dir_name()))?,
        _ => make_dir(&include)?,
    }
    let lib64 = root.join("lib64");
    if os::HAS_LIB64 && fs::symlink_metadata(&lib64).is_err() {
        link(Path::new("lib"), &lib64)?;
    }
    match os::HAS_SYMLINKS {
        true => install_pythons(base, &scripts_dir(root), plan.options.has_copied_python()),
        false => launchers::copy_python_launchers(base, &scripts_dir(root)),
    }
}

/// The link to the base goes by the name the base was called by; the other names link to that one. With
/// copies each is one of its own (EnvBuilder.setup_python).
fn install_pythons(base: &SupportedBase<'_>, scripts: &Path, copies: bool) -> io::Result<()> {
    let called = base.exe.file_name().unwrap_or(OsStr::new("python"));
    let first = scripts.join(called);
    if fs::symlink_metadata(&first).is_err() {
        link_or_copy_python(base.exe, base.exe, &first, copies)?;
    }
    for name in python_names(base.version) {
        let path = scripts.join(name);
        if fs::symlink_metadata(&path).is_err() {
            link_or_copy_python(Path::new(called), base.exe, &path, copies)?;
        }
    }
    Ok(())
}

/// What an environment's Python is called, beside what the base was called by.
pub(super) fn python_names((major, minor): (u64, u64)) -> Vec<String> {
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
fn link_or_copy_python(target: &Path, exe: &Path, at: &Path, copies: bool) -> io::Result<()> {
    if !copies {
        match os::symlink_or_copy(target, at) {
            Ok(()) => return Ok(()),
            Err(error) if errors::is_disk_full(&error) => {
                return Err(path_error("link", at, &error));
            }
            Err(_) => {}
        }
    }
    let copied = fs::copy(exe, at).and_then(|_| os::set_program_mode(at));
    copied.map_err(|error| path_error("write", at, &error))
}

/// pyvenv.cfg, its keys in venv's order (EnvBuilder.create_configuration).
///
/// # Errors
/// A path is not UTF-8, or the base interpreter cannot be found any more.
pub(super) fn render_pyvenv_cfg(plan: &BuildPlan<'_>) -> io::Result<Vec<u8>> {
    let SupportedBase {
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
        text.extend_from_slice(os::LINE_ENDING.as_bytes());
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
        key("prompt", &[python_repr(prompt).as_ref()]);
    }
    if *version >= (3, 11) {
        let real = dunce::canonicalize(exe).map_err(|error| path_error("find", exe, &error))?;
        key("executable", &[real.as_os_str()]);
        let mut options = plan.options.command_options(version.1);
        if !options.is_empty() {
            options.push(' ');
        }
        let parts = [
            exe.as_os_str(),
            " -m venv ".as_ref(),
            options.as_ref(),
            plan.final_root.as_os_str(),
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
pub(super) fn preserved_lines(old: &str) -> String {
    let is_renewed = |line: &&str| {
        let key = pyvenv_cfg::entry(line).map_or("", |(key, _)| key);
        REWRITTEN_KEYS
            .iter()
            .any(|name| key.eq_ignore_ascii_case(name))
    };
    let lines = old.lines().filter(|line| !is_renewed(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What venv writes, and what virtualenv and uv write of the base interpreter.
const REWRITTEN_KEYS: [&str; 12] = [
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
    os::symlink_or_copy(target, at).map_err(|error| path_error("link", at, &error))
}
