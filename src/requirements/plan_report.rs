//! What an install would do, for `-n --sync` and `--info`. Read from files alone.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::installer;
use crate::manifest::{InstallPlan, ManifestIndex, Part, Selection, detect, script_list};
use crate::process::Process;
use crate::quote::printable;

use super::context::InstallContext;
use super::options::{InstallOptions, SyncMode, SyncOrder};
use super::removable::find_removable;
use super::sync;

/// What would be installed into an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlanReport {
    pub parts: Vec<PartReport>,
    /// The lock that says in which versions.
    pub lock: Option<PathBuf>,
    /// The tool that installs what the lock has, if it is not the installer that takes the versions from it.
    pub lock_tool: Option<&'static str>,
    /// The index that the project names in place of PyPI, without a login.
    pub index: Option<String>,
    /// What would be left out, and why.
    pub left_out: Vec<String>,
    /// The packages that nothing of it requires, as far as files say so.
    pub removable: Option<Vec<String>>,
}

/// Something to install, and the file that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartReport {
    /// `requirements-dev.txt`, `group dev of pyproject.toml`.
    pub name: String,
    pub file: PathBuf,
    /// The requirements, if they are listed in a table of the file.
    pub requirements: Vec<String>,
    /// Whether the install fails without it.
    pub is_required: bool,
    /// Whether there is nothing in it.
    pub is_empty: bool,
}

/// What `--sync` would install; None if nothing says so.
///
/// # Errors
/// A file cannot be read; there is no such file, group or extra as selected.
pub(crate) fn report_plan(context: &InstallContext<'_>) -> Result<Option<PlanReport>, Error> {
    let state = context.state().map(|(state, _)| state);
    let selection = context.selection(state.as_ref())?;
    let (project, plan) = sync::plan_install(context, state.as_ref(), &selection)?;
    let Some(plan) = plan else {
        return Ok(None);
    };
    let name = |part: &Part| match part {
        Part::RequirementsFile(file) => {
            script_list::display_name(file, &project, &context.venv.root)
        }
        _ => part.describe(&project),
    };
    let mut report = describe_plan(&plan, name);
    let is_uv_lock = report
        .lock
        .as_ref()
        .is_some_and(|it| it.ends_with("uv.lock"));
    report.lock_tool = (is_uv_lock && installer::may_be_uv(context.process)).then_some("uv");
    if let SyncMode::Now(SyncOrder { is_exact: true, .. }) = context.options.sync {
        report.removable = find_removable(&plan, &project, context);
    }
    Ok(Some(report))
}

/// What would be installed into a new environment at `root`; None if nothing says so, or it is not wanted.
///
/// # Errors
/// The same.
pub(crate) fn report_new_plan(
    options: &InstallOptions,
    project: Option<&Path>,
    root: &Path,
    process: &Process,
) -> Result<Option<PlanReport>, Error> {
    if !options.installs_on_creation() {
        return Ok(None);
    }
    let project = project.or(root.parent()).unwrap_or(root);
    let selection = options.select(Selection::default(), process, || project.to_owned())?;
    let plan = detect::detect_plan(project, &selection)?;
    let plan = plan.filter(|plan| !plan.is_empty());
    Ok(plan.map(|plan| describe_plan(&plan, |part| part.describe(project))))
}

fn describe_plan(plan: &InstallPlan, name: impl Fn(&Part) -> String) -> PlanReport {
    let required = plan.required.iter().map(|part| (part, true));
    let additional = plan.additional.iter().map(|part| (part, false));
    let parts = required.chain(additional).map(|(part, is_required)| {
        let requirements = match part {
            Part::Dependencies { requirements, .. } => &requirements[..],
            _ => &[],
        };
        PartReport {
            name: name(part),
            file: part.file().to_owned(),
            requirements: requirements.iter().map(|args| args.join(" ")).collect(),
            is_required,
            is_empty: part.is_empty(),
        }
    });
    PlanReport {
        parts: parts.collect(),
        lock: plan.pins.as_ref().map(|pins| pins.lock.clone()),
        lock_tool: None,
        index: plan.index.as_ref().map(ManifestIndex::display_url),
        left_out: plan.left_out.clone(),
        removable: None,
    }
}

impl PartReport {
    /// `group dev of pyproject.toml: pytest, ruff`
    pub(crate) fn describe(&self) -> String {
        match self.requirements.is_empty() {
            true if self.is_empty => format!("{}: nothing", self.name),
            true => self.name.clone(),
            false => format!("{}: {}", self.name, printable(self.requirements.join(", "))),
        }
    }
}

impl PlanReport {
    /// What an install would do, as clauses that follow "would".
    pub(crate) fn steps(&self, is_upgrade: bool) -> Vec<String> {
        let verb = if is_upgrade {
            "install or upgrade"
        } else {
            "install"
        };
        let parts = self.parts.iter().filter(|part| !part.is_empty);
        let mut steps: Vec<_> = parts
            .map(|part| format!("{verb} {}", part.describe()))
            .collect();
        if steps.is_empty() {
            let names: Vec<_> = self.parts.iter().map(|part| &*part.name).collect();
            steps.push(format!("install nothing: {} is empty", names.join(", ")));
        }
        let lock = self.lock.iter();
        steps.extend(lock.map(|lock| match self.lock_tool {
            Some(tool) => format!("install what {} locks, with {tool}", printable(lock)),
            None => format!("take the versions from {}", printable(lock)),
        }));
        let index = self.index.iter();
        steps.extend(index.map(|url| format!("take packages from {}", printable(url))));
        let left_out = self.left_out.iter();
        steps.extend(left_out.map(|reason| format!("leave out: {reason}")));
        steps
    }

    /// What `--exact` would remove, as a clause that follows "would".
    pub(crate) fn removal(&self) -> String {
        match self.removable.as_deref() {
            None => "remove what nothing requires".to_owned(),
            Some([]) => "remove nothing: all that is there is required".to_owned(),
            Some([name]) => format!("remove {}: nothing requires it", printable(name)),
            Some(names) => format!(
                "remove {}: nothing requires them",
                printable(names.join(", "))
            ),
        }
    }
}
