//! `--programs`: what a shell offers in COMMAND's place. A person is typing: where no environment is found, none
//! counts, or an option leads nowhere yet, nothing is offered and nothing said.

use crate::cli::Scope;
use crate::error::Error;
use crate::find::Answer;
use crate::report::{print, programs};
use crate::scene::{answer, begin};
use crate::venv;
use crate::world::World;

/// Prints the names of the programs of the environment that is meant.
///
/// # Errors
/// They cannot be written.
pub fn programs(scope: &Scope, world: &mut World) -> Result<(), Error> {
    match found(scope, world) {
        Ok(Answer::Found(found)) => print(&programs::lines(&venv::scripts(&found.root))),
        _ => Ok(()),
    }
}

fn found(scope: &Scope, world: &mut World) -> Result<Answer, Error> {
    let search = begin(scope, world)?;
    answer(scope, &search, world)
}
