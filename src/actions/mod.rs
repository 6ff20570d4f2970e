//! What vrun can do: one file for each action.

mod cache;
mod complete;
mod context;
mod create;
mod doctor;
mod export;
mod first_use;
mod info;
mod prepare;
mod repair;
mod run;
mod select;
mod shims;
mod sync;
mod which;

pub(crate) use cache::cache;
pub(crate) use complete::complete;
pub(crate) use create::create;
pub(crate) use doctor::doctor;
pub(crate) use export::{export, undo_export};
pub(crate) use info::info;
pub(crate) use repair::repair;
pub(crate) use run::run;
pub(crate) use shims::create_shims;
pub(crate) use sync::sync;
pub(crate) use which::which;
