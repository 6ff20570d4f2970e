//! An environment's files -> the system that it was made on, where that is not this one: a checkout that is
//! mounted into a container, or seen from WSL.
//!
//! Three things tell: where its scripts lie, the paths in pyvenv.cfg, and what its packages were built for
//! (the tags of PEP 425, and those that importlib gives to extension modules).

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::os;
use crate::venv::MARKER;

use super::binary::{self, Binary, Machine};

/// A system that environments are made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Linux,
    MacOs,
    Windows,
    /// This system, on another kind of processor.
    With(Machine),
    /// Linux with this C library, where the Python that is here is for the other one.
    Musl,
    Glibc,
}

impl System {
    fn is_own(self) -> bool {
        match self {
            // Where one machine's programs run on another, the system sees to it.
            System::With(machine) => os::SYSTEM != "Linux" || machine.runs_here(),
            other => other.to_string() == os::SYSTEM,
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            System::Linux => out.write_str("Linux"),
            System::MacOs => out.write_str("macOS"),
            System::Windows => out.write_str("Windows"),
            System::With(machine) => write!(out, "{} on {machine}", os::SYSTEM),
            System::Musl => out.write_str("Linux with musl"),
            System::Glibc => out.write_str("Linux with glibc"),
        }
    }
}

/// What told so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Its Python lies where another system has it.
    Python(PathBuf),
    /// pyvenv.cfg names this path.
    Path(String),
    /// This package, or this extension module, is built for it.
    Package(String),
}

/// The other system that the environment at `root` was made on, if it is another's.
pub fn elsewhere(root: &Path) -> Option<(System, Sign)> {
    by_layout(root)
        .or_else(|| by_paths(root))
        .or_else(|| by_python(root))
        .or_else(|| by_packages(root))
}

/// `Scripts` or `bin`: the one that this system does not use is there, and the other is not.
fn by_layout(root: &Path) -> Option<(System, Sign)> {
    let (other, system) = if os::SYSTEM == "Windows" {
        ("bin/python", System::Linux)
    } else {
        ("Scripts/python.exe", System::Windows)
    };
    let other = root.join(other);
    let is_there = fs::symlink_metadata(&other).is_ok() && !root.join(os::SCRIPTS).exists();
    is_there.then_some((system, Sign::Python(other)))
}

/// Where Homebrew, python.org's installer, MacPorts and Apple keep Pythons, and people their files.
const MACS: [&str; 10] = [
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
fn by_paths(root: &Path) -> Option<(System, Sign)> {
    let text = fs::read(root.join(MARKER)).ok()?;
    let text = String::from_utf8_lossy(&text);
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let paths = pairs.filter(|(key, _)| {
        let key = key.trim();
        let names = ["home", "executable", "base-executable"];
        names.iter().any(|name| key.eq_ignore_ascii_case(name))
    });
    let mut foreign = paths.filter_map(|(_, value)| {
        let path = value.trim();
        let system = system_of(path).filter(|system| !system.is_own())?;
        (!Path::new(path).exists()).then(|| (system, Sign::Path(path.to_owned())))
    });
    foreign.next()
}

fn system_of(path: &str) -> Option<System> {
    let bytes = path.as_bytes();
    match bytes {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => Some(System::Windows),
        [b'\\', b'\\', ..] => Some(System::Windows),
        _ if MACS.iter().any(|start| path.starts_with(start)) => Some(System::MacOs),
        _ => None,
    }
}

/// A copied Python is a program of the system that it was copied on.
fn by_python(root: &Path) -> Option<(System, Sign)> {
    let python = super::python(root);
    let system = match binary::of(&python).ok()? {
        Binary::Elf { .. } => System::Linux,
        Binary::MachO => System::MacOs,
        Binary::Pe => System::Windows,
        Binary::Other => return None,
    };
    // The BSDs' programs are ELF as well.
    let is_elf = system == System::Linux && os::SYSTEM == "Unix";
    (!system.is_own() && !is_elf).then_some((system, Sign::Python(python)))
}

/// More packages than tell something new.
const ENOUGH: usize = 2000;

/// What is installed was built for another system, and nothing for this one.
fn by_packages(root: &Path) -> Option<(System, Sign)> {
    let own = own_library(root);
    let mut foreign = None;
    for dir in super::site_packages(root) {
        for entry in fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .take(ENOUGH)
        {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let Some((system, library)) = built_for(&name, &entry.path()) else {
                continue;
            };
            let system = match library.filter(|other| own.is_some_and(|own| own != *other)) {
                Some(other) if system.is_own() => other,
                _ if system.is_own() => return None,
                _ => system,
            };
            foreign.get_or_insert((system, Sign::Package(name)));
        }
    }
    foreign
}

/// The C library of the environment's Python, by the loader that starts it.
fn own_library(root: &Path) -> Option<System> {
    let Ok(Binary::Elf { loader, .. }) = binary::of(&super::python(root)) else {
        return None;
    };
    let loader = loader?;
    let name = loader.file_name()?.to_str()?;
    if name.starts_with("ld-musl") {
        return Some(System::Musl);
    }
    name.starts_with("ld-linux").then_some(System::Glibc)
}

/// The system that an entry of site-packages is for, and the C library if it says; None for what is for all.
fn built_for(name: &str, path: &Path) -> Option<(System, Option<System>)> {
    if name.ends_with(".dist-info") {
        let wheel = fs::read_to_string(path.join("WHEEL")).ok()?;
        let tags = wheel.lines().filter_map(|line| line.strip_prefix("Tag:"));
        let mut platforms = tags.filter_map(|tag| tag.trim().rsplit_once('-'));
        return platforms
            .find_map(|(_, platform)| Some((by_platform(platform)?, library_of(platform))));
    }
    let (stem, end) = name.rsplit_once('.')?;
    let tag = stem.rsplit_once('.')?.1;
    match end {
        "so" | "pyd" => Some((by_extension(tag)?, library_of(tag))),
        _ => None,
    }
}

/// The C library in a platform tag (PEP 656, PEP 600) or in an extension module's.
fn library_of(tag: &str) -> Option<System> {
    if tag.starts_with("musllinux") || tag.ends_with("-linux-musl") {
        return Some(System::Musl);
    }
    (tag.starts_with("manylinux") || tag.ends_with("-linux-gnu")).then_some(System::Glibc)
}

/// `manylinux_2_17_x86_64`, `macosx_11_0_arm64`, `win_amd64`
fn by_platform(tag: &str) -> Option<System> {
    if tag.starts_with("macosx") {
        return Some(System::MacOs);
    }
    if tag.starts_with("win") {
        return Some(System::Windows);
    }
    tag.contains("linux").then(|| on_machine(tag, '_'))
}

/// `cpython-311-x86_64-linux-gnu`, `cpython-311-darwin`, `cp311-win_amd64`
fn by_extension(tag: &str) -> Option<System> {
    if tag.ends_with("-darwin") {
        return Some(System::MacOs);
    }
    if tag.contains("-win") {
        return Some(System::Windows);
    }
    let (machine, _) = tag.split_once("-linux-")?;
    Some(on_machine(machine, '-'))
}

/// Linux, with the machine that the text ends with, if it is a known one.
fn on_machine(text: &str, separator: char) -> System {
    let starts = text.match_indices(separator).map(|(at, _)| at + 1);
    let mut machines = starts.filter_map(|at| Machine::named(&text[at..]));
    match machines.next() {
        Some(machine) if os::SYSTEM == "Linux" => System::With(machine),
        _ => System::Linux,
    }
}
