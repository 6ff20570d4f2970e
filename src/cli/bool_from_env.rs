//! Flags that a variable can set for a whole CI job.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};

use crate::quote::printable;

/// A flag whose variable says 1, true, yes, on, or 0, false, no, off; an empty one counts as unset.
#[derive(Clone)]
pub(super) struct BoolFromEnv;

impl TypedValueParser for BoolFromEnv {
    type Value = bool;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<bool, clap::Error> {
        match value.to_str().map(str::to_ascii_lowercase).as_deref() {
            Some("1" | "true" | "yes" | "on") => Ok(true),
            Some("" | "0" | "false" | "no" | "off") => Ok(false),
            _ => {
                let variable = arg.and_then(Arg::get_env).unwrap_or_default();
                let text = format!(
                    "{}={} is neither on (1, true, yes, on) nor off (0, false, no, off)",
                    variable.to_string_lossy(),
                    printable(value)
                );
                Err(clap::Error::raw(ErrorKind::InvalidValue, text).with_cmd(command))
            }
        }
    }
}
