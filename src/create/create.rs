//! A place without an environment -> a complete one there: on first use, and by `--create`.
//!
//! The order is fixed: inspect the place, take the lock, choose the base interpreter, build the environment in a
//! directory beside the place, move it there. So there is no environment or a complete one at any moment, and exactly
//! one process creates it.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::create::builder::{self, SupportedBase};
use crate::error::Error;
use crate::interrupt::{self, InterruptGuard};
use crate::os;
use crate::output::format_duration;
use crate::python::{self, Interpreter, Prober, report_unused_cache, usable_cache_dir};
use crate::quote::printable;
use crate::venv::Venv;
use crate::wheel_cache::WheelCache;

use super::cleanup::{self, remove_leftovers};
use super::lock::{self, LockOutcome};
use super::options::{IfExists, SeedPackages, VenvOptions};
use super::request::{CreateRequest, CreateTarget, PopulateFn, Trigger};
use super::staging::StagedEnv;
use super::stdlib_venv::{self, BuildContext};
use super::target::{self, TargetState};
use super::{ensurepip, errors, upgrade};

/// Whether the order could be carried out, by a look at what lies at the place.
///
/// # Errors
/// No environment there could be used, or something is there that is not vrun's to take away.
pub(crate) fn check_target(order: &CreateRequest<'_>) -> Result<(), Error> {
    target::validate_path(order.target.path)?;
    inspect_target(order).map(drop)
}

fn inspect_target(order: &CreateRequest<'_>) -> Result<TargetState, Error> {
    let target = target::inspect(order.target.path)?;
    target::check_allowed(
        &target,
        order.target.path,
        order.trigger,
        order.options.if_exists,
    )?;
    Ok(target)
}

/// Has the environment at the order's place be there, or waits for whoever is making it. On Ok it is
/// there and whole.
///
/// # Errors
/// The place is taken by something else or cannot be written to; no Python fits; the base interpreter
/// cannot make an environment; Ctrl-C. Nothing stays behind then.
pub(crate) fn create_environment(order: &CreateRequest<'_>) -> Result<(), Error> {
    lock_and_create(order, None)
}

/// The same, with more in it: `fill` is handed the directory in which it is made.
///
/// # Errors
/// As with `make`, and what `fill` says.
pub(crate) fn create_populated(
    order: &CreateRequest<'_>,
    fill: &PopulateFn<'_>,
) -> Result<(), Error> {
    lock_and_create(order, Some(fill))
}

fn lock_and_create(order: &CreateRequest<'_>, fill: Option<&PopulateFn<'_>>) -> Result<(), Error> {
    let at = order.target.path;
    check_target(order)?;
    let parents = target::CreatedParents::create(at)?;
    match lock::acquire_lock(at, order.options.if_exists, order.verbosity)? {
        LockOutcome::AlreadyCreated => keep_existing(order),
        LockOutcome::Acquired(lock) => {
            let watch = InterruptGuard::install();
            let made = create_locked(order, &lock, fill, watch.flag());
            // All of it has to be gone before the next signal ends vrun.
            drop(lock);
            drop(parents);
            made
        }
    }
}

/// The environment is there already.
fn keep_existing(order: &CreateRequest<'_>) -> Result<(), Error> {
    remove_leftovers(order.target.path);
    cleanup::remove_inner_leftovers(order.target.path);
    if order.trigger == Trigger::FirstUse {
        return Ok(());
    }
    let venv = Venv::open(order.target.path)?;
    if let Some(wish) = order.python_request {
        python::check_compatible(&venv, wish, order.process)?;
    }
    if *order.options != VenvOptions::default() {
        order.verbosity.notice(format_args!(
            "{} is there already and stays as it is; --clear would make it anew",
            printable(&venv.root)
        ));
    }
    Ok(())
}

