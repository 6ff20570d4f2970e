//! A place without an environment -> one that is there and whole: on first use, and by `--create`.
//!
//! The order is fixed: look at the place, take the lock, decide on the base interpreter, have it make the
//! environment in a directory beside the place, move that into place. So there is no environment or a
//! complete one at any moment, and exactly one process makes it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::error::{Error, reason, shown};
use crate::os;
use crate::venv::Venv;
use crate::voice::Voice;
use crate::world::World;

mod aftermath;
mod base;
mod fill;
mod interrupt;
mod join;
mod lock;
mod maker;
mod native;
mod options;
mod own;
mod place;
mod pythons;
mod record;
mod refusal;
mod renamed;
pub mod request;
mod seeding;
mod staged;
pub mod stand_in;
mod telling;
mod upgrade;
mod vars;

pub use aftermath::{alone, discard, discard_idle, tidy};
pub use interrupt::{Watch, interrupted};
pub use lock::{ENDING as LOCK, hold};
pub use maker::Workshop;
pub use native::{calling, quoted, rewrite, starting_lines, write_script};
pub use options::{Existing, IgnoreFile, Options, PythonFiles, Seeding};
pub use place::{is_free, leftovers};
pub use record::update as update_records;
pub use request::Wish;
pub use seeding::run_pip;
pub use telling::telling;
pub use vars::for_pip;

use base::{Base, Inquiry};
use lock::Turn;
use native::{Known, Store};
use place::Target;
use staged::Staged;

/// Where an environment is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its directory to be: absolute, as the user wrote or sees it.
    pub at: &'a Path,
    /// The project that it is for; what that asks of Python counts.
    pub project: Option<&'a Path>,
}

/// Why an environment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A command needs one.
    FirstUse,
    /// A person asked for it (`--create`): what lies at the place is known to them.
    Asked,
}

/// A file that a new environment holds from its first moment.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub text: String,
}

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Where, and for which project.
    pub place: Place<'a>,
    /// What Python was asked for.
    pub wish: Option<&'a Wish>,
    /// What it is to be like.
    pub options: &'a Options,
    /// Why.
    pub occasion: Occasion,
    /// What is left in a new one for later runs.
    pub note: Option<&'a Note>,
    /// Whose variables, home and cache.
    pub world: &'a World,
    /// How much is said.
    pub voice: Voice,
}

/// Whether the order could be carried out, by a look at what lies at the place.
///
/// # Errors
/// No environment there could be used, or something is there that is not vrun's to take away.
pub fn look(order: &Order<'_>) -> Result<(), Error> {
    place::refuse(order.place.at)?;
    target(order).map(drop)
}

fn target(order: &Order<'_>) -> Result<Target, Error> {
    let target = place::look(order.place.at)?;
    place::permit(
        &target,
        order.place.at,
        order.occasion,
        order.options.existing,
    )?;
    Ok(target)
}

/// Has the environment at the order's place be there, or waits for whoever is making it. On Ok it is
/// there and whole.
///
/// # Errors
/// The place is taken by something else or cannot be written to; no Python fits; the base interpreter
/// cannot make an environment; Ctrl-C. Nothing stays behind then.
pub fn make(order: &Order<'_>) -> Result<(), Error> {
    make_if(order, None)
}

/// What is to be done in an environment that is made, before it stands in its place.
pub type Fill<'a> = dyn Fn(&Path, &Workshop<'_>) -> Result<(), Error> + 'a;

/// The same, with more in it: `fill` is handed the directory in which it is made.
///
/// # Errors
/// As with `make`, and what `fill` says.
pub fn make_with(order: &Order<'_>, fill: &Fill<'_>) -> Result<(), Error> {
    make_if(order, Some(fill))
}

fn make_if(order: &Order<'_>, fill: Option<&Fill<'_>>) -> Result<(), Error> {
    let at = order.place.at;
    look(order)?;
    let parents = place::Parents::make(at)?;
    match lock::take(at, order.options.existing, order.voice)? {
        Turn::Done => keep(order),
        Turn::Ours(lock) => {
            let watch = Watch::start();
            let made = work(order, &lock, fill, watch.stop());
            // All of it has to be gone before the next signal ends vrun.
            drop(lock);
            drop(parents);
            made
        }
    }
}

/// The environment is there already.
fn keep(order: &Order<'_>) -> Result<(), Error> {
    tidy(order.place.at);
    aftermath::tidy_within(order.place.at);
    if order.occasion == Occasion::FirstUse {
        return Ok(());
    }
    let venv = Venv::open(order.place.at)?;
    if let Some(wish) = order.wish {
        request::check(&venv, wish, order.world)?;
    }
    if *order.options != Options::default() {
        order.voice.tell(format_args!(
            "{} is there already and stays as it is; --clear would make it anew",
            shown(&venv.root)
        ));
    }
    Ok(())
}

