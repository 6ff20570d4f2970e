//! Files of the store -> the same files in an environment, by the cheapest way that the file system has: a clone that
//! shares its blocks until one of the two is written, else a hard link, else a copy.
//!
//! Each is compared with the manifest first, so no altered file is linked. Each keeps the time of the store's file,
//! because a `.pyc` is valid only while its source has the time that it records.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fs::path_error;
use crate::os::{self, Dir};
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
    /// Those of a file that this process creates.
    default_metadata: &'a Metadata,
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
            let seen = cache_dir.dir.stat(file.from);
            let Some(seen) = seen.ok().filter(|seen| seen.signature == file.state) else {
                return Ok(CacheState::Altered);
            };
            // Under another umask the store's file has the wrong mode. In a directory that passes on its group it has
            // the wrong group, but a clone has not.
            let may_share = file.is_program || seen.has_mode_of(self.default_metadata);
            let may_link = seen.has_group_of(self.default_metadata);
            let share = || self.clone_or_link(cache_dir, file, may_link);
            if may_share && self.retry_with_parent(file, share).is_ok() {
                continue;
            }
            // Or the store is on another file system, or the file has as many links as it may have.
            match self.retry_with_parent(file, || self.copy(cache_dir, file)) {
                Err(error) if is_path_conflict(&error) => return Ok(CacheState::Altered),
                other => {
                    let to = self.site_packages.path.join(file.to);
                    other.map_err(|error| path_error("write", &to, &error))?;
                }
            }
        }
        Ok(CacheState::Intact)
    }

    /// Creates the directory that a file belongs in.
    fn create_parent(&self, file: &CachedFile<'_>) -> io::Result<()> {
        let parent = file.parent_dir().unwrap_or(".");
        let created = self.site_packages.dir.create_dir_all(parent);
        created.map_err(|error| path_error("make", &self.site_packages.path.join(parent), &error))
    }

    /// The result of `put`, once the directory of the file exists: the thread that creates it may not have got there.
    fn retry_with_parent(
        &self,
        file: &CachedFile<'_>,
        put: impl Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        match put() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.create_parent(file)?;
                put()
            }
            other => other,
        }
    }

    fn clone_or_link(
        &self,
        cache_dir: &OpenDir<'_>,
        file: &CachedFile<'_>,
        may_link: bool,
    ) -> io::Result<()> {
        if self.can_clone.load(Ordering::Relaxed) {
            let to = self.site_packages.path.join(file.to);
            match os::clone_file(&cache_dir.path.join(file.from), &to) {
                Ok(()) => return set_mode(file, &to),
                // It may be the directory that is missing.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => self.can_clone.store(false, Ordering::Relaxed),
            }
        }
        if !may_link {
            return Err(ErrorKind::PermissionDenied.into());
        }
        let site_packages = &self.site_packages.dir;
        cache_dir.dir.hard_link(file.from, site_packages, file.to)
    }

    fn copy(&self, cache_dir: &OpenDir<'_>, file: &CachedFile<'_>) -> io::Result<()> {
        let to = self.site_packages.path.join(file.to);
        let mut source = fs::File::open(cache_dir.path.join(file.from))?;
        let time = source.metadata()?.modified()?;
        let mut copy = fs::File::create_new(&to)?;
        io::copy(&mut source, &mut copy)?;
        copy.set_modified(time)?;
        set_mode(file, &to)
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

/// A clone or a copy does not get the mode of the store's file.
fn set_mode(file: &CachedFile<'_>, at: &Path) -> io::Result<()> {
    match file.is_program {
        true => os::make_executable(at),
        false => Ok(()),
    }
}
