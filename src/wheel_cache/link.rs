//! Files of the store -> the same files in an environment, by the cheapest way that the file system has: a clone that
//! shares its blocks until one of the two is written, else a hard link, else a copy.
//!
//! Each is compared with the manifest first, so no altered file is linked. Each keeps the time of the store's file,
//! because a `.pyc` is valid only while its source has the time that it records.
//!
//! A hard link is the store's file itself: whoever may write to it in one environment writes to all. That is fine for a
//! user's environments, which are all theirs: the files are their own, and no one else may write to them (a new file of
//! another mode, as under a umask of 002, is a copy). Root creates environments for others and gives them away, and the
//! store's files with them; the count of a file's links does not say whose they are. So root gets clones or copies, and
//! does not use a file that has a second link.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fs::path_error;
use crate::os::{self, Dir, FileSignature, UserId};
use crate::work_queue::WorkQueue;

use super::store::CachedFile;

/// An open directory.
#[derive(Debug)]
pub(crate) struct OpenDir<'a> {
    path: &'a Path,
    dir: Dir,
}

impl<'a> OpenDir<'a> {
    pub(crate) fn open(path: &'a Path) -> io::Result<OpenDir<'a>> {
        let dir = Dir::open(path).map_err(|error| path_error("open", path, &error))?;
        Ok(OpenDir { path, dir })
    }
}

/// Files of one directory of the store, sorted so that those of one target directory are adjacent.
#[derive(Debug)]
pub(crate) struct LinkSource<'a> {
    pub cache_dir: OpenDir<'a>,
    pub files: Vec<CachedFile<'a>>,
}

/// Whether the store matches its manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheState {
    Intact,
    /// A file is missing or differs: what has been linked is useless.
    Altered,
}

/// Adjacent files of a source that belong in one directory.
#[derive(Debug)]
struct FileGroup {
    source_index: usize,
    file_range: Range<usize>,
    /// Whether no earlier file needs the directory.
    is_new_dir: bool,
}

/// The linking of sources into a site-packages directory, by two threads.
#[derive(Debug)]
pub(crate) struct LinkJob<'a> {
    sources: Vec<LinkSource<'a>>,
    groups: WorkQueue<FileGroup>,
    site_packages: &'a OpenDir<'a>,
    /// The metadata of a file that this process creates.
    default_metadata: &'a Metadata,
    user: UserId,
    /// Until the file system turns out not to clone.
    can_clone: AtomicBool,
}

impl<'a> LinkJob<'a> {
    pub(crate) fn new(
        sources: Vec<LinkSource<'a>>,
        site_packages: &'a OpenDir<'a>,
        default_metadata: &'a Metadata,
    ) -> Self {
        let all = sources.iter().enumerate();
        let groups = all.flat_map(|(index, source)| group_by_dir(index, &source.files));
        LinkJob {
            groups: WorkQueue::new(groups.collect()),
            sources,
            site_packages,
            default_metadata,
            user: os::current_user(),
            can_clone: AtomicBool::new(os::may_clone(site_packages.path)),
        }
    }

    pub(crate) fn sources(&self) -> &[LinkSource<'a>] {
        &self.sources
    }

    /// Links groups from the first on, until all are done.
    pub(crate) fn run_forward(&self) -> io::Result<CacheState> {
        self.link_groups(self.groups.iter_forward())
    }

    /// The same from the last on, while another thread goes the other way.
    pub(crate) fn run_backward(&self) -> io::Result<CacheState> {
        self.link_groups(self.groups.iter_backward())
    }

