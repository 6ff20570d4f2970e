//! What `--doctor` checks.

mod checks;
mod finding;
mod input;
mod surroundings;

pub(crate) use checks::run_checks;
pub(crate) use finding::{Finding, Severity, no_environment_finding};
pub(crate) use input::DoctorInput;
