//! A request that no Python matches -> the installed series that is likely to be meant.

use std::ffi::OsStr;
use std::ops::RangeInclusive;

use crate::process::Process;

use super::installed_requests::installed_requests;
use super::request_syntax::RequestKind;

/// The minor versions of Python 3 that a version manager may be asked for.
pub(super) const KNOWN_MINORS: RangeInclusive<u64> = 6..=14;

/// How a version's name may begin, typed with a slip too. `miniconda3-4.7` is something else.
const NAMES: [&str; 6] = ["", "v", "py", "python", "pypy", "pyp"];

/// `3.12` for `312`, `3,12`, `py3.12`, `3.122`; `3.10` for `3.1`, which is what YAML makes of it.
pub(super) fn near_request(text: &OsStr, process: &Process) -> Option<String> {
    let text = text.to_str()?;
    if is_known_series(text) {
        return None;
    }
    let requests = installed_requests(process).into_iter();
    let series = requests.map(|(request, _)| request);
    nearest_series(text, series.filter(|request| is_series(request)).collect())
}

fn is_known_series(text: &str) -> bool {
    match RequestKind::parse(text) {
        Some(RequestKind::Release { release, .. }) => release
            .get(1)
            .is_some_and(|minor| KNOWN_MINORS.contains(minor)),
        Some(_) => true,
        None => false,
    }
}

fn is_series(request: &str) -> bool {
    request.matches('.').count() == 1
}

fn nearest_series(text: &str, installed: Vec<String>) -> Option<String> {
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    if !NAMES.contains(&&*letters.to_ascii_lowercase()) {
        return None;
    }
    let is_pypy = |text: &str| text.to_ascii_lowercase().contains("pyp");
    let digits = |text: &str| text.replace(|c: char| !c.is_ascii_digit(), "");
    let typed = digits(text);
    let is_near = |request: &&String| {
        let digits = digits(request);
        let is_longer = typed.len() == digits.len() + 1;
        let has_slip = is_longer && strsim::osa_distance(&typed, &digits) == 1;
        digits == typed || digits == format!("{typed}0") || has_slip
    };
    let mut near = installed
        .iter()
        .filter(|request| is_pypy(request) == is_pypy(text) && is_near(request));
    near.next().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_version_is_near_and_another_version_is_not() {
        let installed = || {
            ["3.13", "3.12", "3.10", "3.7", "pypy3.10"]
                .map(str::to_owned)
                .to_vec()
        };
        for (text, expected) in [
            ("312", Some("3.12")),
            ("python312", Some("3.12")),
            ("3,12", Some("3.12")),
            ("v3.12", Some("3.12")),
            ("3.122", Some("3.12")),
            ("3.1", Some("3.10")),
            ("pyp3.10", Some("pypy3.10")),
            ("4.12", None),
            ("3.99", None),
            ("latest", None),
            ("miniconda3-4.7", None),
        ] {
            assert_eq!(
                nearest_series(text, installed()).as_deref(),
                expected,
                "{text}"
            );
        }
        assert!(is_known_series("3.11") && is_known_series(">=3.8") && !is_known_series("3.122"));
    }
}
