//! What the actions have in common: the options and the world -> the environment that is meant, what is told of it, and
//! where a program that runs there is looked for.

use std::path::{Path, PathBuf};

use crate::cli::{Mode, Named, Request, Scope, Scripts};
use crate::create;
use crate::error::{Error, Exit, shown, typed};
use crate::find::{self, Answer, Found, Names, Passed, Search, Why};
use crate::program::{self, Ask, Help, Places, Program, Text};
use crate::repair;
use crate::report;
use crate::script::{self, Script, Use};
use crate::venv::{self, StandIn, Venv};
use crate::view::{self, View};
use crate::voice::Voice;
use crate::world::{self, World};

/// `-C`
pub fn enter(scope: &Scope, world: &mut World) -> Result<(), Error> {
    let mut directories = scope.directories.iter();
    directories.try_for_each(|directory| world.enter(directory))
}

/// What to search from, for an action that asks for no program.
pub fn begin(scope: &Scope, world: &mut World) -> Result<Search, Error> {
    enter(scope, world)?;
    search(scope, None, world)
}

/// Where a program is to run.
#[derive(Debug)]
pub struct Sought {
    /// What was searched from.
    pub search: Search,
    /// What is to run, where that is a script with an environment of its own.
    pub script: Option<Script>,
    /// The environment.
    pub answer: Answer,
}

/// Where the program is to run that `request` asks for. What that is may show on the way: a script that starts vrun, or
/// one with an environment of its own.
pub fn sought(request: &mut Request, world: &mut World) -> Result<Sought, Error> {
    enter(&request.scope, world)?;
    let text = Text::of(&request.ask);
    program::unloop(&mut request.ask, text.as_ref());
    if let Ask::Line(_) = request.ask {
        world.tell_cwd();
    }
    let script = script(request, text, world)?;
    let search = search(&request.scope, Some(&request.ask), world)?;
    let answer = match &script {
        Some(script) => script.answer(&search)?,
        None => answer(&request.scope, &search, world)?,
    };
    Ok(Sought {
        search,
        script,
        answer,
    })
}

/// What to search from, and what the search should know.
fn search(scope: &Scope, ask: Option<&Ask>, world: &World) -> Result<Search, Error> {
    let start = match (ask, &scope.project) {
        (_, Some(dir)) => world.absolute(dir).and_then(find::directory),
        (Some(Ask::Script(file)), None) => {
            find::beside(file.as_ref()).and_then(|dir| dir.map_or_else(|| world.cwd(), Ok))
        }
        (_, None) => world.cwd(),
    };
    let start = match &scope.env {
        // Needs no place to start from, and so no working directory that is still there.
        Some(Named::ByOption(path) | Named::ByVariable(path)) if path.is_absolute() => {
            start.unwrap_or_else(|_| path.clone())
        }
        _ => start?,
    };
    let active = world.setting("VIRTUAL_ENV").map(PathBuf::from);
    let active = active.filter(|path| path.is_absolute()).map(world::tidy);
    Ok(Search {
        start,
        names: Names::from_setting(world.setting("VRUN_NAME"))?,
        home: world.home(),
        temp: world.temp(),
        ceilings: find::ceilings(world.setting("VRUN_CEILING_DIRECTORIES")),
        is_scripts: active
            .as_ref()
            .is_some_and(|root| script::is_own(root, world)),
        active,
    })
}

/// The environment that was named, or the nearest.
pub fn answer(scope: &Scope, search: &Search, world: &World) -> Result<Answer, Error> {
    match &scope.env {
        None => find::nearest(search),
        Some(Named::ByOption(path)) => find::named(world.absolute(path)?, "--env", search),
        Some(Named::ByVariable(path)) => {
            let project =
                find::project(&search.start, search.home.as_deref()).unwrap_or(&search.start);
            find::named(world::tidy(project.join(path)), "VRUN_ENV", search)
        }
    }
}

/// The script that is to run, where it has an environment of its own.
fn script(
    request: &mut Request,
    text: Option<Text>,
    world: &World,
) -> Result<Option<Script>, Error> {
    let scope = &mut request.scope;
    let file = program::script(&request.ask).zip(text);
    let Some((file, text)) = file.filter(|_| request.scripts == Scripts::OnTheirOwn) else {
        return Ok(None);
    };
    let file = Path::new(file);
    if scope.env.is_some() {
        if scope.voice == Voice::Verbose && script::has_block(file, text) {
            let file = shown(file);
            scope.voice.tell(format_args!(
                "what {file} says that it requires does not count: an environment is named"
            ));
        }
        return Ok(None);
    }
    let usage = match scope.mode {
        Mode::Real => Use::Real,
        Mode::DryRun => Use::Told,
    };
    let script = script::of(file, text, scope.python.as_ref(), usage, world, scope.voice)?;
    if script.is_some() {
        // Neither what the project requires counts, nor a program that has the script's name.
        scope.wishes.file = None;
        request.ask = Ask::Script(file.into());
    }
    Ok(script)
}

