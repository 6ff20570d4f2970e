//! Files: identity, links, modes, clones, renames.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::super::user_id::ROOT_USER;
use super::users::{current_user, is_private_to, owner_of};

/// Whether `path` is a file, or what starts one.
pub(crate) fn is_startable_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether both paths lead to the same file or directory, links followed. False if either cannot be read.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    is_same(fs::metadata(a), fs::metadata(b))
}

/// Whether the open `file` is still at `path`.
pub(crate) fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        found => Ok(is_same(Ok(file.metadata()?), Ok(found?))),
    }
}

fn is_same(a: io::Result<Metadata>, b: io::Result<Metadata>) -> bool {
    matches!((a, b), (Ok(a), Ok(b)) if (a.dev(), a.ino()) == (b.dev(), b.ino()))
}

/// Identifies a file among all; `metadata` is that of `path`, links followed.
pub(crate) fn file_id(metadata: &Metadata, _: &Path) -> Option<(u64, u64)> {
    Some((metadata.dev(), metadata.ino()))
}

/// Identifies a file within its file system.
pub(crate) fn inode(metadata: &Metadata) -> u64 {
    metadata.ino()
}

/// How many names a file has.
pub(crate) fn link_count(metadata: &Metadata) -> u64 {
    metadata.nlink()
}

/// Whether links form a circle.
pub(crate) fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(nix::errno::Errno::ELOOP as i32)
}

/// Creates a symbolic link at `at` (symlink(2)).
pub(crate) fn symlink_or_copy(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Whether a link could not be created because the file system has none (symlink(2); EPROTO and EROFS are what
/// VirtualBox's shared folders say).
pub(crate) fn lacks_symlinks(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let unsupported = [Errno::PERM, Errno::OPNOTSUPP, Errno::NOTSUP, Errno::NOSYS];
    let errors = unsupported.iter().chain(&[Errno::PROTO, Errno::ROFS]);
    errors
        .map(|errno| Some(errno.raw_os_error()))
        .any(|errno| errno == error.raw_os_error())
}

/// Whether the file system, or this system, has no locks (flock(2)).
pub(crate) fn lacks_locks(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let unsupported = [Errno::NOLCK, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP];
    let mut errors = unsupported.map(Errno::raw_os_error).into_iter();
    errors.any(|errno| Some(errno) == error.raw_os_error())
}

/// Opens a regular file; a link or anything else is an error. One that is created is for this user alone.
#[expect(clippy::disallowed_methods, reason = "it follows no link")]
pub(crate) fn open_regular(options: &mut OpenOptions, file: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let options = options.custom_flags(flags.bits().cast_signed());
    let opened = options.mode(0o600).open(file);
    let opened = opened.map_err(|error| match is_link_loop(&error) {
        true => io::Error::other("it is a link"),
        false => error,
    })?;
    match opened.metadata()?.is_file() {
        true => Ok(opened),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// Opens a file to read, links followed. A FIFO does not wait for a writer (open(2)).
#[expect(clippy::disallowed_methods, reason = "it does not write")]
pub(crate) fn open_to_read(file: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = File::options();
    options.read(true).custom_flags(flags.bits().cast_signed());
    options.open(file)
}

/// Creates a file with the mode of another, whose metadata these are.
///
/// # Errors Something is there, even a link.
#[expect(clippy::disallowed_methods, reason = "it follows no link")]
pub(crate) fn create_new_with_mode(file: &Path, like: &Metadata) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(like.mode());
    let file = options.open(file)?;
    file.set_permissions(like.permissions())?;
    Ok(file)
}

/// Renames a file or directory, over an empty directory too.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Whether a directory could not be removed because another process is using it.
pub(crate) fn is_in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::DirectoryNotEmpty
}

/// Lets everyone read and run `file`, as distlib does with a script.
#[expect(clippy::disallowed_methods, reason = "vrun has created the file")]
pub(crate) fn make_executable(file: &Path) -> io::Result<()> {
    let mode = fs::metadata(file)?.permissions().mode();
    fs::set_permissions(file, Permissions::from_mode(mode | 0o555))
}

/// Whether it is worth trying to clone files in `dir`. A try costs as much as several links, and the usual file systems
/// of Linux cannot do it (ext2 to ext4 and tmpfs).
pub(crate) fn may_clone(dir: &Path) -> bool {
    const EXT: u64 = 0xef53;
    const TMPFS: u64 = 0x0102_1994;
    !matches!(type_of(dir), Some(EXT | TMPFS))
}

/// The type of the file system that `path` is on (statfs(2)), which only Linux numbers.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(clippy::unnecessary_cast, reason = "on Android it is one already")]
pub(super) fn type_of(path: &Path) -> Option<u64> {
    rustix::fs::statfs(path)
        .map(|found| found.f_type as u64)
        .ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn type_of(_: &Path) -> Option<u64> {
    None
}

/// Creates `to` with the content and the time of `source`, sharing its blocks until one of the two is written to. Its
/// mode is that of `usual`, a file that this process has created. It has no name before it is complete, so a failure
/// leaves nothing behind (open(2), O_TMPFILE).
#[cfg(any(target_os = "linux", target_os = "android"))]
#[expect(clippy::disallowed_methods, reason = "the file has no name")]
pub(crate) fn clone_file(source: &File, to: &Path, _usual: &Metadata) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, ioctl_ficlone, linkat};
    use std::os::fd::AsRawFd;
    let mut unnamed = File::options();
    unnamed.write(true);
    unnamed.custom_flags(OFlags::TMPFILE.bits().cast_signed());
    let file = unnamed.open(to.parent().unwrap_or(to))?;
    ioctl_ficlone(&file, source)?;
    file.set_modified(source.metadata()?.modified()?)?;
    let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, unnamed, CWD, to, AtFlags::SYMLINK_FOLLOW)?)
}

