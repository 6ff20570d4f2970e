//! Files -> whose they are, which is not looked at here.

use std::ffi::OsString;
use std::fs::Metadata;

use super::super::{Owner, ROOT};

/// Whose a file is: always who may do anything anyway. What a search comes upon lies in the user's profile, or
/// on a drive where others let him in: who may write there is in access lists, and the owner says little (what an
/// administrator makes belongs to the group of them all).
pub fn owner(_: &Metadata) -> Owner {
    ROOT
}

/// Who runs this process: see `owner`.
pub fn me() -> Owner {
    ROOT
}

/// Whether others than its owner may write to it: see `owner`.
pub fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// Whether everyone may write to it: see `owner`.
pub fn is_open_to_all(_: &Metadata) -> bool {
    false
}

/// What people call a user, of whom there is one: see `owner`.
pub fn name(_: Owner) -> OsString {
    "the system".into()
}
