//! An invocation -> the text of its file, if that may be a script: opened once, for its shebang and for its inline
//! metadata.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::mem;
use std::path::Path;

use super::model::Invocation;
use super::python_names::{has_separator, is_python_source};
use super::shebang;

/// The first read of a Python file: longer than most are.
const HEAD_SIZE: usize = 16 * 1024;

/// How much of a file is read at most. A longer one was not written by a person.
const MAX_SIZE: usize = 1024 * 1024;

/// A file that may be a script.
#[derive(Debug)]
pub(crate) struct SourceText {
    file: File,
    head: Vec<u8>,
    /// Whether there may be more than `head`.
    has_more: bool,
}

impl SourceText {
    /// The file that `invocation` names; None if it is not a file that may be a script, or cannot be read: running it
    /// then reports why.
    pub(crate) fn open(invocation: &Invocation) -> Option<SourceText> {
        let (name, length) = match invocation {
            Invocation::Command(name) | Invocation::Script(name)
                if python_file(invocation).is_some() =>
            {
                (name, HEAD_SIZE)
            }
            // Of any other program only the first line matters.
            Invocation::Command(name) if has_separator(name) => (name, shebang::MAX_SHEBANG_LENGTH),
            _ => return None,
        };
        let (file, head) = shebang::open_head(Path::new(name), length).ok()?;
        let has_more = head.len() == length;
        Some(SourceText {
            file,
            head,
            has_more,
        })
    }

    /// The whole text, up to MAX_SIZE.
    ///
    /// # Errors
    /// The rest cannot be read.
    pub(crate) fn read_all(mut self) -> io::Result<Vec<u8>> {
        if self.has_more {
            let rest = MAX_SIZE.saturating_sub(self.head.len());
            self.file.take(rest as u64).read_to_end(&mut self.head)?;
        }
        Ok(self.head)
    }
}

/// Turns a command whose shebang starts vrun into `-s` with that script: it would start vrun, which would take it as a
/// command again.
pub(crate) fn avoid_self_exec(invocation: &mut Invocation, text: Option<&SourceText>) {
    if let Invocation::Command(name) = invocation
        && let Some(line) = text.and_then(|text| shebang::parse_shebang(&text.head))
        && shebang::runs_vrun(line)
    {
        *invocation = Invocation::Script(mem::take(name));
    }
}

/// The name of the file that `invocation` has Python run.
pub(crate) fn python_file(invocation: &Invocation) -> Option<&OsStr> {
    match invocation {
        Invocation::Script(name) => Some(name),
        Invocation::Command(name) if is_python_source(name) => Some(name),
        _ => None,
    }
}
