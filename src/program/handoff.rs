//! What a shim leaves in a variable before it runs a program outside the environment.
//!
//! That program may be another manager's shim, which looks the name up again and finds vrun's again. So the variable
//! says which process handed off, how often, and under what name. A process keeps its id over exec; its children have
//! other ids and ignore the variable.

use std::ffi::{OsStr, OsString};

use crate::os;

/// The variable.
pub(crate) const HANDOFF_VAR: &str = "VRUN_HANDED_ON";

/// The next value; None after too many.
pub(super) fn next_handoff(name: &OsStr, before: Option<&OsStr>, process: u32) -> Option<OsString> {
    let count = before.and_then(|value| count_handoffs(value.to_str()?, name.to_str()?, process));
    let count = count.unwrap_or(0) + 1;
    let mut value = OsString::from(format!("{process} {count} "));
    value.push(name);
    Some(value).filter(|_| count <= os::MAX_HANDOFFS)
}

/// Whether this very process was a shim before, and handed off.
pub(super) fn has_handed_off(value: Option<&OsStr>) -> bool {
    let process = value.and_then(|value| value.to_str()?.split(' ').next()?.parse().ok());
    process.is_some_and(|process: u32| process == os::process_chain_id())
}

/// How often this process has handed off under `name`.
fn count_handoffs(value: &str, name: &str, process: u32) -> Option<u32> {
    let mut parts = value.splitn(3, ' ');
    let is_ours = parts.next()?.parse() == Ok(process);
    let count = parts.next()?.parse().ok()?;
    (is_ours && parts.next()? == name).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_hand_off_a_few_times_under_one_name() {
        let next = |before: &str| next_handoff("pytest".as_ref(), Some(before.as_ref()), 7);
        let first = next_handoff("pytest".as_ref(), None, 7);
        assert_eq!(first, Some("7 1 pytest".into()));
        assert_eq!(next("7 1 pytest"), Some("7 2 pytest".into()));
        assert_eq!(next(&format!("7 {} pytest", os::MAX_HANDOFFS)), None);
        for other in [
            "8 5 pytest",
            "7 5 mypy",
            "7 pytest",
            "",
            "7 x pytest",
            "7 5",
        ] {
            assert_eq!(next(other), first, "{other}");
        }
    }
}
