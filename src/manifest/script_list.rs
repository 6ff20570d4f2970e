//! The dependencies of a script (PEP 723): a requirements file in the script's own environment.
//!
//! Without them the environment is useless. So a failed install is retried on each run, and a run stops if it fails.

use std::path::Path;

use crate::quote::printable;

/// Follows the script's name in the name of the file.
const LIST_SUFFIX: &str = ".requirements.txt";

/// The hint after a failed install.
pub(crate) const SCRIPT_RETRY_HINT: &str =
    "the next run tries again; `vrun --no-install ...` runs the script without";

/// The name of the file for a script called `name`.
pub(crate) fn script_list_name(name: &str) -> String {
    format!("{name}{LIST_SUFFIX}")
}

/// Whether `source` lists the dependencies of the script that the environment at `root` is for.
pub(crate) fn is_script_list(source: &Path, root: &Path) -> bool {
    script_name(source, root).is_some()
}

/// The name of a requirement file in messages, relative to the project.
pub(crate) fn display_name(source: &Path, project: &Path, root: &Path) -> String {
    match script_name(source, root) {
        Some(script) => format!("what {script} requires"),
        None => printable(source.strip_prefix(project).unwrap_or(source)),
    }
}

fn script_name<'a>(source: &'a Path, root: &Path) -> Option<&'a str> {
    let name = source.file_name()?.to_str()?.strip_suffix(LIST_SUFFIX)?;
    (source.parent() == Some(root)).then_some(name)
}
