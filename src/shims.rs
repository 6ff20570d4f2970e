//! A directory and names -> shims there: links to vrun, or copies of it where links are for administrators.
//!
//! All is looked at before anything is made, and nothing is overwritten but shims. A link leads to vrun as the user's
//! PATH has it, and not to the file behind that: package managers keep each version's file in a place of its own.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, reason, shown, typed};
use crate::itself;
use crate::os;
use crate::trust;
use crate::venv::MARKER;
use crate::voice::Voice;
use crate::world::World;

/// What is to be made, where nothing stands against it.
#[derive(Debug)]
pub struct Plan {
    dir: PathBuf,
    target: PathBuf,
    shims: Vec<Shim>,
}

#[derive(Debug)]
struct Shim {
    at: PathBuf,
    work: Work,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Make,
    /// It leads to another vrun, or is an older one's.
    Replace,
    Nothing,
}

/// Shims of these names in `dir`.
///
/// # Errors
/// A name is none for a shim (125); what is there is in the way, or belongs to another user (126).
pub fn plan(dir: &Path, names: &[OsString], world: &World) -> Result<Plan, Error> {
    if let Some(name) = names.iter().find(|name| !is_name(name)) {
        return Err(
            Error::failed(format!("`{}` is no name for a shim", shown(name)))
                .cause("it is a program's plain name, as it is typed, and not vrun's own")
                .hint(format!("`vrun --shims {} python pytest`", typed(dir))),
        );
    }
    let dir = world.absolute(dir)?;
    let target = target(&dir, world)?;
    permit(&dir, &target, world)?;
    let mut shims: Vec<Shim> = Vec::new();
    for name in names {
        let mut file = name.clone();
        file.push(os::EXE);
        let at = dir.join(file);
        if shims.iter().all(|shim| shim.at != at) {
            let work = work(&at, &target, world)?;
            shims.push(Shim { at, work });
        }
    }
    Ok(Plan { dir, target, shims })
}

/// Whether a program can be called so, and vrun can tell that it is not itself that is called.
fn is_name(name: &OsStr) -> bool {
    let is_plain = Path::new(name).file_name() == Some(name);
    let has_ending = name.to_str().is_some_and(|name| {
        let plain = os::plain_name(name);
        plain.len() != name.len()
    });
    is_plain
        && !has_ending
        && !name.as_encoded_bytes().starts_with(b"-")
        && !itself::is_own_name(name)
}

/// vrun as it is found: by name on PATH, else as it was called, else its file. By its plain name where it lies
/// beside the shims, so that the directory can be moved.
fn target(dir: &Path, world: &World) -> Result<PathBuf, Error> {
    let own = world.own();
    let is_own = |path: &PathBuf| own.as_ref().is_some_and(|own| os::same_file(path, own));
    let on_path = || {
        let found = which::which_in_global("vrun", world.var("PATH")).ok()?;
        found.filter(|path| path.is_absolute()).find(is_own)
    };
    let as_called = || {
        let called = Path::new(world.args.first()?);
        let is_path = called.components().count() > 1;
        let path = world.absolute(called).ok().filter(|_| is_path);
        path.filter(is_own)
    };
    let Some(target) = on_path().or_else(as_called).or(own.clone()) else {
        return Err(Error::failed("vrun cannot tell where its own file is")
            .hint("put its directory on PATH"));
    };
    match target.file_name() {
        Some(name) if target.parent() == Some(dir) => Ok(name.into()),
        _ => Ok(target),
    }
}

/// Whether shims may be put there, and lead to that.
fn permit(dir: &Path, target: &Path, world: &World) -> Result<(), Error> {
    let refused = || Error::refused(format!("no shims are put into {}", shown(dir)));
    let real = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    for dir in [dir, &real] {
        let root = dir.parent().filter(|root| root.join(MARKER).is_file());
        if let Some(root) = root.filter(|root| os::same_file(dir, &root.join(os::SCRIPTS))) {
            let cause = format!("it holds the programs of the environment {}", shown(root));
            return Err(refused().cause(cause));
        }
    }
    if dir.exists() && !dir.is_dir() {
        return Err(refused().cause("it is no directory"));
    }
    let start = world.cwd().unwrap_or_else(|_| dir.to_owned());
    let stranger = |path: &Path, start: &Path| {
        let seen = trust::look(path).ok()?;
        Some(trust::of_file(&seen, start)?.has_a_hand_in(path))
    };
    if let Some(cause) = stranger(dir, &start) {
        return Err(refused().cause(cause));
    }
    // Whoever may change it decides what each of them does.
    let target = dir.join(target);
    let end = dunce::canonicalize(&target).unwrap_or_else(|_| target.clone());
    let start = dir.ancestors().find(|dir| dir.is_dir()).unwrap_or(dir);
    for path in [&target, &end] {
        if let Some(cause) = stranger(path, start) {
            let what = format!("no shims are made that lead to {}", shown(path));
            return Err(Error::refused(what).cause(cause));
        }
    }
    Ok(())
}

