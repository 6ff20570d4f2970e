//! Where vrun makes no environment unasked: each of these would reach far beyond one project.

use std::path::{Path, PathBuf};

use super::{Search, project};
use crate::error::{Error, shown, typed};
use crate::os;
use crate::venv;

/// Why a place is barred.
#[derive(Debug)]
pub enum Barred {
    /// The home directory: `~/.venv` would serve every place below that is in no project.
    Home,
    /// The root of the file system.
    Root,
    /// The directory for temporary files, which many share.
    Temp,
    /// It lies inside this environment.
    Inside(PathBuf),
}

/// Why no environment is made in `place` unasked. `is_project` is whether that is a project's root, which a
/// directory for temporary files may be in a test.
pub fn barred(place: &Path, is_project: bool, search: &Search) -> Option<Barred> {
    if place.parent().is_none() {
        return Some(Barred::Root);
    }
    if project::is_home(place, search.home.as_deref()) {
        return Some(Barred::Home);
    }
    let mut temps = os::TEMPS
        .iter()
        .map(Path::new)
        .chain([search.temp.as_path()]);
    if !is_project && temps.any(|temp| place == temp || os::same_file(place, temp)) {
        return Some(Barred::Temp);
    }
    let env = place
        .ancestors()
        .find(|dir| dir.join(venv::MARKER).is_file())?;
    Some(Barred::Inside(env.to_owned()))
}

impl Barred {
    /// The refusal to make an environment at `at`, with what to type instead.
    pub fn refusal(&self, at: &Path) -> Error {
        let place = at.parent().unwrap_or(at);
        let what = match self {
            Barred::Home => format!(
                "no environment is made in the home directory, {}",
                shown(place)
            ),
            Barred::Root => "no environment is made in the root directory".to_owned(),
            Barred::Temp => format!(
                "no environment is made in {} itself, which all share",
                shown(place)
            ),
            Barred::Inside(env) => format!("no environment is made inside another, {}", shown(env)),
        };
        let error = Error::refused(what).hint(format!(
            "go to a project's directory, or say `vrun --env {} ...`",
            typed(at)
        ));
        match project::sign(place) {
            Some(name) => error.cause(format_args!(
                "the nearest project is {}, because of the {name} there",
                shown(place)
            )),
            None => error,
        }
    }
}
