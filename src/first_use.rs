//! Where there is no environment: the one that is made for a command, or what would run in it.

use crate::cli::{Creation, Request, Scope};
use crate::create::{self, Occasion, Options, Order, Place};
use crate::error::{Error, shown, typed};
use crate::find::{self, Found, Missing, Search, Why};
use crate::os;
use crate::program::{self, Help};
use crate::requirements;
use crate::scene::{self, places, tell, tell_passed};
use crate::script::{self, Script};
use crate::venv::{Cfg, StandIn, Venv};
use crate::world::World;

/// First use.
pub fn make(
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
    script::sweep(world);
    // Another may have been first.
    if scope.env.is_none() {
        find::unclaimed(&missing.at, search)?;
    }
    Ok(made(missing))
}

/// The same for a script that says what it requires.
pub fn make_own(
    script: &Script,
    missing: Missing,
    request: &Request,
    world: &World,
) -> Result<Found, Error> {
    permit_own(script, request.creation)?;
    let scope = &request.scope;
    script.make(scope.python.as_ref(), world, scope.voice)?;
    script::sweep(world);
    Ok(made(missing))
}

fn made(missing: Missing) -> Found {
    Found {
        root: missing.at,
        why: Why::Made,
        left: missing.left,
        passed: Vec::new(),
    }
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
pub fn foretell(
    missing: Missing,
    script: Option<&Script>,
    request: Request,
    world: &World,
) -> Result<(), Error> {
    match script {
        Some(script) => permit_own(script, request.creation)?,
        None => permit(&missing, request.creation)?,
    }
    create::look(&first_use(
        &missing,
        &request.scope,
        &Options::default(),
        world,
    ))?;
    let scope = &request.scope;
    let venv = Venv {
        root: missing.at,
        cfg: Cfg::default(),
    };
    let view = scene::view(&venv, missing.left.as_deref(), script, scope, world)?;
    let at = shown(&venv.root);
    scope.voice.tell(format_args!("would create {at}"));
    let places = places(&venv, &view, &NotYet, &request, world);
    let program = program::foretold(request.ask, request.args, &places)?;
    tell(&program, &view, &request.scope, world)
}

/// Answers what is asked of an environment that is not there yet: it is not broken.
#[derive(Debug)]
struct NotYet;

impl Help for NotYet {
    fn stand_in(&self) -> Result<Option<StandIn>, Error> {
        Ok(None)
    }

    fn is_tracked(&self) -> bool {
        false
    }

    fn astray(&self) -> Option<String> {
        None
    }

    fn astray_scripts(&self) -> Option<String> {
        None
    }
}

/// Whether a script's own may be made.
fn permit_own(script: &Script, creation: Creation) -> Result<(), Error> {
    match creation {
        Creation::OnFirstUse => Ok(()),
        Creation::Never => Err(script.refusal()),
    }
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
