//! An environment that was moved or copied -> what of it leads to the other place without a word, as a clause.
//!
//! Its own Python does not notice: an editable install names the sources that it was made from, which in a copy are the
//! original's.

use std::path::Path;

use crate::quote::printable;
use crate::venv;

use super::relocated::{self, StaleFile};

/// More names than a line should hold.
const MAX_NAMES: usize = 3;

/// Which packages are imported from another place than the project that they came along with.
pub(crate) fn describe_stale_imports(root: &Path, home: Option<&Path>) -> Option<String> {
    let old = relocated::original_root(root)?;
    let (was, is) = relocated::moved_project(&old, root, home)?;
    let stale = relocated::stale_editables(root, &was, &is);
    // Where a distribution came from is noted beside what Python reads, which may be right by now.
    if stale.iter().all(is_direct_url) {
        return None;
    }
    let mut names: Vec<_> = stale.iter().filter_map(distribution_name).collect();
    if names.is_empty() {
        let files = stale.iter().filter(|stale| !is_direct_url(stale));
        names = files
            .map(|stale| printable(stale.file.file_name().unwrap_or_default()))
            .collect();
    }
    names.dedup();
    let (names, count) = (join_names(&names), names.len());
    let verb = if count == 1 { "is" } else { "are" };
    let (was, is) = (was.as_path(), printable(is));
    let gone = if was.exists() {
        ""
    } else {
        ", which does not exist"
    };
    Some(format!(
        "{names} {verb} imported from {}{gone}, not from {is}",
        printable(was)
    ))
}

/// Which console scripts run with another environment's Python, if something else than vrun starts them; or, where that
/// is gone, with none: a shell takes the next program of that name on PATH, and says nothing.
pub(crate) fn describe_stale_scripts(root: &Path) -> Option<String> {
    let stale = relocated::stale_scripts(root);
    let (living, dead): (Vec<_>, Vec<_>) = stale.iter().partition(|stale| stale.old_path.exists());
    let (told, is_living) = match living.is_empty() {
        true => (dead, false),
        false => (living, true),
    };
    let first = told.first()?;
    let names = told
        .iter()
        .map(|stale| printable(stale.file.file_name().unwrap_or_default()));
    let names: Vec<_> = names.collect();
    let (verb, does, them) = if names.len() == 1 {
        ("runs", "does", "it")
    } else {
        ("run", "do", "them")
    };
    let (names, dir) = (join_names(&names), printable(venv::scripts_dir(root)));
    let python = printable(&first.old_path);
    Some(match is_living {
        true => format!("{names} in {dir} {verb} with {python} where vrun does not start {them}"),
        false => {
            format!("{names} in {dir} {does} not start without vrun, for {python} does not exist")
        }
    })
}

fn join_names(names: &[String]) -> String {
    let some = names[..names.len().min(MAX_NAMES)].join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}

fn is_direct_url(stale: &StaleFile) -> bool {
    stale.file.ends_with("direct_url.json")
}

/// `demo` of `demo-1.0.dist-info/direct_url.json` and of `demo.egg-link`.
fn distribution_name(stale: &StaleFile) -> Option<String> {
    if stale.file.extension().is_some_and(|end| end == "egg-link") {
        return Some(printable(stale.file.file_stem()?));
    }
    let info = stale.file.parent()?.file_name()?.to_str()?;
    let (name, _) = info.strip_suffix(".dist-info")?.split_once('-')?;
    Some(name.to_owned())
}
