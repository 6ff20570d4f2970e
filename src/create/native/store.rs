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

use super::failed;
use super::manifest::{self, Fields};
use super::record::Row;
use super::unpack::{Unpacked, unpack};
use crate::os::{self, Dir, State};

const MANIFEST: &str = "manifest";
const FILES: &str = "files";
/// What the directory of an entry in the making is called, and when it is surely nobody's any more.
const UNFINISHED: &str = ".new-";
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// The user's store.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// One wheel in it.
#[derive(Debug)]
pub struct Entry {
    /// Its directory.
    pub at: PathBuf,
    /// That of its files, which lie there as in site-packages.
    pub files: PathBuf,
    /// A line for each of them, sorted by path.
    manifest: String,
}

/// A file of the store.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// Where it lies in a directory of the store, with `/`.
    pub from: &'a str,
    /// Where it belongs in site-packages.
    pub to: &'a str,
    /// SHA-256 of what is in it, as RECORD has it; empty for what RECORD lists without.
    pub digest: &'a str,
    /// What it is like as long as no one altered it.
    pub state: State,
    /// Whether it is a program.
    pub is_program: bool,
}

impl<'a> Stored<'a> {
    /// The directory that it belongs in, if that is not site-packages itself.
    pub fn folder(&self) -> Option<&'a str> {
        Some(self.to.rsplit_once('/')?.0)
    }

    /// Whether both belong in one directory.
    pub fn lies_beside(&self, other: &Stored<'_>) -> bool {
        self.folder() == other.folder()
    }

    /// What RECORD will say of it.
    pub fn row(&self) -> Row<'a> {
        Row {
            path: self.to.into(),
            digest: self.digest.into(),
            size: self.state.size,
        }
    }
}

/// How an entry's manifests are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// At their word: whoever takes a file looks at it first.
    Noted,
    /// Every file is looked at; what is not as they say is made again.
    Checked,
}

impl Entry {
    /// Its files, if all of the manifest can be read.
    pub fn listed(&self) -> Option<Vec<Stored<'_>>> {
        self.manifest.lines().map(stored).collect()
    }

    /// Whether its files are there and unaltered.
    fn is_whole(&self) -> bool {
        let (Ok(dir), Some(files)) = (Dir::open(&self.files), self.listed()) else {
            return false;
        };
        let is_as_noted = |file: &Stored<'_>| {
            let seen = dir.look(file.from);
            seen.is_ok_and(|seen| seen.state == file.state)
        };
        files.iter().all(is_as_noted)
    }
}

impl Store {
    /// The store in the cache directory `cache`.
    ///
    /// # Errors
    /// It cannot be made, or is not the user's alone.
    pub fn open(cache: &Path) -> io::Result<Store> {
        let root = cache.join("wheels");
        os::private_dir(cache)?;
        os::private_dir(&root)?;
        Ok(Store { root })
    }

    /// The entry of the wheel `wheel`, made if there is none, or, where it is to be checked, none that is whole.
    ///
    /// # Errors
    /// The wheel is damaged, or the store cannot be written.
    pub fn entry(&self, wheel: &Path, trust: Trust) -> io::Result<Entry> {
        let digest = self
            .digest(wheel)
            .map_err(|error| failed("read", wheel, &error))?;
        let at = self.root.join(digest);
        match read(&at) {
            Some(entry) if trust == Trust::Noted || entry.is_whole() => Ok(entry),
            _ => self.make(wheel, &at),
        }
    }

    fn make(&self, wheel: &Path, at: &Path) -> io::Result<Entry> {
        self.sweep();
        let failed = |error: io::Error| failed("make", at, &error);
        let new = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(&self.root)
            .map_err(failed)?;
        let files = new.path().join(FILES);
        fs::create_dir(&files).map_err(failed)?;
        let unpacked = unpack(wheel, &files)?;
        let text = listing(&files, &unpacked).map_err(failed)?;
        fs::write(new.path().join(MANIFEST), text).map_err(failed)?;
        self.put(new, at).map_err(failed)?;
        read(at).ok_or_else(|| failed(io::Error::other("it changes while it is read")))
    }

    /// Renames a new entry into its place. Another writer's that is there already is as good; a damaged
    /// one makes room.
    fn put(&self, new: TempDir, at: &Path) -> io::Result<()> {
        if fs::rename(new.path(), at).is_ok() {
            // It is not at its old path any more, so there is nothing to take away.
            let _ = new.keep();
            return Ok(());
        }
        if read(at).is_some_and(|entry| entry.is_whole()) {
            return Ok(());
        }
        let aside = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(&self.root)?;
        match fs::rename(at, aside.path().join(FILES)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::rename(new.path(), at)?;
        let _ = new.keep();
        Ok(())
    }

    /// Takes away what makers that died left behind.
    fn sweep(&self) {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        for entry in entries {
            let is_unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
            let age = entry.metadata().and_then(|found| found.modified()).ok();
            let age = age.and_then(|time| SystemTime::now().duration_since(time).ok());
            if is_unfinished && age.is_some_and(|age| age > ABANDONED) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// The wheel's SHA-256 in hexadecimal. It is remembered by the file's path, size and mtime: to read two
    /// megabytes takes longer than to make an environment.
    fn digest(&self, wheel: &Path) -> io::Result<String> {
        let found = fs::metadata(wheel)?;
        let mut identity = wheel.as_os_str().as_encoded_bytes().to_vec();
        let State { size, mtime } = State::of(&found);
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
        replace(&known, digest.as_bytes())?;
        Ok(digest)
    }
}

/// Writes a file beside its place and renames it, so that no one reads half of it.
pub fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let new = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(file))?;
    fs::write(new.path(), content)?;
    new.persist(file)?;
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A line for each file: size, mtime, whether it is a program, digest, path.
fn listing(files: &Path, unpacked: &[Unpacked]) -> io::Result<String> {
    let mut text = String::new();
    for Unpacked { row, is_program } in unpacked {
        let State { mtime, .. } = State::of(&fs::metadata(files.join(&*row.path))?);
        let kind = if *is_program { 'x' } else { '-' };
        text.push_str(&format!(
            "{} {mtime} {kind} {} {}\n",
            row.size, row.digest, row.path
        ));
    }
    Ok(manifest::sealed(&text))
}

/// The entry at `at`, if its manifest is there and as it was written.
fn read(at: &Path) -> Option<Entry> {
    Some(Entry {
        at: at.to_owned(),
        files: at.join(FILES),
        manifest: manifest::read(&at.join(MANIFEST))?,
    })
}

/// The file that a line of the manifest tells of.
fn stored(line: &str) -> Option<Stored<'_>> {
    let mut fields = Fields(line);
    let size = fields.next()?.parse().ok()?;
    let mtime = fields.next()?.parse().ok()?;
    let is_program = fields.next()? == "x";
    let digest = fields.next()?;
    let Fields(path) = fields;
    Some(Stored {
        from: path,
        to: path,
        digest,
        state: State { size, mtime },
        is_program,
    })
}
