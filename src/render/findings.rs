//! `--doctor`: findings -> text and JSON.

use std::path::Path;

use serde_json::json;

use crate::doctor::{Finding, Severity};
use crate::quote::printable;

pub(crate) fn render_text(root: Option<&Path>, findings: &[Finding]) -> String {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let (root, colon) = match root {
        Some(root) => (printable(root), ": "),
        None => (String::new(), ""),
    };
    let mut text = match findings.iter().filter(is_error).count() {
        0 => format!("{root} is sound\n"),
        1 => format!("{root}{colon}1 thing is wrong\n"),
        count => format!("{root}{colon}{count} things are wrong\n"),
    };
    for finding in findings {
        let grade = grade(finding.severity);
        text.push_str(&format!("{grade}: {}\n", finding.message));
        for cause in &finding.causes {
            text.push_str(&format!("  cause: {cause}\n"));
        }
        text.push_str(&format!("  fix: {}\n", finding.fix));
    }
    text
}

/// One object. `version` changes when the meaning of an existing member does.
pub(crate) fn render_json(root: Option<&Path>, findings: &[Finding]) -> String {
    let answer = json!({
        "version": 1,
        "environment": root.map(Path::to_string_lossy),
        "sound": findings.iter().all(|finding| finding.severity == Severity::Note),
        "findings": findings,
    });
    format!("{answer:#}\n")
}

fn grade(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "wrong",
        Severity::Note => "note",
    }
}
