//! Files -> whose they are, which is not looked at here.

use std::ffi::OsString;
use std::fs::Metadata;
use std::path::PathBuf;

use super::super::{ROOT_USER, UserId};

/// Whose a file is: always who may do anything anyway. What a search comes upon lies in the user's profile, or
/// on a drive where others let him in: who may write there is in access lists, and the owner says little (what an
/// administrator makes belongs to the group of them all).
pub(crate) fn owner_of(_: &Metadata) -> UserId {
    ROOT_USER
}

/// Who runs this process: see `owner`.
pub(crate) fn current_user() -> UserId {
    ROOT_USER
}

/// Whether others than its owner may write to it: see `owner`.
pub(crate) fn is_writable_by_others(_: &Metadata) -> bool {
    false
}

/// Whether everyone may write to it: see `owner`.
pub(crate) fn is_world_writable(_: &Metadata) -> bool {
    false
}

/// What people call a user, of whom there is one: see `owner`.
pub(crate) fn user_name(_: UserId) -> OsString {
    "the system".into()
}

/// The user's home directory by the system's records; USERPROFILE is always there.
pub(crate) fn passwd_home() -> Option<PathBuf> {
    None
}
