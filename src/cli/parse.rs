//! argv and the variables of the options -> the action they ask for.

use std::ffi::OsString;

use crate::error::Error;

use super::action::Action;
use super::parse_with_clap::parse_with_clap;
use super::{argv0, complete, fast_path};

/// # Errors
/// A usage error (125).
pub(crate) fn parse(args: &[OsString], vars: &[(OsString, OsString)]) -> Result<Action, Error> {
    let name = argv0::shim_name(args.first());
    let args = args.get(1..).unwrap_or_default();
    if let Some(name) = name {
        return argv0::shim_request(name, args, vars).map(Action::Run);
    }
    match fast_path::try_parse(args, vars) {
        Some(request) => Ok(Action::Run(request)),
        None if args.first().is_some_and(|word| word == complete::FLAG) => {
            Ok(complete::parse_typed(&args[1..], vars)
                .map_or(Action::Print(String::new()), Action::Complete))
        }
        None => parse_with_clap(args, vars),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn any_words_are_an_action_or_an_error() {
        fuzz("argv", 500, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let args: Vec<_> = text.lines().map(OsString::from).collect();
            let names = ["VRUN_ENV", "VRUN_SYNC", "VRUN_NO_CREATE"].map(OsString::from);
            let vars: Vec<_> = names.into_iter().zip(args.iter().cloned()).collect();
            let _ = (parse(&args, &[]), parse(&args, &vars));
        });
    }
}
