//! The recorded state of an environment's requirements -> what `--info` and `--doctor` say about them.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::installer::find_missing;
use crate::manifest::{Selection, detect, script_list};
use crate::quote::{printable, summarize_names};
use crate::venv::Venv;

use super::drift::{self, Drift};
use super::observed;
use super::state::{InstallState, Status};
use super::unread::{UnreadFile, find_unread};

/// The status of an environment's requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstallStatus {
    /// The requirement file.
    pub file: PathBuf,
    pub progress: InstallProgress,
    /// What is missing, if anything.
    pub shortfall: Option<Shortfall>,
}

/// What is missing of an environment's requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// A clause that says so.
    pub description: String,
    /// What to do about it.
    pub fix: String,
}

/// How far the requirements are installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InstallProgress {
    /// Completely.
    Installed,
    /// The install was interrupted, or has not started.
    Unfinished,
    /// The installer failed.
    #[serde(rename = "refused")]
    Failed,
    /// The files have changed since the install.
    Changed,
}

/// The status of `venv`; None if vrun has recorded no requirements there. `member` is another project than the
/// environment's own, if one is meant. Writes nothing. `vrun_command` is how the user calls vrun.
pub(crate) fn install_status(
    venv: &Venv,
    member: Option<&Path>,
    vrun_command: &str,
) -> Option<InstallStatus> {
    let member = member.and_then(|member| InstallState::load_member(&venv.root, member));
    let member = member.filter(|(state, _)| state.status != Status::NothingRequired);
    let (state, _) = member.or_else(|| InstallState::load(&venv.root))?;
    let dir = venv.root.parent().filter(|_| state.is_member);
    let name = script_list::display_name(&state.source, dir.unwrap_or(&state.project), &venv.root);
    let drift = drift::detect_drift(&state, venv);
    let sync = format!("`{vrun_command} --sync`");
    let (progress, shortfall) = match (&state.status, drift) {
        (Status::Unfinished, _) => (
            InstallProgress::Unfinished,
            Some((format!("the installation of {name} is not finished"), sync)),
        ),
        (Status::NotInstalled, _) if !observed::is_still_lacking(&state, venv) => {
            (InstallProgress::Installed, None)
        }
        (Status::NotInstalled, _) => (
            InstallProgress::Unfinished,
            Some((format!("{name} is not installed"), sync)),
        ),
        (Status::Failed(reason), _) => (
            InstallProgress::Failed,
            Some((
                format!("{name} is not installed ({})", printable(reason)),
                failure_fix(&state, vrun_command),
            )),
        ),
        (Status::Done | Status::NothingRequired, Drift::Changed(change)) => (
            InstallProgress::Changed,
            Some((change.describe(), change.fix(vrun_command))),
        ),
        (Status::Done | Status::NothingRequired, _) => {
            let left_out = state.left_out.iter().map(printable);
            let left_out: Vec<_> = left_out.collect();
            let shortfall = match left_out.is_empty() {
                true => removed_packages(&state, venv).map(|removed| (removed, sync)),
                false => Some((left_out.join("; "), format!("{sync} tries again"))),
            };
            (InstallProgress::Installed, shortfall)
        }
    };
    Some(InstallStatus {
        file: state.source,
        progress,
        shortfall: shortfall.map(|(description, fix)| Shortfall { description, fix }),
    })
}

/// What was installed and is there no more, as a clause.
fn removed_packages(state: &InstallState, venv: &Venv) -> Option<String> {
    let is_alone = venv.cfg.system_site_packages != Some(true);
    let plan = detect::detect_plan(&state.project, &state.selection);
    let plan = plan.ok().flatten().filter(|_| is_alone)?;
    let missing = find_missing(&plan.required, &venv.root);
    (!missing.is_empty()).then(|| format!("removed since: {}", summarize_names(&missing)))
}

/// What to do about a failed install, as the failure itself said it.
fn failure_fix(state: &InstallState, vrun_command: &str) -> String {
    match &state.way_on {
        Some(hint) => printable(hint).replace("`vrun ", &format!("`{vrun_command} ")),
        None => format!("fix that, then `{vrun_command} --sync`"),
    }
}

/// What is missing where `project` says what it requires, and nothing at all is installed in its `venv`, by vrun or by
/// anyone else.
pub(crate) fn find_nothing_installed(
    venv: &Venv,
    project: &Path,
    vrun_command: &str,
) -> Option<Shortfall> {
    let is_own = venv.root.starts_with(project) && venv.cfg.system_site_packages != Some(true);
    if !is_own || InstallState::load(&venv.root).is_some() || observed::has_packages(&venv.root) {
        return None;
    }
    let plan = detect::detect_plan(project, &Selection::default());
    if let Some(plan) = plan.ok().flatten() {
        let name = plan.display_name(project, &venv.root);
        return (!plan.is_empty()).then(|| Shortfall {
            description: format!("nothing is installed of {name}"),
            fix: format!("`{vrun_command} --sync`"),
        });
    }
    let UnreadFile { name, advice } = find_unread(project)?;
    Some(Shortfall {
        description: format!("nothing is installed of {name}"),
        fix: advice,
    })
}
