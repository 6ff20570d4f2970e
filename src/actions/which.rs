//! `--which`: print the file that a name would run. Creates nothing, starts nothing. `program/which.rs` finds the files
//! and describes them.

use crate::cli::{Mode, RunRequest, WhichMode};
use crate::error::Error;
use crate::find::Outcome;
use crate::process::Process;
use crate::program::{WhichMatch, which};
use crate::quote::printable;

use super::context::{no_environment_error, print_path, report_selection};
use super::prepare::{TargetEnv, prepare};
use super::select::{Selection, select};

pub(crate) fn which(
    mut request: RunRequest,
    which_mode: WhichMode,
    process: &mut Process,
) -> Result<(), Error> {
    request.settings.mode = Mode::DryRun;
    let Selection {
        search,
        script,
        outcome,
    } = select(&mut request, process)?;
    let (settings, verbosity) = (&request.settings, process.verbosity);
    let found = match (&script, outcome) {
        (_, Outcome::Found(found)) => found,
        (Some(script), Outcome::Missing(_)) => return Err(script.not_created_error()),
        (None, Outcome::Missing(missing)) => return Err(no_environment_error(&missing.root)),
    };
    report_selection(&found, &search, process);
    let env = TargetEnv::open(found, script)?;
    let prepared = prepare(&env, &search, settings, process)?;
    let context = prepared.resolve_context(&request);
    let print_match = |WhichMatch { file, description }: &WhichMatch| {
        verbosity.verbose(|| format!("{} is {description}", printable(file)));
        print_path(file)
    };
    let first = which::first_match(&request.invocation, &context);
    first.iter().try_for_each(print_match)?;
    if which_mode == WhichMode::All {
        let known = first.as_ref().ok().map(|found| &*found.file);
        which::other_matches(&request.invocation, known, &context)
            .iter()
            .try_for_each(print_match)?;
    }
    first.map(drop)
}
