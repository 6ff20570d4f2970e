//! Values of variables, checked for what a shell or file can represent.

use std::ffi::OsStr;

use crate::error::Error;
use crate::process::Process;
use crate::view::View;

pub(super) fn utf8_value<'a>(name: &str, value: &'a OsStr, target: &str) -> Result<&'a str, Error> {
    let text = value.to_str();
    text.ok_or_else(|| unrepresentable(name, target, "is not UTF-8"))
}

pub(super) fn unrepresentable(name: &str, target: &str, why: &str) -> Error {
    Error::failed(format!("{name} cannot be exported to {target}"))
        .with_cause(format_args!("its value {why}"))
        .with_hint("move the project, or name another environment with `--env PATH`")
}

/// The variables to unset, if they are set, for a target that can only empty them. Python takes empty for unset.
pub(super) fn vars_to_empty<'a>(
    view: &'a View,
    process: &'a Process,
) -> impl Iterator<Item = &'static str> + 'a {
    let is_set = |name: &&str| process.non_empty_var(name).is_some();
    view.vars_to_unset().iter().copied().filter(is_set)
}
