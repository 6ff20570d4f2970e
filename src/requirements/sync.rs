//! An environment, what its project requires -> the environment brought in line. The order of the work: the lock, the
//! choice, the mark, trust, the installer, the note of what was installed.
//!
//! The mark is in the environment before anything changes in it, so what is interrupted is known to be unfinished,
//! and the next run takes it up.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::create::{self, Watch};
use crate::error::{Error, reason, shown, typed};
use crate::os;
use crate::trust;
use crate::venv;

use super::choice::{self, Source};
use super::drift::{self, Drift};
use super::exact;
use super::files;
use super::installer::{self, Installer};
use super::script;
use super::state::{Known, Standing, State};
use super::work::{RETRY, Stop, Work, words_of};
use super::{Extras, Named, Site, python_of};

/// Why an environment is brought in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// What was asked for once is not there yet, or has changed. Another may have seen to it meanwhile.
    Behind,
    /// A person asks.
    Asked(Extras),
}

/// Brings it in line.
///
/// # Errors
/// Nothing says what to install, though a person asks; the files are a stranger's; the installer refuses; Ctrl-C.
pub fn catch_up(site: &Site<'_>, cause: Cause) -> Result<(), Error> {
    let root = &site.venv.root;
    if cause == Cause::Behind && is_free(site)? {
        return Ok(());
    }
    let lock = match create::hold(root, "installing into", site.voice) {
        Ok(lock) => lock,
        // A read-only image, say: what is there may do.
        Err(error) if cause == Cause::Behind && !site.is_in_line() => {
            let (root, why) = (shown(root), reason(&error));
            site.voice.tell(format_args!(
                "what is missing in {root} is not installed: {why}"
            ));
            return Ok(());
        }
        Err(error) => return Err(closed(root, &error)),
    };
    let watch = Watch::start();
    let known = State::read(root).map(|(state, _)| state);
    let known = known.as_ref();
    if cause == Cause::Behind && known.is_some_and(|known| !is_behind(known, site)) {
        return Ok(());
    }
    let project = project(site, known);
    let Some(source) = source(site, known, &project)? else {
        return nothing(site, cause, &project);
    };
    let work = Work {
        root,
        python: venv::python(root),
        project: &project,
        vars: &create::for_pip(site.world, root),
        lock: lock.file(),
        stop: watch.stop(),
        reader: site.reader(),
        retry: match script::is_of(&source.path, root) {
            true => script::RETRY,
            false => RETRY,
        },
        voice: site.voice,
    };
    perform(&source, cause, &work, site)
}

/// The work between two notes of how far it is.
fn perform(source: &Source, cause: Cause, work: &Work<'_>, site: &Site<'_>) -> Result<(), Error> {
    let mut state = State::begun(source, work.project, python_of(site.venv));
    write(&state, work.root)?;
    // As they are before: what changes while the installer runs has changed.
    state.files = files::of(source).into_iter().map(Known::now).collect();
    let done = trusted(&state, site).and_then(|()| install(source, cause, work, site));
    if work.stop.load(Ordering::Relaxed) {
        // Whatever it was that came of it.
        return Err(create::interrupted());
    }
    match &done {
        Ok(()) => {
            state.standing = Standing::Done;
            work.forget_failures();
        }
        Err(Stop::Refused { why, .. }) => state.standing = Standing::Refused(why.clone()),
        Err(Stop::Interrupted) => {}
    }
    write(&state, work.root)?;
    done.map_err(Error::from)
}

/// Whether nothing was ever asked for here, so that there is nothing to wait for.
fn is_free(site: &Site<'_>) -> Result<bool, Error> {
    let root = &site.venv.root;
    Ok(State::read(root).is_none() && source(site, None, &project(site, None))?.is_none())
}

fn is_behind(state: &State, site: &Site<'_>) -> bool {
    let is_same = || !matches!(drift::look(state, &python_of(site.venv)), Drift::Changed(_));
    match &state.standing {
        Standing::Unfinished => true,
        _ if site.names_another(state) => true,
        Standing::Done => !is_same(),
        Standing::Refused(_) if script::is_of(&state.source, &site.venv.root) => true,
        Standing::Refused(_) => site.is_ci() || site.is_in_line() || !is_same(),
    }
}

/// The project's root: what was noted, else what the environment lies in.
fn project(site: &Site<'_>, known: Option<&State>) -> PathBuf {
    let noted = known
        .map(|known| known.project.clone())
        .filter(|project| project.is_dir());
    let beside = || {
        site.venv
            .root
            .parent()
            .unwrap_or(&site.venv.root)
            .to_owned()
    };
    noted.or_else(|| site.project()).unwrap_or_else(beside)
}