/// What there is to do at `at`.
fn work(at: &Path, target: &Path, world: &World) -> Result<Work, Error> {
    match fs::symlink_metadata(at) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Work::Make),
        Err(error) => {
            return Err(
                Error::refused(format!("{} cannot be looked at", shown(at))).cause(reason(&error))
            );
        }
        Ok(_) => {}
    }
    if !itself::is_vrun(at, world.own().as_deref()) {
        return Err(
            Error::refused(format!("{} is there, and is no shim of vrun's", shown(at)))
                .hint(format!("`rm {}`, if it is not needed", typed(at))),
        );
    }
    let is_current = match os::HAS_LINKS {
        true => fs::read_link(at).is_ok_and(|leads| leads == target),
        false => itself::hold_the_same(at, &at.with_file_name(target)).unwrap_or(false),
    };
    Ok(if is_current {
        Work::Nothing
    } else {
        Work::Replace
    })
}

impl Plan {
    /// Makes them.
    ///
    /// # Errors
    /// One of them cannot be made.
    pub fn carry_out(&self) -> Result<(), Error> {
        let failed = |at: &Path, error: io::Error| {
            Error::failed(format!("{} cannot be made", shown(at))).cause(reason(&error))
        };
        fs::create_dir_all(&self.dir).map_err(|error| failed(&self.dir, error))?;
        for Shim { at, work } in &self.shims {
            match work {
                Work::Nothing => Ok(()),
                Work::Make => os::link(&self.target, at),
                Work::Replace => replace(at, &self.target),
            }
            .map_err(|error| failed(at, error))?;
        }
        Ok(())
    }

    /// Says what keeps them from being found.
    pub fn advise(&self, world: &World, voice: Voice) {
        let path = world.var("PATH").unwrap_or(OsStr::new(os::DEFAULT_PATH));
        let dirs: Vec<_> = os::split_paths(path).collect();
        let is_here =
            |dir: &PathBuf| os::same_path(dir, &self.dir) || os::same_file(dir, &self.dir);
        let Some(place) = dirs.iter().position(is_here) else {
            let dir = shown(&self.dir);
            return voice.tell(format_args!(
                "{dir} is not on PATH; put it there, before what the shims are to stand for"
            ));
        };
        for Shim { at, .. } in &self.shims {
            let name = at.file_name().unwrap_or_default();
            let is_program = |dir: &&PathBuf| dir.join(name).is_file() && !is_environments(dir);
            if let Some(first) = dirs[..place].iter().find(is_program) {
                let (first, dir) = (shown(first.join(name)), shown(&self.dir));
                voice.tell(format_args!("{first} comes before {dir} on PATH"));
            }
        }
    }

    /// Their paths, one on each line.
    pub fn paths(&self) -> Vec<u8> {
        let line = |shim: &Shim| [shim.at.as_os_str().as_encoded_bytes(), b"\n"].concat();
        self.shims.iter().flat_map(line).collect()
    }
}

/// Whether it is the scripts directory of an environment, which has every right to come first.
fn is_environments(dir: &Path) -> bool {
    dir.parent().is_some_and(|root| root.join(MARKER).is_file())
}

/// Puts a new shim in the place of another, which is there until then.
fn replace(at: &Path, target: &Path) -> io::Result<()> {
    let mut name = at.file_name().unwrap_or_default().to_owned();
    name.push(format!(".vrun-{}", std::process::id()));
    let new = at.with_file_name(name);
    os::link(target, &new)?;
    fs::rename(&new, at).inspect_err(|_| drop(fs::remove_file(&new)))
}
