//! A supported base interpreter -> an environment, created without starting it.
//!
//! The result is what that interpreter's own `-m venv` would have made (venv/__init__.py and ensurepip/__init__.py of
//! its version), except that `.pyc` files are included only where they exist already.

use std::{fs, io};

use crate::fs::{make_dir, path_error, rewrite_file};
use crate::venv;
use crate::wheel_cache::{Verify, WheelCache};

use super::plan::BuildPlan;
use super::seed::{SeedOutcome, install_seed_packages};
use super::supported::SupportedBase;
use super::{activation_scripts, bundled_wheels, layout};

/// Whether pip came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PipStatus {
    /// It did.
    Installed,
    /// Nobody wanted it.
    NotRequested,
    /// The base interpreter brings none along.
    NotBundled,
}

/// Makes the environment.
///
/// # Errors
/// Something cannot be read or written.
pub(crate) fn build_environment(
    plan: &BuildPlan<'_>,
    store: Option<&WheelCache>,
) -> io::Result<PipStatus> {
    layout::write_config_files(plan)?;
    let own = || {
        layout::ensure_dirs_and_links(plan).and_then(|()| activation_scripts::write_scripts(plan))
    };
    if !plan.options.has_pip() {
        return own().map(|()| PipStatus::NotRequested);
    }
    let mut seeding = install_seed_packages(plan, store.map(|store| (store, Verify::OnUse)), own)?;
    // What the store has is looked at as it is taken; where it turns out to be damaged, all begins anew.
    for store in [store.map(|store| (store, Verify::UpFront)), None] {
        if let SeedOutcome::Done(seeds) = seeding {
            return Ok(seeds);
        }
        let site = plan.site_packages();
        fs::remove_dir_all(&site).map_err(|error| path_error("empty", &site, &error))?;
        make_dir(&site)?;
        seeding = install_seed_packages(plan, store, || Ok(()))?;
    }
    match seeding {
        SeedOutcome::Done(seeds) => Ok(seeds),
        SeedOutcome::CacheAltered => Err(io::Error::other("the wheels change while they are read")),
    }
}

/// Writes the activation scripts of an environment that has lost them.
///
/// # Errors
/// One cannot be written.
pub(crate) fn write_activation_scripts(plan: &BuildPlan<'_>) -> io::Result<()> {
    activation_scripts::write_scripts(plan)
}

/// Brings an environment that stands up to its base as that is now: directories, names of Python and
/// pyvenv.cfg, whose text is `old`; `EnvBuilder(upgrade=True)` writes no activation scripts either.
///
/// # Errors
/// Something cannot be written.
pub(crate) fn refresh_environment(plan: &BuildPlan<'_>, old: &str) -> io::Result<()> {
    layout::ensure_dirs_and_links(plan)?;
    let cfg = layout::render_pyvenv_cfg(plan)?;
    let text = [&cfg[..], layout::preserved_lines(old).as_bytes()].concat();
    rewrite_file(&plan.root.join(venv::PYVENV_CFG), &text)
}

/// The version of the pip that the base interpreter brings along.
///
/// # Errors
/// What it brings along cannot be read.
pub(crate) fn bundled_pip_version(base: &SupportedBase<'_>) -> io::Result<Option<String>> {
    Ok(bundled_wheels::find_bundled(base)?
        .pop()
        .map(|pip| pip.version))
}
