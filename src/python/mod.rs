//! Python interpreters: which one is requested, which are installed, and what each reports about itself.

mod architecture;
mod base_of;
mod candidates;
mod child_env;
mod compatibility;
mod discovery;
mod explicit_request;
mod homebrew;
mod inspection;
mod installed_requests;
mod installed_series;
mod interpreter;
mod managed;
mod near_request;
mod no_match;
mod path_lookup;
mod poetry_version;
mod probe;
mod probe_cache;
mod request;
mod request_syntax;
mod substitute;
mod version_files;
mod version_words;

pub(crate) use architecture::{Architecture, executable_architecture};
pub(crate) use base_of::resolve_base;
pub(crate) use child_env::{pip_target_args, vars_for_pip, vars_for_python};
pub(crate) use compatibility::{
    check_compatible, may_be_compatible, request_for_env, requesting_file, unmet_request,
};
pub(crate) use discovery::find_interpreter;
pub(crate) use homebrew::with_opt_path;
pub(crate) use inspection::Inspection;
pub(crate) use installed_requests::installed_requests;
pub(crate) use installed_series::{InstalledSeries, find_installed_series};
pub(crate) use interpreter::{BytecodeFormat, Interpreter};
pub(crate) use poetry_version::poetry_specifiers;
pub(crate) use probe::{Prober, is_script};
pub(crate) use probe_cache::{
    cached_answers, check_cache_dir, is_answer_valid, report_unused_cache, usable_cache_dir,
};
pub(crate) use request::ExplicitRequest;
pub(crate) use substitute::{find_substitute, has_matching_interpreter};
pub(crate) use version_files::resolve_request;
