//! An environment's files -> the system that it was created on, if it is not this one: a checkout that is mounted into
//! a container, or seen from WSL.
//!
//! The evidence is the location of its scripts, the paths in pyvenv.cfg, and what its packages were built for (the tags
//! of PEP 425, and those that importlib gives to extension modules).

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::os;
use crate::quote::printable;
use crate::read::{MAX_TEXT, read_start, read_text};
use crate::venv::{self, pyvenv_cfg};

use super::executable::{self, Executable, Machine};

/// A system that environments are created on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Linux,
    MacOs,
    Windows,
    /// This system, on another kind of processor.
    OtherMachine(Machine),
    /// Built for Linux with musl, while the environment's Python uses glibc.
    Musl,
    /// Built for Linux with glibc, while the environment's Python uses musl.
    Glibc,
}

impl Platform {
    fn is_native(self) -> bool {
        match self {
            // Other systems can emulate another architecture, or report the error themselves.
            Platform::OtherMachine(machine) => os::OS_NAME != "Linux" || machine.is_runnable_here(),
            other => other.to_string() == os::OS_NAME,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Platform::Linux => out.write_str("Linux"),
            Platform::MacOs => out.write_str("macOS"),
            Platform::Windows => out.write_str("Windows"),
            Platform::OtherMachine(machine) => write!(out, "{} on {machine}", os::OS_NAME),
            Platform::Musl => out.write_str("Linux with musl"),
            Platform::Glibc => out.write_str("Linux with glibc"),
        }
    }
}

/// What shows the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Its Python is where another system puts it, or is a program for that system.
    Python(PathBuf),
    /// pyvenv.cfg names this path.
    Path(String),
    /// This package or extension module is built for it.
    Package(String),
}

impl fmt::Display for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Python(file) => write!(out, "its Python is {}", printable(file)),
            Evidence::Path(path) => write!(out, "its pyvenv.cfg names {}", printable(path)),
            Evidence::Package(name) => {
                write!(out, "{}, installed there, is built for it", printable(name))
            }
        }
    }
}

/// The other system that the environment at `root` was created on, if any.
pub(super) fn detect_foreign_platform(root: &Path) -> Option<(Platform, Evidence)> {
    let found = from_layout(root).or_else(|| from_cfg_paths(root));
    found.or_else(|| from_python(root).or_else(|| from_packages(root)))
}

/// It has the other system's scripts directory, `Scripts` or `bin`, and not the one of this system.
fn from_layout(root: &Path) -> Option<(Platform, Evidence)> {
    let (python, platform) = match os::OS_NAME {
        "Windows" => ("bin/python", Platform::Linux),
        _ => ("Scripts/python.exe", Platform::Windows),
    };
    let python = root.join(python);
    let is_there = fs::symlink_metadata(&python).is_ok() && !root.join(os::SCRIPTS_DIR).exists();
    is_there.then_some((platform, Evidence::Python(python)))
}

/// Where Homebrew, python.org's installer, MacPorts and Apple keep Pythons, and users their files.
const MACOS_PREFIXES: [&str; 10] = [
    "/opt/homebrew/",
    "/usr/local/Cellar/",
    "/usr/local/opt/",
    "/usr/local/Frameworks/",
    "/Library/Frameworks/",
    "/Library/Developer/",
    "/opt/local/Library/",
    "/System/Library/",
    "/Applications/",
    "/Users/",
];

/// A path in pyvenv.cfg that only another system has, and that does not exist here.
fn from_cfg_paths(root: &Path) -> Option<(Platform, Evidence)> {
    let text = read_start(&root.join(venv::PYVENV_CFG), pyvenv_cfg::SIZE_LIMIT).ok()?;
    let text = String::from_utf8_lossy(&text);
    let is_path = |key: &str| {
        let mut keys = ["home", "executable", "base-executable"].into_iter();
        keys.any(|known| key.eq_ignore_ascii_case(known))
    };
    let mut paths = pyvenv_cfg::entries(&text).filter(|(key, _)| is_path(key));
    paths.find_map(|(_, path)| {
        let platform = platform_of_path(path).filter(|platform| !platform.is_native())?;
        (!Path::new(path).exists()).then(|| (platform, Evidence::Path(path.to_owned())))
    })
}

fn platform_of_path(path: &str) -> Option<Platform> {
    match path.as_bytes() {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => Some(Platform::Windows),
        [b'\\', b'\\', ..] => Some(Platform::Windows),
        _ if MACOS_PREFIXES.iter().any(|start| path.starts_with(start)) => Some(Platform::MacOs),
        _ => None,
    }
}

