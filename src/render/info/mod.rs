//! `--info`: what is known of an environment, as text and as JSON.

mod document;
mod json;
mod json_text;
mod model;
mod text;
mod walk_tree;

pub(crate) use json::render_json;
pub(crate) use model::{EnvDiff, EnvInfo, InfoOutcome, ProblemReport, SCHEMA, SearchContext};
pub(crate) use text::render_text;
pub(crate) use walk_tree::render_walk;
