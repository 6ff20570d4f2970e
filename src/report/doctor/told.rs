//! Findings -> what is printed of them, for people and for programs.

use std::path::Path;

use serde_json::{Value, json};

use super::{Finding, Grade};
use crate::error::shown;

/// As many lines as it takes, the last one with its newline.
pub fn text(root: Option<&Path>, findings: &[Finding]) -> String {
    let wrong = findings
        .iter()
        .filter(|finding| finding.grade == Grade::Wrong)
        .count();
    let root = root.map(shown).unwrap_or_default();
    let start = if root.is_empty() { "" } else { ": " };
    let mut text = match wrong {
        0 => format!("{root} is sound\n"),
        1 => format!("{root}{start}1 thing is wrong\n"),
        more => format!("{root}{start}{more} things are wrong\n"),
    };
    for Finding {
        grade,
        what,
        causes,
        mend,
        ..
    } in findings
    {
        let word = match grade {
            Grade::Wrong => "wrong",
            Grade::Note => "note",
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
pub fn json(root: Option<&Path>, findings: &[Finding]) -> String {
    let told = |finding: &Finding| -> Value {
        json!({
            "id": finding.id,
            "grade": match finding.grade { Grade::Wrong => "wrong", Grade::Note => "note" },
            "what": finding.what,
            "causes": finding.causes,
            "mend": finding.mend,
        })
    };
    let answer = json!({
        "version": 1,
        "environment": root.map(Path::to_string_lossy),
        "sound": findings.iter().all(|finding| finding.grade == Grade::Note),
        "findings": findings.iter().map(told).collect::<Vec<_>>(),
    });
    format!("{answer:#}\n")
}
