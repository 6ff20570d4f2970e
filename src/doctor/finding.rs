//! One thing that `--doctor` found.

use crate::error::Error;

/// Something that is wrong with an environment, or worth knowing of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What scripts know it by; it stays the same from version to version.
    pub id: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What it is, as a clause.
    pub message: String,
    /// Why, one sentence each.
    pub causes: Vec<String>,
    /// What to type, or what helps.
    pub fix: String,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// A program of the environment does not run, or not with what it should; or others have a hand in it.
    Error,
    /// It runs as it should; who wonders about something else finds the reason here.
    Note,
}

/// That there is no environment to look at, as a finding.
pub(crate) fn no_environment_finding(error: Error) -> Finding {
    let id = error.kind().id();
    let (what, causes, hint) = error.into_parts();
    let found_none = || vec!["the search found none".to_owned()];
    Finding {
        id,
        severity: Severity::Error,
        message: what,
        causes: if causes.is_empty() {
            found_none()
        } else {
            causes
        },
        fix: hint.unwrap_or_default(),
    }
}
