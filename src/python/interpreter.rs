//! A base interpreter: its path, its version, and how it compiles.

use std::path::PathBuf;

use super::discovery::FIRST_WITH_VENV;
use super::request_syntax::PythonKey;

/// An interpreter that was asked.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    /// Its file, absolute, as it was found: links kept.
    pub exe: PathBuf,
    /// What it said it is.
    pub key: PythonKey,
    /// The directory of its standard library.
    pub stdlib: PathBuf,
    /// What it compiles modules to, where it says so.
    pub bytecode: Option<BytecodeFormat>,
}

/// What an interpreter compiles modules to: it takes no `.pyc` files but of this name and beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BytecodeFormat {
    /// `cpython-313` (sys.implementation.cache_tag, PEP 3147).
    pub tag: String,
    /// The first bytes of each file (importlib.util.MAGIC_NUMBER).
    pub magic: [u8; 4],
}

impl BytecodeFormat {
    /// None where the interpreter has none. `magic` is in hexadecimal.
    pub(crate) fn parse(tag: &str, magic: &str) -> Option<BytecodeFormat> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_plain = !tag.is_empty() && tag.chars().all(plain);
        let magic = u32::from_str_radix(magic, 16)
            .ok()
            .filter(|_| magic.len() == 8)?;
        is_plain.then(|| BytecodeFormat {
            tag: tag.to_owned(),
            magic: magic.to_be_bytes(),
        })
    }
}

impl Interpreter {
    /// 13 of 3.13.0.
    pub(crate) fn minor(&self) -> u64 {
        self.key.release.get(1).copied().unwrap_or_default()
    }

    pub(crate) fn has_venv_module(&self) -> bool {
        self.key.release[..] >= *FIRST_WITH_VENV
    }
}
