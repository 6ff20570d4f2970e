//! Users by number. On Windows all are one.

/// A user ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserId(pub u32);

/// The user who may do anything.
pub(crate) const ROOT_USER: UserId = UserId(0);
