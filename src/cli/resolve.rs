//! The options that hold for every action and every program -> the scope and the request that they mean.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;

use crate::error::Error;
use crate::output::Verbosity;
use crate::program::{ForeignPolicy, Invocation};
use crate::python::ExplicitRequest;
use crate::view::Isolation;

use super::action::{AutoCreate, EnvSource, Mode, RunRequest, ScriptEnv, Settings};
use super::args::CliArgs;
use super::install_args;
use super::precedence::ArgSources;

/// A program to run, with what the options say of it.
///
/// # Errors
/// As `scope`.
pub(super) fn run_request(
    ask: Invocation,
    args: &[OsString],
    typed: &CliArgs,
    matches: &ArgMatches,
) -> Result<RunRequest, Error> {
    Ok(RunRequest {
        settings: settings(typed, matches)?,
        invocation: ask,
        args: args.to_vec(),
        auto_create: auto_create(typed),
        foreign: if typed.outside {
            ForeignPolicy::Allowed
        } else {
            ForeignPolicy::Refused
        },
        script_env: if typed.no_script_env {
            ScriptEnv::Project
        } else {
            ScriptEnv::Separate
        },
    })
}

/// Whether a missing environment is made.
pub(super) fn auto_create(typed: &CliArgs) -> AutoCreate {
    if typed.no_create {
        AutoCreate::Never
    } else {
        AutoCreate::OnFirstUse
    }
}

/// The environment that is meant, and how it is gone about.
///
/// # Errors
/// An option is given an empty value.
pub(super) fn settings(typed: &CliArgs, matches: &ArgMatches) -> Result<Settings, Error> {
    let sources = ArgSources(matches);
    let from = if sources.is_from_variable("python") {
        "VRUN_PYTHON"
    } else {
        "--python"
    };
    let python = sources
        .non_empty_value("python", typed.python.as_deref())?
        .map(|text| ExplicitRequest {
            text: text.into(),
            source: from.into(),
        });
    let named = if sources.is_from_variable("env") {
        EnvSource::ByVariable
    } else {
        EnvSource::ByOption
    };
    Ok(Settings {
        directories: non_empty_dirs(&typed.directory),
        project: sources
            .non_empty_value("project", typed.project.as_deref())?
            .map(PathBuf::from),
        env: sources
            .non_empty_value("env", typed.env.as_deref())?
            .map(|path| named(path.into())),
        python,
        install_options: install_args::install_options(typed, &sources)?,
        isolation: if typed.isolated {
            Isolation::Isolated
        } else {
            Isolation::Default
        },
        mode: if typed.dry_run {
            Mode::DryRun
        } else {
            Mode::Real
        },
        verbosity: match (typed.quiet, typed.verbose) {
            (true, true) if sources.precedence("verbose") > sources.precedence("quiet") => {
                Verbosity::Verbose
            }
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        },
    })
}

/// An empty directory changes nothing, as with `git -C`.
fn non_empty_dirs(typed: &[OsString]) -> Vec<PathBuf> {
    let named = typed.iter().filter(|directory| !directory.is_empty());
    named.map(PathBuf::from).collect()
}
