//! An interpreter's file -> what it is compiled for, by its header.

use std::path::Path;

use crate::read::{pe_machine, read_head};

/// A kind of processor, as far as requests tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Architecture {
    /// Any of 32 bits.
    Bits32,
    /// Any of 64 bits: of a file, several or another one.
    Bits64,
    X64,
    Arm64,
}

impl Architecture {
    /// By its name in `3.12-32`; `py` has no name for x64 alone.
    pub(super) fn from_name(name: &str) -> Option<Architecture> {
        match name {
            "32" => Some(Architecture::Bits32),
            "64" => Some(Architecture::Bits64),
            "arm64" => Some(Architecture::Arm64),
            _ => None,
        }
    }

    /// Whether what is compiled for the one can be for the other.
    pub(super) fn may_be(self, other: Architecture) -> bool {
        let is_any = |one| one == Architecture::Bits64;
        let is_64_bit = |one| one != Architecture::Bits32;
        self == other || (is_any(self) || is_any(other)) && is_64_bit(self) && is_64_bit(other)
    }
}

/// None where the file is a script, or of another kind.
pub(crate) fn executable_architecture(file: &Path) -> Option<Architecture> {
    let (_, head) = read_head(file, 1024).ok()?;
    Some(match head[..] {
        // elf(5): e_machine; macOS has no other than these since 10.15 (mach-o/loader.h).
        [0x7f, b'E', b'L', b'F', 1, ..] => Architecture::Bits32,
        [0x7f, b'E', b'L', b'F', 2, ..] => match head.get(18..20) {
            Some([62, 0]) => Architecture::X64,
            Some([183, 0]) => Architecture::Arm64,
            _ => Architecture::Bits64,
        },
        [0xcf, 0xfa, 0xed, 0xfe, 7, ..] => Architecture::X64,
        [0xcf, 0xfa, 0xed, 0xfe, 12, ..] => Architecture::Arm64,
        [0xca, 0xfe, 0xba, 0xbe, ..] => Architecture::Bits64,
        _ => match pe_machine(&head)? {
            0x14c => Architecture::Bits32,
            0x8664 => Architecture::X64,
            0xaa64 => Architecture::Arm64,
            _ => return None,
        },
    })
}
