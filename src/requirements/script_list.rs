//! What a script says that it requires (PEP 723): a list in the environment that is the script's own.
//!
//! Such an environment is nothing without what is in it. So what the installer refuses is tried again on each run,
//! and no run goes on without it.

use std::path::Path;

use crate::create::ExtraFile;
use crate::quote::printable;

use super::source::{RequirementsFormat, RequirementsSource};
use super::state::{self, InstallState};
use super::state_file;

/// What the name of such a list ends with. The script's comes before it.
const LIST_SUFFIX: &str = ".requirements.txt";

/// What is typed where it cannot be had.
pub(super) const SCRIPT_RETRY_HINT: &str =
    "the next run tries again; `vrun --no-install ...` runs the script without";

/// What the list of a script called `name` is called.
pub(crate) fn script_list_name(name: &str) -> String {
    format!("{name}{LIST_SUFFIX}")
}

/// What a new environment at `at` is to hold, so that what the list at `path` says is known to be missing. The
/// installer works in `around`, the script's directory.
pub(crate) fn initial_script_state(path: &Path, around: &Path, at: &Path) -> ExtraFile {
    let source = RequirementsSource {
        path: path.to_owned(),
        format: RequirementsFormat::Requirements,
        is_explicit: true,
    };
    ExtraFile {
        name: state::STATE_FILE,
        content: state_file::serialize_state(
            &InstallState::unfinished(&source, around, String::new()),
            at,
        ),
    }
}

/// Whether the requirements at `source` are those of the script that the environment at `root` is for.
pub(super) fn is_script_list(source: &Path, root: &Path) -> bool {
    source.parent() == Some(root) && script_name(source).is_some()
}

/// How a file with requirements is called where people read it, seen from the project.
pub(super) fn display_name(source: &Path, project: &Path, root: &Path) -> String {
    match script_name(source).filter(|_| source.parent() == Some(root)) {
        Some(script) => format!("what {script} requires"),
        None => printable(source.strip_prefix(project).unwrap_or(source)),
    }
}

fn script_name(source: &Path) -> Option<&str> {
    source.file_name()?.to_str()?.strip_suffix(LIST_SUFFIX)
}
