//! A base interpreter, known -> an environment, made without starting it.
//!
//! The result is what that interpreter's own `-m venv` would have made (venv/__init__.py and
//! ensurepip/__init__.py of its version), but for `.pyc` files, of which it has what is there already.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::create::base::{Base, Bytecode};
use crate::create::options::Options;
use crate::create::pythons;
use crate::error::{reason, shown};
use crate::os;
use crate::venv;

mod activate;
mod compiled;
mod launchers;
mod layout;
mod manifest;
mod parallel;
mod pip;
mod project;
mod record;
mod scripts;
mod seed;
mod store;
pub mod sysconfig;
mod transfer;
mod unpack;
mod wheel;

pub use record::Row;
pub use scripts::{calling, quoted, starting_lines};
use seed::{Seeding, seed};
pub use store::Store;
use store::Trust;

/// A base interpreter whose environments vrun knows how to make.
#[derive(Debug)]
pub struct Known<'a> {
    /// The file to link to: absolute, as it was found, links kept.
    exe: &'a Path,
    /// 3.13 is (3, 13).
    version: (u64, u64),
    /// `3.13.0`.
    full_version: String,
    /// Whether it is a free-threaded build, whose directories have a `t` behind the version.
    free_threaded: bool,
    /// The directory of its standard library.
    stdlib: &'a Path,
    /// Which `.pyc` files it takes.
    bytecode: Option<&'a Bytecode>,
}

impl Known<'_> {
    /// `base`, if it is a CPython whose venv is among those that this maker was measured against, and it
    /// starts from an environment that links to it as it was found.
    pub fn of(base: &Base) -> Option<Known<'_>> {
        let [major, minor, ..] = base.kind.release[..] else {
            return None;
        };
        let is_measured =
            base.kind.implementation == "cpython" && ((3, 6)..=(3, 14)).contains(&(major, minor));
        let known = Known {
            exe: &base.exe,
            version: (major, minor),
            full_version: base.kind.numbers(),
            free_threaded: base.kind.free_threaded,
            stdlib: &base.stdlib,
            bytecode: base.bytecode.as_ref(),
        };
        let has_templates = base.stdlib.join("venv").join("scripts").is_dir();
        let starts = match os::HAS_LINKS {
            true => known.starts_from_home(),
            false => launchers::starts(&known),
        };
        (is_measured && has_templates && starts).then_some(known)
    }

    /// An environment's Python looks for its library above `home`, then where it was configured to be
    /// (getpath.py). Where neither is its own, as with a link to a Python that was moved, only starting it
    /// tells what happens.
    fn starts_from_home(&self) -> bool {
        let name = self.directory_name();
        let library = |dir: &Path| dir.join("lib").join(&name);
        let above = self.exe.ancestors().skip(2).map(library);
        let found = above.into_iter().find(|dir| dir.join("os.py").is_file());
        // What cannot be read is left to the base itself.
        let prefix = || sysconfig::literal(self.stdlib, "prefix").ok().flatten();
        let configured = || prefix().map(|dir| library(dir.as_ref()));
        found
            .or_else(configured)
            .is_some_and(|dir| os::same_file(&dir, self.stdlib))
    }

    /// Where packages are installed in an environment at `root` (sysconfig's `venv` scheme).
    fn site_packages(&self, root: &Path) -> PathBuf {
        os::library(root, &self.directory_name()).join("site-packages")
    }

    /// `python3.13`, `python3.13t`: what its directories are called.
    fn directory_name(&self) -> String {
        let (major, minor) = self.version;
        format!(
            "python{major}.{minor}{}",
            if self.free_threaded { "t" } else { "" }
        )
    }
}

/// `base`, or the file behind its links where an environment on a link would look for its library beside the
/// link, and find none, or another Python's.
pub fn as_it_starts(base: Base) -> Base {
    if Known::of(&base).is_some() {
        return base;
    }
    let resolved = dunce::canonicalize(&base.exe).map(|exe| Base {
        exe,
        ..base.clone()
    });
    let starts = resolved.ok().filter(|base| Known::of(base).is_some());
    starts.unwrap_or(base)
}

/// An environment to be made.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Its base interpreter.
    pub base: &'a Known<'a>,
    /// Where it is written: a directory that is there and empty.
    pub root: &'a Path,
    /// Where it will stand; its files say so.
    pub home: &'a Path,
    /// What it is to be like.
    pub options: &'a Options,
    /// What a shell's prompt is to show, where that was said.
    pub prompt: Option<String>,
}

