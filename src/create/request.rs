//! What is to be created: where, for which project, with which Python and options.

use std::path::Path;

use crate::error::Error;
use crate::output::Verbosity;
use crate::process::Process;
use crate::python::ExplicitRequest;

use super::options::VenvOptions;
use super::stdlib_venv::BuildContext;

/// Where an environment is to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CreateTarget<'a> {
    /// Its directory to be: absolute, as the user wrote or sees it.
    pub path: &'a Path,
    /// The project that it is for; what that asks of Python counts.
    pub project_root: Option<&'a Path>,
}

/// Why an environment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A command needs one.
    FirstUse,
    /// A person asked for it (`--create`): what lies at the place is known to them.
    Requested,
}

/// A file that a new environment holds from its first moment.
#[derive(Clone, Debug)]
pub(crate) struct ExtraFile {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub content: String,
}

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CreateRequest<'a> {
    /// Where, and for which project.
    pub target: CreateTarget<'a>,
    /// What Python was asked for.
    pub python_request: Option<&'a ExplicitRequest>,
    /// What it is to be like.
    pub options: &'a VenvOptions,
    /// Why.
    pub trigger: Trigger,
    /// What is left in a new one for later runs.
    pub extra_file: Option<&'a ExtraFile>,
    /// Whose variables, home and cache.
    pub process: &'a Process,
    /// How much is said.
    pub verbosity: Verbosity,
}

/// What is to be done in an environment that is made, before it stands in its place.
pub(super) type PopulateFn<'a> = dyn Fn(&Path, &BuildContext<'_>) -> Result<(), Error> + 'a;
