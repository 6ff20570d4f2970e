//! Files of the store -> the same files in an environment, by the cheapest way that the file system has: a clone
//! that shares its blocks until one of the two is written to, else a hard link, else a copy.
//!
//! Each is looked at before, for what is not as the manifest has it is not handed on. Each has the time of the
//! store's file, for a `.pyc` counts only as long as its source has the time it had.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::failed;
use super::parallel::Jobs;
use super::store::Stored;
use crate::os::{self, Dir};

/// A directory, opened.
#[derive(Debug)]
pub struct Place<'a> {
    path: &'a Path,
    dir: Dir,
}

impl<'a> Place<'a> {
    /// The directory at `path`.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(path: &'a Path) -> io::Result<Place<'a>> {
        let dir = Dir::open(path).map_err(|error| failed("open", path, &error))?;
        Ok(Place { path, dir })
    }
}

/// Files of one directory of the store, those next to each other that belong in one directory.
#[derive(Debug)]
pub struct Source<'a> {
    /// The directory.
    pub store: Place<'a>,
    /// The files.
    pub files: Vec<Stored<'a>>,
}

/// Whether the store has what its manifests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It has.
    Whole,
    /// A file is missing or another: what was taken along is of no use.
    Altered,
}

/// Files of a source that lie next to each other and belong in one directory.
#[derive(Debug)]
struct Folder {
    /// Which source.
    source: usize,
    /// Which of its files.
    files: Range<usize>,
    /// Whether no file before them needs the directory.
    is_new: bool,
}

/// Sources being taken along into a site-packages directory, by two threads.
#[derive(Debug)]
pub struct Transfer<'a> {
    sources: Vec<Source<'a>>,
    folders: Jobs<Folder>,
    site: &'a Place<'a>,
    /// A file as this process makes them.
    usual: &'a Metadata,
    /// Whether the file system may yet turn out to clone.
    clones: AtomicBool,
}

impl<'a> Transfer<'a> {
    /// From the store to `site`.
    pub fn new(sources: Vec<Source<'a>>, site: &'a Place<'a>, usual: &'a Metadata) -> Self {
        let all = sources.iter().enumerate();
        let folders = all.flat_map(|(source, from)| folders(source, &from.files));
        Transfer {
            folders: Jobs::new(folders.collect()),
            sources,
            site,
            usual,
            clones: AtomicBool::new(os::may_clone(site.path)),
        }
    }

    /// What is taken along.
    pub fn sources(&self) -> &[Source<'a>] {
        &self.sources
    }

    /// Fills folders, from the first on, until each has been taken.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn forwards(&self) -> io::Result<Fit> {
        self.work(self.folders.forwards())
    }

    /// The same from the last on, beside a thread that goes the other way.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn backwards(&self) -> io::Result<Fit> {
        self.work(self.folders.backwards())
    }

    fn work<'b>(&self, folders: impl Iterator<Item = &'b Folder>) -> io::Result<Fit> {
        for folder in folders {
            let filled = self.fill(folder);
            if !matches!(filled, Ok(Fit::Whole)) {
                self.folders.give_up();
                return filled;
            }
        }
        Ok(Fit::Whole)
    }

    fn fill(&self, folder: &Folder) -> io::Result<Fit> {
        let source = self.sources.get(folder.source);
        let files = source.and_then(|source| source.files.get(folder.files.clone()));
        let (Some(Source { store, .. }), Some(files)) = (source, files) else {
            return Ok(Fit::Whole);
        };
        if let Some(first) = files.first().filter(|_| folder.is_new) {
            self.make_room(first)?;
        }
        for file in files {
            let Ok(seen) = store.dir.look(file.from) else {
                return Ok(Fit::Altered);
            };
            if seen.state != file.state {
                return Ok(Fit::Altered);
            }
            // Under another umask the store's file has the wrong mode, and where a directory hands its group on, the
            // wrong group, which a clone has not.
            let is_usual = file.is_program || seen.has_mode_of(self.usual);
            let may_link = seen.has_group_of(self.usual);
            let shared = || self.clone_or_link(store, file, may_link);
            if is_usual && self.in_its_place(file, shared).is_ok() {
                continue;
            }
            // Or it lies on another file system, or has as many links as it may have.
            match self.in_its_place(file, || self.copy(store, file)) {
                Err(error) if is_no_place(&error) => return Ok(Fit::Altered),
                other => {
                    other
                        .map_err(|error| failed("write", &self.site.path.join(file.to), &error))?;
                }
            }
        }
        Ok(Fit::Whole)
    }

    /// Makes the directory that a file belongs in.
    fn make_room(&self, file: &Stored<'_>) -> io::Result<()> {
        let folder = file.folder().unwrap_or(".");
        let made = self.site.dir.make(folder);
        made.map_err(|error| failed("make", &self.site.path.join(folder), &error))
    }

    /// What `take` does, once the directory that the file belongs in is there: the thread that makes it may not have
    /// come so far.
    fn in_its_place(&self, file: &Stored<'_>, take: impl Fn() -> io::Result<()>) -> io::Result<()> {
        match take() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.make_room(file)?;
                take()
            }
            other => other,
        }
    }

    /// Has the file there without a copy of what is in it.
    fn clone_or_link(
        &self,
        store: &Place<'_>,
        file: &Stored<'_>,
        may_link: bool,
    ) -> io::Result<()> {
        if self.clones.load(Ordering::Relaxed) {
            let to = self.site.path.join(file.to);
            match os::clone(&store.path.join(file.from), &to) {
                Ok(()) => return finish(file, &to),
                // That may be the directory.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => self.clones.store(false, Ordering::Relaxed),
            }
        }
        match may_link {
            true => store.dir.link(file.from, &self.site.dir, file.to),
            false => Err(ErrorKind::PermissionDenied.into()),
        }
    }

    fn copy(&self, store: &Place<'_>, file: &Stored<'_>) -> io::Result<()> {
        let to = self.site.path.join(file.to);
        let mut source = fs::File::open(store.path.join(file.from))?;
        let time = source.metadata()?.modified()?;
        let mut copy = fs::File::create_new(&to)?;
        io::copy(&mut source, &mut copy)?;
        copy.set_modified(time)?;
        finish(file, &to)
    }
}

/// The files of a source, sorted by where they belong, directory by directory. One that has others in it comes
/// before, between and after them.
fn folders(source: usize, files: &[Stored<'_>]) -> impl Iterator<Item = Folder> {
    let (mut end, mut last) = (0, None);
    files.chunk_by(Stored::lies_beside).map(move |folder| {
        let start = end;
        end += folder.len();
        let to = folder.first().and_then(Stored::folder);
        let is_above = |last: &str, to| {
            last.strip_prefix(to)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let is_new = match (last, to) {
            (Some(last), Some(to)) => !is_above(last, to),
            _ => true,
        };
        last = to;
        Folder {
            source,
            files: start..end,
            is_new,
        }
    })
}

/// Whether a file cannot be had because of what lies in its place, or because it is gone: where the store says what
/// cannot be.
fn is_no_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AlreadyExists
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::NotFound
    )
}

/// What is a file of its own has no mode of the store's.
fn finish(file: &Stored<'_>, at: &Path) -> io::Result<()> {
    match file.is_program {
        true => os::make_executable(at),
        false => Ok(()),
    }
}