/// What is installed: the file that is named now, or was when it was noted, else what is usual.
fn source(site: &Site<'_>, known: Option<&State>, project: &Path) -> Result<Option<Source>, Error> {
    if let Some(file) = site.file() {
        return choice::named(&file?).map(Some);
    }
    match known.filter(|known| known.is_named && known.source.is_file()) {
        Some(known) => choice::named(&known.source).map(Some),
        None => choice::usual(project),
    }
}

/// Nothing says what to install.
fn nothing(site: &Site<'_>, cause: Cause, project: &Path) -> Result<(), Error> {
    if cause == Cause::Behind {
        State::forget(&site.venv.root);
        return Ok(());
    }
    let what = format!("nothing in {} says what to install", shown(project));
    Err(Error::failed(what)
        .cause("there is no pylock.toml, no requirements.txt, and no pyproject.toml with [project] or [build-system]")
        .hint("`vrun pip freeze > requirements.txt` writes down what is installed"))
}

/// What lies in the project may be another user's, and a requirement file says what code is run. What was named was
/// chosen.
fn trusted(state: &State, site: &Site<'_>) -> Result<(), Stop> {
    let files = state
        .files
        .iter()
        .filter(|known| known.seen.is_some() && !state.is_named);
    for Known { path, .. } in files {
        let whose = trust::look(path)
            .ok()
            .and_then(|seen| trust::of_file(&seen, site.start));
        if whose.is_some() {
            let why = format!("{} belongs to another user", shown(path));
            let what = format!("{} is not trusted", shown(path));
            let hint = format!(
                "`vrun --sync --requirements {}` allows it",
                typed(&state.source)
            );
            let error = Error::refused(what)
                .cause(&why)
                .cause("what is installed runs code; only your own files, root's and those of who owns the start count")
                .hint(hint);
            return Err(Stop::Refused { error, why });
        }
    }
    Ok(())
}

fn install(source: &Source, cause: Cause, work: &Work<'_>, site: &Site<'_>) -> Result<(), Stop> {
    let refused = |error: Error| Stop::Refused {
        why: "VRUN_INSTALLER names none that is there".into(),
        error,
    };
    if choice::is_blank(source) && cause != Cause::Asked(Extras::Removed) {
        return Ok(());
    }
    let installer = installer::choose(work, site.world).map_err(refused)?;
    if installer == Installer::Pip {
        installer::make_fit(source, work)?;
    }
    let name = script::shown_name(&source.path, work.project, work.root);
    let asked = installer::words(source, work.project);
    if !choice::is_blank(source) {
        let mut words = words_of(&["install"]);
        if cause != Cause::Behind || site.is_in_line() {
            words.push("--upgrade".into());
        }
        words.extend(asked.iter().cloned());
        let line = format!("installing {name} with {}", installer.name());
        let cannot = format!("cannot install {name} into {}", shown(work.root));
        let took = work.step(&installer, words, &line, &cannot)?;
        let took = create::took(took);
        work.voice.tell(format_args!("installed {name} in {took}"));
    }
    if cause == Cause::Asked(Extras::Removed) {
        exact::remove_extras(&installer, source, asked, work)?;
    }
    Ok(())
}

fn write(state: &State, root: &Path) -> Result<(), Error> {
    state.write(root).map_err(|error| closed(root, &error))
}

fn closed(root: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot install into {}", shown(root)))
        .cause(format_args!(
            "{} cannot be written to: {}",
            shown(root),
            reason(error)
        ))
        .hint("`vrun --no-install ...` runs with what there is")
}

impl Site<'_> {
    /// Whether another file is named than was installed.
    pub fn names_another(&self, state: &State) -> bool {
        let is_other = |file: PathBuf| file != state.source && !os::same_file(&file, &state.source);
        self.file().is_some_and(|file| file.is_ok_and(is_other))
    }

    /// The file that was named, absolute.
    fn file(&self) -> Option<Result<PathBuf, Error>> {
        Some(match self.wishes.file.as_ref()? {
            Named::ByOption(file) => self.world.absolute(file),
            Named::ByVariable(file) => {
                let project = self.project().unwrap_or_else(|| self.start.to_owned());
                Ok(crate::world::tidy(project.join(file)))
            }
        })
    }
}
