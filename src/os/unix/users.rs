//! Owners of files, and names and home directories from the user database.
//!
//! It reads /etc/passwd itself: libc's lookup loads libraries, which a static program cannot.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::super::user_id::{ROOT_USER, UserId};

/// A file's owner.
pub(crate) fn owner_of(metadata: &Metadata) -> UserId {
    UserId(metadata.uid())
}

/// The user whose rights this process has.
pub(crate) fn current_user() -> UserId {
    UserId(nix::unistd::geteuid().as_raw())
}

/// Whether its mode lets others than the owner write to it. (An access list that lets them shows in the group's part;
/// acl(5).)
pub(crate) fn is_writable_by_others(metadata: &Metadata) -> bool {
    metadata.mode() & 0o022 != 0
}

/// Whether `user` owns it, and no one else may write to it, or could have before. Root creates environments for others,
/// so a file of root's that has a second link may be in one that root has given away.
pub(crate) fn is_private_to(metadata: &Metadata, user: UserId) -> bool {
    let links = if metadata.is_dir() {
        1
    } else {
        metadata.nlink()
    };
    is_private(metadata.uid(), metadata.mode().into(), links, user)
}

/// The same of a file's numbers.
pub(super) fn is_private(owner: u32, mode: u64, links: u64, user: UserId) -> bool {
    UserId(owner) == user && mode & 0o022 == 0 && (user != ROOT_USER || links == 1)
}

/// Whether `user` may put files of theirs into an environment by hard links: what root puts there may later belong to
/// someone else.
pub(crate) fn may_hard_link(user: UserId) -> bool {
    user != ROOT_USER
}

/// Whether everyone may write to it.
pub(crate) fn is_world_writable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o002 != 0
}

/// A user's name, else the number.
pub(crate) fn user_name(owner: UserId) -> OsString {
    let UserId(uid) = owner;
    passwd_field(uid, Field::Name).unwrap_or_else(|| format!("uid {uid}").into())
}

/// The user's home directory in the user database, for a process without HOME.
pub(crate) fn passwd_home() -> Option<PathBuf> {
    passwd_field(current_user().0, Field::Home).map(PathBuf::from)
}

/// A field of /etc/passwd (passwd(5)).
#[derive(Clone, Copy)]
enum Field {
    Name = 0,
    Uid = 2,
    Home = 5,
}

#[expect(clippy::disallowed_methods, reason = "it is the system's own file")]
fn passwd_field(uid: u32, field: Field) -> Option<OsString> {
    let uid = uid.to_string();
    let passwd = fs::read("/etc/passwd").ok()?;
    let mut lines = passwd.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let part = |field: Field| line.split(|byte| *byte == b':').nth(field as usize);
        let is_user = part(Field::Uid) == Some(uid.as_bytes());
        let value = part(field).filter(|_| is_user)?;
        Some(OsString::from_vec(value.to_owned()))
    })
}
