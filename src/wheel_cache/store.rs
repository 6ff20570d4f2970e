//! The store: wheels unpacked once, in the user's cache directory, for environments to be linked from.
//!
//! `wheels/<SHA-256 of the wheel>/` holds the files and a manifest of them. An entry appears whole, by a
//! rename; one whose files are not what its manifest says is taken away and made again. The store is the
//! user's alone: what another user owns or may write to could put code into environments.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::fs::{path_error, replace_file};
use crate::os::{self, Dir, FileSignature};
use crate::wheel::{RecordRow, UnpackedFile, unpack_wheel};

use super::manifest::{self, Fields};

const MANIFEST: &str = "manifest";

const FILES_DIR: &str = "files";

/// What the directory of an entry in the making is called, and when it is surely nobody's any more.
const TEMP_PREFIX: &str = ".new-";

const TEMP_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The user's store.
#[derive(Clone, Debug)]
pub(crate) struct WheelCache {
    root: PathBuf,
}

/// One wheel in it.
#[derive(Debug)]
pub(crate) struct CachedWheel {
    /// Its directory.
    pub dir: PathBuf,
    /// That of its files, which lie there as in site-packages.
    pub files_dir: PathBuf,
    /// A line for each of them, sorted by path.
    manifest: String,
}

/// A file of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedFile<'a> {
    /// Where it lies in a directory of the store, with `/`.
    pub from: &'a str,
    /// Where it belongs in site-packages.
    pub to: &'a str,
    /// SHA-256 of what is in it, as RECORD has it; empty for what RECORD lists without.
    pub digest: &'a str,
    /// What it is like as long as no one altered it.
    pub state: FileSignature,
    /// Whether it is a program.
    pub is_program: bool,
}

impl<'a> CachedFile<'a> {
    /// The directory that it belongs in, if that is not site-packages itself.
    pub(crate) fn parent_dir(&self) -> Option<&'a str> {
        Some(self.to.rsplit_once('/')?.0)
    }

    /// Whether both belong in one directory.
    pub(crate) fn is_sibling_of(&self, other: &CachedFile<'_>) -> bool {
        self.parent_dir() == other.parent_dir()
    }

    /// What RECORD will say of it.
    pub(crate) fn record_row(&self) -> RecordRow<'a> {
        RecordRow {
            path: self.to.into(),
            digest: self.digest.into(),
            size: self.state.size,
        }
    }
}

/// How an entry's manifests are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verify {
    /// At their word: whoever takes a file looks at it first.
    OnUse,
    /// Every file is looked at; what is not as they say is made again.
    UpFront,
}

impl CachedWheel {
    /// Its files, if all of the manifest can be read.
    pub(crate) fn files(&self) -> Option<Vec<CachedFile<'_>>> {
        self.manifest.lines().map(parse_line).collect()
    }

    /// Whether its files are there and unaltered.
    fn is_intact(&self) -> bool {
        let (Ok(dir), Some(files)) = (Dir::open(&self.files_dir), self.files()) else {
            return false;
        };
        let is_as_noted = |file: &CachedFile<'_>| {
            let seen = dir.stat(file.from);
            seen.is_ok_and(|seen| seen.signature == file.state)
        };
        files.iter().all(is_as_noted)
    }
}

impl WheelCache {
    /// The store in the cache directory `cache`.
    ///
    /// # Errors
    /// It cannot be made, or is not the user's alone.
    pub(crate) fn open(cache: &Path) -> io::Result<WheelCache> {
        let root = cache.join("wheels");
        os::create_private_dir(cache)?;
        os::create_private_dir(&root)?;
        Ok(WheelCache { root })
    }

    /// The entry of the wheel `wheel`, made if there is none, or, where it is to be checked, none that is whole.
    ///
    /// # Errors
    /// The wheel is damaged, or the store cannot be written.
    pub(crate) fn get_or_unpack(&self, wheel: &Path, trust: Verify) -> io::Result<CachedWheel> {
        let digest = self
            .wheel_digest(wheel)
            .map_err(|error| path_error("read", wheel, &error))?;
        let at = self.root.join(digest);
        match read_cached_wheel(&at) {
            Some(entry) if trust == Verify::OnUse || entry.is_intact() => Ok(entry),
            _ => self.add_wheel(wheel, &at),
        }
    }

