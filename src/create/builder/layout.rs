//! The tree of an environment: directories, links to the base interpreter, pyvenv.cfg, .gitignore.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::fs::{copy_new, look_at, make_dir, path_error, write_file};
use crate::os;
use crate::python::{self, Architecture};
use crate::venv::{PYVENV_CFG, pyvenv_cfg, scripts_dir};

use super::super::options::{IgnoreFile, python_repr};
use super::launchers;
use super::plan::{BuildPlan, SupportedBase};

/// Writes pyvenv.cfg and .gitignore (EnvBuilder.create_configuration and create_git_ignore_file).
pub(super) fn write_config_files(plan: &BuildPlan<'_>) -> io::Result<()> {
    let root = plan.root;
    make_dir(&scripts_dir(root))?;
    make_dir(&plan.site_packages())?;
    if plan.base.version >= (3, 13) && plan.options.ignore_file == IgnoreFile::Written {
        let comment = "# Created by venv; see https://docs.python.org/3/library/venv.html";
        let end = os::LINE_ENDING;
        write_file(&root.join(".gitignore"), format!("{comment}{end}*{end}"))?;
    }
    write_file(&root.join(PYVENV_CFG), render_pyvenv_cfg(plan)?)
}

/// Creates the directories and names of Python that are missing (EnvBuilder.ensure_directories and setup_python).
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
    if os::HAS_LIB64 && is_64_bit(base.exe) && is_absent(&lib64)? {
        os::symlink_or_copy(Path::new("lib"), &lib64)
            .map_err(|error| path_error("link", &lib64, &error))?;
    }
    match os::HAS_SYMLINKS {
        true => install_pythons(base, &scripts_dir(root), plan.options.has_copied_python()),
        false => launchers::copy_python_launchers(base, &scripts_dir(root)),
    }
}

/// Whether an interpreter's integers have 64 bits (ELF's EI_CLASS); vrun's own width stands for that of other files.
fn is_64_bit(exe: &Path) -> bool {
    let architecture = python::executable_architecture(exe);
    architecture.map_or(usize::BITS == 64, |is| is != Architecture::Bits32)
}

/// Whether nothing is at `path`. It is an error if the system cannot tell, because the link to the base may be there.
fn is_absent(path: &Path) -> io::Result<bool> {
    let found = look_at(path).map_err(|error| path_error("inspect", path, &error))?;
    Ok(found.is_none())
}

/// Creates the names of Python. The link to the base is named like the base's file; the other names link to that one.
/// With `copies` each is a copy (EnvBuilder.setup_python).
fn install_pythons(base: &SupportedBase<'_>, scripts: &Path, copies: bool) -> io::Result<()> {
    let exe_name = base.exe.file_name().unwrap_or(OsStr::new("python"));
    let install = |name: &OsStr, target: &Path| {
        let path = scripts.join(name);
        match is_absent(&path)? {
            true => link_or_copy_python(target, base.exe, &path, copies),
            false => Ok(()),
        }
    };
    install(exe_name, base.exe)?;
    let mut names = python_names(base.version).into_iter();
    names.try_for_each(|name| install(name.as_ref(), exe_name.as_ref()))
}

/// The names of an environment's Python, beside that of the base's file.
fn python_names((major, minor): (u64, u64)) -> Vec<String> {
    let mut names = vec!["python".to_owned(), format!("python{major}")];
    if (major, minor) >= (3, 9) {
        names.push(format!("python{major}.{minor}"));
    }
    if (major, minor) == (3, 14) {
        names.push("𝜋thon".to_owned());
    }
    names
}

/// A link to `target`; or, with `copies`, or where the file system has no links, a copy of `exe`, which is the same
/// file. Nothing may be there: through an existing link, the copy would be written into the base.
fn link_or_copy_python(target: &Path, exe: &Path, at: &Path, copies: bool) -> io::Result<()> {
    if !copies {
        match os::symlink_or_copy(target, at) {
            Ok(()) => return Ok(()),
            Err(error) if os::lacks_symlinks(&error) => {}
            Err(error) => return Err(path_error("link", at, &error)),
        }
    }
    copy_new(exe, at)
        .and_then(|copy| os::set_program_mode(&copy))
        .map_err(|error| path_error("write", at, &error))
}

/// pyvenv.cfg, its keys in venv's order (EnvBuilder.create_configuration).
pub(super) fn render_pyvenv_cfg(plan: &BuildPlan<'_>) -> io::Result<String> {
    let (exe, version) = (plan.base.exe, plan.base.version);
    let mut text = Vec::new();
    let mut add = |key: &str, value: &[&OsStr]| {
        text.extend_from_slice(key.as_bytes());
        text.extend_from_slice(b" = ");
        for part in value {
            text.extend_from_slice(part.as_encoded_bytes());
        }
        text.extend_from_slice(os::LINE_ENDING.as_bytes());
    };
    let system_site = plan.options.system_site_packages.to_string();
    add("home", &[exe.parent().unwrap_or(exe).as_os_str()]);
    add("include-system-site-packages", &[system_site.as_ref()]);
    add("version", &[plan.base.full_version.as_ref()]);
    if let Some(prompt) = plan.prompt.as_deref().filter(|_| version >= (3, 8)) {
        add("prompt", &[python_repr(prompt).as_ref()]);
    }
    if version >= (3, 11) {
        let real = dunce::canonicalize(exe).map_err(|error| path_error("find", exe, &error))?;
        add("executable", &[real.as_os_str()]);
        let mut options = plan.options.command_options(version.1);
        if !options.is_empty() {
            options.push(' ');
        }
        let (exe, root) = (exe.as_os_str(), plan.final_root.as_os_str());
        add(
            "command",
            &[exe, " -m venv ".as_ref(), options.as_ref(), root],
        );
    }
    // Python reads the file as UTF-8.
    String::from_utf8(text).map_err(|_| {
        io::Error::other(
            "its path, or the base interpreter's, is not valid UTF-8, so it cannot be written to pyvenv.cfg",
        )
    })
}

/// The lines of an environment's pyvenv.cfg that say nothing about its base, and so stay valid with another one: what
/// the user or another tool wrote.
pub(super) fn preserved_lines(old_cfg: &str) -> String {
    let is_rewritten = |line: &&str| {
        let key = pyvenv_cfg::entry(line).map_or("", |(key, _)| key);
        let mut rewritten = REWRITTEN_KEYS.iter();
        rewritten.any(|name| key.eq_ignore_ascii_case(name))
    };
    let lines = old_cfg.lines().filter(|line| !is_rewritten(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The keys that venv writes, and those that virtualenv and uv write about the base interpreter.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lib64_depends_on_the_width_of_python_not_of_vrun() {
        let dir = tempfile::tempdir().expect("a directory");
        let exe = dir.path().join("python");
        for (class, is) in [(1, false), (2, true)] {
            std::fs::write(&exe, [b"\x7fELF".as_slice(), &[class, 1]].concat()).expect("a file");
            assert_eq!(is_64_bit(&exe), is);
        }
    }
}
