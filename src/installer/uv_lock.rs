//! uv.lock, installed by uv as a project's (`uv sync`): with the sources, workspace and markers that only uv knows.
//!
//! uv writes nothing into the project (`--locked`), and installs into this environment alone. A lock that is not up to
//! date it refuses; then the versions in it are handed to `uv pip` (`lock_pins.rs`).

use std::ffi::OsString;
use std::path::Path;

use crate::manifest::{InstallPlan, PYPROJECT, Part};

use super::program::os_args;

/// The variable by which uv takes this environment for the project's.
pub(crate) const ENVIRONMENT_VAR: &str = "UV_PROJECT_ENVIRONMENT";

/// What uv installs from its lock, and the rest of a plan.
pub(crate) struct LockSync<'a> {
    pub args: Vec<OsString>,
    pub rest: Vec<&'a Part>,
}

/// How uv installs `plan` if it has a uv.lock.
pub(crate) fn lock_sync<'a>(plan: &'a InstallPlan, project: &Path) -> Option<LockSync<'a>> {
    let lock = &plan.pins.as_ref()?.lock;
    if !lock.ends_with("uv.lock") {
        return None;
    }
    let mut args = os_args(&["sync", "--locked", "--inexact", "--no-default-groups"]);
    args.extend(["--project".into(), project.into()]);
    let mut rest = Vec::new();
    for part in plan.parts() {
        match selections(part, project) {
            Some(found) => args.extend(found),
            None => rest.push(part),
        }
    }
    Some(LockSync { args, rest })
}

/// The options that select a part of the project; None if it is not in the lock.
fn selections(part: &Part, project: &Path) -> Option<Vec<OsString>> {
    if part.file() != project.join(PYPROJECT) {
        return None;
    }
    match part {
        Part::Project { extras, .. } => {
            let options = extras
                .iter()
                .flat_map(|name| ["--extra".into(), name.into()]);
            Some(options.collect())
        }
        Part::Dependencies { table, .. } if table.is_empty() => Some(Vec::new()),
        Part::Dependencies { table, .. } => {
            let (kind, name) = table.split_once(' ')?;
            let is_known = ["group", "extra"].contains(&kind);
            is_known.then(|| vec![format!("--{kind}").into(), name.into()])
        }
        Part::RequirementsFile(_) | Part::Pylock(_) => None,
    }
}
