//! A project's files -> what it requires, as a plan. Reads, and runs nothing.

mod dependency_table;
pub(crate) mod detect;
mod developers;
mod extras;
mod groups;
mod hatch_envs;
mod lock_graph;
mod lock_pins;
mod manifest_index;
mod mention;
mod package_name;
mod pip_format;
mod plan;
mod project_files;
mod pyproject;
mod python_package;
mod required_names;
mod requirement_texts;
pub(crate) mod script_list;
mod selection;
mod tables;

pub(crate) use lock_graph::hashed_requirements;
pub(crate) use manifest_index::ManifestIndex;
pub(crate) use mention::find_mention;
pub(crate) use package_name::{is_same_name, normalize_name};
pub(crate) use pip_format::{MAX_FILES, logical_lines, project_dir, read_references};
pub(crate) use plan::{InstallPlan, Part, display_name, install_args};
pub(crate) use project_files::project_files;
pub(crate) use pyproject::{PYPROJECT, Pyproject, is_poetry_project};
pub(crate) use python_package::setup_file;
pub(crate) use required_names::required_names;
pub(crate) use requirement_texts::{name_and_extras, requirement_texts, version_limits};
pub(crate) use selection::Selection;
