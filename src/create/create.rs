//! A path without an environment -> a complete one there: on first use, and by `--create`.
//!
//! The order is fixed: inspect the path, take the lock, choose the base interpreter, build the environment in a
//! directory beside the path, move it there. So there is no environment or a complete one at any moment, and exactly
//! one process creates it.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::error::Error;
use crate::interrupt::{self, InterruptGuard};
use crate::os;
use crate::output::format_duration;
use crate::python::{self, Interpreter, report_unused_cache, usable_cache_dir};
use crate::quote::printable;
use crate::venv::Venv;
use crate::wheel_cache::WheelCache;

use super::builder::{self, BuildPlan, PipStatus, SupportedBase};
use super::cleanup::{remove_inner_leftovers, remove_leftovers};
use super::context::BuildContext;
use super::lock::{self, LockGuard};
use super::options::{IfExists, SeedPackages, VenvOptions};
use super::request::{CreateRequest, Populate, PopulateFn, Trigger};
use super::staging::StagedEnv;
use super::target::{self, TargetState};
use super::{ensurepip, errors, staging_dir, stdlib_venv, upgrade};

/// Checks that an environment there could be used, and that nothing is there that vrun may not remove.
pub(crate) fn check_target(request: &CreateRequest<'_>) -> Result<(), Error> {
    target::validate_path(request.target.path)?;
    inspect_target(request).map(drop)
}

fn inspect_target(request: &CreateRequest<'_>) -> Result<TargetState, Error> {
    let at = request.target.path;
    let state = target::inspect(at)?;
    target::check_allowed(&state, at, request.trigger, request.options.if_exists)?;
    Ok(state)
}

/// Creates the environment, or waits for whoever is creating it. On Ok it is there and complete.
///
/// # Errors Something else is there, or the path cannot be written to; no Python fits; the base interpreter cannot
/// create an environment; Ctrl-C. Nothing is left then.
pub(crate) fn create_environment(request: &CreateRequest<'_>) -> Result<(), Error> {
    lock_and_create(request, None)
}

/// The same, with more in it: `populate` is given the directory in which it is built.
pub(crate) fn create_populated(
    request: &CreateRequest<'_>,
    populate: &PopulateFn<'_>,
) -> Result<(), Error> {
    lock_and_create(request, Some(Populate::Always(populate)))
}

/// The same, but only where an environment is replaced: that one stays until the new one has all that it needs.
pub(crate) fn create_or_replace(
    request: &CreateRequest<'_>,
    populate: &PopulateFn<'_>,
) -> Result<(), Error> {
    lock_and_create(request, Some(Populate::IfReplacing(populate)))
}

fn lock_and_create(
    request: &CreateRequest<'_>,
    populate: Option<Populate<'_>>,
) -> Result<(), Error> {
    let at = request.target.path;
    check_target(request)?;
    let parents = target::CreatedParents::create(at)?;
    let Some(lock) = lock::acquire_lock(at, request.options.if_exists, request.process.verbosity)?
    else {
        return keep_existing(request);
    };
    let interrupt_guard = InterruptGuard::install();
    let created = create_locked(request, &lock, populate, interrupt_guard.flag());
    // Both have to be gone before the next signal ends vrun.
    drop(lock);
    drop(parents);
    created
}

fn keep_existing(request: &CreateRequest<'_>) -> Result<(), Error> {
    remove_leftovers(request.target.path);
    remove_inner_leftovers(request.target.path);
    if request.trigger == Trigger::FirstUse {
        return Ok(());
    }
    let venv = Venv::open(request.target.path)?;
    if let Some(python_request) = request.python_request {
        python::check_compatible(&venv, python_request, request.process)?;
    }
    if *request.options != VenvOptions::default() {
        request.process.verbosity.notice(format_args!(
            "{} already exists and stays as it is; --clear would recreate it",
            printable(&venv.root)
        ));
    }
    Ok(())
}

