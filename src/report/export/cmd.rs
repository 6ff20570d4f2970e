//! Lines for cmd, each of them for one `set` of a `for /f`, which hands it the line as it is: no character is special
//! there but the last quote.
//!
//! What was stands in variables like all, for cmd has no others. vrun reads them itself: `set` cannot ask. An empty
//! variable is none, to cmd.

use std::ffi::OsStr;

use super::{text, unsayable};
use crate::error::Error;
use crate::view::{self, View};
use crate::world::World;

const OLD: &str = "_VRUN_OLD";

pub fn lines(view: &View, world: &World) -> Result<String, Error> {
    let mut lines = String::new();
    if world.setting(OLD).is_none() {
        for name in view::names() {
            let value = world.var(name).unwrap_or_default();
            lines.push_str(&set(&format!("{OLD}_{name}"), value)?);
        }
        lines.push_str(&set(OLD, "1".as_ref())?);
    }
    for (name, value) in view.set() {
        lines.push_str(&set(name, value)?);
    }
    for name in view.unset() {
        lines.push_str(&set(name, OsStr::new(""))?);
    }
    Ok(lines)
}

pub fn undo(world: &World) -> Result<String, Error> {
    let mut lines = String::new();
    if world.setting(OLD).is_some() {
        for name in view::names() {
            let old = format!("{OLD}_{name}");
            lines.push_str(&set(name, world.var(&old).unwrap_or_default())?);
            lines.push_str(&set(&old, OsStr::new(""))?);
        }
        lines.push_str(&set(OLD, OsStr::new(""))?);
    }
    Ok(lines)
}

fn set(name: &str, value: &OsStr) -> Result<String, Error> {
    let value = text(name, value, "cmd")?;
    if value.chars().any(char::is_control) {
        return Err(unsayable(name, "cmd", "is more than a line"));
    }
    Ok(format!("{name}={value}\r\n"))
}
