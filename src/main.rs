//! vrun: run a command in the project's virtual environment, made on first use.
//!
//! The story: read the world, read argv, find the environment, make it if there is none, compute what
//! the program is to see, find the program, become it.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod cli;
mod create;
mod error;
mod find;
mod launch;
mod os;
mod program;
mod report;
mod venv;
mod view;
mod voice;
mod world;

use cli::{Action, Creation, Mode, Named, Request};
use create::Place;
use error::{Error, Exit, reason, shown, typed};
use find::{Answer, Found, Missing, Names, Passed, Search, Why};
use program::{Ask, Foreign, Places};
use venv::Venv;
use view::View;
use voice::Voice;
use world::World;

fn main() -> ExitCode {
    let mut world = World::read();
    match act(&mut world) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            voice::write(&format!("{error}\n"));
            ExitCode::from(error.exit as u8)
        }
    }
}

fn act(world: &mut World) -> Result<(), Error> {
    match cli::parse(&world.args)? {
        Action::Print(text) => print(text.as_bytes()),
        Action::Nothing(help) => {
            voice::write(&help);
            std::process::exit(Exit::Failed as i32);
        }
        Action::Run(request) => run(request, world),
    }
}

/// Returns only where the program was told rather than run, or could not be.
fn run(mut request: Request, world: &mut World) -> Result<(), Error> {
    for directory in &request.directories {
        world.enter(directory)?;
    }
    request.ask = program::unlooped(request.ask);
    let search = search(&request, world)?;
    let found = match answer(&request, &search, world)? {
        Answer::Found(found) => found,
        Answer::Missing(missing) if request.mode == Mode::DryRun => {
            return foretell(missing, request, world);
        }
        Answer::Missing(missing) => make(missing, &request, world)?,
    };
    explain(&found, request.voice);
    let venv = Venv::open(&found.root)?;
    if let Some(wish) = &request.python {
        create::request::check(&venv, wish, world)?;
    }
    let prompt = venv::prompt(&venv.root, venv.cfg.prompt);
    let view = view::of(&venv.root, prompt, world.var("PATH"), found.left.as_deref())?;
    let places = places(&venv.root, &view, request.foreign, world);
    let program = program::find(request.ask, request.args, &places)?;
    request
        .voice
        .detail(|| format!("running {}", shown(&program.file)));
    match request.mode {
        Mode::DryRun => print(&report::dry_run::line(
            &program,
            &view,
            went(&request.directories, world),
        )),
        Mode::Run => Err(launch::become_program(&program, &view.apply(&world.vars))),
    }
}

/// What to search from, and what the search should know.
fn search(request: &Request, world: &World) -> Result<Search, Error> {
    let start = match (&request.ask, &request.project) {
        (_, Some(dir)) => world.absolute(dir).and_then(find::directory),
        (Ask::Script(file), None) => find::beside(file.as_ref()),
        (_, None) => world.cwd(),
    };
    let start = match &request.env {
        // Needs no place to start from, and so no working directory that is still there.
        Some(Named::ByOption(path) | Named::ByVariable(path)) if path.is_absolute() => {
            start.unwrap_or_else(|_| path.clone())
        }
        _ => start?,
    };
    let active = world.setting("VIRTUAL_ENV").map(PathBuf::from);
    Ok(Search {
        start,
        names: Names::from_setting(world.setting("VRUN_NAME"))?,
        home: world.home(),
        temp: world.temp(),
        ceilings: find::ceilings(world.setting("VRUN_CEILING_DIRECTORIES")),
        active: active.filter(|path| path.is_absolute()).map(world::tidy),
    })
}

/// The environment that was named, or the nearest.
fn answer(request: &Request, search: &Search, world: &World) -> Result<Answer, Error> {
    match &request.env {
        None => find::nearest(search),
        Some(Named::ByOption(path)) => find::named(world.absolute(path)?, "--env", search),
        Some(Named::ByVariable(path)) => {
            let project =
                find::project(&search.start, search.home.as_deref()).unwrap_or(&search.start);
            find::named(world::tidy(project.join(path)), "VRUN_ENV", search)
        }
    }
}

/// First use.
fn make(missing: Missing, request: &Request, world: &World) -> Result<Found, Error> {
    tell_passed(&missing.passed, request.voice);
    if request.creation == Creation::Never {
        let by_hand = format!("python3 -m venv {}", typed(&missing.at));
        return Err(
            Error::failed(format!("there is no environment at {}", shown(&missing.at)))
                .cause("`--no-create` or VRUN_NO_CREATE keeps vrun from making it")
                .hint(format!(
                    "make it with `{by_hand}`, or say where one is with `--env PATH`"
                )),
        );
    }
    if let Some(barred) = &missing.barred {
        return Err(barred.refusal(&missing.at));
    }
    let place = Place {
        at: &missing.at,
        project: missing.project.as_deref(),
    };
    create::first_use(&place, request.python.as_ref(), world, request.voice)?;
    Ok(Found {
        root: missing.at,
        why: Why::Made,
        left: missing.left,
        passed: Vec::new(),
    })
}

/// `-n` where there is no environment: what would run in the one that would be made.
fn foretell(missing: Missing, request: Request, world: &World) -> Result<(), Error> {
    if let Some(barred) = &missing.barred {
        return Err(barred.refusal(&missing.at));
    }
    request
        .voice
        .tell(format_args!("would create {}", shown(&missing.at)));
    let prompt = venv::prompt(&missing.at, None);
    let view = view::of(
        &missing.at,
        prompt,
        world.var("PATH"),
        missing.left.as_deref(),
    )?;
    let places = places(&missing.at, &view, request.foreign, world);
    let program = program::foretold(request.ask, request.args, &places);
    print(&report::dry_run::line(
        &program,
        &view,
        went(&request.directories, world),
    ))
}

fn places<'a>(root: &'a Path, view: &'a View, foreign: Foreign, world: &World) -> Places<'a> {
    Places {
        root,
        path: view.path(),
        own: world.own(),
        foreign,
    }
}

/// Where `-C` led to, if there was one.
fn went<'a>(directories: &[PathBuf], world: &'a World) -> Option<&'a Path> {
    world
        .var("PWD")
        .map(Path::new)
        .filter(|_| !directories.is_empty())
}

fn explain(found: &Found, voice: Voice) {
    if let Why::ActiveInstead(broken) = &found.why {
        let (broken, root) = (shown(broken), shown(&found.root));
        voice.tell(format_args!(
            "{broken} has no Python that runs here; the active {root} serves"
        ));
    }
    tell_passed(&found.passed, voice);
    voice.detail(|| format!("environment {} ({})", shown(&found.root), found.why));
}

fn tell_passed(passed: &[Passed], voice: Voice) {
    for Passed { path, why } in passed {
        voice.detail(|| format!("passed over {}: {why}", shown(path)));
    }
}

/// An answer, on stdout. A reader that has seen enough is no error.
fn print(text: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write to stdout").cause(reason(&error)))
        }
        _ => Ok(()),
    }
}
