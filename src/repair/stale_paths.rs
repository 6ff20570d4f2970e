//! An environment that was moved or copied -> a clause about what silently uses the old location.
//!
//! Python itself does not notice: an editable install in a copy, for example, imports the sources of the original.

use std::path::Path;

use crate::process::Process;
use crate::quote::{printable, printable_name, summarize_names};
use crate::venv;

use super::relocated::{self, StaleFile};

/// The packages that are imported from the old location of the project, which moved along with the environment.
pub(crate) fn describe_stale_imports(root: &Path, process: &Process) -> Option<String> {
    let old = relocated::original_root(root)?;
    let (was, is) = relocated::moved_project(&old, root, process)?;
    let stale = relocated::stale_editables(root, &was, &is);
    let is_direct_url = |stale: &StaleFile| stale.file.ends_with("direct_url.json");
    // direct_url.json is not read by Python: the rest may be right by now.
    if stale.iter().all(is_direct_url) {
        return None;
    }
    let mut names: Vec<_> = stale.iter().filter_map(distribution_name).collect();
    if names.is_empty() {
        let files = stale.iter().filter(|stale| !is_direct_url(stale));
        names = files.map(|stale| printable_name(&stale.file)).collect();
    }
    names.dedup();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let gone = match was.exists() {
        true => "",
        false => ", which does not exist",
    };
    let (names, was, is) = (summarize_names(&names), printable(was), printable(is));
    Some(format!(
        "{names} {verb} imported from {was}{gone}, not from {is}"
    ))
}

/// The console scripts that run with another environment's Python unless vrun starts them. If that does not exist, they do
/// not start at all: a shell silently runs the next program of that name on PATH.
pub(crate) fn describe_stale_scripts(root: &Path) -> Option<String> {
    let stale = relocated::stale_scripts(root);
    let (working, broken): (Vec<_>, Vec<_>) =
        stale.iter().partition(|stale| stale.old_path.exists());
    let has_working = !working.is_empty();
    let scripts = if has_working { working } else { broken };
    let python = printable(&scripts.first()?.old_path);
    let names: Vec<_> = scripts
        .iter()
        .map(|stale| printable_name(&stale.file))
        .collect();
    let (runs, does, them) = match names.len() {
        1 => ("runs", "does", "it"),
        _ => ("run", "do", "them"),
    };
    let (names, dir) = (summarize_names(&names), printable(venv::scripts_dir(root)));
    Some(match has_working {
        true => format!("{names} in {dir} {runs} with {python} unless vrun starts {them}"),
        false => {
            format!(
                "{names} in {dir} {does} not start without vrun, because {python} does not exist"
            )
        }
    })
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
