//! A wheel -> its files in a directory (PEP 427).

use std::fs;
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;

use super::record::Row;
use super::{failed, make_dir, parallel, write};
use crate::os;

/// A file that was unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// What RECORD will say of it.
    pub row: Row<'static>,
    /// Whether the wheel has it as a program.
    pub is_program: bool,
}

/// Unpacks the wheel into `to`, which is there.
///
/// # Errors
/// The wheel is damaged, or something cannot be written.
pub fn unpack(wheel: &Path, to: &Path) -> io::Result<Vec<Unpacked>> {
    let bytes = fs::read(wheel).map_err(|error| failed("read", wheel, &error))?;
    let damaged = |error: io::Error| failed("unpack", wheel, &error);
    let archive =
        ZipArchive::new(Cursor::new(&bytes[..])).map_err(|error| damaged(error.into()))?;
    let indices: Vec<_> = (0..archive.len()).collect();
    // A copy of the archive shares its list of files.
    let mut unpacked: Vec<_> = parallel::each(&indices, |index| {
        let mut archive = archive.clone();
        let entry = archive
            .by_index(*index)
            .map_err(|error| damaged(error.into()))?;
        unpack_one(entry, to, wheel)
    })?
    .into_iter()
    .flatten()
    .collect();
    unpacked.sort_unstable_by(|a: &Unpacked, b| a.row.path.cmp(&b.row.path));
    Ok(unpacked)
}

/// None for what is no file, or would lie elsewhere.
fn unpack_one(
    mut entry: ZipFile<'_, impl Read>,
    to: &Path,
    wheel: &Path,
) -> io::Result<Option<Unpacked>> {
    let damaged = |error: io::Error| failed("unpack", wheel, &error);
    let Some(inside) = entry.enclosed_name().filter(|_| !entry.is_dir()) else {
        return Ok(None);
    };
    let mut content = Vec::with_capacity(entry.size() as usize);
    entry.read_to_end(&mut content).map_err(damaged)?;
    let path = to.join(&inside);
    match write(&path, &content) {
        // Its directory is made by the first of its files that is written.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_dir(path.parent().unwrap_or(to))?;
            write(&path, &content)?;
        }
        other => other?,
    }
    let is_program = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
    if is_program {
        os::make_executable(&path).map_err(|error| failed("write", &path, &error))?;
    }
    let name = entry.name().map_err(|error| damaged(error.into()))?;
    Ok(Some(Unpacked {
        row: Row::new(name.into_owned(), &content),
        is_program,
    }))
}
