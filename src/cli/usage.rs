//! An error of clap -> a usage error in vrun's words.

use clap::builder::StyledStr;

use crate::error::Error;

use super::args::HELP_HINT;

/// clap's message, in the form of all of vrun's.
pub(super) fn usage_error(error: clap::Error) -> Error {
    let text = plain_text(error.render());
    let message = text.split("\n\n").next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let line: Vec<_> = message.lines().map(str::trim).collect();
    Error::failed(line.join(" ")).with_hint(HELP_HINT)
}

pub(super) fn plain_text(text: StyledStr) -> String {
    text.to_string()
}
