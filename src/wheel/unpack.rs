//! A wheel -> its files in a directory (PEP 427).

use std::fs;
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::fs::{make_dir, path_error, write_file};
use crate::os;
use crate::work_queue;

use super::record::RecordRow;

/// A file that was unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnpackedFile {
    /// What RECORD will say of it.
    pub row: RecordRow<'static>,
    /// Whether the wheel has it as a program.
    pub is_program: bool,
}

/// Unpacks the wheel into `to`, which is there.
///
/// # Errors
/// The wheel is damaged, or something cannot be written.
pub(crate) fn unpack_wheel(wheel: &Path, to: &Path) -> io::Result<Vec<UnpackedFile>> {
    let bytes = fs::read(wheel).map_err(|error| path_error("read", wheel, &error))?;
    let damaged = |error: io::Error| path_error("unpack", wheel, &error);
    let archive =
        ZipArchive::new(Cursor::new(&bytes[..])).map_err(|error| damaged(error.into()))?;
    let indices: Vec<_> = (0..archive.len()).collect();
    // A copy of the archive shares its list of files.
    let mut unpacked: Vec<_> = work_queue::parallel_map(&indices, |index| {
        let mut archive = archive.clone();
        let entry = archive
            .by_index(*index)
            .map_err(|error| damaged(error.into()))?;
        unpack_file(entry, to, wheel)
    })?
    .into_iter()
    .flatten()
    .collect();
    unpacked.sort_unstable_by(|a: &UnpackedFile, b| a.row.path.cmp(&b.row.path));
    Ok(unpacked)
}

/// None for what is no file, or would lie elsewhere.
fn unpack_file(
    mut entry: ZipFile<'_, impl Read>,
    to: &Path,
    wheel: &Path,
) -> io::Result<Option<UnpackedFile>> {
    let damaged = |error: io::Error| path_error("unpack", wheel, &error);
    let Some(inside) = entry.enclosed_name().filter(|_| !entry.is_dir()) else {
        return Ok(None);
    };
    let mut content = Vec::with_capacity(entry.size() as usize);
    entry.read_to_end(&mut content).map_err(damaged)?;
    let path = to.join(&inside);
    match write_file(&path, &content) {
        // Its directory is made by the first of its files that is written.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_dir(path.parent().unwrap_or(to))?;
            write_file(&path, &content)?;
        }
        other => other?,
    }
    let is_program = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
    if is_program {
        os::make_executable(&path).map_err(|error| path_error("write", &path, &error))?;
    }
    let name = entry.name().map_err(|error| damaged(error.into()))?;
    Ok(Some(UnpackedFile {
        row: RecordRow::new(name.into_owned(), &content),
        is_program,
    }))
}
