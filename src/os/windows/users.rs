//! Owners of files, which vrun does not read on Windows.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::super::user_id::{OtherWriters, ROOT_USER, UserId};

/// A file's owner: always the one who may do anything. A search stays in the user's profile, or on drives where access
/// lists say who may write; the owner says little (what an administrator creates belongs to their group).
pub(crate) fn owner_of(_: &Metadata) -> UserId {
    ROOT_USER
}

/// See `owner_of`.
pub(crate) fn give_to(_: &File, _: UserId) -> io::Result<()> {
    Ok(())
}

pub(crate) fn current_user() -> UserId {
    ROOT_USER
}

pub(crate) fn is_writable_by_others(_: &Metadata) -> bool {
    false
}

/// See `owner_of`.
pub(crate) fn is_private_to(_: &Metadata, _: UserId) -> bool {
    true
}

/// An environment's owner is who may do anything, here.
pub(crate) fn may_hard_link(_: UserId) -> bool {
    true
}

pub(crate) fn is_world_writable(_: &Metadata) -> bool {
    false
}

/// See `owner_of`.
pub(crate) fn other_writers(_: &Metadata, _: impl Fn(UserId) -> bool) -> Option<OtherWriters> {
    None
}

pub(crate) fn is_sticky(_: &Metadata) -> bool {
    false
}

pub(crate) fn has_made_up_modes(_: &Path) -> bool {
    true
}

/// There is no umask.
#[derive(Debug)]
pub(crate) struct UmaskGuard;

pub(crate) fn keep_others_out(_: &Metadata, _: impl Fn(UserId) -> bool) -> UmaskGuard {
    UmaskGuard
}

pub(crate) fn group_name(_: u32) -> OsString {
    "the system".into()
}

pub(crate) fn user_name(_: UserId) -> OsString {
    "the system".into()
}

/// Not needed: USERPROFILE is always set.
pub(crate) fn passwd_home() -> Option<PathBuf> {
    None
}
