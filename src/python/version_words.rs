//! The words of a `.python-version` -> the one that can be had here.

use crate::process::Process;

use super::managed;
use super::request_syntax::RequestKind;

/// The first of `words` that pyenv has, else the first.
pub(super) fn first_available<'a>(words: &[&'a str], process: &Process) -> Option<&'a str> {
    let is_there = |word: &&&str| managed::pyenv_version(word.as_ref(), process).is_some();
    let found = match words {
        [_, _, ..] => words.iter().find(is_there),
        _ => None,
    };
    found.or(words.first()).copied()
}

/// What the name `word` of pyenv's asks for; None if it is neither there nor a version: an environment on another
/// machine, perhaps. A branch (`3.12-dev`) that pyenv has not built is any release of it.
pub(super) fn named_request(word: &str, process: &Process) -> Option<RequestKind> {
    let by_name = || Some(RequestKind::PyenvName(word.into()));
    if managed::pyenv_version(word.as_ref(), process).is_some() {
        return by_name();
    }
    let version = RequestKind::parse(word.split('-').next()?)?;
    match word.ends_with("-dev") {
        true => Some(version),
        false => by_name(),
    }
}
