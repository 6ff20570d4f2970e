//! `--doctor` and `--repair`: the environment that a command would run in, looked at or mended.

use std::process::ExitCode;

use crate::cli::{Format, Mode, Scope};
use crate::error::Error;
use crate::find::{self, Found, Search};
use crate::program;
use crate::repair::{self, Case};
use crate::report::doctor::{self, Finding, Grade, Patient};
use crate::report::print;
use crate::report::tracked;
use crate::scene::{Absence, begin, existing, is_tracked};
use crate::world::World;

/// What `--doctor` ends with where something is wrong.
const WRONG: u8 = 1;

/// Says what is wrong, and ends with 0 where nothing is, else with 1.
pub fn doctor(scope: &Scope, format: Format, world: &mut World) -> Result<ExitCode, Error> {
    let search = begin(scope, world)?;
    let (root, findings) = match existing(scope, &search, world) {
        Ok(found) => {
            let findings = look(&found, scope, &search, world);
            (Some(found.root), findings)
        }
        Err(Absence { id, error }) => (None, vec![doctor::absence(id, error)]),
    };
    let told = match format {
        Format::Text => doctor::text(root.as_deref(), &findings),
        Format::Json => doctor::json(root.as_deref(), &findings),
    };
    print(told.as_bytes())?;
    Ok(code(&findings))
}

/// Mends what can be mended, and says what is left: 0 where nothing is wrong any more, else 1.
pub fn repair(scope: &Scope, world: &mut World) -> Result<ExitCode, Error> {
    let search = begin(scope, world)?;
    let found = existing(scope, &search, world)?;
    let case = Case {
        root: &found.root,
        project: find::project(&search.start, search.home.as_deref()),
        home: search.home.as_deref(),
        is_named: scope.env.is_some(),
        wish: scope.python.as_ref(),
        world,
        voice: scope.voice,
    };
    match scope.mode {
        Mode::Real => repair::repair(&case)?,
        Mode::DryRun => {
            let plan = repair::plan(&case)?;
            plan.iter()
                .for_each(|step| scope.voice.tell(format_args!("would {step}")));
        }
    }
    let mut findings = look(&found, scope, &search, world);
    findings.retain(|finding| finding.grade == Grade::Wrong);
    print(doctor::text(Some(&found.root), &findings).as_bytes())?;
    Ok(code(&findings))
}

fn code(findings: &[Finding]) -> ExitCode {
    if findings.iter().all(|finding| finding.grade == Grade::Note) {
        return ExitCode::SUCCESS;
    }
    ExitCode::from(WRONG)
}

fn look(found: &Found, scope: &Scope, search: &Search, world: &World) -> Vec<Finding> {
    doctor::findings(&Patient {
        root: &found.root,
        project: find::project(&search.start, search.home.as_deref()),
        home: search.home.as_deref(),
        active: found.left.as_deref(),
        call: &program::call(&found.root, scope.is_by_option()),
        world,
        is_tracked: &|| is_tracked(&found.root, world),
        is_ignored: &|| tracked::is_ignored(&found.root, world),
    })
}
