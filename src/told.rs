//! `--export` and `--which`: the environment that a command would run in, told to a shell; the file that would run,
//! told to a person. Nothing is made, and nothing of the environment started.

use std::path::Path;

use crate::cli::{Extent, Mode, Request, Scope};
use crate::create;
use crate::error::{Error, shown};
use crate::find::Answer;
use crate::program::which::{self, Candidate};
use crate::program::{self, Help, Text};
use crate::repair;
use crate::report::export::{self, Dialect, Reader, github};
use crate::report::print;
use crate::scene::{self, enter, existing, explain, is_tracked, places, search};
use crate::venv::{self, Venv};
use crate::view::{self, View};
use crate::world::World;

/// `--export`
pub fn export(scope: &Scope, reader: Reader, world: &mut World) -> Result<(), Error> {
    enter(scope, world)?;
    let search = search(scope, None, world)?;
    let found = existing(scope, &search, world)?;
    let venv = Venv::open(&found.root)?;
    let view = seen(&venv, found.left.as_deref(), world)?.with(scope.isolation);
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
    enter(&request.scope, world)?;
    request.scope.mode = Mode::DryRun;
    let text = Text::of(&request.ask);
    request.ask = program::unlooped(request.ask, text.as_ref());
    let script = scene::script(&mut request, text, world)?;
    let search = search(&request.scope, Some(&request.ask), world)?;
    let found = match &script {
        Some(script) => match script.answer(&search)? {
            Answer::Found(found) => found,
            Answer::Missing(_) => return Err(script.absence()),
        },
        None => existing(&request.scope, &search, world)?,
    };
    let voice = request.scope.voice;
    if script.is_some() {
        explain(&found, voice, world);
    }
    let venv = Venv::open(&found.root)?;
    let view = seen(&venv, found.left.as_deref(), world)?;
    let help = Help {
        stand_in: &|| create::stand_in::find(&venv, world, voice),
        is_tracked: &|| is_tracked(&venv.root, world),
        astray: &|| repair::imports(&venv.root, search.home.as_deref()),
        astray_scripts: &|| repair::astray_scripts(&venv.root),
    };
    let places = places(&venv, &view, help, &request, world);
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

fn seen(venv: &Venv, left: Option<&Path>, world: &World) -> Result<View, Error> {
    let prompt = venv::prompt(&venv.root, venv.cfg.prompt.clone());
    view::of(&venv.root, prompt, world.var("PATH"), left)
}