/// The same as `make`, for the one process that holds the lock.
fn create_locked(
    order: &CreateRequest<'_>,
    lock: &lock::LockGuard,
    fill: Option<&PopulateFn<'_>>,
    stop: &AtomicBool,
) -> Result<(), Error> {
    let target = inspect_target(order)?;
    let vars = python::vars_for_python(order.process);
    let cache = usable_cache_dir(order.process, order.verbosity);
    let workshop = BuildContext {
        vars: &vars,
        lock: lock.file(),
        cache_dir: cache.as_deref(),
        stop,
        verbosity: order.verbosity,
    };
    if order.options.if_exists == IfExists::Upgrade && target == TargetState::Environment {
        upgrade::upgrade_environment(order, &workshop)?;
    } else {
        build_and_commit(order, target, fill, &workshop)?;
    }
    if order.options.seed_packages == SeedPackages::Upgraded {
        ensurepip::upgrade_pip(order, &workshop)?;
    }
    interrupt::check_interrupted(stop)
}

/// Makes it beside the place, and moves it there.
fn build_and_commit(
    order: &CreateRequest<'_>,
    target: TargetState,
    fill: Option<&PopulateFn<'_>>,
    workshop: &BuildContext<'_>,
) -> Result<(), Error> {
    let started = Instant::now();
    let (verbosity, stop) = (order.verbosity, workshop.stop);
    let request = python::resolve_request(
        order.python_request,
        order.target.project_root,
        order.process,
    )?;
    let base = python::find_interpreter(request.as_ref(), &prober_for(order, workshop))?;
    let base = builder::with_supported_exe(base);
    let at = printable(order.target.path);
    verbosity.notice(format_args!("creating {at} ({})", base.key));
    let staged = StagedEnv::create(order.target.path)?;
    let maker = build_environment(&base, &staged, order, workshop)?;
    if let Some(fill) = fill {
        fill(staged.path(), workshop)?;
    }
    // What others did knows it only as it lies there.
    if maker == BuiltBy::StdlibVenv || fill.is_some() {
        staged.rewrite_paths()?;
    }
    staged.add_metadata(order.options.ignore_file, order.extra_file)?;
    interrupt::check_interrupted(stop)?;
    staged.commit(target)?;
    verbosity.notice(format_args!(
        "created {at} in {}",
        format_duration(started.elapsed())
    ));
    Ok(())
}

/// How the base interpreter is looked for.
pub(super) fn prober_for<'a>(order: &CreateRequest<'a>, workshop: &BuildContext<'a>) -> Prober<'a> {
    let CreateTarget {
        path: at,
        project_root: project,
    } = order.target;
    Prober {
        process: order.process,
        cache_dir: workshop.cache_dir,
        vars: workshop.vars,
        cwd: project.or(at.parent()).unwrap_or(Path::new("/")),
        stop: workshop.stop,
        verbosity: order.verbosity,
    }
}

/// Who made an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BuiltBy {
    Vrun,
    StdlibVenv,
}

/// The environment itself: by vrun where it knows how the base would make it, else by the base.
fn build_environment(
    base: &Interpreter,
    staged: &StagedEnv,
    order: &CreateRequest<'_>,
    workshop: &BuildContext<'_>,
) -> Result<BuiltBy, Error> {
    let (verbosity, options) = (order.verbosity, order.options);
    let prompt = options.resolve_prompt(base.minor(), order.process.logical_cwd().ok().as_deref());
    // Windows' links are a copy of the base in their own way.
    let is_usual = os::HAS_SYMLINKS || options.has_copied_python();
    let Some(known) = SupportedBase::for_interpreter(base).filter(|_| is_usual) else {
        verbosity.verbose(|| format!("{} makes it itself", printable(&base.exe)));
        let flags = stdlib_venv::venv_flags(base, options, prompt);
        stdlib_venv::create_with_venv(base, staged.path(), order.target.path, flags, workshop)?;
        return Ok(BuiltBy::StdlibVenv);
    };
    let store = workshop.cache_dir.and_then(|cache| {
        let store = WheelCache::open(cache);
        store
            .map_err(|why| report_unused_cache(cache, &why, verbosity))
            .ok()
    });
    let plan = builder::BuildPlan {
        base: &known,
        root: staged.path(),
        final_root: order.target.path,
        options,
        prompt,
    };
    let made = builder::build_environment(&plan, store.as_ref());
    let seeds = made.map_err(|error| errors::cannot_create(order.target.path, &error))?;
    if seeds == builder::PipStatus::NotBundled {
        verbosity.notice(stdlib_venv::no_pip_message(base, order.target.path));
    }
    Ok(BuiltBy::Vrun)
}
