//! What a project requires -> what is installed in its environment: on first use, on request, and a line where the two
//! have come apart.
//!
//! Only what vrun made is filled unasked. Such an environment holds a small file that says what was installed (state);
//! where there is none, nothing is looked at, and nothing changes but by `--sync`.

use std::path::{Path, PathBuf};

use crate::create::Note;
use crate::error::{Error, shown};
use crate::find;
use crate::os;
use crate::venv::Venv;
use crate::voice::Voice;
use crate::world::{self, World};

mod choice;
mod drift;
mod exact;
mod files;
mod installer;
mod noted;
mod progress;
mod script;
mod state;
mod sync;
mod wishes;
mod work;

pub use script::{list as list_of_script, mark as mark_script};
pub use wishes::{Extras, Install, Named, Sync, Wishes};

use drift::{Change, Drift};
use progress::Reader;
use state::{Standing, State};
use sync::Cause;

/// An environment, and who asks.
pub struct Site<'a> {
    /// The environment.
    pub venv: &'a Venv,
    /// Where the search started: what its owner has there counts.
    pub start: &'a Path,
    /// What is asked for.
    pub wishes: &'a Wishes,
    /// Whose variables.
    pub world: &'a World,
    /// How much is said.
    pub voice: Voice,
}

impl Site<'_> {
    /// Whether this is a CI job, as its variable has it.
    fn is_ci(&self) -> bool {
        let value = self.world.setting("CI");
        value.is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    /// Where what is done is followed.
    fn reader(&self) -> Reader {
        let folds = self.world.setting("GITHUB_ACTIONS");
        match self.is_ci() {
            true if folds.is_some_and(|value| value == "true") => Reader::FoldingLog,
            true => Reader::Log,
            false => Reader::Person,
        }
    }

    /// The project that the environment serves. What lies around it counts, so that a shared one serves the project
    /// that it was made for.
    fn project(&self) -> Option<PathBuf> {
        let around = self.venv.root.parent();
        let place = around.filter(|dir| self.start.starts_with(dir));
        let home = self.world.home();
        find::project(place.unwrap_or(self.start), home.as_deref()).map(Path::to_owned)
    }

    /// Whether VRUN_SYNC has what changed installed.
    fn is_in_line(&self) -> bool {
        self.wishes.sync == Sync::WhereChanged
    }
}

/// What a new environment for the project at `project` is to hold, so that its requirements are known to be missing:
/// None where there are none, or none are wanted.
///
/// # Errors
/// The file that says it cannot be read.
pub fn mark(
    wishes: &Wishes,
    project: Option<&Path>,
    at: &Path,
    world: &World,
) -> Result<Option<Note>, Error> {
    let project = project.or(at.parent()).unwrap_or(at);
    let source = match &wishes.file {
        _ if wishes.install == Install::Never && !matches!(wishes.sync, Sync::Now(_)) => None,
        Some(Named::ByOption(file)) => Some(choice::named(&world.absolute(file)?)?),
        Some(Named::ByVariable(file)) => Some(choice::named(&world::tidy(project.join(file)))?),
        None => choice::usual(project)?,
    };
    Ok(source.map(|source| Note {
        name: state::FILE,
        text: noted::text(&State::begun(&source, project, String::new()), at),
    }))
}

/// What an environment that is made anew should keep of the one at `root`: what is known of its requirements.
pub fn kept(root: &Path) -> Option<Note> {
    let text = std::fs::read_to_string(root.join(state::FILE)).ok()?;
    Some(Note {
        name: state::FILE,
        text,
    })
}

/// Has an environment that was made anew with the packages of the old one stand where that stood, for its Python as it is
/// now.
pub fn stand(venv: &Venv) {
    if let Some((state, bytes)) = State::read(&venv.root) {
        let python = python_of(venv);
        State { python, ..state }.note(&venv.root, &bytes);
    }
}

/// How an environment stands with what it was to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The requirement file.
    pub file: PathBuf,
    /// How far it is.
    pub progress: Progress,
    /// What is lacking; None where nothing is.
    pub lacking: Option<Lacking>,
}

/// What an environment lacks of what it was to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// That, as a clause.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

