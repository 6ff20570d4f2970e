//! One thing that `--doctor` found.

use crate::error::Error;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Its id in JSON, the same in every version.
    pub id: &'static str,
    pub severity: Severity,
    /// What is wrong, as a clause.
    pub message: String,
    /// Why, one sentence each.
    pub causes: Vec<String>,
    /// What to type or do.
    pub fix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Something in the environment does not work as it should, or other users can change it.
    Error,
    /// The environment works, but something about it may be surprising.
    Note,
}

impl Finding {
    pub(super) fn new(
        id: &'static str,
        severity: Severity,
        message: impl Into<String>,
        cause: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding {
            id,
            severity,
            message: message.into(),
            causes: vec![cause.into()],
            fix: fix.into(),
        }
    }
}

/// The error that there is no environment to check, as a finding.
pub(crate) fn no_environment_finding(error: Error) -> Finding {
    let id = error.kind().id();
    let (message, mut causes, hint) = error.into_parts();
    if causes.is_empty() {
        causes.push("the search found none".to_owned());
    }
    Finding {
        id,
        severity: Severity::Error,
        message,
        causes,
        fix: hint.unwrap_or_default(),
    }
}
