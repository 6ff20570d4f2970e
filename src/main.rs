//! vrun: run a command in the project's virtual environment, made on first use.
//!
//! The story: read the world, read argv, find the environment, make it if there is none, compute what
//! the program is to see, find the program, become it.

use std::path::Path;
use std::process::ExitCode;

mod care;
mod cli;
mod create;
mod error;
mod facts;
mod find;
mod launch;
mod os;
mod program;
mod repair;
mod report;
mod requirements;
mod scene;
mod telling;
mod trust;
mod venv;
mod view;
mod voice;
mod world;

use cli::{Action, Creation, Mode, Named, Request, Scope};
use create::{Existing, Occasion, Options, Order, Place};
use error::{Error, Exit, shown, typed};
use find::{Answer, Found, Missing, Search, Why};
use program::{Help, Places, Program};
use report::print;
use requirements::Site;
use scene::{answer, enter, explain, is_tracked, search, tell_passed};
use venv::{Cfg, Venv};
use view::View;
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
        Action::Info(scope, format) => telling::info(&scope, format, world)?,
        Action::Doctor(scope, format) => return care::doctor(&scope, format, world),
        Action::Repair(scope) => return care::repair(&scope, world),
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns only where the program was told rather than run, or could not be.
fn run(mut request: Request, world: &mut World) -> Result<(), Error> {
    enter(&request.scope, world)?;
    request.ask = program::unlooped(request.ask, || world.own());
    let search = search(&request.scope, Some(&request.ask), world)?;
    let found = match answer(&request.scope, &search, world)? {
        Answer::Found(found) => found,
        Answer::Missing(missing) if request.scope.mode == Mode::DryRun => {
            return foretell(missing, request, world);
        }
        Answer::Missing(missing) => {
            make(missing, &request.scope, request.creation, &search, world)?
        }
    };
    let voice = request.scope.voice;
    explain(&found, voice, world);
    if request.scope.mode == Mode::Real {
        create::tidy(&found.root);
    }
    let venv = Venv::open(&found.root)?;
    if let Some(wish) = &request.scope.python
        && request.scope.mode == Mode::Real
    {
        create::request::check(&venv, wish, world)?;
    }
    if request.scope.mode == Mode::Real {
        attend(&venv, &search, &request.scope, world)?;
    }
    let prompt = venv::prompt(&venv.root, venv.cfg.prompt.clone());
    let view = view::of(&venv.root, prompt, world.var("PATH"), found.left.as_deref())?;
    let help = Help {
        stand_in: &|| create::stand_in::find(&venv, world, voice),
        is_tracked: &|| is_tracked(&venv.root, world),
    };
    let places = places(&venv, &view, help, &request, world);
    let program = program::find(request.ask, request.args, &places)?;
    if let Some(remark) = &program.remark {
        voice.tell(remark);
    }
    voice.detail(|| format!("running {}", shown(&program.file)));
    match request.scope.mode {
        Mode::DryRun => tell(&program, &view, &request.scope, world),
        Mode::Real => {
            let vars = program.told(view.apply(&world.vars));
            let error = launch::become_program(&program, &vars);
            Err(program::explained(error, &program, &places))
        }
    }
}

/// `--sync` without a command.
fn sync(scope: &Scope, creation: Creation, world: &mut World) -> Result<(), Error> {
    enter(scope, world)?;
    let search = search(scope, None, world)?;
    let found = match answer(scope, &search, world)? {
        Answer::Found(found) => found,
        Answer::Missing(missing) => make(missing, scope, creation, &search, world)?,
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
    enter(scope, world)?;
    let search = search(scope, None, world)?;
    let at = match answer(scope, &search, world)? {
        Answer::Found(found) => {
            explain(&found, scope.voice, world);
            match options.existing {
                Existing::Kept => found.root,
                Existing::Cleared | Existing::Upgraded => found.into_own()?,
            }
        }
        Answer::Missing(missing) => {
            tell_passed(&missing.passed, scope.voice);
            if let Some(barred) = &missing.barred {
                return Err(barred.refusal(&missing.at));
            }
            missing.at
        }
    };
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
            attend(&Venv::open(&at)?, &search, scope, world)?;
        }
    }
    print(&[at.as_os_str().as_encoded_bytes(), b"\n"].concat())
}

