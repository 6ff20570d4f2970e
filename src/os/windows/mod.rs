//! Windows, where no process can become another: vrun waits for the program.

mod conventions;
mod dir;
mod exec;
mod fs;
mod process;
mod registry;
mod signals;
mod users;

pub(crate) use conventions::*;
pub(crate) use dir::*;
pub(crate) use exec::exec;
pub(crate) use fs::*;
pub(crate) use process::*;
pub(crate) use registry::registered_pythons;
pub(crate) use signals::{SignalGuard, on_termination};
pub(crate) use users::*;
