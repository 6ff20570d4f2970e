//! An environment to be repaired -> what `--repair` would do, as clauses. Runs no interpreter and changes no file.

use crate::error::Error;
use crate::health::{self, Fix};
use crate::python::{self, Inspection};
use crate::quote::{printable, printable_name};
use crate::venv::{self, MinorVersion, MissingScript, Venv};

use super::input::{RepairInput, is_system_site_unset, main_problem};
use super::reinstall;
use super::relocated::{count_by_kind, stale_files};

/// All steps of the repair, or why it would be refused.
pub(crate) fn plan_repair(input: &RepairInput<'_>) -> Result<Vec<String>, Error> {
    let problems = health::find_problems(input.root);
    let mut plan = Vec::new();
    if let Some(problem) = main_problem(&problems) {
        match input.refusal(problem) {
            Some(refusal) => return Err(refusal),
            None if problem.fix() == Fix::Repair => plan.push(describe_python_fix(input)),
            None => plan.push(describe_rebuild(
                input,
                "the first Python that fits the project",
            )),
        }
    }
    if problems.iter().any(is_system_site_unset) {
        plan.push("hide the base interpreter's packages".to_owned());
    }
    let stale = stale_files(input.root, input.process);
    if let Some(first) = stale.first() {
        let (files, old) = (count_by_kind(&stale), printable(&first.old_path));
        let verb = if stale.len() == 1 { "refers" } else { "refer" };
        plan.push(format!(
            "rewrite {files} that still {verb} to the old location ({old})"
        ));
    }
    let missing = venv::find_missing_scripts(input.root);
    let missing = missing
        .iter()
        .filter(|missing| MissingScript::is_repairable(missing));
    let names: Vec<_> = missing
        .map(|missing| printable_name(&missing.file))
        .collect();
    if !names.is_empty() {
        plan.push(format!("write the missing scripts: {}", names.join(", ")));
    }
    Ok(plan)
}

/// How it would get a working Python.
fn describe_python_fix(input: &RepairInput<'_>) -> String {
    let venv = Venv::open(input.root).ok();
    let version = venv.as_ref().and_then(|venv| venv.cfg.version.as_deref());
    let version = version
        .and_then(MinorVersion::from_version)
        .or_else(|| MinorVersion::from_library(input.root));
    let is_mismatch = venv
        .zip(input.python_request)
        .is_some_and(|(venv, request)| {
            let inspection = Inspection {
                venv: &venv,
                project: input.project,
                is_cached: false,
                process: input.process,
            };
            !python::may_be_compatible(&inspection, request)
        });
    match version.filter(|_| !is_mismatch) {
        None => describe_rebuild(input, "the first Python that fits the project"),
        Some(version) => format!(
            "replace its Python with a Python {version}, or, if there is none, {}",
            describe_rebuild(input, "another Python")
        ),
    }
}

/// `python` describes the Python if none is requested.
fn describe_rebuild(input: &RepairInput<'_>, python: &str) -> String {
    let python = match input.python_request {
        Some(request) => format!("`{}`", printable(&request.text)),
        None => python.to_owned(),
    };
    match reinstall::installed_requirements(input.root).len() {
        0 => format!("recreate it with {python}"),
        1 => format!("recreate it with {python} and reinstall its package"),
        count => format!("recreate it with {python} and reinstall its {count} packages"),
    }
}
