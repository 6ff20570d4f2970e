//! Files and uids -> whose they are, by the system's records.
//!
//! /etc/passwd is read by hand: libc's own look-up loads what a static program cannot.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::super::UserId;

/// Whose a file is.
pub(crate) fn owner_of(found: &Metadata) -> UserId {
    UserId(found.uid())
}

/// Who runs this process: the user whose rights it has.
pub(crate) fn current_user() -> UserId {
    UserId(nix::unistd::geteuid().as_raw())
}

/// Whether others than its owner may write to it, by its mode. (An access list that lets them shows in
/// the group's part of that; acl(5).)
pub(crate) fn is_writable_by_others(found: &Metadata) -> bool {
    found.mode() & 0o022 != 0
}

/// Whether everyone may write to it.
pub(crate) fn is_world_writable(found: &Metadata) -> bool {
    found.mode() & 0o002 != 0
}

/// What people call a user: the name on record, else the number.
pub(crate) fn user_name(owner: UserId) -> OsString {
    let UserId(uid) = owner;
    passwd_field(uid, Field::Name).unwrap_or_else(|| format!("uid {uid}").into())
}

/// The user's home directory by the system's records, for a process without HOME.
pub(crate) fn passwd_home() -> Option<PathBuf> {
    passwd_field(current_user().0, Field::Home).map(PathBuf::from)
}

/// A field of a line of /etc/passwd (passwd(5)).
#[derive(Clone, Copy)]
enum Field {
    Name = 0,
    Uid = 2,
    Home = 5,
}

fn passwd_field(uid: u32, field: Field) -> Option<OsString> {
    let uid = uid.to_string();
    let passwd = fs::read("/etc/passwd").ok()?;
    let mut lines = passwd.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let part = |field: Field| line.split(|byte| *byte == b':').nth(field as usize);
        let is_user = part(Field::Uid).is_some_and(|found| found == uid.as_bytes());
        let found = part(field).filter(|_| is_user)?;
        Some(OsString::from_vec(found.to_owned()))
    })
}