/// How far what was required is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All of it.
    Installed,
    /// The installing was cut off, or has not begun.
    Unfinished,
    /// The installer refused.
    Refused,
    /// It was, and the files have changed since.
    Changed,
}

/// What is known of that, for who is called `call`; None where vrun has installed nothing there. Nothing is written.
pub fn account(venv: &Venv, call: &str) -> Option<Account> {
    let (state, _) = State::read(&venv.root)?;
    let name = script::shown_name(&state.source, &state.project, &venv.root);
    let lacking = |what: String| {
        let mend = format!("`{call} --sync`");
        Some(Lacking { what, mend })
    };
    let (progress, lacking) = match (&state.standing, drift::look(&state, &python_of(venv))) {
        (Standing::Unfinished, _) => (
            Progress::Unfinished,
            lacking(format!("the installation of {name} is not finished")),
        ),
        (Standing::Refused(why), _) => (
            Progress::Refused,
            lacking(format!("{name} is not installed ({})", shown(why))),
        ),
        (Standing::Done, Drift::Changed(change)) => {
            let (what, mend) = (change.told(), change.mend(call));
            (Progress::Changed, Some(Lacking { what, mend }))
        }
        (Standing::Done, _) => (Progress::Installed, None),
    };
    Some(Account {
        file: state.source,
        progress,
        lacking,
    })
}

/// Sees to it before a program runs: takes up what is unfinished, brings in line what is asked for, says what has
/// changed. With nothing to do this is a look at each file that is known, and at none where none is.
///
/// # Errors
/// What is asked for cannot be installed; Ctrl-C.
pub fn attend(site: &Site<'_>) -> Result<(), Error> {
    if let Sync::Now(extras) = site.wishes.sync {
        return sync::catch_up(site, Cause::Asked(extras));
    }
    if site.wishes.install == Install::Never {
        return Ok(());
    }
    let Some((state, bytes)) = State::read(&site.venv.root) else {
        return match site.wishes.sync {
            Sync::WhereChanged => sync::catch_up(site, Cause::Behind),
            _ => Ok(()),
        };
    };
    if state.standing == Standing::Unfinished || site.names_another(&state) {
        return sync::catch_up(site, Cause::Behind);
    }
    let drift = drift::look(&state, &python_of(site.venv));
    match (&state.standing, drift) {
        (Standing::Refused(why), Drift::None | Drift::Touched(_)) => {
            let is_scripts = script::is_of(&state.source, &site.venv.root);
            if is_scripts || site.is_ci() || site.is_in_line() {
                return sync::catch_up(site, Cause::Behind);
            }
            let name = script::shown_name(&state.source, &state.project, &site.venv.root);
            site.voice.tell(format_args!(
                "{name} is not installed ({}); `vrun --sync` tries again",
                shown(why)
            ));
            Ok(())
        }
        (Standing::Refused(_), Drift::Changed(_)) => sync::catch_up(site, Cause::Behind),
        (_, Drift::None) => Ok(()),
        (_, Drift::Touched(files)) => {
            State { files, ..state }.note(&site.venv.root, &bytes);
            Ok(())
        }
        (_, Drift::Changed(_)) if site.is_in_line() => sync::catch_up(site, Cause::Behind),
        (_, Drift::Changed(change)) => {
            tell(change, state, &bytes, site);
            Ok(())
        }
    }
}

/// Once for each change and session, and in every step of a CI job.
fn tell(change: Change, mut state: State, bytes: &[u8], site: &Site<'_>) {
    let is_news = site.is_ci() || state.tell(&change.id, os::session());
    if !is_news || site.voice == Voice::Quiet {
        return;
    }
    let run = match change.asking {
        None => "run `vrun --sync`".to_owned(),
        Some(_) => change.mend("vrun"),
    };
    site.voice.tell(format_args!("{}: {run}", change.told()));
    if !site.is_ci() {
        state.note(&site.venv.root, bytes);
    }
}

/// The environment's Python by its minor version, which its packages are for.
fn python_of(venv: &Venv) -> String {
    let version = venv.cfg.version.as_deref().unwrap_or_default();
    let parts: Vec<_> = version.split('.').take(2).collect();
    parts.join(".")
}
