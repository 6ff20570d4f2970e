//! `--repair`: fix what can be fixed, and report what is left.

use std::process::ExitCode;

use crate::cli::{Mode, Settings};
use crate::doctor::Severity;
use crate::error::Error;
use crate::output::print;
use crate::process::Process;
use crate::render;
use crate::repair::{self, RepairInput};

use super::context::{keep_others_out, prepare_search, require_existing};
use super::doctor::{collect_findings, exit_code};

pub(crate) fn repair(settings: &Settings, process: &mut Process) -> Result<ExitCode, Error> {
    let search = prepare_search(settings, process)?;
    let found = require_existing(settings, &search, process)?;
    let input = RepairInput {
        root: &found.root,
        project: search.project(),
        is_explicit: settings.env.is_some(),
        python_request: settings.python.as_ref(),
        process,
    };
    match settings.mode {
        Mode::Real => {
            keep_others_out(settings, &search, &found.root, || repair::repair(&input))?;
        }
        Mode::DryRun => {
            for step in repair::plan_repair(&input)? {
                process.verbosity.notice(format_args!("would {step}"));
            }
        }
    }
    let mut findings = collect_findings(&found, settings, &search, process);
    findings.retain(|finding| finding.severity == Severity::Error);
    print(render::render_text(Some(&found.root), &findings).as_bytes())?;
    Ok(exit_code(&findings))
}