/// A copied Python is a program of the system that it was copied on.
fn from_python(root: &Path) -> Option<(Platform, Evidence)> {
    let python = venv::python_path(root);
    let platform = match executable::read_executable(&python).ok()? {
        // The BSDs' programs are ELF as well.
        Executable::Elf { .. } if os::OS_NAME != "Unix" => Platform::Linux,
        Executable::MachO => Platform::MacOs,
        Executable::Pe => Platform::Windows,
        _ => return None,
    };
    (!platform.is_native()).then_some((platform, Evidence::Python(python)))
}

/// Looking at more entries of site-packages would be slow and rarely change the answer.
const MAX_ENTRIES: usize = 2000;

/// A package was built for another system, and none for this one.
fn from_packages(root: &Path) -> Option<(Platform, Evidence)> {
    let native_libc = python_libc(root);
    let mut foreign = None;
    for dir in venv::site_packages(root) {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        for entry in entries.take(MAX_ENTRIES) {
            let name = entry.file_name().into_string().unwrap_or_default();
            let Some((mut platform, libc)) = target_platform(&name, &entry.path()) else {
                continue;
            };
            if platform.is_native() {
                platform = libc.filter(|libc| native_libc.is_some_and(|native| native != *libc))?;
            }
            foreign.get_or_insert((platform, Evidence::Package(name)));
        }
    }
    foreign
}

/// The C library of the environment's Python, by its loader.
fn python_libc(root: &Path) -> Option<Platform> {
    let Executable::Elf { loader, .. } =
        executable::read_executable(&venv::python_path(root)).ok()?
    else {
        return None;
    };
    match loader?.file_name()?.to_str()? {
        name if name.starts_with("ld-musl") => Some(Platform::Musl),
        name if name.starts_with("ld-linux") => Some(Platform::Glibc),
        _ => None,
    }
}

/// The system that an entry of site-packages is for, and the C library if it says; None if it is for all.
fn target_platform(name: &str, path: &Path) -> Option<(Platform, Option<Platform>)> {
    if name.ends_with(".dist-info") {
        let wheel = read_text(&path.join("WHEEL"), MAX_TEXT).ok()?;
        let tags = wheel.lines().filter_map(|line| line.strip_prefix("Tag:"));
        let mut tags = tags.filter_map(|tag| Some(tag.trim().rsplit_once('-')?.1));
        return tags.find_map(|tag| Some((parse_platform_tag(tag)?, libc_of_tag(tag))));
    }
    let (stem, end) = name.rsplit_once('.')?;
    let tag = stem.rsplit_once('.')?.1;
    match end {
        "so" | "pyd" => Some((parse_extension_tag(tag)?, libc_of_tag(tag))),
        _ => None,
    }
}

/// The C library in a platform tag (PEP 656, PEP 600) or in the name of an extension module.
fn libc_of_tag(tag: &str) -> Option<Platform> {
    if tag.starts_with("musllinux") || tag.ends_with("-linux-musl") {
        return Some(Platform::Musl);
    }
    (tag.starts_with("manylinux") || tag.ends_with("-linux-gnu")).then_some(Platform::Glibc)
}

/// `manylinux_2_17_x86_64`, `macosx_11_0_arm64`, `win_amd64`
fn parse_platform_tag(tag: &str) -> Option<Platform> {
    match tag {
        _ if tag.starts_with("macosx") => Some(Platform::MacOs),
        _ if tag.starts_with("win") => Some(Platform::Windows),
        _ => tag.contains("linux").then(|| linux_on_machine(tag, '_')),
    }
}

/// `cpython-311-x86_64-linux-gnu`, `cpython-311-darwin`, `cp311-win_amd64`
fn parse_extension_tag(tag: &str) -> Option<Platform> {
    match tag {
        _ if tag.ends_with("-darwin") => Some(Platform::MacOs),
        _ if tag.contains("-win") => Some(Platform::Windows),
        _ => Some(linux_on_machine(tag.split_once("-linux-")?.0, '-')),
    }
}

/// Linux, on the architecture named at the end of `text`, if that is known.
fn linux_on_machine(text: &str, separator: char) -> Platform {
    let mut starts = text.match_indices(separator).map(|(at, _)| at + 1);
    match starts.find_map(|at| Machine::from_name(&text[at..])) {
        Some(machine) if os::OS_NAME == "Linux" => Platform::OtherMachine(machine),
        _ => Platform::Linux,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn any_tag_has_a_platform_or_none() {
        fuzz("platform_tag", 2000, |bytes| {
            for tag in String::from_utf8_lossy(bytes).lines() {
                let _ = (parse_platform_tag(tag), parse_extension_tag(tag));
                let _ = target_platform(tag, Path::new("/none"));
            }
        });
    }
}
