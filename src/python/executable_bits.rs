//! An interpreter's file -> whether it is of 32 or 64 bits, by its header.

use std::path::Path;

use crate::read::{pe_machine, read_head};

/// None where the file is a script, or of another kind.
pub(crate) fn executable_bits(file: &Path) -> Option<u8> {
    let (_, head) = read_head(file, 1024).ok()?;
    match head[..] {
        [0x7f, b'E', b'L', b'F', 1, ..] => Some(32),
        // elf(5); macOS has no other since 10.15 (mach-o/loader.h).
        [0x7f, b'E', b'L', b'F', 2, ..]
        | [0xcf, 0xfa, 0xed, 0xfe, ..]
        | [0xca, 0xfe, 0xba, 0xbe, ..] => Some(64),
        _ => match pe_machine(&head)? {
            0x14c => Some(32),
            0x8664 | 0xaa64 => Some(64),
            _ => None,
        },
    }
}
