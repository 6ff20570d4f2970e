//! The store: wheels unpacked once, in the user's cache directory, to be linked into environments.
//!
//! `wheels/<SHA-256 of the wheel>/` holds the files and a manifest of them. An entry appears whole, by a rename; one
//! whose files differ from its manifest, or that are not the user's own, is replaced. A store that another user owns or
//! may write to is not used: they could put code into environments.
//!
//! Only the user can change what a path in the store leads to, so a check of a file is still valid when it is linked.
//! Others can change only a file that is also in one of their environments: see `link`.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::fs::{TEMP_DIR_PREFIX, path_error, remove_abandoned, replace_private_file};
use crate::os::{self, Dir, FileSignature, FileStat};
use crate::quote::hex;
use crate::read::{MAX_BINARY, MAX_TEXT, read_file, read_text};
use crate::wheel::{RecordRow, UnpackedFile, unpack_wheel};

use super::manifest::{self, Fields};

const MANIFEST: &str = "manifest";

pub(super) const FILES_DIR: &str = "files";

/// The directory in the cache.
pub(super) const STORE_DIR: &str = "wheels";

#[derive(Clone, Debug)]
pub(crate) struct WheelCache {
    root: PathBuf,
}

/// The entry of a wheel.
#[derive(Debug)]
pub(crate) struct CachedWheel {
    pub dir: PathBuf,
    /// The directory of its files, laid out as in site-packages.
    pub files_dir: PathBuf,
    /// A line for each file, sorted by path.
    manifest: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedFile<'a> {
    /// Relative to its directory in the store, with `/`.
    pub from: &'a str,
    /// Relative to site-packages.
    pub to: &'a str,
    /// SHA-256 as in RECORD; empty for a file that RECORD lists without.
    pub digest: &'a str,
    /// Size and modification time; they differ after the file has been changed.
    pub state: FileSignature,
    pub is_program: bool,
}

impl<'a> CachedFile<'a> {
    /// The directory that it belongs in, unless that is site-packages itself.
    pub(super) fn parent_dir(&self) -> Option<&'a str> {
        Some(self.to.rsplit_once('/')?.0)
    }

    /// Whether both belong in one directory.
    pub(super) fn is_sibling_of(&self, other: &CachedFile<'_>) -> bool {
        self.parent_dir() == other.parent_dir()
    }

    pub(crate) fn record_row(&self) -> RecordRow<'a> {
        RecordRow {
            path: self.to.into(),
            digest: self.digest.into(),
            size: self.state.size,
        }
    }
}

/// When files are compared with their manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verify {
    /// Each when it is linked.
    OnUse,
    /// All at once; an entry that differs is unpacked again.
    UpFront,
}

impl CachedWheel {
    /// The entry at `dir`, if its manifest is intact.
    fn read(dir: &Path) -> Option<CachedWheel> {
        Some(CachedWheel {
            dir: dir.to_owned(),
            files_dir: dir.join(FILES_DIR),
            manifest: manifest::read_manifest(&dir.join(MANIFEST))?,
        })
    }

    /// Its files, if every line of the manifest can be parsed.
    pub(crate) fn files(&self) -> Option<Vec<CachedFile<'_>>> {
        self.manifest.lines().map(parse_line).collect()
    }

    /// Whether its files exist, are unaltered, and belong to the user alone.
    fn is_intact(&self) -> bool {
        let (Ok(dir), Some(files)) = (Dir::open(&self.files_dir), self.files()) else {
            return false;
        };
        let user = os::current_user();
        let is_good = |seen: FileStat, file: &CachedFile<'_>| {
            seen.signature == file.state && seen.is_private_to(user)
        };
        let mut files = files.iter();
        files.all(|file| dir.stat(file.from).is_ok_and(|seen| is_good(seen, file)))
    }
}

impl WheelCache {
    /// The store in the cache directory `cache`; an error if another user may write to it.
    pub(crate) fn open(cache: &Path) -> io::Result<WheelCache> {
        let root = cache.join(STORE_DIR);
        os::create_private_dir(cache)?;
        os::create_private_dir(&root)?;
        Ok(WheelCache { root })
    }