/// The same by clonefile(2), which keeps the time, and the mode too.
#[cfg(target_vendor = "apple")]
#[expect(clippy::disallowed_methods, reason = "the file was made just now")]
pub(crate) fn clone_file(source: &File, to: &Path, usual: &Metadata) -> io::Result<()> {
    use rustix::fs::{CWD, CloneFlags, fclonefileat};
    fclonefileat(source, CWD, to, CloneFlags::empty())?;
    fs::set_permissions(to, usual.permissions())
}

/// The same where there is no such call.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn clone_file(_: &File, _: &Path, _: &Metadata) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Exchanges two directories, atomically (renameat2(2)).
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(crate) fn swap_dirs(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

/// The same where there is no such call.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn swap_dirs(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Makes `file` a program that its owner may change, as venv does with a copied interpreter.
pub(crate) fn set_program_mode(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o755))
}

/// Creates a file that this user alone may read and write.
///
/// # Errors
/// Something is there.
#[expect(clippy::disallowed_methods, reason = "create_new follows no link")]
pub(crate) fn create_private_file(file: &Path) -> io::Result<File> {
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
}

/// Takes from others the right to write to `file`, where the umask has given it.
#[expect(clippy::disallowed_methods, reason = "vrun has created the file")]
pub(crate) fn forbid_others_to_write(file: &Path) -> io::Result<()> {
    let mode = fs::metadata(file)?.mode();
    match mode & 0o022 {
        0 => Ok(()),
        _ => fs::set_permissions(file, Permissions::from_mode(mode & 0o7755)),
    }
}

/// Gives `to` the mode of `from`.
#[expect(clippy::disallowed_methods, reason = "vrun has created the file")]
pub(crate) fn copy_mode(from: &Path, to: &Path) -> io::Result<()> {
    fs::set_permissions(to, fs::metadata(from)?.permissions())
}

/// Creates `dir` for this user alone, or checks that it is theirs and that no one else may write to it. Root creates
/// none in another user's directory, who could not use it.
///
/// # Errors
/// It cannot be created, belongs to another user, or others may write to it.
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    let metadata = match fs::metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut above = dir.ancestors().skip(1).map(fs::metadata);
            let is_others = |parent: Metadata| owner_of(&parent) != ROOT_USER;
            if current_user() == ROOT_USER && above.find_map(Result::ok).is_some_and(is_others) {
                return Err(io::Error::other("it would be in another user's directory"));
            }
            fs::create_dir_all(dir.parent().unwrap_or(dir))?;
            match DirBuilder::new().mode(0o700).create(dir) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            fs::metadata(dir)?
        }
        metadata => metadata?,
    };
    if !metadata.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    if !is_private_to(&metadata, current_user()) {
        let reason = "it belongs to another user, or others may write to it";
        return Err(io::Error::other(reason));
    }
    Ok(())
}
