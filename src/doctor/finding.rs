//! One thing that `--doctor` found.

use serde::Serialize;

use crate::error::Error;

/// Its members are those of `--doctor --json`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// Its id in JSON, the same in every version.
    pub id: &'static str,
    #[serde(rename = "grade")]
    pub severity: Severity,
    /// What is wrong, as a clause.
    #[serde(rename = "what")]
    pub message: String,
    /// Why, one sentence each.
    pub causes: Vec<String>,
    /// What to type or do.
    pub fix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Something in the environment does not work as it should, or other users can change it.
    #[serde(rename = "wrong")]
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
