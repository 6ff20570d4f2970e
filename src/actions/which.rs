//! `--which`: the file that a name would run. Creates nothing, starts nothing.

use crate::cli::{Mode, RunRequest, WhichMode};
use crate::error::Error;
use crate::find::Outcome;
use crate::output::print;
use crate::process::Process;
use crate::program::{WhichMatch, which};
use crate::quote::printable;
use crate::venv::Venv;

use super::context::{
    self, ExistingEnv, Selection, no_environment_error, report_selection, resolve_context,
};

/// `--which`
pub(crate) fn which(
    mut request: RunRequest,
    extent: WhichMode,
    process: &mut Process,
) -> Result<(), Error> {
    request.settings.mode = Mode::DryRun;
    let Selection {
        search,
        script,
        outcome: answer,
    } = context::select(&mut request, process)?;
    let (settings, verbosity) = (&request.settings, request.settings.verbosity);
    let found = match (&script, answer) {
        (_, Outcome::Found(found)) => found,
        (Some(script), Outcome::Missing(_)) => return Err(script.not_created_error()),
        (None, Outcome::Missing(missing)) => return Err(no_environment_error(&missing.root)),
    };
    report_selection(&found, verbosity, process);
    let venv = Venv::open(&found.root)?;
    let view = context::build_view(
        &venv,
        found.deactivated.as_deref(),
        script.as_ref(),
        settings,
        process,
    )?;
    let help = ExistingEnv::new(&venv, &search, process, verbosity);
    let places = resolve_context(&venv, &view, &help, &request, process);
    let tell = |WhichMatch {
                    file,
                    description: why,
                }: &WhichMatch| {
        verbosity.verbose(|| format!("{} is {why}", printable(file)));
        print(&[file.as_os_str().as_encoded_bytes(), b"\n"].concat())
    };
    let first = which::first_match(&request.invocation, &places);
    first.iter().try_for_each(tell)?;
    if extent == WhichMode::All {
        let known = first.as_ref().ok().map(|found| &*found.file);
        which::other_matches(&request.invocation, known, &places)
            .iter()
            .try_for_each(tell)?;
    }
    first.map(drop)
}
