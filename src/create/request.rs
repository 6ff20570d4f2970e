//! What is to be created: where, for which project, with which Python and options.

use std::path::Path;

use crate::error::Error;
use crate::process::Process;
use crate::python::{ExplicitRequest, Prober};

use super::context::BuildContext;
use super::options::VenvOptions;

#[derive(Clone, Copy, Debug)]
pub(crate) struct CreateTarget<'a> {
    /// The environment's directory: absolute, as the user wrote or sees it.
    pub path: &'a Path,
    /// The project that it is for, which may say which Python it needs.
    pub project_root: Option<&'a Path>,
}

/// Why an environment is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A command needs one.
    FirstUse,
    /// The user asked for it (`--create`), and knows what is at the path.
    Requested,
}

/// A file that a new environment holds from the start.
#[derive(Clone, Debug)]
pub(crate) struct ExtraFile {
    pub name: &'static str,
    pub content: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct CreateRequest<'a> {
    pub target: CreateTarget<'a>,
    /// The Python that the user asked for.
    pub python_request: Option<&'a ExplicitRequest>,
    pub options: &'a VenvOptions,
    pub trigger: Trigger,
    pub extra_file: Option<&'a ExtraFile>,
    pub process: &'a Process,
}

impl<'a> CreateRequest<'a> {
    /// How to look for the base interpreter.
    pub(super) fn prober(&self, context: &BuildContext<'a>) -> Prober<'a> {
        let CreateTarget { path, project_root } = self.target;
        Prober {
            process: self.process,
            cache_dir: context.cache_dir,
            is_cached: true,
            vars: context.vars,
            cwd: project_root.or(path.parent()).unwrap_or(Path::new("/")),
            off_limits: &[],
            stop: context.stop,
        }
    }
}

/// Adds to an environment before it is moved to its final path.
pub(super) type PopulateFn<'a> = dyn Fn(&Path, &BuildContext<'_>) -> Result<(), Error> + 'a;

/// When something is added.
#[derive(Clone, Copy)]
pub(super) enum Populate<'a> {
    Always(&'a PopulateFn<'a>),
    /// Where an environment makes room for it, which stays if that fails. Elsewhere it is done in place, later.
    IfReplacing(&'a PopulateFn<'a>),
}