    /// The entry of `wheel`, created if there is none, or none that passes `verify`.
    pub(crate) fn get_or_unpack(&self, wheel: &Path, verify: Verify) -> io::Result<CachedWheel> {
        let digest = self
            .wheel_digest(wheel)
            .map_err(|error| path_error("read", wheel, &error))?;
        let at = self.root.join(digest);
        match CachedWheel::read(&at) {
            Some(entry) if verify == Verify::OnUse || entry.is_intact() => Ok(entry),
            _ => self.add_wheel(wheel, &at),
        }
    }

    fn add_wheel(&self, wheel: &Path, at: &Path) -> io::Result<CachedWheel> {
        remove_abandoned(&self.root);
        let failed = |error: io::Error| path_error("create", at, &error);
        let new = self.temp_dir().map_err(failed)?;
        let files = new.path().join(FILES_DIR);
        fs::create_dir(&files).map_err(failed)?;
        let unpacked = unpack_wheel(wheel, &files)?;
        let text = render_manifest(&files, &unpacked).map_err(failed)?;
        replace_private_file(&new.path().join(MANIFEST), text.as_bytes()).map_err(failed)?;
        self.commit(new, at).map_err(failed)?;
        CachedWheel::read(at)
            .ok_or_else(|| failed(io::Error::other("it changed while it was being read")))
    }

    fn temp_dir(&self) -> io::Result<TempDir> {
        tempfile::Builder::new()
            .prefix(TEMP_DIR_PREFIX)
            .tempdir_in(&self.root)
    }

    /// Renames a new entry into place, unless another process has put an intact one there; a damaged one is moved out
    /// of the way.
    fn commit(&self, new: TempDir, at: &Path) -> io::Result<()> {
        if fs::rename(new.path(), at).is_err() {
            if CachedWheel::read(at).is_some_and(|entry| entry.is_intact()) {
                return Ok(());
            }
            let aside = self.temp_dir()?;
            match fs::rename(at, aside.path().join(FILES_DIR)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => fs::rename(new.path(), at)?,
            }
        }
        // It has moved, so there is nothing left to remove at its old path.
        let _ = new.keep();
        Ok(())
    }

    /// The wheel's SHA-256 in hexadecimal, cached by the file's path, size and mtime: reading two megabytes takes longer
    /// than creating an environment.
    fn wheel_digest(&self, wheel: &Path) -> io::Result<String> {
        let mut identity = wheel.as_os_str().as_encoded_bytes().to_vec();
        let FileSignature { size, mtime } = FileSignature::from_metadata(&fs::metadata(wheel)?);
        identity.extend_from_slice(format!("\0{size}\0{mtime}").as_bytes());
        let name = format!("{}.digest", hex(&Sha256::digest(identity)));
        let cached = self.root.join(name);
        let is_digest =
            |text: &String| text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit());
        if let Some(digest) = read_text(&cached, MAX_TEXT).ok().filter(is_digest) {
            return Ok(digest);
        }
        let digest = hex(&Sha256::digest(read_file(wheel, MAX_BINARY)?));
        replace_private_file(&cached, digest.as_bytes())?;
        Ok(digest)
    }
}

/// A line for each file: size, mtime, `x` for a program, digest, path. No one else may write to them from now on.
fn render_manifest(files: &Path, unpacked: &[UnpackedFile]) -> io::Result<String> {
    let mut text = String::new();
    for UnpackedFile { row, is_program } in unpacked {
        let RecordRow { path, digest, size } = row;
        let file = files.join(&**path);
        os::forbid_others_to_write(&file)?;
        let found = fs::metadata(&file)?;
        let mtime = FileSignature::from_metadata(&found).mtime;
        let kind = if *is_program { 'x' } else { '-' };
        text.push_str(&format!("{size} {mtime} {kind} {digest} {path}\n"));
    }
    Ok(manifest::with_checksum(&text))
}

fn parse_line(line: &str) -> Option<CachedFile<'_>> {
    let mut fields = Fields(line);
    let state = fields.signature()?;
    let is_program = fields.next()? == "x";
    let digest = fields.next()?;
    let Fields(path) = fields;
    Some(CachedFile {
        from: path,
        to: path,
        digest,
        state,
        is_program,
    })
}