    fn link_groups<'b>(
        &self,
        groups: impl Iterator<Item = &'b FileGroup>,
    ) -> io::Result<CacheState> {
        for group in groups {
            let linked = self.link_group(group);
            if !matches!(linked, Ok(CacheState::Intact)) {
                self.groups.cancel();
                return linked;
            }
        }
        Ok(CacheState::Intact)
    }

    fn link_group(&self, group: &FileGroup) -> io::Result<CacheState> {
        let LinkSource { cache_dir, files } = &self.sources[group.source_index];
        let files = &files[group.file_range.clone()];
        if group.is_new_dir {
            self.create_parent(&files[0])?;
        }
        for file in files {
            let put = self.put_file(&cache_dir.dir, file);
            if !matches!(put, Ok(CacheState::Intact)) {
                return put;
            }
        }
        Ok(CacheState::Intact)
    }

    fn put_file(&self, cache_dir: &Dir, file: &CachedFile<'_>) -> io::Result<CacheState> {
        if self.can_clone.load(Ordering::Relaxed) {
            let Some(source) = self.open_unaltered(cache_dir, file) else {
                return Ok(CacheState::Altered);
            };
            if self
                .retry_with_parent(file, || self.clone_file(&source, file))
                .is_ok()
            {
                return Ok(CacheState::Intact);
            }
            self.can_clone.store(false, Ordering::Relaxed);
        }
        if os::may_hard_link(self.user) {
            let seen = cache_dir.stat(file.from).ok();
            let seen =
                seen.filter(|seen| seen.signature == file.state && seen.is_private_to(self.user));
            let Some(seen) = seen else {
                return Ok(CacheState::Altered);
            };
            // Under another umask the store's file has the wrong mode; in a directory that passes on its group, the
            // wrong group.
            let is_same = (file.is_program || seen.has_mode_of(self.default_metadata))
                && seen.has_group_of(self.default_metadata);
            let link = || cache_dir.hard_link(file.from, &self.site_packages.dir, file.to);
            if is_same && self.retry_with_parent(file, link).is_ok() {
                return Ok(CacheState::Intact);
            }
        }
        // Neither worked: the store may be on another file system, or the file may have as many links as it can.
        let Some(source) = self.open_unaltered(cache_dir, file) else {
            return Ok(CacheState::Altered);
        };
        match self.copy(source, file) {
            Err(error) if is_path_conflict(&error) => Ok(CacheState::Altered),
            Err(error) => {
                let to = self.site_packages.path.join(file.to);
                Err(path_error("write", &to, &error))
            }
            Ok(()) => Ok(CacheState::Intact),
        }
    }

    /// The store's file, open, if it is unaltered, and the user's own.
    fn open_unaltered(&self, cache_dir: &Dir, file: &CachedFile<'_>) -> Option<File> {
        let opened = cache_dir.open_file(file.from).ok()?;
        let found = opened.metadata().ok()?;
        let is_good = found.is_file()
            && FileSignature::from_metadata(&found) == file.state
            && os::is_private_to(&found, self.user);
        is_good.then_some(opened)
    }

    /// Creates the directory that a file belongs in.
    fn create_parent(&self, file: &CachedFile<'_>) -> io::Result<()> {
        let parent = file.parent_dir().unwrap_or(".");
        let created = self.site_packages.dir.create_dir_all(parent);
        created.map_err(|error| path_error("create", &self.site_packages.path.join(parent), &error))
    }

    /// The result of `put`, once the directory of the file exists: the thread that creates it may not have got there.
    fn retry_with_parent<T>(
        &self,
        file: &CachedFile<'_>,
        put: impl Fn() -> io::Result<T>,
    ) -> io::Result<T> {
        match put() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.create_parent(file)?;
                put()
            }
            other => other,
        }
    }

    fn clone_file(&self, source: &File, file: &CachedFile<'_>) -> io::Result<()> {
        let to = self.site_packages.path.join(file.to);
        os::clone_file(source, &to, self.default_metadata)?;
        self.set_mode(file)
    }

    fn copy(&self, source: File, file: &CachedFile<'_>) -> io::Result<()> {
        let size = file.state.size;
        let mut content = Vec::new();
        source.take(size).read_to_end(&mut content)?;
        let create = || self.site_packages.dir.create_file(file.to);
        let mut copy = self.retry_with_parent(file, create)?;
        copy.write_all(&content)?;
        copy.set_modified(file.state.modified())?;
        self.set_mode(file)
    }

    /// A clone or a copy does not get the mode of the store's file.
    fn set_mode(&self, file: &CachedFile<'_>) -> io::Result<()> {
        match file.is_program {
            true => os::make_executable(&self.site_packages.path.join(file.to)),
            false => Ok(()),
        }
    }
}

/// The files of a source, directory by directory. A directory's own files come before, between and after those of its
/// subdirectories.
fn group_by_dir(source_index: usize, files: &[CachedFile<'_>]) -> impl Iterator<Item = FileGroup> {
    let (mut end, mut last) = (0, None);
    let groups = files.chunk_by(CachedFile::is_sibling_of);
    groups.map(move |group| {
        let start = end;
        end += group.len();
        let dir = group.first().and_then(CachedFile::parent_dir);
        // A directory exists once one below it does.
        let exists = last.zip(dir).is_some_and(|(last, dir): (&str, &str)| {
            let rest = last.strip_prefix(dir);
            rest.is_some_and(|rest| rest.starts_with('/'))
        });
        last = dir;
        FileGroup {
            source_index,
            file_range: start..end,
            is_new_dir: !exists,
        }
    })
}

/// Whether a file cannot be put in its place because the manifest names impossible paths, or because the store's file
/// is gone.
fn is_path_conflict(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AlreadyExists
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::NotFound
    )
}
