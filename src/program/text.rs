//! What was asked to run -> the text of the file, where that may be a script: opened once, for its first line and for
//! what else it says of itself.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::mem;
use std::path::Path;

use super::{Ask, has_separator, is_python_source, shebang};

/// What is read at once of a Python file: more than most are long.
const HEAD: usize = 16 * 1024;

/// How much of a file is looked at. What is longer was not written by a person.
const LONGEST: usize = 1024 * 1024;

/// A file that may be a script.
#[derive(Debug)]
pub struct Text {
    file: File,
    head: Vec<u8>,
    /// Whether there may be more than that.
    goes_on: bool,
}

impl Text {
    /// The text of the file that `ask` names; None where it names none that may be a script, or that can be read.
    /// Running it will say why.
    pub fn of(ask: &Ask) -> Option<Text> {
        let name = match ask {
            Ask::Command(name) if has_separator(name) || is_python_source(name) => name,
            Ask::Script(name) => name,
            Ask::Command(_) | Ask::Shim(_) | Ask::Module(_) | Ask::Line(_) => return None,
        };
        // Of what may be any program its first line is all that counts.
        let length = script(ask).map_or(shebang::LONGEST, |_| HEAD);
        open(Path::new(name), length).ok()
    }

    /// What stands after `#!` in its first line.
    fn first_line(&self) -> Option<&[u8]> {
        shebang::of(&self.head)
    }

    /// All of it, as far as it is looked at.
    ///
    /// # Errors
    /// It cannot be read on.
    pub fn whole(self) -> io::Result<Vec<u8>> {
        let Text {
            file,
            mut head,
            goes_on,
        } = self;
        if goes_on {
            let rest = LONGEST.saturating_sub(head.len());
            file.take(rest as u64).read_to_end(&mut head)?;
        }
        Ok(head)
    }
}

fn open(file: &Path, length: usize) -> io::Result<Text> {
    // To open a pipe with a name is to wait for who writes into it, and to read is to take it away from the program.
    if !fs::metadata(file)?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut file = File::open(file)?;
    let mut head = vec![0; length];
    let read = file.read(&mut head)?;
    head.truncate(read);
    Ok(Text {
        file,
        head,
        // What comes short was the end of it.
        goes_on: read == length,
    })
}

/// Makes `-s` with that script of a script whose own first line starts vrun: taken as a command it would start vrun,
/// which would take it as a command.
pub fn unloop(ask: &mut Ask, text: Option<&Text>) {
    if let Ask::Command(name) = ask
        && let Some(line) = text.and_then(Text::first_line)
        && shebang::names_vrun(line)
    {
        *ask = Ask::Script(mem::take(name));
    }
}

/// The file that `ask` has Python run, by its name.
pub fn script(ask: &Ask) -> Option<&OsStr> {
    match ask {
        Ask::Script(name) => Some(name),
        Ask::Command(name) if is_python_source(name) => Some(name),
        Ask::Command(_) | Ask::Shim(_) | Ask::Module(_) | Ask::Line(_) => None,
    }
}
