//! What actions print. Nothing here is computed when a program simply runs.

mod cache;
mod dry_run;
pub(crate) mod export;
mod findings;
pub(crate) mod info;

pub(crate) use cache::{cache_text, format_size, json_text};
pub(crate) use dry_run::command_line;
pub(crate) use findings::{render_json, render_text};
