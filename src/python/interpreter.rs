//! A base interpreter: its path, its version, and the bytecode it compiles to.

use std::path::PathBuf;

use super::request_syntax::{PythonKey, RequestKind};

/// The first release with a `venv` module.
const FIRST_WITH_VENV: &[u64] = &[3, 3];

/// An interpreter that has identified itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    /// Absolute, as it was found: links kept.
    pub exe: PathBuf,
    pub key: PythonKey,
    /// The directory of its standard library.
    pub stdlib: PathBuf,
    /// None if it does not say.
    pub bytecode: Option<BytecodeFormat>,
}

/// The name and header of the `.pyc` files that an interpreter accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BytecodeFormat {
    /// `cpython-313` (sys.implementation.cache_tag, PEP 3147).
    pub tag: String,
    /// The first bytes of each file (importlib.util.MAGIC_NUMBER).
    pub magic: [u8; 4],
}

impl BytecodeFormat {
    /// `magic` is in hexadecimal. None if the interpreter has no such format.
    pub(super) fn parse(tag: &str, magic: &str) -> Option<BytecodeFormat> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let number = u32::from_str_radix(magic, 16).ok()?;
        let is_valid = magic.len() == 8 && !tag.is_empty() && tag.chars().all(is_plain);
        is_valid.then(|| BytecodeFormat {
            tag: tag.to_owned(),
            magic: number.to_be_bytes(),
        })
    }
}

impl Interpreter {
    /// 13 of 3.13.0.
    pub(crate) fn minor(&self) -> u64 {
        self.key.release.get(1).copied().unwrap_or_default()
    }

    /// Whether it is what `kind` asks for, or could be: a build that was left open is any.
    pub(crate) fn could_be(&self, kind: &RequestKind) -> bool {
        kind.matches_any_build(&self.key) && kind.matches_architecture(&self.exe)
    }

    pub(super) fn has_venv_module(&self) -> bool {
        self.key.release[..] >= *FIRST_WITH_VENV
    }
}
