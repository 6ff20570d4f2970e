//! pip in an environment that stands in its place: put there by its Python's ensurepip, or brought up to date
//! from the index.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::str::FromStr;

use pep440_rs::Version;

use crate::error::{Error, reason, shown, typed};
use crate::venv;
use crate::world::World;

use super::Order;
use super::interrupt;
use super::maker::Workshop;
use super::telling::last_lines;
use super::vars;

/// Installs the base interpreter's pip where there is none or an older one, as `python -m venv --upgrade`
/// has it. `bundled` is the version of that pip.
///
/// # Errors
/// It cannot be installed; Ctrl-C.
pub fn ensure(
    root: &Path,
    site: &Path,
    bundled: &str,
    workshop: &Workshop<'_>,
) -> Result<(), Error> {
    let bundled = Version::from_str(bundled).ok();
    if installed(site).is_some_and(|version| bundled.is_none_or(|bundled| version >= bundled)) {
        return Ok(());
    }
    let words = ["-s", "-m", "ensurepip", "--upgrade", "--default-pip"];
    let hint = format!("`vrun --env {} -m ensurepip` tries again", typed(root));
    run(root, &words, workshop, "install", &hint)
}

/// The version of the pip in a site-packages directory.
fn installed(site: &Path) -> Option<Version> {
    let entries = fs::read_dir(site).ok()?.flatten();
    let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.find_map(|name| {
        let version = name.strip_prefix("pip-")?.strip_suffix(".dist-info")?;
        Version::from_str(version).ok()
    })
}

/// Installs the newest pip there is, and before Python 3.12 setuptools, from the user's index
/// (EnvBuilder.upgrade_dependencies).
///
/// # Errors
/// pip fails: the environment stands as it was made. Ctrl-C.
pub fn bring_up_to_date(order: &Order<'_>, workshop: &Workshop<'_>) -> Result<(), Error> {
    let root = order.place.at;
    let vars = vars::for_pip(order.world, root);
    let workshop = Workshop {
        vars: &vars,
        ..*workshop
    };
    let mut words = vec!["-m", "pip", "install", "--upgrade", "pip"];
    let old = |minor: &u64| *minor < 12;
    if minor(root).as_ref().is_some_and(old) {
        words.push("setuptools");
    }
    order
        .voice
        .tell(format_args!("bringing pip in {} up to date", shown(root)));
    let hint = format!(
        "`vrun --env {} pip install --upgrade pip` tries again",
        typed(root)
    );
    run(root, &words, &workshop, "bring up to date", &hint)
}

/// 13 of the 3.13.0 in its pyvenv.cfg.
fn minor(root: &Path) -> Option<u64> {
    let version = venv::Venv::open(root).ok()?.cfg.version?;
    version.split('.').nth(1)?.parse().ok()
}

/// Runs the environment's Python.
fn run(
    root: &Path,
    words: &[&str],
    workshop: &Workshop<'_>,
    verb: &str,
    hint: &str,
) -> Result<(), Error> {
    let failed = || Error::failed(format!("cannot {verb} pip in {}", shown(root)));
    let args = words.iter().map(OsString::from).collect();
    let output = workshop.run(&venv::python(root), args, root);
    interrupt::check(workshop.stop)?;
    let output = output.map_err(|error| failed().cause(reason(&error)).hint(hint))?;
    if output.status.success() {
        return Ok(());
    }
    let told = last_lines(&output).into_iter().fold(failed(), Error::cause);
    Err(told.hint(hint))
}

/// Runs the Python of the environment at `root` as the user's own pip would be run.
///
/// # Errors
/// It cannot be started; Ctrl-C.
pub fn run_pip(
    root: &Path,
    args: Vec<OsString>,
    world: &World,
    workshop: &Workshop<'_>,
) -> Result<Output, Error> {
    let vars = vars::for_pip(world, root);
    let workshop = Workshop {
        vars: &vars,
        ..*workshop
    };
    let output = workshop.run(&venv::python(root), args, root);
    interrupt::check(workshop.stop)?;
    output.map_err(|error| {
        Error::failed(format!("cannot run pip in {}", shown(root))).cause(reason(&error))
    })
}
