//! The options -> the settings and requests they mean. A typed option takes precedence over a variable.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::create::{IfExists, IgnoreFile, PythonFiles, SeedPackages, VenvOptions};
use crate::error::Error;
use crate::os;
use crate::process::Verbosity;
use crate::program::{ForeignPolicy, Invocation};
use crate::python::ExplicitRequest;
use crate::quote::printable;
use crate::requirements::{InstallMode, InstallOptions, RequirementsFiles, SyncMode, SyncOrder};
use crate::view::Isolation;

use super::action::{AutoCreate, EnvSource, Mode, RunRequest, ScriptEnv, Settings};
use super::args::{CliArgs, CreateArgs, HELP_HINT};

/// Where clap took each value from.
pub(super) struct ArgSources<'a>(pub &'a ArgMatches);

impl ArgSources<'_> {
    pub(super) fn is_from_variable(&self, id: &str) -> bool {
        self.0.value_source(id) == Some(ValueSource::EnvVariable)
    }

    pub(super) fn is_from_argv(&self, id: &str) -> bool {
        self.0.value_source(id) == Some(ValueSource::CommandLine)
    }

    fn is_present(&self, id: &str) -> bool {
        self.is_from_argv(id) || self.is_from_variable(id)
    }

    /// Decides between opposite flags: the last typed one wins, and a variable loses to any.
    fn precedence(&self, id: &str) -> usize {
        let index = self.0.index_of(id);
        index.filter(|_| self.is_from_argv(id)).unwrap_or(0)
    }

    /// An empty variable counts as unset, but an empty option is an error: `--env "$UNSET"` must not quietly lead to
    /// another environment.
    pub(super) fn non_empty_value(
        &self,
        id: &str,
        value: Option<&OsStr>,
    ) -> Result<Option<PathBuf>, Error> {
        match value {
            Some(value) if value.is_empty() && !self.is_from_variable(id) => {
                Err(Error::failed(format!("--{id} needs a non-empty value")).with_hint(HELP_HINT))
            }
            value => Ok(value.filter(|value| !value.is_empty()).map(PathBuf::from)),
        }
    }
}

pub(super) fn run_request(
    invocation: Invocation,
    args: &[OsString],
    cli_args: &CliArgs,
    matches: &ArgMatches,
) -> Result<RunRequest, Error> {
    Ok(RunRequest {
        settings: settings(cli_args, matches)?,
        invocation,
        args: args.to_vec(),
        auto_create: auto_create(cli_args),
        foreign: match cli_args.outside {
            true => ForeignPolicy::Allowed,
            false => ForeignPolicy::Refused,
        },
        script_env: script_env(cli_args),
    })
}

pub(super) fn script_env(cli_args: &CliArgs) -> ScriptEnv {
    match cli_args.no_script_env {
        true => ScriptEnv::Project,
        false => ScriptEnv::Separate,
    }
}

pub(super) fn auto_create(cli_args: &CliArgs) -> AutoCreate {
    match cli_args.no_create {
        true => AutoCreate::Never,
        false => AutoCreate::OnFirstUse,
    }
}

pub(super) fn settings(cli_args: &CliArgs, matches: &ArgMatches) -> Result<Settings, Error> {
    let sources = ArgSources(matches);
    let python = sources.non_empty_value("python", cli_args.python.as_deref())?;
    let python_source = match sources.is_from_variable("python") {
        true => "VRUN_PYTHON",
        false => "--python",
    };
    let env_source = match sources.is_from_variable("env") {
        true => EnvSource::ByVariable,
        false => EnvSource::ByOption,
    };
    Ok(Settings {
        // An empty one changes nothing, as with `git -C`.
        directories: cli_args
            .directory
            .iter()
            .filter(|directory| !directory.is_empty())
            .map(PathBuf::from)
            .collect(),
        project: sources.non_empty_value("project", cli_args.project.as_deref())?,
        env: sources
            .non_empty_value("env", cli_args.env.as_deref())?
            .map(env_source),
        script: None,
        python: python.map(|text| ExplicitRequest {
            text: text.into(),
            source: python_source.into(),
        }),
        install_options: install_options(cli_args, &sources)?,
        isolation: match cli_args.isolated {
            true => Isolation::Isolated,
            false => Isolation::Default,
        },
        mode: match cli_args.dry_run {
            true => Mode::DryRun,
            false => Mode::Real,
        },
        verbosity: match (cli_args.quiet, cli_args.verbose) {
            (true, true) if sources.precedence("verbose") > sources.precedence("quiet") => {
                Verbosity::Verbose
            }
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        },
    })
}