fn create_locked(
    request: &CreateRequest<'_>,
    lock: &LockGuard,
    populate: Option<Populate<'_>>,
    stop: &AtomicBool,
) -> Result<(), Error> {
    let state = inspect_target(request)?;
    let cache_dir = usable_cache_dir(request.process);
    let context = BuildContext {
        vars: &python::vars_for_python(request.process),
        lock: lock.file(),
        cache_dir: cache_dir.as_deref(),
        stop,
        verbosity: request.process.verbosity,
    };
    let is_there = state == TargetState::Environment;
    let is_upgrade = is_there && request.options.if_exists == IfExists::Upgrade;
    match is_upgrade {
        true => upgrade::upgrade_environment(request, &context)?,
        false => {
            if lock.is_exclusive() {
                staging_dir::remove_stale_dirs(request.target.path);
            }
            let built = build_and_commit(request, state, populate, &context);
            let (at, if_exists) = (request.target.path, request.options.if_exists);
            if built.is_err() && !lock.is_exclusive() && lock::is_to_be_kept(at, if_exists) {
                // Another was faster.
                return keep_existing(request);
            }
            built?;
        }
    }
    if request.options.seed_packages == SeedPackages::Upgraded && (is_upgrade || !is_there) {
        ensurepip::upgrade_pip(request.target.path, request, &context)?;
    }
    interrupt::check_interrupted(stop)
}

/// Builds it beside the path, then moves it there.
fn build_and_commit(
    request: &CreateRequest<'_>,
    state: TargetState,
    populate: Option<Populate<'_>>,
    context: &BuildContext<'_>,
) -> Result<(), Error> {
    let started = Instant::now();
    let verbosity = request.process.verbosity;
    let python_request = python::resolve_request(
        request.python_request,
        request.target.project_root,
        request.process,
    )?;
    let base = python::find_interpreter(python_request.as_ref(), &request.prober(context))?;
    let base = builder::with_supported_exe(base);
    let at = printable(request.target.path);
    verbosity.notice(format_args!("creating {at} ({})", base.key));
    let staged = StagedEnv::create(request.target.path)?;
    let is_native = build_environment(&base, &staged, request, context)?;
    staged.add_extra_file(request.extra_file)?;
    let is_replacing = state == TargetState::Environment;
    let is_pip_upgraded = is_replacing && request.options.seed_packages == SeedPackages::Upgraded;
    if is_pip_upgraded {
        ensurepip::upgrade_pip(staged.path(), request, context)
            .map_err(errors::old_environment_stays)?;
    }
    let populate = match populate {
        Some(Populate::Always(populate)) => Some(populate),
        Some(Populate::IfReplacing(populate)) if is_replacing => Some(populate),
        _ => None,
    };
    if let Some(populate) = populate {
        populate(staged.path(), context)?;
    }
    // venv or pip wrote the staging path into its files.
    if !is_native || is_pip_upgraded || populate.is_some() {
        staged.rewrite_paths()?;
    }
    staged.add_metadata(request.options.ignore_file)?;
    interrupt::check_interrupted(context.stop)?;
    staged.commit(state)?;
    let took = format_duration(started.elapsed());
    verbosity.notice(format_args!("created {at} in {took}"));
    Ok(())
}

/// Builds the environment natively if vrun supports the base interpreter, else with its `-m venv`. Returns whether it
/// was built natively: then no file contains the staging path.
fn build_environment(
    base: &Interpreter,
    staged: &StagedEnv,
    request: &CreateRequest<'_>,
    context: &BuildContext<'_>,
) -> Result<bool, Error> {
    let (verbosity, options, at) = (
        request.process.verbosity,
        request.options,
        request.target.path,
    );
    let prompt =
        options.resolve_prompt(base.minor(), request.process.logical_cwd().ok().as_deref());
    // On Windows the base interpreter handles `--symlinks` itself.
    let is_usual = os::HAS_SYMLINKS || options.has_copied_python();
    let Some(supported) = SupportedBase::for_interpreter(base).filter(|_| is_usual) else {
        verbosity.verbose(|| format!("{} -m venv creates it", printable(&base.exe)));
        let flags = stdlib_venv::venv_flags(base, options, prompt);
        stdlib_venv::create_with_venv(base, staged.path(), at, flags, context)?;
        return Ok(false);
    };
    let cache = context.cache_dir.and_then(|dir| {
        WheelCache::open(dir)
            .inspect_err(|error| report_unused_cache(dir, error, verbosity))
            .ok()
    });
    let plan = BuildPlan {
        base: &supported,
        root: staged.path(),
        final_root: at,
        options,
        prompt,
    };
    let pip_status = builder::build_environment(&plan, cache.as_ref())
        .map_err(|error| errors::cannot_create(at, &error))?;
    if pip_status == PipStatus::NotBundled {
        verbosity.notice(stdlib_venv::no_pip_message(base, at));
    }
    Ok(true)
}
