//! What a script says that it requires (PEP 723): a list in the environment that is the script's own.
//!
//! Such an environment is nothing without what is in it. So what the installer refuses is tried again on each run,
//! and no run goes on without it.

use std::path::Path;

use crate::create::Note;
use crate::error::shown;

use super::choice::{Kind, Source};
use super::noted;
use super::state::{self, State};

/// What the name of such a list ends with. The script's comes before it.
const ENDING: &str = ".requirements.txt";

/// What is typed where it cannot be had.
pub const RETRY: &str = "the next run tries again; `vrun --no-install ...` runs the script without";

/// What the list of a script called `name` is called.
pub fn list(name: &str) -> String {
    format!("{name}{ENDING}")
}

/// What a new environment at `at` is to hold, so that what the list at `path` says is known to be missing. The
/// installer works in `around`, the script's directory.
pub fn mark(path: &Path, around: &Path, at: &Path) -> Note {
    let source = Source {
        path: path.to_owned(),
        kind: Kind::Requirements,
        is_named: true,
    };
    Note {
        name: state::FILE,
        text: noted::text(&State::begun(&source, around, String::new()), at),
    }
}

/// Whether the requirements at `source` are those of the script that the environment at `root` is for.
pub fn is_of(source: &Path, root: &Path) -> bool {
    source.parent() == Some(root) && name(source).is_some()
}

/// How a file with requirements is called where people read it, seen from the project.
pub fn shown_name(source: &Path, project: &Path, root: &Path) -> String {
    match name(source).filter(|_| source.parent() == Some(root)) {
        Some(script) => format!("what {script} requires"),
        None => shown(source.strip_prefix(project).unwrap_or(source)),
    }
}

fn name(source: &Path) -> Option<&str> {
    source.file_name()?.to_str()?.strip_suffix(ENDING)
}