fn install_options(cli_args: &CliArgs, sources: &ArgSources<'_>) -> Result<InstallOptions, Error> {
    let is_named = |file: &&OsString| !file.is_empty();
    let named = cli_args.requirements.iter().filter(is_named);
    let named: Vec<PathBuf> = named.map(PathBuf::from).collect();
    // An empty option stands for none.
    let is_option = sources.is_present("requirements") && !sources.is_from_variable("requirements");
    check_empty_names(cli_args, is_option && named.is_empty(), sources)?;
    let files = (is_option || !named.is_empty()).then_some(named);
    Ok(InstallOptions {
        install: match cli_args.no_install {
            true => InstallMode::Never,
            false => InstallMode::AsNeeded,
        },
        sync: match cli_args.sync {
            false => SyncMode::Never,
            true if sources.is_from_variable("sync") => SyncMode::IfChanged,
            true => SyncMode::Now(SyncOrder {
                is_upgrade: cli_args.create.upgrade,
                is_exact: cli_args.exact,
            }),
        },
        files: files.map(|files| match sources.is_from_variable("requirements") {
            true => RequirementsFiles::FromVariable(
                files
                    .iter()
                    .flat_map(|list| os::split_paths(list.as_os_str()))
                    .collect(),
            ),
            false => RequirementsFiles::FromOption(files),
        }),
        groups: cli_args.group.clone(),
        extras: cli_args.extra.clone(),
        no_dev: sources.is_present("no_dev").then_some(cli_args.no_dev),
    })
}

/// An empty name undoes what an environment remembers, which is `--sync`'s. Elsewhere it is a variable that was not set.
fn check_empty_names(
    cli_args: &CliArgs,
    has_no_files: bool,
    sources: &ArgSources<'_>,
) -> Result<(), Error> {
    let is_sync = cli_args.sync && !sources.is_from_variable("sync");
    let has_empty = |names: &[String]| names.iter().any(String::is_empty);
    let empty = [
        ("requirements", has_no_files),
        ("group", has_empty(&cli_args.group)),
        ("extra", has_empty(&cli_args.extra)),
    ];
    match empty.iter().find(|(_, is_empty)| *is_empty && !is_sync) {
        Some((id, _)) => Err(Error::failed(format!(
            "--{id} needs a value that is not empty, except with --sync"
        ))
        .with_hint(HELP_HINT)),
        None => Ok(()),
    }
}

pub(super) fn venv_options(create_args: CreateArgs) -> Result<VenvOptions, Error> {
    if let Some(prompt) = &create_args.prompt
        && prompt.chars().any(char::is_control)
    {
        // It goes into pyvenv.cfg, where another line would be another key.
        let what = format!("--prompt is given `{}`", printable(prompt));
        return Err(Error::failed(what)
            .with_cause("a prompt is one line, without control characters")
            .with_hint(HELP_HINT));
    }
    Ok(VenvOptions {
        system_site_packages: create_args.system_site_packages,
        python_files: match (create_args.symlinks, create_args.copies) {
            (true, _) => PythonFiles::Symlinks,
            (_, true) => PythonFiles::Copies,
            _ => PythonFiles::PlatformDefault,
        },
        seed_packages: match (create_args.without_pip, create_args.upgrade_deps) {
            (true, _) => SeedPackages::Nothing,
            (_, true) => SeedPackages::Upgraded,
            _ => SeedPackages::Bundled,
        },
        prompt: create_args.prompt,
        ignore_file: match create_args.without_scm_ignore_files {
            true => IgnoreFile::Omitted,
            false => IgnoreFile::Written,
        },
        if_exists: match (create_args.clear, create_args.upgrade) {
            (true, _) => IfExists::Clear,
            (_, true) => IfExists::Upgrade,
            _ => IfExists::Keep,
        },
    })
}
