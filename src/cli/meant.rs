//! The options that hold for every action and every program -> the scope and the request that they mean.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;

use super::sources::Sources;
use super::{Creation, Mode, Named, Request, Scope, Scripts, Typed, wanted};
use crate::create::Wish;
use crate::error::Error;
use crate::program::{Ask, Foreign};
use crate::view::Isolation;
use crate::voice::Voice;

/// A program to run, with what the options say of it.
///
/// # Errors
/// As `scope`.
pub fn request(
    ask: Ask,
    args: &[OsString],
    typed: &Typed,
    matches: &ArgMatches,
) -> Result<Request, Error> {
    Ok(Request {
        scope: scope(typed, matches)?,
        ask,
        args: args.to_vec(),
        creation: creation(typed),
        foreign: if typed.outside {
            Foreign::Allowed
        } else {
            Foreign::Refused
        },
        scripts: if typed.no_script_env {
            Scripts::InTheProject
        } else {
            Scripts::OnTheirOwn
        },
    })
}

/// Whether a missing environment is made.
pub fn creation(typed: &Typed) -> Creation {
    if typed.no_create {
        Creation::Never
    } else {
        Creation::OnFirstUse
    }
}

/// The environment that is meant, and how it is gone about.
///
/// # Errors
/// An option is given an empty value.
pub fn scope(typed: &Typed, matches: &ArgMatches) -> Result<Scope, Error> {
    let sources = Sources(matches);
    let from = if sources.is_variable("python") {
        "VRUN_PYTHON"
    } else {
        "--python"
    };
    let python = sources
        .given("python", typed.python.as_deref())?
        .map(|text| Wish {
            text: text.into(),
            from: from.into(),
        });
    let named = if sources.is_variable("env") {
        Named::ByVariable
    } else {
        Named::ByOption
    };
    Ok(Scope {
        directories: directories(&typed.directory),
        project: sources
            .given("project", typed.project.as_deref())?
            .map(PathBuf::from),
        env: sources
            .given("env", typed.env.as_deref())?
            .map(|path| named(path.into())),
        python,
        wishes: wanted::wishes(typed, &sources)?,
        isolation: if typed.isolated {
            Isolation::Isolated
        } else {
            Isolation::Usual
        },
        mode: if typed.dry_run {
            Mode::DryRun
        } else {
            Mode::Real
        },
        voice: match (typed.quiet, typed.verbose) {
            (true, true) if sources.weight("verbose") > sources.weight("quiet") => Voice::Verbose,
            (true, _) => Voice::Quiet,
            (false, true) => Voice::Verbose,
            (false, false) => Voice::Normal,
        },
    })
}

/// An empty directory changes nothing, as with `git -C`.
fn directories(typed: &[OsString]) -> Vec<PathBuf> {
    let named = typed.iter().filter(|directory| !directory.is_empty());
    named.map(PathBuf::from).collect()
}
