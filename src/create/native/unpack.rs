//! A wheel -> its files in a directory (PEP 427).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zip::ZipArchive;

use super::record::Row;
use super::{failed, make_dir, write};
use crate::os;

/// A file that was unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// What RECORD will say of it.
    pub row: Row,
    /// Whether the wheel has it as a program.
    pub is_program: bool,
}

/// Unpacks the wheel into `to`, which is there.
///
/// # Errors
/// The wheel is damaged, or something cannot be written.
pub fn unpack(wheel: &Path, to: &Path) -> io::Result<Vec<Unpacked>> {
    let file = File::open(wheel).map_err(|error| failed("read", wheel, &error))?;
    let damaged = |error: io::Error| failed("unpack", wheel, &error);
    let mut archive = ZipArchive::new(file).map_err(|error| damaged(error.into()))?;
    let mut files = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .map_err(|error| damaged(error.into()))?;
        let Some(inside) = entry.enclosed_name().filter(|_| !entry.is_dir()) else {
            continue;
        };
        let mut content = Vec::with_capacity(entry.size() as usize);
        entry.read_to_end(&mut content).map_err(damaged)?;
        let path = to.join(&inside);
        make_dir(path.parent().unwrap_or(to))?;
        write(&path, &content)?;
        let is_program = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        if is_program {
            os::make_executable(&path).map_err(|error| failed("write", &path, &error))?;
        }
        let name = entry.name().map_err(|error| damaged(error.into()))?;
        files.push(Unpacked {
            row: Row::new(name.into_owned(), &content),
            is_program,
        });
    }
    Ok(files)
}
