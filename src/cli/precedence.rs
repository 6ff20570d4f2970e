//! Whether a value was typed or stands in a variable, which weigh differently.

use std::ffi::OsStr;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::error::Error;

use super::args::HELP_HINT;

/// Where clap took a value from.
pub(super) struct ArgSources<'a>(pub &'a ArgMatches);

impl ArgSources<'_> {
    /// Whether the value comes from the option's variable.
    pub(super) fn is_from_variable(&self, id: &str) -> bool {
        self.0.value_source(id) == Some(ValueSource::EnvVariable)
    }

    /// Whether it was typed.
    pub(super) fn is_from_argv(&self, id: &str) -> bool {
        self.0.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// Which of two opposite flags counts: of two that were typed the later one, and one that was typed
    /// outweighs a variable.
    pub(super) fn precedence(&self, id: &str) -> usize {
        let typed = self.0.value_source(id) == Some(ValueSource::CommandLine);
        self.0.index_of(id).filter(|_| typed).unwrap_or(0)
    }

    /// A value that says something: an empty variable counts as unset, while `--env "$UNSET"` is a
    /// mistake that must not quietly lead to another environment.
    ///
    /// # Errors
    /// The option is given an empty value.
    pub(super) fn non_empty_value<'a>(
        &self,
        id: &str,
        value: Option<&'a OsStr>,
    ) -> Result<Option<&'a OsStr>, Error> {
        match value {
            Some(value) if value.is_empty() && !self.is_from_variable(id) => {
                Err(Error::failed(format!("--{id} is given an empty value")).with_hint(HELP_HINT))
            }
            value => Ok(value.filter(|value| !value.is_empty())),
        }
    }
}
