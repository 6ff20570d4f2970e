//! Linux, macOS and the BSDs.

mod commands;
mod conventions;
mod dir;
mod exec;
mod fs;
mod process;
mod signals;
mod terminal;
mod users;

pub(crate) use commands::*;
pub(crate) use conventions::*;
pub(crate) use dir::*;
pub(crate) use exec::exec;
pub(crate) use fs::*;
pub(crate) use process::*;
pub(crate) use signals::{SignalGuard, on_termination, with_first_mask};
pub(crate) use terminal::{Terminal, can_ask};
pub(crate) use users::*;
