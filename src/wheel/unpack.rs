//! A wheel -> its files in a directory (PEP 427).

use std::io::{self, Cursor, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::fs::{make_dir, path_error, write_file};
use crate::os;
use crate::read::{MAX_BINARY, read_file};
use crate::work_queue;

use super::record::RecordRow;

/// No file of a bundled wheel is larger; several are in memory at once.
const MAX_FILE_SIZE: u64 = 64 << 20;

/// Nor are all of them together.
const MAX_TOTAL_SIZE: u64 = 1 << 30;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnpackedFile {
    pub row: RecordRow<'static>,
    /// Whether it is executable in the wheel.
    pub is_program: bool,
}

/// Unpacks the wheel into the existing directory `to`; the files come sorted by path.
pub(crate) fn unpack_wheel(wheel: &Path, to: &Path) -> io::Result<Vec<UnpackedFile>> {
    let bytes = read_file(wheel, MAX_BINARY).map_err(|error| path_error("read", wheel, &error))?;
    let damaged = |error: io::Error| path_error("unpack", wheel, &error);
    let archive =
        ZipArchive::new(Cursor::new(&bytes[..])).map_err(|error| damaged(error.into()))?;
    let indices: Vec<_> = (0..archive.len()).collect();
    let total = AtomicU64::new(0);
    // A clone of the archive shares its list of files.
    let unpacked = work_queue::parallel_map(&indices, |index| {
        let mut archive = archive.clone();
        let entry = archive.by_index(*index);
        let entry = entry.map_err(|error| damaged(error.into()))?;
        add_size(&total, entry.size()).map_err(damaged)?;
        unpack_file(entry, to, damaged)
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
    let content = read_content(&mut entry).map_err(&damaged)?;
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

/// Counts a file that claims to be of this size; it is not read if it is too large.
fn add_size(total: &AtomicU64, size: u64) -> io::Result<()> {
    let before = total.fetch_add(size.min(MAX_TOTAL_SIZE), Ordering::Relaxed);
    match size > MAX_FILE_SIZE || before + size > MAX_TOTAL_SIZE {
        true => Err(io::Error::new(
            ErrorKind::InvalidData,
            "the files in it are too large",
        )),
        false => Ok(()),
    }
}

/// The content of the entry, if it has the size that the wheel claims.
fn read_content(entry: &mut ZipFile<'_, impl Read>) -> io::Result<Vec<u8>> {
    let size = entry.size();
    let wrong = || {
        io::Error::new(
            ErrorKind::InvalidData,
            "a file in it has a different size from the one it claims",
        )
    };
    let mut content = Vec::new();
    content.try_reserve_exact(usize::try_from(size).map_err(|_| wrong())?)?;
    entry.take(size + 1).read_to_end(&mut content)?;
    match content.len() as u64 == size {
        true => Ok(content),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::fuzz::fuzz;

    /// A wheel with one file, which claims a size that it does not have.
    fn forged_wheel(claimed: u32) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("a.py", SimpleFileOptions::default())
            .expect("a file");
        zip.write_all(&[b'#'; 5000]).expect("its content");
        let mut bytes = zip.finish().expect("a wheel").into_inner();
        let size = 5000_u32.to_le_bytes();
        while let Some(at) = bytes.windows(4).position(|found| found == size) {
            bytes[at..at + 4].copy_from_slice(&claimed.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn a_wheel_with_a_forged_size_is_an_error() {
        let dir = tempfile::tempdir().expect("a directory");
        let wheel = dir.path().join("a-1-py3-none-any.whl");
        for claimed in [5001, 4999, 0, 0xffff_fff0] {
            fs::write(&wheel, forged_wheel(claimed)).expect("a wheel");
            let unpacked = unpack_wheel(&wheel, dir.path());
            assert!(unpacked.is_err(), "{claimed}: {unpacked:?}");
        }
    }

    #[test]
    fn any_wheel_is_unpacked_inside_or_an_error() {
        let dir = tempfile::tempdir().expect("a directory");
        let (wheel, to) = (dir.path().join("wheel"), dir.path().join("in/to"));
        fuzz("wheel", 300, |bytes| {
            fs::create_dir_all(&to).expect("a directory");
            fs::write(&wheel, bytes).expect("a file");
            let _ = unpack_wheel(&wheel, &to);
            let names = |dir| fs::read_dir(dir).expect("a directory").count();
            assert_eq!((names(dir.path()), names(&dir.path().join("in"))), (2, 1));
            fs::remove_dir_all(&to).expect("removed");
        });
    }

    #[test]
    fn files_that_are_too_large_together_are_an_error() {
        let total = AtomicU64::new(0);
        assert!(add_size(&total, MAX_FILE_SIZE + 1).is_err());
        let total = AtomicU64::new(0);
        let count = MAX_TOTAL_SIZE / MAX_FILE_SIZE;
        assert!((0..count).all(|_| add_size(&total, MAX_FILE_SIZE).is_ok()));
        assert!(add_size(&total, 1).is_err());
        assert!(add_size(&total, u64::MAX).is_err());
    }
}
