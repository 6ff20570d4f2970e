//! The answers to actions, and what else is told of an environment. Nothing of it is computed where a program
//! simply runs.

use std::io::{self, ErrorKind, Write};

use crate::error::{Error, reason};

pub mod doctor;
pub mod dry_run;
pub mod export;
pub mod info;
pub mod programs;
pub mod sh;
pub mod tracked;

/// An answer, on stdout. A reader that has seen enough is no error.
///
/// # Errors
/// It cannot be written.
pub fn print(text: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write to stdout").cause(reason(&error)))
        }
        _ => Ok(()),
    }
}