impl Plan<'_> {
    /// Where packages are installed.
    pub fn site_packages(&self) -> PathBuf {
        self.base.site_packages(self.root)
    }

    /// Where they will be.
    fn future_site_packages(&self) -> PathBuf {
        self.base.site_packages(self.home)
    }

    /// The Python that its scripts will start: by the name that the base was called by, but for Windows' newer
    /// ones (EnvBuilder.ensure_directories).
    fn future_python(&self) -> PathBuf {
        let called = self.base.exe.file_name().unwrap_or_default();
        let name = match os::HAS_LINKS || self.base.version < (3, 13) {
            true => called,
            false => OsStr::new("python.exe"),
        };
        venv::scripts(self.home).join(name)
    }

    /// A script's path as RECORD has it.
    fn recorded(&self, script: &str) -> String {
        let site = self.site_packages();
        let depth = site
            .strip_prefix(self.root)
            .map_or(0, |path| path.components().count());
        format!("{}{}/{script}", "../".repeat(depth), os::SCRIPTS)
    }
}

/// Whether pip came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// It did.
    Installed,
    /// Nobody wanted it.
    Unwanted,
    /// The base interpreter brings none along.
    Missing,
}

/// Makes the environment.
///
/// # Errors
/// Something cannot be read or written.
pub fn make(plan: &Plan<'_>, store: Option<&Store>) -> io::Result<Seeds> {
    layout::begin(plan)?;
    let own = || layout::complete(plan).and_then(|()| activate::write(plan));
    if !plan.options.has_pip() {
        return own().map(|()| Seeds::Unwanted);
    }
    let mut seeding = seed(plan, store.map(|store| (store, Trust::Noted)), own)?;
    // What the store has is looked at as it is taken; where it turns out to be damaged, all begins anew.
    for store in [store.map(|store| (store, Trust::Checked)), None] {
        if let Seeding::Done(seeds) = seeding {
            return Ok(seeds);
        }
        let site = plan.site_packages();
        fs::remove_dir_all(&site).map_err(|error| failed("empty", &site, &error))?;
        make_dir(&site)?;
        seeding = seed(plan, store, || Ok(()))?;
    }
    match seeding {
        Seeding::Done(seeds) => Ok(seeds),
        Seeding::Altered => Err(io::Error::other("the wheels change while they are read")),
    }
}

/// Writes the activation scripts of an environment that has lost them.
///
/// # Errors
/// One cannot be written.
pub fn activate(plan: &Plan<'_>) -> io::Result<()> {
    activate::write(plan)
}

/// Brings an environment that stands up to its base as that is now: directories, names of Python and
/// pyvenv.cfg, whose text is `old`; `EnvBuilder(upgrade=True)` writes no activation scripts either.
///
/// # Errors
/// Something cannot be written.
pub fn renew(plan: &Plan<'_>, old: &str) -> io::Result<()> {
    layout::complete(plan)?;
    let cfg = layout::cfg(plan)?;
    let text = [&cfg[..], layout::carried(old).as_bytes()].concat();
    rewrite(&plan.root.join(venv::MARKER), &text)
}

/// Writes a file anew that is there: beside it and renamed, so that there is no moment without one. Its mode
/// stays.
///
/// # Errors
/// It cannot be written.
pub fn rewrite(file: &Path, text: &[u8]) -> io::Result<()> {
    pythons::replace(file, |new| {
        write(new, text)?;
        os::copy_mode(file, new)
    })
}

/// Writes a file that is to be run, whole or not at all.
///
/// # Errors
/// It cannot be written.
pub fn write_script(file: &Path, text: &[u8]) -> io::Result<()> {
    pythons::replace(file, |new| {
        write(new, text)?;
        os::make_executable(new)
    })
}

/// The version of the pip that the base interpreter brings along.
///
/// # Errors
/// What it brings along cannot be read.
pub fn bundled_pip(base: &Known<'_>) -> io::Result<Option<String>> {
    Ok(wheel::bundled(base)?.pop().map(|pip| pip.version))
}

/// Writes a new file.
fn write(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    fs::write(path, text).map_err(|error| failed("write", path, &error))
}

fn make_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| failed("make", path, &error))
}

/// The error, with what it kept from being done.
fn failed(verb: &str, path: &Path, error: &io::Error) -> io::Error {
    let what = format!("cannot {verb} {}: {}", shown(path), reason(error));
    io::Error::new(error.kind(), what)
}
