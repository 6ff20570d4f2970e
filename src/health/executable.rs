//! A program's file -> for which system and processor it is, and which loader it wants, by its header.
//!
//! elf(5) for Linux and the BSDs; the first bytes alone for macOS (mach-o/loader.h) and Windows (PE).

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::os;

/// What a file is.
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
    /// A script, or nothing that is known here.
    Other,
}

/// A kind of processor, by its number in ELF (`e_machine`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Machine(u16);

/// The names of machines as platform tags have them, and their numbers.
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
    /// By what a platform tag calls it: `x86_64`, `aarch64`.
    pub(crate) fn from_name(name: &str) -> Option<Machine> {
        let found = MACHINE_NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, number)| Machine(*number))
    }

    /// The one that vrun was built for.
    pub(crate) fn native() -> Option<Machine> {
        NATIVE_MACHINE.map(Machine)
    }

    /// Whether its programs run where vrun does, as far as is known: a processor of 64 bits runs those of its
    /// older brother too.
    pub(crate) fn is_runnable_here(self) -> bool {
        match (NATIVE_MACHINE, self.0) {
            (None, _) => true,
            (Some(own), other) => own == other || matches!((own, other), (62, 3) | (183, 40)),
        }
    }
}

/// The machine that vrun was built for.
const NATIVE_MACHINE: Option<u16> = if cfg!(target_arch = "x86_64") {
    Some(62)
} else if cfg!(target_arch = "aarch64") {
    Some(183)
} else if cfg!(target_arch = "riscv64") {
    Some(243)
} else {
    None
};

impl fmt::Display for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match MACHINE_NAMES.iter().find(|(_, number)| *number == self.0) {
            Some((name, _)) => out.write_str(name),
            None => write!(out, "machine {}", self.0),
        }
    }
}

/// Reads the header of `file`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn read_executable(file: &Path) -> io::Result<Executable> {
    let mut file = File::open(file)?;
    let mut head = Vec::with_capacity(64);
    (&mut file).take(64).read_to_end(&mut head)?;
    Ok(match head[..] {
        [0x7f, b'E', b'L', b'F', ..] => {
            parse_elf(&ElfHeader(&head), &mut file).unwrap_or(Executable::Other)
        }
        // Also byte-swapped, of 64 bits, and of several machines in one file.
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..]
        | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..]
        | [0xca, 0xfe, 0xba, 0xbe, ..] => Executable::MachO,
        [b'M', b'Z', ..] => Executable::Pe,
        _ => Executable::Other,
    })
}

/// The head of an ELF file, or one of its program headers: numbers at offsets.
struct ElfHeader<'a>(&'a [u8]);

impl ElfHeader<'_> {
    /// The number of `size` bytes at `at`.
    fn read_number(&self, at: usize, size: usize, order: ByteOrder) -> Option<u64> {
        let bytes = self.0.get(at..at.checked_add(size)?)?;
        let fold = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(match order {
            ByteOrder::Big => bytes.iter().fold(0, fold),
            ByteOrder::Little => bytes.iter().rev().fold(0, fold),
        })
    }
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Big,
    Little,
}

/// More program headers than any program has.
const MAX_HEADERS: u64 = 128;

/// More than the path of a loader takes.
const MAX_LOADER_PATH: u64 = 4096;

/// The program header that names the loader (PT_INTERP).
const PT_INTERP: u64 = 3;

fn parse_elf(head: &ElfHeader<'_>, file: &mut File) -> Option<Executable> {
    let order = match head.0.get(5)? {
        2 => ByteOrder::Big,
        _ => ByteOrder::Little,
    };
    let is_wide = *head.0.get(4)? == 2;
    let machine = Machine(u16::try_from(head.read_number(18, 2, order)?).ok()?);
    // e_phoff, e_phentsize and e_phnum; then p_offset and p_filesz: for 64 bits, and for 32.
    let (start, size, count, offset, length, word) = if is_wide {
        (32, 54, 56, 8, 32, 8)
    } else {
        (28, 42, 44, 4, 16, 4)
    };
    let mut loader = || -> Option<PathBuf> {
        let start = head.read_number(start, word, order)?;
        let size = head.read_number(size, 2, order)?;
        let count = head.read_number(count, 2, order)?.min(MAX_HEADERS);
        for at in 0..count {
            let bytes = read_at(file, start.checked_add(at * size)?, size)?;
            let header = ElfHeader(&bytes);
            if header.read_number(0, 4, order)? == PT_INTERP {
                let (at, long) = (
                    header.read_number(offset, word, order)?,
                    header.read_number(length, word, order)?,
                );
                let mut path = read_at(file, at, long.min(MAX_LOADER_PATH))?;
                path.retain(|byte| *byte != 0);
                return os::decode_os_string(path).map(|path: OsString| path.into());
            }
        }
        None
    };
    Some(Executable::Elf {
        machine,
        loader: loader(),
    })
}

fn read_at(file: &mut File, at: u64, length: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at)).ok()?;
    let read = file.take(length).read_to_end(&mut bytes).ok()?;
    (read as u64 == length).then_some(bytes)
}
