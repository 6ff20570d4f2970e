//! A broken environment -> one that works.

mod input;
mod path_rewriter;
mod plan;
mod preserve;
mod reinstall;
mod relocated;
mod repair;
mod shebang_rewriter;
mod stale_paths;

pub(crate) use input::RepairInput;
pub(crate) use plan::plan_repair;
pub(crate) use relocated::{StaleFile, StaleKind, stale_files};
pub(crate) use repair::repair;
pub(crate) use stale_paths::{describe_stale_imports, describe_stale_scripts};
