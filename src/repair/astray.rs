//! An environment that was moved or copied -> what of it leads to the other place without a word, as a clause.
//!
//! Its own Python does not notice: an editable install names the sources that it was made from, which in a copy are the
//! original's.

use std::path::Path;

use super::moved::{self, Stale};
use crate::error::shown;
use crate::venv;

/// More names than a line should hold.
const MOST: usize = 3;

/// Which packages are imported from another place than the project that they came along with.
pub fn imports(root: &Path, home: Option<&Path>) -> Option<String> {
    let old = moved::former(root)?;
    let (was, is) = moved::projects(&old, root, home)?;
    let stale = moved::editables(root, &was, &is);
    // Where a distribution came from is noted beside what Python reads, which may be right by now.
    if stale.iter().all(is_note) {
        return None;
    }
    let mut names: Vec<_> = stale.iter().filter_map(distribution).collect();
    if names.is_empty() {
        let files = stale.iter().filter(|stale| !is_note(stale));
        names = files
            .map(|stale| shown(stale.file.file_name().unwrap_or_default()))
            .collect();
    }
    names.dedup();
    let (names, count) = (listed(&names), names.len());
    let verb = if count == 1 { "is" } else { "are" };
    let (was, is) = (was.as_path(), shown(is));
    let gone = if was.exists() {
        ""
    } else {
        ", which does not exist"
    };
    Some(format!(
        "{names} {verb} imported from {}{gone}, not from {is}",
        shown(was)
    ))
}

/// Which console scripts run with another environment's Python, if something else than vrun starts them; or, where that
/// is gone, with none: a shell takes the next program of that name on PATH, and says nothing.
pub fn scripts(root: &Path) -> Option<String> {
    let stale = moved::scripts(root);
    let (living, dead): (Vec<_>, Vec<_>) = stale.iter().partition(|stale| stale.names.exists());
    let (told, is_living) = match living.is_empty() {
        true => (dead, false),
        false => (living, true),
    };
    let first = told.first()?;
    let names = told
        .iter()
        .map(|stale| shown(stale.file.file_name().unwrap_or_default()));
    let names: Vec<_> = names.collect();
    let (verb, does, them) = if names.len() == 1 {
        ("runs", "does", "it")
    } else {
        ("run", "do", "them")
    };
    let (names, dir) = (listed(&names), shown(venv::scripts(root)));
    let python = shown(&first.names);
    Some(match is_living {
        true => format!("{names} in {dir} {verb} with {python} where vrun does not start {them}"),
        false => {
            format!("{names} in {dir} {does} not start without vrun, for {python} does not exist")
        }
    })
}

fn listed(names: &[String]) -> String {
    let some = names[..names.len().min(MOST)].join(", ");
    match names.len().saturating_sub(MOST) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}

fn is_note(stale: &Stale) -> bool {
    stale.file.ends_with("direct_url.json")
}

/// `demo` of `demo-1.0.dist-info/direct_url.json` and of `demo.egg-link`.
fn distribution(stale: &Stale) -> Option<String> {
    if stale.file.extension().is_some_and(|end| end == "egg-link") {
        return Some(shown(stale.file.file_stem()?));
    }
    let info = stale.file.parent()?.file_name()?.to_str()?;
    let (name, _) = info.strip_suffix(".dist-info")?.split_once('-')?;
    Some(name.to_owned())
}
