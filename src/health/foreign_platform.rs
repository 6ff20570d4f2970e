//! An environment's files -> the system that it was made on, where that is not this one: a checkout that is
//! mounted into a container, or seen from WSL.
//!
//! Three things tell: where its scripts lie, the paths in pyvenv.cfg, and what its packages were built for
//! (the tags of PEP 425, and those that importlib gives to extension modules).

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::os;
use crate::venv::{self, PYVENV_CFG};

use super::executable::{self, Executable, Machine};

/// A system that environments are made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Linux,
    MacOs,
    Windows,
    /// This system, on another kind of processor.
    OtherMachine(Machine),
    /// Linux with this C library, where the Python that is here is for the other one.
    Musl,
    Glibc,
}

impl Platform {
    fn is_native(self) -> bool {
        match self {
            // Where one machine's programs run on another, the system sees to it.
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

/// What told so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Its Python lies where another system has it.
    Python(PathBuf),
    /// pyvenv.cfg names this path.
    Path(String),
    /// This package, or this extension module, is built for it.
    Package(String),
}

/// The other system that the environment at `root` was made on, if it is another's.
pub(super) fn detect_foreign_platform(root: &Path) -> Option<(Platform, Evidence)> {
    from_layout(root)
        .or_else(|| from_cfg_paths(root))
        .or_else(|| from_python(root))
        .or_else(|| from_packages(root))
}

/// `Scripts` or `bin`: the one that this system does not use is there, and the other is not.
fn from_layout(root: &Path) -> Option<(Platform, Evidence)> {
    let (other, system) = if os::OS_NAME == "Windows" {
        ("bin/python", Platform::Linux)
    } else {
        ("Scripts/python.exe", Platform::Windows)
    };
    let other = root.join(other);
    let is_there = fs::symlink_metadata(&other).is_ok() && !root.join(os::SCRIPTS_DIR).exists();
    is_there.then_some((system, Evidence::Python(other)))
}

/// Where Homebrew, python.org's installer, MacPorts and Apple keep Pythons, and people their files.
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

/// A path in pyvenv.cfg that only another system has, and that is not here.
fn from_cfg_paths(root: &Path) -> Option<(Platform, Evidence)> {
    let text = fs::read(root.join(PYVENV_CFG)).ok()?;
    let text = String::from_utf8_lossy(&text);
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let paths = pairs.filter(|(key, _)| {
        let key = key.trim();
        let names = ["home", "executable", "base-executable"];
        names.iter().any(|name| key.eq_ignore_ascii_case(name))
    });
    let mut foreign = paths.filter_map(|(_, value)| {
        let path = value.trim();
        let system = platform_of_path(path).filter(|system| !system.is_native())?;
        (!Path::new(path).exists()).then(|| (system, Evidence::Path(path.to_owned())))
    });
    foreign.next()
}

fn platform_of_path(path: &str) -> Option<Platform> {
    let bytes = path.as_bytes();
    match bytes {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => Some(Platform::Windows),
        [b'\\', b'\\', ..] => Some(Platform::Windows),
        _ if MACOS_PREFIXES.iter().any(|start| path.starts_with(start)) => Some(Platform::MacOs),
        _ => None,
    }
}

/// A copied Python is a program of the system that it was copied on.
fn from_python(root: &Path) -> Option<(Platform, Evidence)> {
    let python = venv::python_path(root);
    let system = match executable::read_executable(&python).ok()? {
        Executable::Elf { .. } => Platform::Linux,
        Executable::MachO => Platform::MacOs,
        Executable::Pe => Platform::Windows,
        Executable::Other => return None,
    };
    // The BSDs' programs are ELF as well.
    let is_elf = system == Platform::Linux && os::OS_NAME == "Unix";
    (!system.is_native() && !is_elf).then_some((system, Evidence::Python(python)))
}

/// More packages than tell something new.
const MAX_ENTRIES: usize = 2000;

/// What is installed was built for another system, and nothing for this one.
fn from_packages(root: &Path) -> Option<(Platform, Evidence)> {
    let own = python_libc(root);
    let mut foreign = None;
    for dir in venv::site_packages(root) {
        for entry in fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .take(MAX_ENTRIES)
        {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let Some((system, library)) = target_platform(&name, &entry.path()) else {
                continue;
            };
            let system = match library.filter(|other| own.is_some_and(|own| own != *other)) {
                Some(other) if system.is_native() => other,
                _ if system.is_native() => return None,
                _ => system,
            };
            foreign.get_or_insert((system, Evidence::Package(name)));
        }
    }
    foreign
}

/// The C library of the environment's Python, by the loader that starts it.
fn python_libc(root: &Path) -> Option<Platform> {
    let Ok(Executable::Elf { loader, .. }) = executable::read_executable(&venv::python_path(root))
    else {
        return None;
    };
    let loader = loader?;
    let name = loader.file_name()?.to_str()?;
    if name.starts_with("ld-musl") {
        return Some(Platform::Musl);
    }
    name.starts_with("ld-linux").then_some(Platform::Glibc)
}

/// The system that an entry of site-packages is for, and the C library if it says; None for what is for all.
fn target_platform(name: &str, path: &Path) -> Option<(Platform, Option<Platform>)> {
    if name.ends_with(".dist-info") {
        let wheel = fs::read_to_string(path.join("WHEEL")).ok()?;
        let tags = wheel.lines().filter_map(|line| line.strip_prefix("Tag:"));
        let mut platforms = tags.filter_map(|tag| tag.trim().rsplit_once('-'));
        return platforms.find_map(|(_, platform)| {
            Some((parse_platform_tag(platform)?, libc_of_tag(platform)))
        });
    }
    let (stem, end) = name.rsplit_once('.')?;
    let tag = stem.rsplit_once('.')?.1;
    match end {
        "so" | "pyd" => Some((parse_extension_tag(tag)?, libc_of_tag(tag))),
        _ => None,
    }
}

/// The C library in a platform tag (PEP 656, PEP 600) or in an extension module's.
fn libc_of_tag(tag: &str) -> Option<Platform> {
    if tag.starts_with("musllinux") || tag.ends_with("-linux-musl") {
        return Some(Platform::Musl);
    }
    (tag.starts_with("manylinux") || tag.ends_with("-linux-gnu")).then_some(Platform::Glibc)
}

/// `manylinux_2_17_x86_64`, `macosx_11_0_arm64`, `win_amd64`
fn parse_platform_tag(tag: &str) -> Option<Platform> {
    if tag.starts_with("macosx") {
        return Some(Platform::MacOs);
    }
    if tag.starts_with("win") {
        return Some(Platform::Windows);
    }
    tag.contains("linux").then(|| linux_on_machine(tag, '_'))
}

/// `cpython-311-x86_64-linux-gnu`, `cpython-311-darwin`, `cp311-win_amd64`
fn parse_extension_tag(tag: &str) -> Option<Platform> {
    if tag.ends_with("-darwin") {
        return Some(Platform::MacOs);
    }
    if tag.contains("-win") {
        return Some(Platform::Windows);
    }
    let (machine, _) = tag.split_once("-linux-")?;
    Some(linux_on_machine(machine, '-'))
}

/// Linux, with the machine that the text ends with, if it is a known one.
fn linux_on_machine(text: &str, separator: char) -> Platform {
    let starts = text.match_indices(separator).map(|(at, _)| at + 1);
    let mut machines = starts.filter_map(|at| Machine::from_name(&text[at..]));
    match machines.next() {
        Some(machine) if os::OS_NAME == "Linux" => Platform::OtherMachine(machine),
        _ => Platform::Linux,
    }
}

/// The name of this system, in the form that a directory's name takes.
pub(super) fn platform_name() -> String {
    os::OS_NAME.to_ascii_lowercase()
}
