//! The owner of what a search finds -> whether it may be used.

mod owned_metadata;
mod refusal;
mod trust;
mod untrusted;

pub(crate) use owned_metadata::{OwnedMetadata, is_within, read_link_metadata, read_metadata};
pub(crate) use trust::Trust;
pub(crate) use untrusted::Untrusted;
