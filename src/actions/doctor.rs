//! `--doctor`: everything that is wrong with the environment.

use std::process::ExitCode;

use crate::cli::{Format, Settings};
use crate::doctor::{self, DoctorInput, Finding, Severity};
use crate::error::Error;
use crate::find::{self, FoundEnv, Search};
use crate::output::print;
use crate::process::Process;
use crate::{git, program, render};

use super::context::{is_tracked, prepare_search, require_existing};

/// What `--doctor` ends with where something is wrong.
const PROBLEMS_FOUND: u8 = 1;

/// Says what is wrong, and ends with 0 where nothing is, else with 1.
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
    let told = match format {
        Format::Text => render::render_text(root.as_deref(), &findings),
        Format::Json => render::render_json(root.as_deref(), &findings),
    };
    print(told.as_bytes())?;
    Ok(exit_code(&findings))
}

pub(super) fn exit_code(findings: &[Finding]) -> ExitCode {
    if findings
        .iter()
        .all(|finding| finding.severity == Severity::Note)
    {
        return ExitCode::SUCCESS;
    }
    ExitCode::from(PROBLEMS_FOUND)
}

pub(super) fn collect_findings(
    found: &FoundEnv,
    settings: &Settings,
    search: &Search,
    process: &Process,
) -> Vec<Finding> {
    doctor::run_checks(&DoctorInput {
        root: &found.root,
        project: find::nearest_project(&search.start, search.home.as_deref()),
        home: search.home.as_deref(),
        active: found.deactivated.as_deref(),
        vrun_command: &program::vrun_command(&found.root, settings.has_location_option()),
        process,
        is_tracked: &|| is_tracked(&found.root, process),
        is_ignored: &|| git::is_ignored(&found.root, process),
    })
}
