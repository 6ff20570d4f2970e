//! `--info`: the environment that a command would run in, and what its programs would see. It changes
//! nothing and starts nothing, but for an interpreter that may stand in for an environment's Python that is gone.

use crate::cli::{Format, Scope};
use crate::create;
use crate::error::Error;
use crate::facts::{self, Facts, Start, Unknown};
use crate::find::{self, Answer, Found, Missing};
use crate::os;
use crate::program;
use crate::report::info::{self, Around, Change, Environment, Place, Problem};
use crate::report::print;
use crate::requirements;
use crate::scene::{self, Absence, answer, begin, tell_passed};
use crate::venv::health::{self, Ill};
use crate::venv::{self, Venv};
use crate::view::View;
use crate::world::World;

/// Says which environment it is, why, and what is seen in it.
///
/// # Errors
/// There is none, or none that can be told of. As JSON that is told all the same.
pub fn info(scope: &Scope, format: Format, world: &mut World) -> Result<(), Error> {
    let search = begin(scope, world)?;
    let mut around = Around {
        start: &search.start,
        project: find::project(&search.start, search.home.as_deref()),
        passed: Vec::new(),
    };
    let answer = match answer(scope, &search, world) {
        Ok(answer) => answer,
        Err(error) => return Err(unknown(error.into(), &around, format)?),
    };
    let passed = match &answer {
        Answer::Found(found) => &found.passed,
        Answer::Missing(missing) => &missing.passed,
    };
    let outweighed = find::outweighed(&answer, &search);
    around.passed = passed.iter().chain(&outweighed).collect();
    match &answer {
        Answer::Found(found) => match environment(found, scope, world) {
            Ok(env) => {
                let told = match format {
                    Format::Text => info::text(&env, &around),
                    Format::Json => info::json(&Place::Here(Box::new(env)), &around),
                };
                print(told.as_bytes())
            }
            Err(error) => {
                let ills = health::of(&found.root);
                let id = ills.first().map_or("unknown", Ill::id);
                Err(unknown(Absence { id, error }, &around, format)?)
            }
        },
        Answer::Missing(missing) => {
            tell_passed(&missing.passed, scope.voice);
            Err(none(missing, &around, format)?)
        }
    }
}

/// What is said where nothing can be told.
fn unknown(absence: Absence, around: &Around<'_>, format: Format) -> Result<Error, Error> {
    if format == Format::Json {
        print(info::json(&Place::Unknown(problem(&absence)), around).as_bytes())?;
    }
    Ok(absence.error)
}

/// What is said where there is no environment.
fn none(missing: &Missing, around: &Around<'_>, format: Format) -> Result<Error, Error> {
    let at = &missing.at;
    let refusal = missing.barred.as_ref().map(|barred| barred.refusal(at));
    let refusal = refusal.map(|error| error.what().to_owned());
    let mut absence = Absence::at(at);
    if let Some(why) = &refusal {
        absence.error = absence.error.cause(why);
    }
    if format == Format::Json {
        let problem = problem(&absence);
        let place = Place::Missing {
            at,
            refusal,
            problem,
        };
        print(info::json(&place, around).as_bytes())?;
    }
    Ok(absence.error)
}

fn problem(absence: &Absence) -> Problem {
    Problem {
        id: absence.id,
        what: absence.error.what().to_owned(),
        causes: absence.error.causes().to_vec(),
        mend: absence.error.next().map(str::to_owned),
        stand_in: None,
    }
}

fn environment<'a>(
    found: &'a Found,
    scope: &Scope,
    world: &World,
) -> Result<Environment<'a>, Error> {
    let venv = Venv::open(&found.root)?;
    let prompt = venv::prompt(&venv.root, venv.cfg.prompt.clone());
    let call = program::call(&venv.root, scope.is_by_option());
    let view = scene::view(&venv, found.left.as_deref(), None, scope, world)?;
    let cfg = venv::text(&venv.root)?;
    let ill = health::of_python(&venv.root, &venv::python(&venv.root), &venv.cfg);
    Ok(Environment {
        root: &found.root,
        why: &found.why,
        prompt,
        maker: venv::maker(&cfg),
        change: change(&view, world),
        facts: facts(&venv, &cfg, &view, world),
        problem: match ill {
            Some(ill) => Some(of_python(ill, &venv, scope, world)?),
            None => None,
        },
        requirements: requirements::account(&venv, &call),
    })
}

/// What is wrong with the environment's Python, and what runs in its place.
fn of_python(ill: Ill, venv: &Venv, scope: &Scope, world: &World) -> Result<Problem, Error> {
    let ill = health::elsewhere(&venv.root).unwrap_or(ill);
    let stand_in = match ill.may_be_stood_in_for() {
        true => create::stand_in::find(venv, world, scope.voice)?,
        false => None,
    };
    Ok(Problem {
        id: ill.id(),
        what: ill.clause(),
        causes: vec![ill.cause()],
        mend: None,
        stand_in: stand_in.map(|other| other.exe),
    })
}

fn facts(venv: &Venv, cfg: &[u8], view: &View, world: &World) -> Result<Facts, Unknown> {
    let start = Start {
        root: &venv.root,
        cfg,
        vars: &view.apply(&world.vars),
        // Without one what is relative stays so (site.py).
        cwd: &world.real_cwd().unwrap_or_default(),
        home_on_record: match world.var(os::HOME) {
            Some(_) => None,
            None => os::home_on_record(),
        },
    };
    facts::of(&start, &venv.cfg)
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
