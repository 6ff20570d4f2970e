//! The size and time of a file, which tell whether it is unchanged.

use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file's size and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileSignature {
    /// Its size in bytes.
    pub size: u64,
    /// When it was last modified, in nanoseconds since 1970; 0 for earlier.
    pub mtime: u64,
}

impl FileSignature {
    /// Its time.
    pub(crate) fn modified(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.mtime)
    }

    /// The signature of the file that `metadata` is from.
    pub(crate) fn from_metadata(metadata: &Metadata) -> FileSignature {
        let time = metadata.modified().ok();
        let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        FileSignature {
            size: metadata.len(),
            mtime: since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(0)),
        }
    }
}
