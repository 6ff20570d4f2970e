//! Findings -> what is printed of them, for people and for programs.

use std::path::Path;

use serde_json::{Value, json};

use crate::doctor::{Finding, Severity};
use crate::quote::printable;

/// As many lines as it takes, the last one with its newline.
pub(crate) fn render_text(root: Option<&Path>, findings: &[Finding]) -> String {
    let wrong = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let root = root.map(printable).unwrap_or_default();
    let start = if root.is_empty() { "" } else { ": " };
    let mut text = match wrong {
        0 => format!("{root} is sound\n"),
        1 => format!("{root}{start}1 thing is wrong\n"),
        more => format!("{root}{start}{more} things are wrong\n"),
    };
    for Finding {
        severity: grade,
        message: what,
        causes,
        fix: mend,
        ..
    } in findings
    {
        let word = match grade {
            Severity::Error => "wrong",
            Severity::Note => "note",
        };
        text.push_str(&format!("{word}: {what}\n"));
        for cause in causes {
            text.push_str(&format!("  cause: {cause}\n"));
        }
        text.push_str(&format!("  mend: {mend}\n"));
    }
    text
}

/// The same as JSON: one object. `version` changes when what is there now changes its meaning.
pub(crate) fn render_json(root: Option<&Path>, findings: &[Finding]) -> String {
    let told = |finding: &Finding| -> Value {
        json!({
            "id": finding.id,
            "grade": match finding.severity { Severity::Error => "wrong", Severity::Note => "note" },
            "what": finding.message,
            "causes": finding.causes,
            "mend": finding.fix,
        })
    };
    let answer = json!({
        "version": 1,
        "environment": root.map(Path::to_string_lossy),
        "sound": findings.iter().all(|finding| finding.severity == Severity::Note),
        "findings": findings.iter().map(told).collect::<Vec<_>>(),
    });
    format!("{answer:#}\n")
}
