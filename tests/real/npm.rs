//! Programs from the registry of npm, with the user's own settings for it.

use std::path::PathBuf;
use std::process::Command;

use crate::project::{Outcome, Project, program, tell};

/// Installs `package` beside the project: the directory of its packages. None, with a line that says so, where that
/// cannot be.
pub(crate) fn install(package: &str, project: &Project) -> Option<PathBuf> {
    let Some(npm) = program("npm").filter(|_| program("node").is_some()) else {
        tell(format_args!("not tested: {package}, for there is no npm"));
        return None;
    };
    let dir = project.path("npm");
    std::fs::create_dir_all(&dir).expect("a directory");
    let words = ["install", "--silent", "--no-fund", "--no-audit", package];
    let installed = Outcome::of(Command::new(npm).args(words).current_dir(&dir));
    if !installed.status.success() {
        tell(format_args!(
            "not tested: {package}, which npm cannot install here:\n{installed}"
        ));
        return None;
    }
    Some(dir.join("node_modules"))
}
