//! The minor versions of Python 3: those in a range, and in words.

use std::ops::Range;

use pep440_rs::{Version, VersionSpecifiers};

/// The minor versions that are considered.
const MINORS: Range<u64> = 3..30;

/// Those of which some patch is in the range.
pub(super) fn minors_in(range: &VersionSpecifiers) -> Vec<u64> {
    let admits = |minor: &u64| {
        let mut patches = [0, 1, 20].into_iter();
        patches.any(|patch| range.contains(&Version::new([3, *minor, patch])))
    };
    MINORS.filter(admits).collect()
}

/// `3.5 to 3.8`
pub(super) fn summarize_minors(minors: &[u64]) -> String {
    match minors {
        [] => "none".to_owned(),
        [one] => format!("3.{one}"),
        [first, .., last] if *last == MINORS.end - 1 => format!("3.{first} and later"),
        [first, .., last] => format!("3.{first} to 3.{last}"),
    }
}
