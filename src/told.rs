//! `--export` and `--which`: the environment that a command would run in, told to a shell; the file that would run,
//! told to a person. Nothing is made, and nothing of the environment started.

use crate::cli::{Extent, Mode, Request, Scope};
use crate::error::{Error, shown};
use crate::find::Answer;
use crate::program::which::{self, Candidate};
use crate::report::export::{self, Dialect, Reader, github};
use crate::report::print;
use crate::scene::{self, Present, Sought, begin, existing, explain, none_at, places};
use crate::venv::{self, Venv};
use crate::world::World;

/// `--export`
pub fn export(scope: &Scope, reader: Reader, world: &mut World) -> Result<(), Error> {
    let search = begin(scope, world)?;
    let found = existing(scope, &search, world)?;
    let venv = Venv::open(&found.root)?;
    let view = scene::view(&venv, found.left.as_deref(), None, scope, world)?;
    match reader {
        Reader::Shell(shell) => print(&export::lines(shell, &view, world)?),
        Reader::Dotenv => print(&export::dotenv(&view, world)?),
        Reader::GitHub => {
            let entries = github::entries(&view, &venv::scripts(&venv.root), world)?;
            match scope.mode {
                Mode::DryRun => print(entries.told().as_bytes()),
                Mode::Real => entries.append(world),
            }
        }
    }
}

/// `--export --undo`, which needs no environment: it may be gone.
pub fn undo(shell: Dialect, world: &World) -> Result<(), Error> {
    print(&export::undo(shell, world)?)
}

/// `--which`
pub fn which(mut request: Request, extent: Extent, world: &mut World) -> Result<(), Error> {
    request.scope.mode = Mode::DryRun;
    let Sought {
        search,
        script,
        answer,
    } = scene::sought(&mut request, world)?;
    let (scope, voice) = (&request.scope, request.scope.voice);
    let found = match (&script, answer) {
        (_, Answer::Found(found)) => found,
        (Some(script), Answer::Missing(_)) => return Err(script.absence()),
        (None, Answer::Missing(missing)) => return Err(none_at(&missing.at)),
    };
    explain(&found, voice, world);
    let venv = Venv::open(&found.root)?;
    let view = scene::view(&venv, found.left.as_deref(), script.as_ref(), scope, world)?;
    let help = Present::of(&venv, &search, world, voice);
    let places = places(&venv, &view, &help, &request, world);
    let tell = |Candidate { file, why }: &Candidate| {
        voice.detail(|| format!("{} is {why}", shown(file)));
        print(&[file.as_os_str().as_encoded_bytes(), b"\n"].concat())
    };
    let first = which::first(&request.ask, &places);
    first.iter().try_for_each(tell)?;
    if extent == Extent::All {
        let known = first.as_ref().ok().map(|found| &*found.file);
        which::others(&request.ask, known, &places)
            .iter()
            .try_for_each(tell)?;
    }
    first.map(drop)
}
