//! A supported base interpreter -> an environment, created without starting it.
//!
//! The result is what that interpreter's own `-m venv` would have created (venv/__init__.py and ensurepip/__init__.py of
//! its version), except that `.pyc` files are included only where they exist already.

use std::path::Path;
use std::{fs, io};

use crate::fs::{make_dir, path_error, rewrite_file};
use crate::os;
use crate::read::{MAX_TEXT, read_text};
use crate::venv;
use crate::wheel_cache::{Verify, WheelCache};

use super::activation_scripts::write_activation_scripts;
use super::plan::{BuildPlan, SupportedBase};
use super::seed::{PipStatus, install_seed_packages};
use super::{bundled_wheels, layout};

pub(crate) fn build_environment(
    plan: &BuildPlan<'_>,
    cache: Option<&WheelCache>,
) -> io::Result<PipStatus> {
    layout::write_config_files(plan)?;
    let write_rest =
        || layout::ensure_dirs_and_links(plan).and_then(|()| write_activation_scripts(plan));
    if !plan.options.has_pip() {
        return write_rest().map(|()| PipStatus::NotRequested);
    }
    let on_use = cache.map(|cache| (cache, Verify::OnUse));
    if let Some(status) = install_seed_packages(plan, on_use, write_rest)? {
        return Ok(status);
    }
    // The cache turned out to be damaged: start over, with a verified entry, and at last without the cache.
    for cache in [cache.map(|cache| (cache, Verify::UpFront)), None] {
        let site = plan.site_packages();
        fs::remove_dir_all(&site).map_err(|error| path_error("empty", &site, &error))?;
        make_dir(&site)?;
        if let Some(status) = install_seed_packages(plan, cache, || Ok(()))? {
            return Ok(status);
        }
    }
    Err(io::Error::other(
        "the wheels changed while they were being read",
    ))
}

/// Updates an environment to the current version of its base: directories, names of Python and pyvenv.cfg, whose text
/// is `old_cfg`. `EnvBuilder(upgrade=True)` writes no activation scripts either.
pub(crate) fn refresh_environment(plan: &BuildPlan<'_>, old_cfg: &str) -> io::Result<()> {
    layout::ensure_dirs_and_links(plan)?;
    let mut cfg = layout::render_pyvenv_cfg(plan)?;
    cfg.push_str(&layout::preserved_lines(old_cfg));
    rewrite_file(&plan.root.join(venv::PYVENV_CFG), cfg.as_bytes())
}

/// Appends the lines of an old pyvenv.cfg that stay valid to the one that venv has written.
pub(crate) fn append_preserved_lines(root: &Path, old_cfg: &str) -> io::Result<()> {
    let file = root.join(venv::PYVENV_CFG);
    let new = read_text(&file, MAX_TEXT)?;
    let lost = layout::preserved_lines(old_cfg);
    let lost = lost
        .lines()
        .filter(|line| !new.lines().any(|kept| kept == *line));
    let lost: String = lost
        .map(|line| format!("{line}{}", os::LINE_ENDING))
        .collect();
    match lost.is_empty() {
        true => Ok(()),
        false => rewrite_file(&file, [new, lost].concat().as_bytes()),
    }
}

/// The version of the pip that the base interpreter bundles.
pub(crate) fn bundled_pip_version(base: &SupportedBase<'_>) -> io::Result<Option<String>> {
    let mut wheels = bundled_wheels::find_bundled(base)?;
    Ok(wheels.pop().map(|pip| pip.version))
}
