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

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnpackedFile {
    pub row: RecordRow<'static>,
    /// Whether it is executable in the wheel.
    pub is_program: bool,
}

/// Unpacks the wheel into the existing directory `to`; the files come sorted by path.
pub(crate) fn unpack_wheel(wheel: &Path, to: &Path) -> io::Result<Vec<UnpackedFile>> {
    let bytes = fs::read(wheel).map_err(|error| path_error("read", wheel, &error))?;
    let damaged = |error: io::Error| path_error("unpack", wheel, &error);
    let archive =
        ZipArchive::new(Cursor::new(&bytes[..])).map_err(|error| damaged(error.into()))?;
    let indices: Vec<_> = (0..archive.len()).collect();
    // A clone of the archive shares its list of files.
    let unpacked = work_queue::parallel_map(&indices, |index| {
        let mut archive = archive.clone();
        let entry = archive.by_index(*index);
        unpack_file(entry.map_err(|error| damaged(error.into()))?, to, damaged)
    })?;
    let mut unpacked: Vec<_> = unpacked.into_iter().flatten().collect();
    unpacked.sort_unstable_by(|a: &UnpackedFile, b| a.row.path.cmp(&b.row.path));
    Ok(unpacked)
}

/// None for a directory, and for a path that leads outside of `to`.
fn unpack_file(
    mut entry: ZipFile<'_, impl Read>,
    to: &Path,
    damaged: impl Fn(io::Error) -> io::Error,
) -> io::Result<Option<UnpackedFile>> {
    let Some(inside) = entry.enclosed_name().filter(|_| !entry.is_dir()) else {
        return Ok(None);
    };
    let mut content = Vec::with_capacity(entry.size() as usize);
    entry.read_to_end(&mut content).map_err(&damaged)?;
    let path = to.join(&inside);
    match write_file(&path, &content) {
        // The first file that is written to a directory creates it.
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
