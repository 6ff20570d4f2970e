//! An environment and its surroundings -> everything that is wrong with it, each with its cause and its fix.
//!
//! Found from files and variables alone: nothing in the project or the environment is started.

use std::fs;
use std::path::Path;

use crate::health::{self, Fix, Problem};
use crate::quote::{printable, printable_name, summarize_names};
use crate::repair::{self, StaleFile, StaleKind};
use crate::venv;

use super::finding::{Finding, Severity};
use super::input::DoctorInput;
use super::surroundings;

/// Everything that is wrong, the gravest first.
pub(crate) fn run_checks(patient: &DoctorInput<'_>) -> Vec<Finding> {
    let mut found = check_health(patient);
    found.extend(check_stale_paths(patient));
    found.extend(check_missing_scripts(patient));
    found.extend(surroundings::check_surroundings(patient));
    found.sort_by_key(|finding| finding.severity != Severity::Error);
    found
}

/// What keeps its Python from running, or from seeing its packages.
fn check_health(patient: &DoctorInput<'_>) -> Vec<Finding> {
    let told = health::find_problems(patient.root)
        .into_iter()
        .map(|problem| {
            // A link that leads to a Python does without the directory that pyvenv.cfg names.
            let is_of_home = matches!(
                problem,
                Problem::HomeMissing { .. } | Problem::HomeInaccessible { .. }
            );
            let is_felt = !is_of_home || is_python_copied(patient.root);
            let grade = if is_felt {
                Severity::Error
            } else {
                Severity::Note
            };
            let mend = match problem.fix() {
                Fix::Repair => format!("`{} --repair`", patient.vrun_command),
                Fix::CreateBeside(name) => {
                    format!("`export VRUN_NAME={name}` has vrun make one for this system beside it")
                }
                Fix::GrantAccess => problem.access_hint(),
            };
            Finding {
                id: problem.id(),
                severity: grade,
                message: problem.clause(),
                causes: vec![problem.cause()],
                fix: mend,
            }
        });
    told.collect()
}

fn is_python_copied(root: &Path) -> bool {
    fs::symlink_metadata(venv::python_path(root)).is_ok_and(|found| found.is_file())
}

/// What names another place, because the environment was moved, renamed or copied.
fn check_stale_paths(patient: &DoctorInput<'_>) -> Vec<Finding> {
    let all = repair::stale_files(patient.root, patient.home);
    let kinds = [
        (
            StaleKind::Script,
            "stale-scripts",
            "console scripts name another place",
        ),
        (
            StaleKind::Activation,
            "stale-activation",
            "activation scripts activate another place",
        ),
        (
            StaleKind::Editable,
            "stale-editable",
            "files of an editable install name another place",
        ),
        (
            StaleKind::PyvenvCfg,
            "stale-cfg",
            "pyvenv.cfg notes that it was made in another place",
        ),
    ];
    let told = kinds.into_iter().filter_map(|(kind, id, what)| {
        let files: Vec<&StaleFile> = all.iter().filter(|stale| stale.kind == kind).collect();
        let first = files.first()?;
        let names: Vec<_> = files
            .iter()
            .map(|stale| printable_name(&stale.file))
            .collect();
        let counted = if kind == StaleKind::PyvenvCfg {
            what.to_owned()
        } else {
            format!("{} {what}", files.len())
        };
        Some(Finding {
            id,
            severity: if kind == StaleKind::PyvenvCfg {
                Severity::Note
            } else {
                Severity::Error
            },
            message: counted,
            causes: vec![format!(
                "{}: {}",
                summarize_names(&names),
                printable(&first.old_path)
            )],
            fix: format!("`{} --repair`", patient.vrun_command),
        })
    });
    told.collect()
}

/// Scripts of what is installed that are not there.
fn check_missing_scripts(patient: &DoctorInput<'_>) -> Option<Finding> {
    let all = venv::find_missing_scripts(patient.root);
    let first = all.first()?;
    let names: Vec<_> = all
        .iter()
        .map(|missing| printable_name(&missing.file))
        .collect();
    let dir = printable(venv::scripts_dir(patient.root));
    let lost = all.iter().find(|missing| !missing.is_repairable());
    let mend = lost.unwrap_or(first).fix_command(patient.vrun_command);
    Some(Finding {
        id: "missing-scripts",
        severity: Severity::Error,
        message: match names.len() {
            1 => "a script of what is installed is missing".to_owned(),
            more => format!("{more} scripts of what is installed are missing"),
        },
        causes: vec![format!("{} should be in {dir}", summarize_names(&names))],
        fix: mend,
    })
}
