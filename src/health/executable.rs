//! A program's file -> the system and processor that it is for, and its loader, by its header: elf(5) for Linux and the
//! BSDs; only the magic number for macOS (mach-o/loader.h) and Windows (PE).

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::os;
use crate::read::read_head;

/// The kind of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Executable {
    /// A program for Linux or a BSD.
    Elf {
        machine: Machine,
        loader: Option<PathBuf>,
    },
    /// A program for macOS.
    MachO,
    /// A program for Windows.
    Pe,
    /// A script, or an unknown format.
    Other,
}

/// A kind of processor, by its number in ELF (`e_machine`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Machine(u16);

/// The names of machines in platform tags, and their numbers.
const MACHINE_NAMES: [(&str, u16); 11] = [
    ("x86_64", 62),
    ("aarch64", 183),
    ("arm64", 183),
    ("i386", 3),
    ("i686", 3),
    ("arm", 40),
    ("armv7l", 40),
    ("powerpc64le", 21),
    ("ppc64le", 21),
    ("riscv64", 243),
    ("s390x", 22),
];

impl Machine {
    /// By its name in a platform tag: `x86_64`, `aarch64`.
    pub(super) fn from_name(name: &str) -> Option<Machine> {
        let found = MACHINE_NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, number)| Machine(*number))
    }

    /// The one that vrun was built for.
    pub(super) const NATIVE: Option<Machine> = if cfg!(target_arch = "x86_64") {
        Some(Machine(62))
    } else if cfg!(target_arch = "aarch64") {
        Some(Machine(183))
    } else if cfg!(target_arch = "riscv64") {
        Some(Machine(243))
    } else if cfg!(target_arch = "s390x") {
        Some(Machine(22))
    } else {
        None
    };

    /// Whether its programs run here, as far as is known: a processor of 64 bits also runs those for its 32-bit
    /// predecessor.
    pub(super) fn is_runnable_here(self) -> bool {
        match (Machine::NATIVE, self.0) {
            (None, _) | (Some(Machine(62)), 3) | (Some(Machine(183)), 40) => true,
            (Some(native), _) => native == self,
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match MACHINE_NAMES.iter().find(|(_, number)| *number == self.0) {
            Some((name, _)) => out.write_str(name),
            None => write!(out, "machine {}", self.0),
        }
    }
}

/// Reads the header of `file`.
pub(super) fn read_executable(file: &Path) -> io::Result<Executable> {
    let (mut file, header) = read_head(file, 64)?;
    Ok(match header[..] {
        [0x7f, b'E', b'L', b'F', ..] => parse_elf(&header, &mut file).unwrap_or(Executable::Other),
        // Also byte-swapped, of 64 bits, and of several machines in one file.
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..]
        | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..]
        | [0xca, 0xfe, 0xba, 0xbe, ..] => Executable::MachO,
        [b'M', b'Z', ..] => Executable::Pe,
        _ => Executable::Other,
    })
}

/// More program headers than any program has.
const MAX_HEADERS: u64 = 128;

/// More than the path of a loader takes.
const MAX_LOADER_PATH: u64 = 4096;

/// The program header that names the loader.
const PT_INTERP: u64 = 3;

fn parse_elf(header: &[u8], file: &mut File) -> Option<Executable> {
    let is_big_endian = *header.get(5)? == 2;
    let number = |bytes: &[u8], at: usize, size: usize| {
        let bytes = bytes.get(at..at.checked_add(size)?)?;
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(match is_big_endian {
            true => bytes.iter().fold(0, append),
            false => bytes.iter().rev().fold(0, append),
        })
    };
    let is_64_bit = *header.get(4)? == 2;
    let machine = Machine(u16::try_from(number(header, 18, 2)?).ok()?);
    // e_phoff, e_phentsize and e_phnum; then p_offset and p_filesz.
    let (phoff, phentsize, phnum, offset, filesz, word) = match is_64_bit {
        true => (32, 54, 56, 8, 32, 8),
        false => (28, 42, 44, 4, 16, 4),
    };
    let mut loader = || -> Option<PathBuf> {
        let start = number(header, phoff, word)?;
        let size = number(header, phentsize, 2)?;
        let count = number(header, phnum, 2)?.min(MAX_HEADERS);
        for at in 0..count {
            let program_header = read_at(file, start.checked_add(at * size)?, size)?;
            if number(&program_header, 0, 4)? == PT_INTERP {
                let at = number(&program_header, offset, word)?;
                let length = number(&program_header, filesz, word)?.min(MAX_LOADER_PATH);
                let mut path = read_at(file, at, length)?;
                path.retain(|byte| *byte != 0);
                return os::decode_os_string(path).map(PathBuf::from);
            }
        }
        None
    };
    let loader = loader();
    Some(Executable::Elf { machine, loader })
}

fn read_at(file: &mut File, at: u64, length: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at)).ok()?;
    let read = file.take(length).read_to_end(&mut bytes).ok()?;
    (read as u64 == length).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn any_program_has_a_kind() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("python");
        fuzz("executable", 1000, |bytes| {
            std::fs::write(&file, bytes).expect("a file");
            read_executable(&file).expect("a kind");
        });
    }
}
