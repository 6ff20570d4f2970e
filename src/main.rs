//! vrun: run a command in the project's virtual environment, made on first use.
//!
//! The story: read the world, read argv, find the environment, make it if there is none, compute what
//! the program is to see, find the program, become it. Beside it stand the actions that run none: some here, the others
//! in `care`, `told` and `offer`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod care;
mod cli;
mod create;
mod error;
mod facts;
mod find;
mod first_use;
mod info;
mod itself;
mod launch;
mod offer;
mod os;
mod program;
mod repair;
mod report;
mod requirements;
mod scene;
mod script;
mod shims;
mod told;
mod trust;
mod venv;
mod view;
mod voice;
mod world;

use cli::{Action, Creation, Mode, Request, Scope};
use create::{Existing, Occasion, Options, Order, Place};
use error::{Error, Exit, shown};
use find::{Answer, Found, Search};
use report::print;
use requirements::Site;
use scene::{Present, Sought, answer, begin, enter, explain, places, tell, tell_passed};
use script::Script;
use venv::Venv;
use world::World;

fn main() -> ExitCode {
    let mut world = World::read();
    match act(&mut world) {
        Ok(code) => code,
        Err(error) => {
            voice::write(&format!("{error}\n"));
            ExitCode::from(error.exit as u8)
        }
    }
}

fn act(world: &mut World) -> Result<ExitCode, Error> {
    match cli::parse(&world.args, &world.vars)? {
        Action::Print(text) => print(text.as_bytes())?,
        Action::Nothing(help) => {
            voice::write(&help);
            return Ok(ExitCode::from(Exit::Failed as u8));
        }
        Action::Run(request) => run(request, world)?,
        Action::Sync(scope, creation) => sync(&scope, creation, world)?,
        Action::Create(scope, options) => create(&scope, &options, world)?,
        Action::Info(scope, format) => info::info(&scope, format, world)?,
        Action::Export(scope, reader) => told::export(&scope, reader, world)?,
        Action::Undo(shell) => told::undo(shell, world)?,
        Action::Which(request, extent) => told::which(request, extent, world)?,
        Action::Doctor(scope, format) => return care::doctor(&scope, format, world),
        Action::Repair(scope) => return care::repair(&scope, world),
        Action::Programs(scope) => offer::programs(&scope, world)?,
        Action::Shims(scope, dir, names) => shims(&scope, &dir, &names, world)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns only where the program was told rather than run, or could not be.
fn run(mut request: Request, world: &mut World) -> Result<(), Error> {
    let Sought {
        search,
        script,
        answer,
    } = scene::sought(&mut request, world)?;
    let script = script.as_ref();
    let found = match (answer, script) {
        (Answer::Found(found), _) => found,
        (Answer::Missing(missing), _) if request.scope.mode == Mode::DryRun => {
            return first_use::foretell(missing, script, request, world);
        }
        (Answer::Missing(missing), Some(script)) => {
            first_use::make_own(script, missing, &request, world)?
        }
        (Answer::Missing(missing), None) => {
            first_use::make(missing, &request.scope, request.creation, &search, world)?
        }
    };
    let (scope, voice) = (&request.scope, request.scope.voice);
    explain(&found, voice, world);
    let venv = open(&found, script, &search, scope, world)?;
    let view = scene::view(&venv, found.left.as_deref(), script, scope, world)?;
    let help = Present::of(&venv, &search, world, voice);
    let places = places(&venv, &view, &help, &request, world);
    let program = program::find(request.ask, request.args, &places)?;
    program.remarks.iter().for_each(|remark| voice.tell(remark));
    voice.detail(|| format!("running {}", shown(&program.file)));
    match scope.mode {
        Mode::DryRun => tell(&program, &view, scope, world),
        Mode::Real => {
            let vars = program.told(view.apply(&world.vars));
            let error = launch::become_program(&program, &vars);
            Err(program::explained(error, &program, &places))
        }
    }
}

/// The environment, as a program that really runs may count on it: of the Python that was asked for, and with what the
/// project requires.
fn open(
    found: &Found,
    script: Option<&Script>,
    search: &Search,
    scope: &Scope,
    world: &World,
) -> Result<Venv, Error> {
    if scope.mode == Mode::DryRun {
        return Venv::open(&found.root);
    }
    create::tidy(&found.root);
    let venv = Venv::open(&found.root)?;
    // What a script's own environment is made of decides where it lies.
    if let Some(wish) = &scope.python
        && script.is_none()
    {
        create::request::check(&venv, wish, world)?;
    }
    attend(&venv, search, scope, world)?;
    Ok(venv)
}

/// `--sync` without a command.
fn sync(scope: &Scope, creation: Creation, world: &mut World) -> Result<(), Error> {
    let search = begin(scope, world)?;
    let found = match answer(scope, &search, world)? {
        Answer::Found(found) => found,
        Answer::Missing(missing) => first_use::make(missing, scope, creation, &search, world)?,
    };
    explain(&found, scope.voice, world);
    attend(&Venv::open(&found.root)?, &search, scope, world)
}

/// Installs what the environment lacks, or says that it does.
fn attend(venv: &Venv, search: &Search, scope: &Scope, world: &World) -> Result<(), Error> {
    requirements::attend(&Site {
        venv,
        start: &search.start,
        wishes: &scope.wishes,
        world,
        voice: scope.voice,
    })
}

/// `--create`: makes the environment, and prints where it is.
fn create(scope: &Scope, options: &Options, world: &mut World) -> Result<(), Error> {
    let search = begin(scope, world)?;
    let at = place(answer(scope, &search, world)?, scope, options, world)?;
    let project = find::project(&search.start, search.home.as_deref());
    let note = match options.has_pip() {
        true => requirements::mark(&scope.wishes, project, &at, world)?,
        false => None,
    };
    let order = Order {
        place: Place { at: &at, project },
        wish: scope.python.as_ref(),
        options,
        occasion: Occasion::Asked,
        note: note.as_ref(),
        world,
        voice: scope.voice,
    };
    match scope.mode {
        Mode::DryRun => create::look(&order)?,
        Mode::Real => {
            create::make(&order)?;
            script::sweep(world);
            attend(&Venv::open(&at)?, &search, scope, world)?;
        }
    }
    print(&[at.as_os_str().as_encoded_bytes(), b"\n"].concat())
}

/// Where `--create` is to make it.
fn place(
    answer: Answer,
    scope: &Scope,
    options: &Options,
    world: &World,
) -> Result<PathBuf, Error> {
    match answer {
        Answer::Found(found) => {
            explain(&found, scope.voice, world);
            match options.existing {
                Existing::Kept => Ok(found.root),
                Existing::Cleared | Existing::Upgraded => found.into_own(),
            }
        }
        Answer::Missing(missing) => {
            tell_passed(&missing.passed, scope.voice);
            match &missing.barred {
                Some(barred) => Err(barred.refusal(&missing.at)),
                None => Ok(missing.at),
            }
        }
    }
}

/// `--shims`: makes them, and prints where they are.
fn shims(scope: &Scope, dir: &Path, names: &[OsString], world: &mut World) -> Result<(), Error> {
    enter(scope, world)?;
    let plan = shims::plan(dir, names, world)?;
    if scope.mode == Mode::Real {
        plan.carry_out()?;
    }
    plan.advise(world, scope.voice);
    print(&plan.paths())
}
