//! The options of `--create`, which are those of `python -m venv` -> what the environment is to be like.

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

use crate::create::{IfExists, IgnoreFile, PythonFiles, SeedPackages, VenvOptions};
use crate::error::Error;
use crate::quote::printable;

use super::args::HELP_HINT;

/// `python -m venv`'s own names and words.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of --create, with their meaning in `python -m venv`")]
pub(super) struct CreateArgs {
    /// Let it see the base interpreter's packages
    #[arg(long, overrides_with = "system_site_packages")]
    system_site_packages: bool,

    /// Link to the base interpreter
    #[arg(long, overrides_with = "symlinks", conflicts_with = "copies")]
    symlinks: bool,

    /// Copy the base interpreter
    #[arg(long, overrides_with = "copies")]
    copies: bool,

    /// Make an environment that is there anew
    #[arg(long, overrides_with = "clear", conflicts_with = "upgrade")]
    clear: bool,

    /// Bring one that is there up to its base
    #[arg(long, overrides_with = "upgrade")]
    upgrade: bool,

    /// Install no pip
    #[arg(long, overrides_with = "without_pip", conflicts_with = "upgrade_deps")]
    without_pip: bool,

    /// Show NAME in the shell's prompt
    #[arg(long, value_name = "NAME", overrides_with = "prompt")]
    prompt: Option<String>,

    /// Bring pip up to date from the index
    #[arg(long, overrides_with = "upgrade_deps")]
    upgrade_deps: bool,

    /// Write no .gitignore
    #[arg(long, overrides_with = "without_scm_ignore_files")]
    without_scm_ignore_files: bool,
}

/// What clap calls each of them.
const CREATE_ARG_IDS: [&str; 9] = [
    "system_site_packages",
    "symlinks",
    "copies",
    "clear",
    "upgrade",
    "without_pip",
    "prompt",
    "upgrade_deps",
    "without_scm_ignore_files",
];

/// # Errors
/// One of the options was typed where nothing is created.
pub(super) fn validate_create_args(matches: &ArgMatches) -> Result<(), Error> {
    let typed = |id: &&&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    match CREATE_ARG_IDS.iter().find(typed) {
        None => Ok(()),
        Some(id) => {
            let option = id.replace('_', "-");
            Err(
                Error::failed(format!("--{option} is an option of --create"))
                    .with_hint(format!("`vrun --create --{option}`, and then the command")),
            )
        }
    }
}

impl CreateArgs {
    /// What they ask for.
    ///
    /// # Errors
    /// The prompt is more than a line.
    pub(super) fn into_options(self) -> Result<VenvOptions, Error> {
        if let Some(prompt) = &self.prompt
            && prompt.chars().any(char::is_control)
        {
            // It stands in pyvenv.cfg, where a line says where the base interpreter is.
            let what = format!("--prompt is given `{}`", printable(prompt));
            return Err(Error::failed(what)
                .with_cause("a prompt is one line, without control characters")
                .with_hint(HELP_HINT));
        }
        Ok(VenvOptions {
            system_site_packages: self.system_site_packages,
            python_files: match (self.symlinks, self.copies) {
                (true, _) => PythonFiles::Symlinks,
                (_, true) => PythonFiles::Copies,
                _ => PythonFiles::PlatformDefault,
            },
            seed_packages: match (self.without_pip, self.upgrade_deps) {
                (true, _) => SeedPackages::Nothing,
                (_, true) => SeedPackages::Upgraded,
                _ => SeedPackages::Bundled,
            },
            prompt: self.prompt,
            ignore_file: if self.without_scm_ignore_files {
                IgnoreFile::Omitted
            } else {
                IgnoreFile::Written
            },
            if_exists: match (self.clear, self.upgrade) {
                (true, _) => IfExists::Clear,
                (_, true) => IfExists::Upgrade,
                _ => IfExists::Keep,
            },
        })
    }
}