    fn add_wheel(&self, wheel: &Path, at: &Path) -> io::Result<CachedWheel> {
        self.remove_abandoned();
        let failed = |error: io::Error| path_error("make", at, &error);
        let new = tempfile::Builder::new()
            .prefix(TEMP_PREFIX)
            .tempdir_in(&self.root)
            .map_err(failed)?;
        let files = new.path().join(FILES_DIR);
        fs::create_dir(&files).map_err(failed)?;
        let unpacked = unpack_wheel(wheel, &files)?;
        let text = render_manifest(&files, &unpacked).map_err(failed)?;
        fs::write(new.path().join(MANIFEST), text).map_err(failed)?;
        self.commit(new, at).map_err(failed)?;
        read_cached_wheel(at).ok_or_else(|| failed(io::Error::other("it changes while it is read")))
    }

    /// Renames a new entry into its place. Another writer's that is there already is as good; a damaged
    /// one makes room.
    fn commit(&self, new: TempDir, at: &Path) -> io::Result<()> {
        if fs::rename(new.path(), at).is_ok() {
            // It is not at its old path any more, so there is nothing to take away.
            let _ = new.keep();
            return Ok(());
        }
        if read_cached_wheel(at).is_some_and(|entry| entry.is_intact()) {
            return Ok(());
        }
        let aside = tempfile::Builder::new()
            .prefix(TEMP_PREFIX)
            .tempdir_in(&self.root)?;
        match fs::rename(at, aside.path().join(FILES_DIR)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::rename(new.path(), at)?;
        let _ = new.keep();
        Ok(())
    }

    /// Takes away what makers that died left behind.
    fn remove_abandoned(&self) {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        for entry in entries {
            let is_unfinished = entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX);
            let age = entry.metadata().and_then(|found| found.modified()).ok();
            let age = age.and_then(|time| SystemTime::now().duration_since(time).ok());
            if is_unfinished && age.is_some_and(|age| age > TEMP_MAX_AGE) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// The wheel's SHA-256 in hexadecimal. It is remembered by the file's path, size and mtime: to read two
    /// megabytes takes longer than to make an environment.
    fn wheel_digest(&self, wheel: &Path) -> io::Result<String> {
        let found = fs::metadata(wheel)?;
        let mut identity = wheel.as_os_str().as_encoded_bytes().to_vec();
        let FileSignature { size, mtime } = FileSignature::from_metadata(&found);
        identity.extend_from_slice(format!("\0{size}\0{mtime}").as_bytes());
        let known = self
            .root
            .join(format!("{}.digest", hexadecimal(&Sha256::digest(identity))));
        match fs::read_to_string(&known) {
            Ok(digest)
                if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                return Ok(digest);
            }
            _ => {}
        }
        let digest = hexadecimal(&Sha256::digest(fs::read(wheel)?));
        replace_file(&known, digest.as_bytes())?;
        Ok(digest)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A line for each file: size, mtime, whether it is a program, digest, path.
fn render_manifest(files: &Path, unpacked: &[UnpackedFile]) -> io::Result<String> {
    let mut text = String::new();
    for UnpackedFile { row, is_program } in unpacked {
        let FileSignature { mtime, .. } =
            FileSignature::from_metadata(&fs::metadata(files.join(&*row.path))?);
        let kind = if *is_program { 'x' } else { '-' };
        text.push_str(&format!(
            "{} {mtime} {kind} {} {}\n",
            row.size, row.digest, row.path
        ));
    }
    Ok(manifest::with_checksum(&text))
}

/// The entry at `at`, if its manifest is there and as it was written.
fn read_cached_wheel(at: &Path) -> Option<CachedWheel> {
    Some(CachedWheel {
        dir: at.to_owned(),
        files_dir: at.join(FILES_DIR),
        manifest: manifest::read_manifest(&at.join(MANIFEST))?,
    })
}

/// The file that a line of the manifest tells of.
fn parse_line(line: &str) -> Option<CachedFile<'_>> {
    let mut fields = Fields(line);
    let size = fields.next()?.parse().ok()?;
    let mtime = fields.next()?.parse().ok()?;
    let is_program = fields.next()? == "x";
    let digest = fields.next()?;
    let Fields(path) = fields;
    Some(CachedFile {
        from: path,
        to: path,
        digest,
        state: FileSignature { size, mtime },
        is_program,
    })
}