/// First use.
fn make(
    missing: Missing,
    scope: &Scope,
    creation: Creation,
    search: &Search,
    world: &World,
) -> Result<Found, Error> {
    tell_passed(&missing.passed, scope.voice);
    permit(&missing, creation)?;
    let project = missing.project.as_deref();
    let note = requirements::mark(&scope.wishes, project, &missing.at, world)?;
    create::make(&Order {
        note: note.as_ref(),
        ..first_use(&missing, scope, &Options::default(), world)
    })?;
    // Another may have been first.
    if scope.env.is_none() {
        find::unclaimed(&missing.at, search)?;
    }
    Ok(Found {
        root: missing.at,
        why: Why::Made,
        left: missing.left,
        passed: Vec::new(),
    })
}

fn first_use<'a>(
    missing: &'a Missing,
    scope: &'a Scope,
    options: &'a Options,
    world: &'a World,
) -> Order<'a> {
    Order {
        place: Place {
            at: &missing.at,
            project: missing.project.as_deref(),
        },
        wish: scope.python.as_ref(),
        options,
        occasion: Occasion::FirstUse,
        note: None,
        world,
        voice: scope.voice,
    }
}

/// `-n` where there is no environment: what would run in the one that would be made.
fn foretell(missing: Missing, request: Request, world: &World) -> Result<(), Error> {
    permit(&missing, request.creation)?;
    create::look(&first_use(
        &missing,
        &request.scope,
        &Options::default(),
        world,
    ))?;
    let left = missing.left.as_deref();
    let prompt = venv::prompt(&missing.at, None);
    let view = view::of(&missing.at, prompt, world.var("PATH"), left)?;
    let at = shown(&missing.at);
    request.scope.voice.tell(format_args!("would create {at}"));
    let venv = Venv {
        root: missing.at,
        cfg: Cfg::default(),
    };
    // What is not there yet is not broken.
    let help = Help {
        stand_in: &|| Ok(None),
        is_tracked: &|| false,
    };
    let places = places(&venv, &view, help, &request, world);
    let program = program::foretold(request.ask, request.args, &places);
    tell(&program, &view, &request.scope, world)
}

/// Whether an environment may be made there unasked.
fn permit(missing: &Missing, creation: Creation) -> Result<(), Error> {
    if creation == Creation::Never {
        let at = typed(&missing.at);
        let what = format!("there is no environment at {}", shown(&missing.at));
        return Err(Error::failed(what)
            .cause("`--no-create` or VRUN_NO_CREATE keeps vrun from making it")
            .hint(format!(
                "`{} -m venv {at}` makes it; `--env PATH` names another",
                os::ANY_PYTHON
            )));
    }
    match &missing.barred {
        Some(barred) => Err(barred.refusal(&missing.at)),
        None => Ok(()),
    }
}

fn places<'a>(
    venv: &'a Venv,
    view: &'a View,
    help: Help<'a>,
    request: &Request,
    world: &World,
) -> Places<'a> {
    let scope = &request.scope;
    let is_named = matches!(scope.env, Some(Named::ByOption(_)));
    Places {
        root: &venv.root,
        cfg: &venv.cfg,
        path: view.path(),
        own: world.own(),
        foreign: request.foreign,
        by_option: is_named || scope.project.is_some() || !scope.directories.is_empty(),
        help,
    }
}

/// What `-n` answers.
fn tell(program: &Program, view: &View, scope: &Scope, world: &World) -> Result<(), Error> {
    let went = world.var("PWD").filter(|_| !scope.directories.is_empty());
    let went = went.map(Path::new);
    print(&report::dry_run::line(program, view, went))
}
