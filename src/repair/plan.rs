//! An environment to be repaired -> what `--repair` would do with it, as clauses, without an interpreter being asked and
//! without a file being changed.

use super::moved::{by_kind, stale};
use super::{Case, packages, refusal};
use crate::create;
use crate::error::{Error, shown};
use crate::venv::health::{self, Ill, Mend, Series};
use crate::venv::{self, Missing, Venv};

/// All of it; nothing where there is nothing to mend.
///
/// # Errors
/// It would be refused.
pub fn of(case: &Case<'_>) -> Result<Vec<String>, Error> {
    let ills = health::of(case.root);
    let mut plan = Vec::new();
    match ills.iter().find(|ill| !matches!(ill, Ill::Unsaid { .. })) {
        None => {}
        Some(ill) => match refusal(ill, case) {
            Some(refusal) => return Err(refusal),
            None if ill.mend() == Mend::Repair => plan.push(python(case)),
            None => plan.push(anew(case, &asked(case, None))),
        },
    }
    if ills.iter().any(|ill| matches!(ill, Ill::Unsaid { .. })) {
        plan.push("keep the base interpreter's packages out".to_owned());
    }
    let stale = stale(case.root, case.home);
    if let Some(first) = stale.first() {
        let (files, verb) = match stale.len() {
            1 => (by_kind(&stale), "names"),
            _ => (by_kind(&stale), "name"),
        };
        plan.push(format!(
            "have {files} that {verb} another place ({}) name this one",
            shown(&first.names)
        ));
    }
    let missing = venv::missing(case.root);
    let missing = missing
        .iter()
        .filter(|missing| Missing::is_writable(missing));
    let names: Vec<_> = missing
        .map(|missing| shown(missing.file.file_name().unwrap_or_default()))
        .collect();
    if !names.is_empty() {
        plan.push(format!(
            "write the scripts that are missing: {}",
            names.join(", ")
        ));
    }
    Ok(plan)
}

/// What would give it a Python again.
fn python(case: &Case<'_>) -> String {
    let venv = Venv::open(case.root);
    let series = venv
        .as_ref()
        .ok()
        .and_then(|venv| venv.cfg.version.as_deref());
    let series = series
        .and_then(Series::of_version)
        .or_else(|| Series::of_library(case.root));
    let is_other = |venv: &Venv| {
        let wish = case.wish?;
        Some(create::request::check(venv, wish, case.world).is_err())
    };
    match (venv, series) {
        (Ok(venv), _) if is_other(&venv) == Some(true) => anew(case, &asked(case, None)),
        (_, None) => anew(case, &asked(case, None)),
        (_, Some(series)) => format!(
            "put a Python {series} in the place of its own, or, where there is none, {}",
            anew(case, &asked(case, Some(series)))
        ),
    }
}

/// Which Python it would be made with.
fn asked(case: &Case<'_>, not: Option<Series>) -> String {
    match (case.wish, not) {
        (Some(wish), _) => format!("with `{}`", shown(&wish.text)),
        (None, Some(_)) => "with another Python".to_owned(),
        (None, None) => "with the first Python that fits the project".to_owned(),
    }
}

fn anew(case: &Case<'_>, with: &str) -> String {
    match packages::installed(case.root).len() {
        0 => format!("make it anew {with}"),
        1 => format!("make it anew {with} and install its package again"),
        count => format!("make it anew {with} and install its {count} packages again"),
    }
}
