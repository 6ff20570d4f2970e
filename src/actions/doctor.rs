//! `--doctor`: report everything that is wrong with the environment.

use std::process::ExitCode;

use crate::cli::{Format, Settings};
use crate::doctor::{self, DoctorInput, Finding, Severity};
use crate::error::Error;
use crate::find::{FoundEnv, Reason, Search};
use crate::output::print;
use crate::process::Process;
use crate::{program, render};

use super::context::{prepare_search, require_existing};

const PROBLEMS_FOUND: u8 = 1;

pub(crate) fn doctor(
    settings: &Settings,
    format: Format,
    process: &mut Process,
) -> Result<ExitCode, Error> {
    let search = prepare_search(settings, process)?;
    let (root, findings) = match require_existing(settings, &search, process) {
        Ok(found) => {
            let findings = collect_findings(&found, settings, &search, process);
            (Some(found.root), findings)
        }
        Err(error) => (None, vec![doctor::no_environment_finding(error)]),
    };
    let text = match format {
        Format::Text => render::render_text(root.as_deref(), &findings),
        Format::Json => render::render_json(root.as_deref(), &findings),
    };
    print(text.as_bytes())?;
    Ok(exit_code(&findings))
}

/// 0 if nothing is wrong, with or without notes.
pub(super) fn exit_code(findings: &[Finding]) -> ExitCode {
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    match findings.iter().any(is_error) {
        true => ExitCode::from(PROBLEMS_FOUND),
        false => ExitCode::SUCCESS,
    }
}

pub(super) fn collect_findings(
    found: &FoundEnv,
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Vec<Finding> {
    let is_of_script = matches!(found.reason, Reason::Script(_));
    doctor::run_checks(&DoctorInput {
        root: &found.root,
        project: search.project().filter(|_| !is_of_script),
        active: found.deactivated.as_deref(),
        vrun_command: &program::vrun_command(&found.root, settings.has_location_option()),
        process,
    })
}
