//! What is not trusted of an environment or a file, and why.

use crate::os::{OtherWriters, UserId};

/// The part of an environment or file that is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Target,
    Link,
    PyvenvCfg,
    ScriptsDir,
    /// The directory that holds it.
    Parent,
}

pub(super) type Owned = (Part, UserId);

/// Something that is not used, because of another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Untrusted {
    pub(super) part: Part,
    pub(super) reason: Distrust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    Owner {
        owner: UserId,
        /// Whether only the user's own files would be trusted, because everyone may write to the directory.
        is_in_open_dir: bool,
    },
    Writers(OtherWriters),
}
