//! Linux, macOS and the BSDs.

mod conventions;
mod dir;
mod exec;
mod fs;
mod process;
mod signals;
mod users;

pub(crate) use conventions::*;
pub(crate) use dir::*;
pub(crate) use exec::exec;
pub(crate) use fs::*;
pub(crate) use process::*;
pub(crate) use signals::{SignalGuard, on_termination};
pub(crate) use users::*;
