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

use crate::fs::path_error;
use crate::os::{self, Dir};

use super::store::CachedFile;
use crate::work_queue::WorkQueue;

/// A directory, opened.
#[derive(Debug)]
pub(crate) struct OpenDir<'a> {
    path: &'a Path,
    dir: Dir,
}

impl<'a> OpenDir<'a> {
    /// The directory at `path`.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) fn open(path: &'a Path) -> io::Result<OpenDir<'a>> {
        let dir = Dir::open(path).map_err(|error| path_error("open", path, &error))?;
        Ok(OpenDir { path, dir })
    }
}

/// Files of one directory of the store, those next to each other that belong in one directory.
#[derive(Debug)]
pub(crate) struct LinkSource<'a> {
    /// The directory.
    pub cache_dir: OpenDir<'a>,
    /// The files.
    pub files: Vec<CachedFile<'a>>,
}

/// Whether the store has what its manifests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheState {
    /// It has.
    Intact,
    /// A file is missing or another: what was taken along is of no use.
    Altered,
}

/// Files of a source that lie next to each other and belong in one directory.
#[derive(Debug)]
struct FileGroup {
    /// Which source.
    source_index: usize,
    /// Which of its files.
    file_range: Range<usize>,
    /// Whether no file before them needs the directory.
    is_new_dir: bool,
}

/// Sources being taken along into a site-packages directory, by two threads.
#[derive(Debug)]
pub(crate) struct LinkJob<'a> {
    sources: Vec<LinkSource<'a>>,
    groups: WorkQueue<FileGroup>,
    site_packages: &'a OpenDir<'a>,
    /// A file as this process makes them.
    default_metadata: &'a Metadata,
    /// Whether the file system may yet turn out to clone.
    can_clone: AtomicBool,
}

impl<'a> LinkJob<'a> {
    /// From the store to `site`.
    pub(crate) fn new(
        sources: Vec<LinkSource<'a>>,
        site: &'a OpenDir<'a>,
        usual: &'a Metadata,
    ) -> Self {
        let all = sources.iter().enumerate();
        let folders = all.flat_map(|(source, from)| group_by_dir(source, &from.files));
        LinkJob {
            groups: WorkQueue::new(folders.collect()),
            sources,
            site_packages: site,
            default_metadata: usual,
            can_clone: AtomicBool::new(os::may_clone(site.path)),
        }
    }

    /// What is taken along.
    pub(crate) fn sources(&self) -> &[LinkSource<'a>] {
        &self.sources
    }

    /// Fills folders, from the first on, until each has been taken.
    ///
    /// # Errors
    /// Something cannot be written.
    pub(crate) fn run_forward(&self) -> io::Result<CacheState> {
        self.link_groups(self.groups.iter_forward())
    }

    /// The same from the last on, beside a thread that goes the other way.
    ///
    /// # Errors
    /// Something cannot be written.
    pub(crate) fn run_backward(&self) -> io::Result<CacheState> {
        self.link_groups(self.groups.iter_backward())
    }