/// The environment that is there: what is not cannot be looked at.
pub fn existing(scope: &Scope, search: &Search, world: &World) -> Result<Found, Absence> {
    match answer(scope, search, world)? {
        Answer::Found(found) => {
            explain(&found, scope.voice, world);
            Ok(found)
        }
        Answer::Missing(missing) => Err(Absence::at(&missing.at)),
    }
}

/// Why there is no environment to look at.
pub struct Absence {
    /// What programs know it by.
    pub id: &'static str,
    /// What is said of it.
    pub error: Error,
}

impl Absence {
    /// None is there yet; this is where it would be.
    pub fn at(at: &Path) -> Absence {
        Absence {
            id: "no-environment",
            error: none_at(at),
        }
    }
}

impl From<Error> for Absence {
    /// The search could not decide for one.
    fn from(error: Error) -> Absence {
        let id = match error.exit {
            Exit::Refused => "not-trusted",
            _ => "undecided",
        };
        Absence { id, error }
    }
}

impl From<Absence> for Error {
    fn from(absence: Absence) -> Error {
        absence.error
    }
}

/// That there is none. What lies there instead is told as first use would.
pub fn none_at(at: &Path) -> Error {
    let what = Error::failed(format!("there is no environment at {}", shown(at)));
    match create::is_free(at) {
        Ok(()) => what.hint(format!("`vrun --create --env {}` makes it", typed(at))),
        Err(error) => {
            let (_, causes, hint) = error.into_parts();
            let told = causes.into_iter().fold(what, Error::cause);
            hint.into_iter().fold(told, Error::hint)
        }
    }
}

pub fn explain(found: &Found, voice: Voice, world: &World) {
    if let Why::ActiveInstead(broken) = &found.why {
        let (broken, root) = (shown(broken), shown(&found.root));
        voice.tell(format_args!(
            "{broken} has no Python that runs here; the active {root} serves"
        ));
    }
    tell_passed(&found.passed, voice);
    let root = shown(&found.root);
    voice.detail(|| format!("environment {root} ({})", found.why));
    if voice == Voice::Verbose && is_tracked(&found.root, world) {
        let at = typed(&found.root);
        voice.tell(format_args!(
            "{root} is tracked by git; `git rm -r --cached {at}` ends that, and keeps the files"
        ));
    }
}

pub fn is_tracked(root: &Path, world: &World) -> bool {
    report::tracked::is_tracked(root, world)
}

pub fn tell_passed(passed: &[Passed], voice: Voice) {
    for Passed { path, why } in passed {
        voice.detail(|| format!("passed over {}: {why}", shown(path)));
    }
}

/// What a program sees in the environment, which bears the script's name where it is a script's own.
pub fn view(
    venv: &Venv,
    left: Option<&Path>,
    script: Option<&Script>,
    scope: &Scope,
    world: &World,
) -> Result<View, Error> {
    let named = script.map(Script::name).or(venv.cfg.prompt.clone());
    let prompt = venv::prompt(&venv.root, named);
    let view = view::of(&venv.root, prompt, world.var("PATH"), left)?;
    Ok(view.with(scope.isolation))
}

/// Answers what is asked of an environment that is there.
#[derive(Debug)]
pub struct Present<'a> {
    /// The environment.
    venv: &'a Venv,
    /// The user's home directory.
    home: Option<&'a Path>,
    /// The process.
    world: &'a World,
    /// How much is said.
    voice: Voice,
}

impl<'a> Present<'a> {
    /// What `venv` answers, which `search` led to.
    pub fn of(venv: &'a Venv, search: &'a Search, world: &'a World, voice: Voice) -> Present<'a> {
        Present {
            venv,
            home: search.home.as_deref(),
            world,
            voice,
        }
    }
}

impl Help for Present<'_> {
    fn stand_in(&self) -> Result<Option<StandIn>, Error> {
        create::stand_in::find(self.venv, self.world, self.voice)
    }

    fn is_tracked(&self) -> bool {
        is_tracked(&self.venv.root, self.world)
    }

    fn astray(&self) -> Option<String> {
        repair::imports(&self.venv.root, self.home)
    }

    fn astray_scripts(&self) -> Option<String> {
        repair::astray_scripts(&self.venv.root)
    }
}

/// Where the program is looked for.
pub fn places<'a>(
    venv: &'a Venv,
    view: &'a View,
    help: &'a dyn Help,
    request: &Request,
    world: &'a World,
) -> Places<'a> {
    Places {
        root: &venv.root,
        cfg: &venv.cfg,
        path: view.path(),
        own: world.own(),
        word: world.setting(program::WORD),
        foreign: request.foreign,
        by_option: request.scope.is_by_option(),
        help,
    }
}

/// What `-n` answers.
pub fn tell(program: &Program, view: &View, scope: &Scope, world: &World) -> Result<(), Error> {
    let went = world.var("PWD").filter(|_| !scope.directories.is_empty());
    let went = went.map(Path::new);
    report::print(&report::dry_run::line(program, view, went))
}
