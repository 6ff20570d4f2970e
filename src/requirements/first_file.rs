//! A project whose environment vrun created when nothing was required -> its first requirement file, recorded, so that it
//! is noticed like any other change.

use crate::venv::PYVENV_CFG;

use super::context::InstallContext;
use super::observed;
use super::state::{FileStamp, InstallState};

/// The files that are looked at before each command: what new projects start with.
const FIRST_FILES: [&str; 2] = ["pyproject.toml", "requirements.txt"];

/// Records the project if one of the files is newer than the environment. One system call for each of them, and one more
/// if any is there.
pub(super) fn record_first_file(context: &InstallContext<'_>) -> Option<(InstallState, Vec<u8>)> {
    let root = &context.venv.root;
    let project = root.parent()?;
    let is_own = context.member.is_none() && context.start.starts_with(project);
    if !is_own || !context.venv.cfg.is_by_vrun {
        return None;
    }
    let files = FIRST_FILES.iter().map(|name| project.join(name));
    let stamps = files.filter_map(|file| FileStamp::stat(&file));
    let newest = stamps.map(|stamp| stamp.modified).max()?;
    // What was there then is not installed because someone wanted that.
    let created = FileStamp::stat(&root.join(PYVENV_CFG))?.modified;
    if newest <= created || InstallState::is_there(root) {
        return None;
    }
    observed::record(project, context);
    context.any_state()
}
