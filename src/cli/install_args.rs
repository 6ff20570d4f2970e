//! The options that say what is installed -> what is asked for.

use std::path::PathBuf;

use crate::error::Error;
use crate::requirements::{Extraneous, InstallMode, InstallOptions, RequirementsFile, SyncMode};

use super::args::{CliArgs, HELP_HINT, PROGRAMS_FLAG};
use super::precedence::ArgSources;

/// # Errors
/// What was typed asks for opposite things.
pub(super) fn validate(typed: &CliArgs, sources: &ArgSources<'_>) -> Result<(), Error> {
    let sync = sources.is_from_argv("sync");
    let both = |other: &str| {
        Err(
            Error::failed(format!("--sync and {other} ask for different things"))
                .with_hint(HELP_HINT),
        )
    };
    if typed.exact && !sync {
        return Err(
            Error::failed("--exact is an option of --sync").with_hint("`vrun --sync --exact`")
        );
    }
    let action = typed
        .acting
        .action_name()
        .filter(|action| *action != PROGRAMS_FLAG);
    if let Some(action) = action.filter(|_| sync) {
        return both(action);
    }
    match () {
        () if sync && sources.is_from_argv("no_install") => both("--no-install"),
        () if sync && typed.dry_run => both("--dry-run"),
        () => Ok(()),
    }
}

/// What they ask for. What was typed outweighs a variable.
///
/// # Errors
/// The option is given an empty value.
pub(super) fn install_options(
    typed: &CliArgs,
    sources: &ArgSources<'_>,
) -> Result<InstallOptions, Error> {
    let named = if sources.is_from_variable("requirements") {
        RequirementsFile::FromVariable
    } else {
        RequirementsFile::FromOption
    };
    let file = sources.non_empty_value("requirements", typed.requirements.as_deref())?;
    Ok(InstallOptions {
        install: if typed.no_install {
            InstallMode::Never
        } else {
            InstallMode::AsNeeded
        },
        sync: match (typed.sync, typed.exact) {
            (false, _) => SyncMode::Never,
            (true, _) if sources.is_from_variable("sync") => SyncMode::IfChanged,
            (true, true) => SyncMode::Now(Extraneous::Remove),
            (true, false) => SyncMode::Now(Extraneous::Keep),
        },
        requirements_file: file.map(|file| named(PathBuf::from(file))),
    })
}
