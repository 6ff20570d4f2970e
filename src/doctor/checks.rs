//! An environment and its surroundings -> everything that is wrong with it, each with cause and fix.
//!
//! Read from files and variables alone: nothing in the project or the environment is started. Other checks are in
//! `surroundings.rs`; the words for problems of the environment itself are in `health/problem.rs`.

use std::fs;
use std::path::Path;

use crate::health::{self, Fix, Problem};
use crate::quote::{printable, printable_name, shell_word, summarize_names};
use crate::repair::{self, StaleFile, StaleKind};
use crate::venv;

use super::finding::{Finding, Severity};
use super::input::DoctorInput;
use super::surroundings;

/// Errors come first.
pub(crate) fn run_checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let problems = health::find_problems(input.root);
    let mut findings: Vec<_> = problems
        .iter()
        .map(|problem| health_finding(problem, input))
        .collect();
    // One of another system's is not repaired here, nor recreated, nor does its pip run.
    let is_foreign = |problem: &Problem| matches!(problem.fix(), Fix::CreateBeside(_));
    if !problems.iter().any(is_foreign) {
        findings.extend(check_stale_paths(input));
        findings.extend(check_missing_scripts(input));
        findings.extend(check_incomplete_packages(input));
        findings.extend(surroundings::check_project(input));
    }
    findings.extend(surroundings::check_surroundings(input));
    findings.sort_by_key(|finding| finding.severity != Severity::Error);
    findings
}

fn health_finding(problem: &Problem, input: &DoctorInput<'_>) -> Finding {
    let is_about_home = matches!(
        problem,
        Problem::HomeMissing { .. } | Problem::HomeInaccessible { .. }
    );
    // A link to a Python works without the directory that pyvenv.cfg names; a copy may not.
    let severity = match is_about_home && !is_python_copied(input.root) {
        true => Severity::Note,
        false => Severity::Error,
    };
    let fix = match problem.fix() {
        Fix::Repair => repair_hint(input),
        Fix::CreateBeside(name) => health::create_beside_hint(&name, input.root),
        Fix::GrantAccess => problem.access_hint(),
    };
    Finding::new(
        problem.id(),
        severity,
        problem.clause(),
        problem.cause(),
        fix,
    )
}

fn is_python_copied(root: &Path) -> bool {
    fs::symlink_metadata(venv::python_path(root)).is_ok_and(|found| found.is_file())
}

fn repair_hint(input: &DoctorInput<'_>) -> String {
    format!("`{} --repair`", input.vrun_command)
}

/// Files that refer to the path from which the environment was moved, renamed or copied.
fn check_stale_paths(input: &DoctorInput<'_>) -> Vec<Finding> {
    let all = repair::stale_files(input.root, input.process);
    let kinds = [
        (
            StaleKind::Script,
            "stale-scripts",
            "console scripts still refer to the old location",
        ),
        (
            StaleKind::Activation,
            "stale-activation",
            "activation scripts activate the old location",
        ),
        (
            StaleKind::Editable,
            "stale-editable",
            "files of editable installs still refer to the old location",
        ),
        (
            StaleKind::PyvenvCfg,
            "stale-cfg",
            "pyvenv.cfg says that the environment was created elsewhere",
        ),
    ];
    let findings = kinds.into_iter().filter_map(|(kind, id, clause)| {
        let files: Vec<&StaleFile> = all.iter().filter(|stale| stale.kind == kind).collect();
        let first = files.first()?;
        let names: Vec<_> = files
            .iter()
            .map(|stale| printable_name(&stale.file))
            .collect();
        let severity = match kind {
            StaleKind::PyvenvCfg => Severity::Note,
            _ => Severity::Error,
        };
        let names = summarize_names(&names);
        let cause = format!("{names}: {}", printable(&first.old_path));
        Some(Finding::new(
            id,
            severity,
            clause,
            cause,
            repair_hint(input),
        ))
    });
    findings.collect()
}

/// Scripts that the RECORDs of installed packages list.
fn check_missing_scripts(input: &DoctorInput<'_>) -> Option<Finding> {
    let all = venv::find_missing_scripts(input.root);
    let first = all.first()?;
    let names: Vec<_> = all
        .iter()
        .map(|missing| printable_name(&missing.file))
        .collect();
    let names = summarize_names(&names);
    let dir = printable(venv::scripts_dir(input.root));
    let unrepairable = all.iter().find(|missing| !missing.is_repairable());
    Some(Finding::new(
        "missing-scripts",
        Severity::Error,
        match all.len() {
            1 => "a script of an installed package is missing".to_owned(),
            count => format!("{count} scripts of installed packages are missing"),
        },
        format!("{names} should be in {dir}"),
        unrepairable
            .unwrap_or(first)
            .fix_command(input.vrun_command),
    ))
}

/// Installed packages without a directory or file that their RECORD lists.
fn check_incomplete_packages(input: &DoctorInput<'_>) -> Option<Finding> {
    let all = venv::find_incomplete_packages(input.root);
    let first = all.first()?;
    let packages: Vec<_> = all.iter().map(|found| found.package.as_str()).collect();
    let words: Vec<_> = packages.iter().map(shell_word).collect();
    let (call, words) = (input.vrun_command, words.join(" "));
    Some(Finding::new(
        "incomplete-packages",
        Severity::Error,
        "modules of installed packages are missing",
        format!(
            "{}: {} does not exist",
            summarize_names(&packages),
            printable(&first.missing)
        ),
        format!("`{call} -m pip install --no-deps --force-reinstall {words}`"),
    ))
}
