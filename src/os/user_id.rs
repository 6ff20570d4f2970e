//! Users by number. On Windows all are one.

/// A user ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserId(pub u32);

/// The user who may do anything.
pub(crate) const ROOT_USER: UserId = UserId(0);

/// Who else than its owner may write to a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherWriters {
    /// The number of a group, which others may be in. None: everyone.
    pub group: Option<u32>,
}

impl OtherWriters {
    pub(crate) const EVERYONE: OtherWriters = OtherWriters { group: None };
}
