//! First use: a place without an environment -> one that is there and whole.
//!
//! The order is fixed: look at the place, take the lock, decide on the base interpreter, have it make the
//! environment in a directory beside the place, move that into place. So there is no environment or a
//! complete one at any moment, and exactly one process makes it.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::error::{Error, reason, shown};
use crate::voice::Voice;
use crate::world::World;

mod base;
mod fill;
mod interrupt;
mod lock;
mod maker;
mod native;
mod place;
mod renamed;
pub mod request;
mod staged;
mod vars;

pub use request::Wish;

use base::{Base, Inquiry};
use interrupt::Watch;
use lock::Turn;
use maker::Workshop;
use native::{Known, Store};
use staged::Staged;

/// Where an environment is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its directory to be: absolute, as the user wrote or sees it.
    pub at: &'a Path,
    /// The project that it is for; what that asks of Python counts.
    pub project: Option<&'a Path>,
}

/// Whether an environment could be made at `at`, by a look at what lies there.
///
/// # Errors
/// No environment there could be used, or something is there that is not vrun's to take away.
pub fn look(at: &Path) -> Result<(), Error> {
    place::refuse(at)?;
    place::look(at).map(drop)
}

/// Makes the environment at `place.at`, or waits for whoever is making it. On Ok it is there and whole.
///
/// # Errors
/// The place is taken by something else or cannot be written to; no Python fits; the base interpreter
/// cannot make an environment; Ctrl-C. Nothing stays behind then.
pub fn first_use(
    place: &Place<'_>,
    wish: Option<&Wish>,
    world: &World,
    voice: Voice,
) -> Result<(), Error> {
    look(place.at)?;
    let parents = place::Parents::make(place.at)?;
    match lock::take(place.at, voice)? {
        Turn::Done => Ok(()),
        Turn::Ours(lock) => {
            let watch = Watch::start();
            let made = make(place, wish, world, voice, (&lock, watch.stop()));
            // All of it has to be gone before the next signal ends vrun.
            drop(lock);
            drop(parents);
            made
        }
    }
}

/// The same, for the one process that holds the lock.
fn make(
    place: &Place<'_>,
    wish: Option<&Wish>,
    world: &World,
    voice: Voice,
    (lock, stop): (&lock::Held, &AtomicBool),
) -> Result<(), Error> {
    let started = Instant::now();
    let target = place::look(place.at)?;
    let request = request::wanted(wish, place.project, world)?;
    let vars = vars::for_python(world);
    let inquiry = Inquiry {
        world,
        vars: &vars,
        cwd: place
            .project
            .or(place.at.parent())
            .unwrap_or(Path::new("/")),
        stop,
        voice,
    };
    let base = base::choose(request.as_ref(), &inquiry)?;
    let at = shown(place.at);
    voice.tell(format_args!("creating {at} ({})", base.kind));
    let staged = Staged::beside(place.at)?;
    let workshop = Workshop {
        vars: &vars,
        lock: lock.file(),
        stop,
        voice,
    };
    build(&base, &staged, place, world, &workshop)?;
    staged.sign()?;
    interrupt::check(stop)?;
    staged.put(target)?;
    interrupt::check(stop)?;
    let took = match started.elapsed() {
        took if took.as_secs() < 1 => format!("{} ms", took.as_millis()),
        took => format!("{:.1} s", took.as_secs_f64()),
    };
    voice.tell(format_args!("created {at} in {took}"));
    Ok(())
}

/// The environment itself: by vrun where it knows how the base would make it, else by the base.
fn build(
    base: &Base,
    staged: &Staged,
    place: &Place<'_>,
    world: &World,
    workshop: &Workshop<'_>,
) -> Result<(), Error> {
    let voice = workshop.voice;
    let Some(known) = Known::of(base) else {
        voice.detail(|| format!("{} makes it itself", shown(&base.exe)));
        maker::make(base, staged.path(), place.at, workshop)?;
        return staged.tell_its_place();
    };
    let store = world.cache().map(|cache| Store::open(&cache));
    if let Some(Err(why)) = &store {
        voice.detail(|| format!("the cache is not used: {}", reason(why)));
    }
    let plan = native::Plan {
        base: &known,
        root: staged.path(),
        home: place.at,
    };
    let store = store.and_then(Result::ok);
    let made = native::make(&plan, store.as_ref());
    let seeds = made.map_err(|error| place::cannot(place.at, &error))?;
    if seeds == native::Seeds::Missing {
        voice.tell(maker::without_pip(base));
    }
    Ok(())
}
