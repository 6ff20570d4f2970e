//! What was asked to run -> the text of the file, where that may be a script: opened once, for its first line and for
//! what else it says of itself.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::mem;
use std::path::Path;

use super::model::Invocation;
use super::python_names::{has_separator, is_python_source};
use super::shebang;

/// What is read at once of a Python file: more than most are long.
const HEAD_SIZE: usize = 16 * 1024;

/// How much of a file is looked at. What is longer was not written by a person.
const MAX_SIZE: usize = 1024 * 1024;

/// A file that may be a script.
#[derive(Debug)]
pub(crate) struct SourceText {
    file: File,
    head: Vec<u8>,
    /// Whether there may be more than that.
    has_more: bool,
}

impl SourceText {
    /// The text of the file that `ask` names; None where it names none that may be a script, or that can be read.
    /// Running it will say why.
    pub(crate) fn open(ask: &Invocation) -> Option<SourceText> {
        let name = match ask {
            Invocation::Command(name) if has_separator(name) || is_python_source(name) => name,
            Invocation::Script(name) => name,
            Invocation::Command(_)
            | Invocation::Shim(_)
            | Invocation::Module(_)
            | Invocation::ShellLine(_) => return None,
        };
        // Of what may be any program its first line is all that counts.
        let length = python_file(ask).map_or(shebang::MAX_SHEBANG_LENGTH, |_| HEAD_SIZE);
        open_source(Path::new(name), length).ok()
    }

    /// What stands after `#!` in its first line.
    fn shebang_line(&self) -> Option<&[u8]> {
        shebang::parse_shebang(&self.head)
    }

    /// All of it, as far as it is looked at.
    ///
    /// # Errors
    /// It cannot be read on.
    pub(crate) fn read_all(self) -> io::Result<Vec<u8>> {
        let SourceText {
            file,
            mut head,
            has_more: goes_on,
        } = self;
        if goes_on {
            let rest = MAX_SIZE.saturating_sub(head.len());
            file.take(rest as u64).read_to_end(&mut head)?;
        }
        Ok(head)
    }
}

fn open_source(file: &Path, length: usize) -> io::Result<SourceText> {
    // To open a pipe with a name is to wait for who writes into it, and to read is to take it away from the program.
    if !fs::metadata(file)?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut file = File::open(file)?;
    let mut head = vec![0; length];
    let read = file.read(&mut head)?;
    head.truncate(read);
    Ok(SourceText {
        file,
        head,
        // What comes short was the end of it.
        has_more: read == length,
    })
}

/// Makes `-s` with that script of a script whose own first line starts vrun: taken as a command it would start vrun,
/// which would take it as a command.
pub(crate) fn avoid_self_exec(ask: &mut Invocation, text: Option<&SourceText>) {
    if let Invocation::Command(name) = ask
        && let Some(line) = text.and_then(SourceText::shebang_line)
        && shebang::runs_vrun(line)
    {
        *ask = Invocation::Script(mem::take(name));
    }
}

/// The file that `ask` has Python run, by its name.
pub(crate) fn python_file(ask: &Invocation) -> Option<&OsStr> {
    match ask {
        Invocation::Script(name) => Some(name),
        Invocation::Command(name) if is_python_source(name) => Some(name),
        Invocation::Command(_)
        | Invocation::Shim(_)
        | Invocation::Module(_)
        | Invocation::ShellLine(_) => None,
    }
}
