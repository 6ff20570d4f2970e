//! `--info`: the environment that a command would run in, and what its programs would see. It starts nothing and
//! changes nothing.

use crate::cli::{Format, Scope};
use crate::error::Error;
use crate::facts::{self, Facts, Start, Unknown};
use crate::find::{self, Answer, Found, Missing};
use crate::os;
use crate::report::info::{self, Around, Change, Environment, Place, Problem};
use crate::report::print;
use crate::requirements;
use crate::scene::{self, answer, begin, none_at, tell_passed};
use crate::venv::{self, Venv, health};
use crate::view::View;
use crate::world::World;

/// Says which environment it is, why, and what is seen in it.
///
/// # Errors
/// There is none. As JSON that is told all the same, with what would be made.
pub fn info(scope: &Scope, format: Format, world: &mut World) -> Result<(), Error> {
    let search = begin(scope, world)?;
    let answer = answer(scope, &search, world)?;
    let around = Around {
        start: &search.start,
        project: find::project(&search.start, search.home.as_deref()),
        passed: match &answer {
            Answer::Found(found) => &found.passed,
            Answer::Missing(missing) => &missing.passed,
        },
    };
    match &answer {
        Answer::Found(found) => {
            let env = environment(found, scope, world)?;
            let told = match format {
                Format::Text => info::text(&env, &around),
                Format::Json => info::json(&Place::Here(Box::new(env)), &around),
            };
            print(told.as_bytes())
        }
        Answer::Missing(missing) => {
            tell_passed(&missing.passed, scope.voice);
            Err(none(missing, &around, format)?)
        }
    }
}

/// What is said where there is no environment.
fn none(missing: &Missing, around: &Around<'_>, format: Format) -> Result<Error, Error> {
    let at = &missing.at;
    let refusal = missing.barred.as_ref().map(|barred| barred.refusal(at));
    let refusal = refusal.map(|error| error.what().to_owned());
    let error = none_at(at);
    let error = match &refusal {
        Some(why) => error.cause(why),
        None => error,
    };
    if format == Format::Json {
        print(info::json(&Place::Missing { at, refusal }, around).as_bytes())?;
    }
    Ok(error)
}

fn environment<'a>(
    found: &'a Found,
    scope: &Scope,
    world: &World,
) -> Result<Environment<'a>, Error> {
    let venv = Venv::open(&found.root)?;
    let prompt = venv::prompt(&venv.root, venv.cfg.prompt.clone());
    let view = scene::view(&venv, found.left.as_deref(), None, scope, world)?;
    let cfg = venv::text(&venv.root)?;
    let ill = health::of_python(&venv.root, &venv::python(&venv.root), &venv.cfg);
    Ok(Environment {
        root: &found.root,
        why: &found.why,
        prompt,
        maker: venv::maker(&cfg),
        change: change(&view, world),
        facts: facts(&venv, &cfg, &view, world)?,
        problem: ill.map(|ill| Problem {
            id: ill.id(),
            what: format!("it {}: {}", ill.what(), ill.cause()),
        }),
        requirements: requirements::account(&venv, "vrun"),
    })
}

fn facts(
    venv: &Venv,
    cfg: &[u8],
    view: &View,
    world: &World,
) -> Result<Result<Facts, Unknown>, Error> {
    let start = Start {
        root: &venv.root,
        cfg,
        vars: &view.apply(&world.vars),
        cwd: &world.real_cwd()?,
        home_on_record: match world.var(os::HOME) {
            Some(_) => None,
            None => os::home_on_record(),
        },
    };
    Ok(facts::of(&start, &venv.cfg))
}

fn change(view: &View, world: &World) -> Change {
    let now: Vec<_> = os::split_paths(view.path()).collect();
    let before = world.var("PATH").map(os::split_paths).into_iter().flatten();
    let unset = view.unset().iter();
    Change {
        set: view
            .set()
            .map(|(name, value)| (name, value.into()))
            .collect(),
        unset: unset
            .map(|name| (*name, world.var(name).map(Into::into)))
            .collect(),
        first: now.first().cloned().unwrap_or_default(),
        removed: before.filter(|entry| !now.contains(entry)).collect(),
    }
}
