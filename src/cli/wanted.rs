//! The options that say what is installed -> what is asked for.

use std::path::PathBuf;

use super::acting::PROGRAMS;
use super::sources::Sources;
use super::{HELP, Typed};
use crate::error::Error;
use crate::requirements::{Extras, Install, Named, Sync, Wishes};

/// # Errors
/// What was typed asks for opposite things.
pub fn refuse(typed: &Typed, sources: &Sources<'_>) -> Result<(), Error> {
    let sync = sources.is_typed("sync");
    let both = |other: &str| {
        Err(Error::failed(format!("--sync and {other} ask for different things")).hint(HELP))
    };
    if typed.exact && !sync {
        return Err(Error::failed("--exact is an option of --sync").hint("`vrun --sync --exact`"));
    }
    let action = typed.acting.named().filter(|action| *action != PROGRAMS);
    if let Some(action) = action.filter(|_| sync) {
        return both(action);
    }
    match () {
        () if sync && sources.is_typed("no_install") => both("--no-install"),
        () if sync && typed.dry_run => both("--dry-run"),
        () => Ok(()),
    }
}

/// What they ask for. What was typed outweighs a variable.
///
/// # Errors
/// The option is given an empty value.
pub fn wishes(typed: &Typed, sources: &Sources<'_>) -> Result<Wishes, Error> {
    let named = if sources.is_variable("requirements") {
        Named::ByVariable
    } else {
        Named::ByOption
    };
    let file = sources.given("requirements", typed.requirements.as_deref())?;
    Ok(Wishes {
        install: if typed.no_install {
            Install::Never
        } else {
            Install::AsNeeded
        },
        sync: match (typed.sync, typed.exact) {
            (false, _) => Sync::Never,
            (true, _) if sources.is_variable("sync") => Sync::WhereChanged,
            (true, true) => Sync::Now(Extras::Removed),
            (true, false) => Sync::Now(Extras::Kept),
        },
        file: file.map(|file| named(PathBuf::from(file))),
    })
}
