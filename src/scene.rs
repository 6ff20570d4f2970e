//! What every action begins and ends with: the options and the world -> the environment that is meant, and what is
//! told of it.

use std::path::{Path, PathBuf};

use crate::cli::{Named, Scope};
use crate::error::{Error, shown, typed};
use crate::find::{self, Answer, Found, Missing, Names, Passed, Search, Why};
use crate::program::Ask;
use crate::report;
use crate::voice::Voice;
use crate::world::{self, World};

/// `-C`
pub fn enter(scope: &Scope, world: &mut World) -> Result<(), Error> {
    let mut directories = scope.directories.iter();
    directories.try_for_each(|directory| world.enter(directory))
}

/// What to search from, and what the search should know.
pub fn search(scope: &Scope, ask: Option<&Ask>, world: &World) -> Result<Search, Error> {
    let start = match (ask, &scope.project) {
        (_, Some(dir)) => world.absolute(dir).and_then(find::directory),
        (Some(Ask::Script(file)), None) => find::beside(file.as_ref()),
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

/// There is none to be looked at, and looking makes none.
pub fn absent(missing: &Missing) -> Error {
    let at = shown(&missing.at);
    Error::failed(format!("there is no environment at {at}")).hint(format!(
        "`vrun --create --env {}` makes it",
        typed(&missing.at)
    ))
}

pub fn is_tracked(root: &Path, world: &World) -> bool {
    report::tracked::is_tracked(root, world.var("PATH"), &world.vars)
}

pub fn tell_passed(passed: &[Passed], voice: Voice) {
    for Passed { path, why } in passed {
        voice.detail(|| format!("passed over {}: {why}", shown(path)));
    }
}