    fn link_groups<'b>(
        &self,
        folders: impl Iterator<Item = &'b FileGroup>,
    ) -> io::Result<CacheState> {
        for folder in folders {
            let filled = self.link_group(folder);
            if !matches!(filled, Ok(CacheState::Intact)) {
                self.groups.cancel();
                return filled;
            }
        }
        Ok(CacheState::Intact)
    }

    fn link_group(&self, folder: &FileGroup) -> io::Result<CacheState> {
        let source = self.sources.get(folder.source_index);
        let files = source.and_then(|source| source.files.get(folder.file_range.clone()));
        let (
            Some(LinkSource {
                cache_dir: store, ..
            }),
            Some(files),
        ) = (source, files)
        else {
            return Ok(CacheState::Intact);
        };
        if let Some(first) = files.first().filter(|_| folder.is_new_dir) {
            self.create_parent(first)?;
        }
        for file in files {
            let Ok(seen) = store.dir.stat(file.from) else {
                return Ok(CacheState::Altered);
            };
            if seen.signature != file.state {
                return Ok(CacheState::Altered);
            }
            // Under another umask the store's file has the wrong mode, and where a directory hands its group on, the
            // wrong group, which a clone has not.
            let is_usual = file.is_program || seen.has_mode_of(self.default_metadata);
            let may_link = seen.has_group_of(self.default_metadata);
            let shared = || self.clone_or_link(store, file, may_link);
            if is_usual && self.retry_with_parent(file, shared).is_ok() {
                continue;
            }
            // Or it lies on another file system, or has as many links as it may have.
            match self.retry_with_parent(file, || self.copy(store, file)) {
                Err(error) if is_path_conflict(&error) => return Ok(CacheState::Altered),
                other => {
                    other.map_err(|error| {
                        path_error("write", &self.site_packages.path.join(file.to), &error)
                    })?;
                }
            }
        }
        Ok(CacheState::Intact)
    }

    /// Makes the directory that a file belongs in.
    fn create_parent(&self, file: &CachedFile<'_>) -> io::Result<()> {
        let folder = file.parent_dir().unwrap_or(".");
        let made = self.site_packages.dir.create_dir_all(folder);
        made.map_err(|error| path_error("make", &self.site_packages.path.join(folder), &error))
    }

    /// What `take` does, once the directory that the file belongs in is there: the thread that makes it may not have
    /// come so far.
    fn retry_with_parent(
        &self,
        file: &CachedFile<'_>,
        take: impl Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        match take() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.create_parent(file)?;
                take()
            }
            other => other,
        }
    }

    /// Has the file there without a copy of what is in it.
    fn clone_or_link(
        &self,
        store: &OpenDir<'_>,
        file: &CachedFile<'_>,
        may_link: bool,
    ) -> io::Result<()> {
        if self.can_clone.load(Ordering::Relaxed) {
            let to = self.site_packages.path.join(file.to);
            match os::clone_file(&store.path.join(file.from), &to) {
                Ok(()) => return set_mode(file, &to),
                // That may be the directory.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => self.can_clone.store(false, Ordering::Relaxed),
            }
        }
        match may_link {
            true => store
                .dir
                .hard_link(file.from, &self.site_packages.dir, file.to),
            false => Err(ErrorKind::PermissionDenied.into()),
        }
    }

    fn copy(&self, store: &OpenDir<'_>, file: &CachedFile<'_>) -> io::Result<()> {
        let to = self.site_packages.path.join(file.to);
        let mut source = fs::File::open(store.path.join(file.from))?;
        let time = source.metadata()?.modified()?;
        let mut copy = fs::File::create_new(&to)?;
        io::copy(&mut source, &mut copy)?;
        copy.set_modified(time)?;
        set_mode(file, &to)
    }
}

/// The files of a source, sorted by where they belong, directory by directory. One that has others in it comes
/// before, between and after them.
fn group_by_dir(source: usize, files: &[CachedFile<'_>]) -> impl Iterator<Item = FileGroup> {
    let (mut end, mut last) = (0, None);
    files
        .chunk_by(CachedFile::is_sibling_of)
        .map(move |folder| {
            let start = end;
            end += folder.len();
            let to = folder.first().and_then(CachedFile::parent_dir);
            let is_above = |last: &str, to| {
                last.strip_prefix(to)
                    .is_some_and(|rest| rest.starts_with('/'))
            };
            let is_new = match (last, to) {
                (Some(last), Some(to)) => !is_above(last, to),
                _ => true,
            };
            last = to;
            FileGroup {
                source_index: source,
                file_range: start..end,
                is_new_dir: is_new,
            }
        })
}

/// Whether a file cannot be had because of what lies in its place, or because it is gone: where the store says what
/// cannot be.
fn is_path_conflict(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AlreadyExists
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::NotFound
    )
}

/// What is a file of its own has no mode of the store's.
fn set_mode(file: &CachedFile<'_>, at: &Path) -> io::Result<()> {
    match file.is_program {
        true => os::make_executable(at),
        false => Ok(()),
    }
}
