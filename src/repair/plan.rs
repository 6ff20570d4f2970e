//! An environment to be repaired -> what `--repair` would do with it, as clauses, without an interpreter being asked and
//! without a file being changed.

use crate::error::Error;
use crate::health::{self, Fix, Problem};
use crate::python;
use crate::quote::printable;
use crate::venv::{self, MinorVersion, MissingScript, Venv};

use super::errors::refusal_error;
use super::input::RepairInput;
use super::reinstall;
use super::relocated::{count_by_kind, stale_files};

/// All of it; nothing where there is nothing to mend.
///
/// # Errors
/// It would be refused.
pub(crate) fn plan_repair(case: &RepairInput<'_>) -> Result<Vec<String>, Error> {
    let problems = health::find_problems(case.root);
    let mut plan = Vec::new();
    match problems
        .iter()
        .find(|problem| !matches!(problem, Problem::SystemSiteUnset { .. }))
    {
        None => {}
        Some(problem) => match refusal_error(problem, case) {
            Some(refusal) => return Err(refusal),
            None if problem.fix() == Fix::Repair => plan.push(describe_python_fix(case)),
            None => plan.push(describe_rebuild(case, &describe_python(case, None))),
        },
    }
    if problems
        .iter()
        .any(|problem| matches!(problem, Problem::SystemSiteUnset { .. }))
    {
        plan.push("keep the base interpreter's packages out".to_owned());
    }
    let stale = stale_files(case.root, case.home);
    if let Some(first) = stale.first() {
        let (files, verb) = match stale.len() {
            1 => (count_by_kind(&stale), "names"),
            _ => (count_by_kind(&stale), "name"),
        };
        plan.push(format!(
            "have {files} that {verb} another place ({}) name this one",
            printable(&first.old_path)
        ));
    }
    let missing = venv::find_missing_scripts(case.root);
    let missing = missing
        .iter()
        .filter(|missing| MissingScript::is_repairable(missing));
    let names: Vec<_> = missing
        .map(|missing| printable(missing.file.file_name().unwrap_or_default()))
        .collect();
    if !names.is_empty() {
        plan.push(format!(
            "write the scripts that are missing: {}",
            names.join(", ")
        ));
    }
    Ok(plan)
}

/// What would give it a Python again.
fn describe_python_fix(case: &RepairInput<'_>) -> String {
    let venv = Venv::open(case.root);
    let series = venv
        .as_ref()
        .ok()
        .and_then(|venv| venv.cfg.version.as_deref());
    let series = series
        .and_then(MinorVersion::from_version)
        .or_else(|| MinorVersion::from_library(case.root));
    let is_other = |venv: &Venv| {
        let wish = case.python_request?;
        Some(python::check_compatible(venv, wish, case.process).is_err())
    };
    match (venv, series) {
        (Ok(venv), _) if is_other(&venv) == Some(true) => {
            describe_rebuild(case, &describe_python(case, None))
        }
        (_, None) => describe_rebuild(case, &describe_python(case, None)),
        (_, Some(series)) => format!(
            "put a Python {series} in the place of its own, or, where there is none, {}",
            describe_rebuild(case, &describe_python(case, Some(series)))
        ),
    }
}

/// Which Python it would be made with.
fn describe_python(case: &RepairInput<'_>, not: Option<MinorVersion>) -> String {
    match (case.python_request, not) {
        (Some(wish), _) => format!("with `{}`", printable(&wish.text)),
        (None, Some(_)) => "with another Python".to_owned(),
        (None, None) => "with the first Python that fits the project".to_owned(),
    }
}

fn describe_rebuild(case: &RepairInput<'_>, with: &str) -> String {
    match reinstall::installed_requirements(case.root).len() {
        0 => format!("make it anew {with}"),
        1 => format!("make it anew {with} and install its package again"),
        count => format!("make it anew {with} and install its {count} packages again"),
    }
}