/// The same as `make`, for the one process that holds the lock.
fn work(
    order: &Order<'_>,
    lock: &lock::Held,
    fill: Option<&Fill<'_>>,
    stop: &AtomicBool,
) -> Result<(), Error> {
    let target = target(order)?;
    let vars = vars::for_python(order.world);
    let cache = cache(order.world, order.voice);
    let workshop = Workshop {
        vars: &vars,
        lock: lock.file(),
        cache: cache.as_deref(),
        stop,
        voice: order.voice,
    };
    if order.options.existing == Existing::Upgraded && target == Target::Environment {
        upgrade::upgrade(order, &workshop)?;
    } else {
        build_in_place(order, target, fill, &workshop)?;
    }
    if order.options.seeding == Seeding::Upgraded {
        seeding::bring_up_to_date(order, &workshop)?;
    }
    interrupt::check(stop)
}

/// Makes it beside the place, and moves it there.
fn build_in_place(
    order: &Order<'_>,
    target: Target,
    fill: Option<&Fill<'_>>,
    workshop: &Workshop<'_>,
) -> Result<(), Error> {
    let started = Instant::now();
    let (voice, stop) = (order.voice, workshop.stop);
    let request = request::wanted(order.wish, order.place.project, order.world)?;
    let base = base::choose(request.as_ref(), &inquiry(order, workshop))?;
    let base = native::as_it_starts(base);
    let at = shown(order.place.at);
    voice.tell(format_args!("creating {at} ({})", base.kind));
    let staged = Staged::beside(order.place.at)?;
    let maker = build(&base, &staged, order, workshop)?;
    if let Some(fill) = fill {
        fill(staged.path(), workshop)?;
    }
    // What others did knows it only as it lies there.
    if maker == Maker::Base || fill.is_some() {
        staged.tell_its_place()?;
    }
    staged.sign(order.options.ignore_file, order.note)?;
    interrupt::check(stop)?;
    staged.put(target)?;
    voice.tell(format_args!("created {at} in {}", took(started.elapsed())));
    Ok(())
}

/// The user's cache directory; who writes to it makes it. What another user owns or may write to is not used: it
/// could put code into environments.
fn cache(world: &World, voice: Voice) -> Option<PathBuf> {
    let dir = world.cache()?;
    if !dir.exists() {
        return Some(dir);
    }
    match os::private_dir(&dir) {
        Ok(()) => Some(dir),
        Err(why) => {
            unused(&dir, &why, voice);
            None
        }
    }
}

fn unused(cache: &Path, why: &io::Error, voice: Voice) {
    let (cache, why) = (shown(cache), reason(why));
    voice.detail(|| format!("the cache {cache} is not used: {why}"));
}

/// How the base interpreter is looked for.
fn inquiry<'a>(order: &Order<'a>, workshop: &Workshop<'a>) -> Inquiry<'a> {
    let Place { at, project } = order.place;
    Inquiry {
        world: order.world,
        cache: workshop.cache,
        vars: workshop.vars,
        cwd: project.or(at.parent()).unwrap_or(Path::new("/")),
        stop: workshop.stop,
        voice: order.voice,
    }
}

/// Has interpreters asked on behalf of an environment that is there.
fn asking<T>(venv: &Venv, world: &World, voice: Voice, act: impl FnOnce(&Inquiry<'_>) -> T) -> T {
    let vars = vars::for_python(world);
    let cache = cache(world, voice);
    act(&Inquiry {
        world,
        cache: cache.as_deref(),
        vars: &vars,
        cwd: venv.root.parent().unwrap_or(Path::new("/")),
        stop: &AtomicBool::new(false),
        voice,
    })
}

/// A time as people read it.
pub fn took(time: Duration) -> String {
    match time {
        took if took.as_secs() < 1 => format!("{} ms", took.as_millis()),
        took => format!("{:.1} s", took.as_secs_f64()),
    }
}

/// Who made an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maker {
    Vrun,
    Base,
}

/// The environment itself: by vrun where it knows how the base would make it, else by the base.
fn build(
    base: &Base,
    staged: &Staged,
    order: &Order<'_>,
    workshop: &Workshop<'_>,
) -> Result<Maker, Error> {
    let (voice, options) = (order.voice, order.options);
    let prompt = options.shown_prompt(base.minor(), order.world.cwd().ok().as_deref());
    // Windows' links are a copy of the base in their own way.
    let is_usual = os::HAS_LINKS || options.copies();
    let Some(known) = Known::of(base).filter(|_| is_usual) else {
        voice.detail(|| format!("{} makes it itself", shown(&base.exe)));
        let flags = maker::flags(base, options, prompt);
        maker::make(base, staged.path(), order.place.at, flags, workshop)?;
        return Ok(Maker::Base);
    };
    let store = workshop.cache.and_then(|cache| {
        let store = Store::open(cache);
        store.map_err(|why| unused(cache, &why, voice)).ok()
    });
    let plan = native::Plan {
        base: &known,
        root: staged.path(),
        home: order.place.at,
        options,
        prompt,
    };
    let made = native::make(&plan, store.as_ref());
    let seeds = made.map_err(|error| refusal::cannot(order.place.at, &error))?;
    if seeds == native::Seeds::Missing {
        voice.tell(maker::without_pip(base, order.place.at));
    }
    Ok(Maker::Vrun)
}
