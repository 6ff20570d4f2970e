//! Where vrun makes no environment unasked: each of these would reach far beyond one project.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};
use crate::{os, venv};

use super::project_root;
use super::search::Search;

/// Why a place is barred.
#[derive(Debug)]
pub(crate) enum ForbiddenPlace {
    /// The home directory: `~/.venv` would serve every place below that is in no project.
    Home,
    /// The root of the file system.
    Root,
    /// The directory for temporary files, which many share.
    Temp,
    /// It lies inside this environment.
    InsideEnv(PathBuf),
}

/// Why no environment is made in `place` unasked. `is_project` is whether that is a project's root, which a
/// directory for temporary files may be in a test.
pub(super) fn forbidden_place(
    place: &Path,
    is_project: bool,
    search: &Search,
) -> Option<ForbiddenPlace> {
    if place.parent().is_none() {
        return Some(ForbiddenPlace::Root);
    }
    if project_root::is_home_dir(place, search.home.as_deref()) {
        return Some(ForbiddenPlace::Home);
    }
    let mut temps = os::SHARED_TEMP_DIRS
        .iter()
        .map(Path::new)
        .chain([search.temp_dir.as_path()]);
    if !is_project && temps.any(|temp| place == temp || os::is_same_file(place, temp)) {
        return Some(ForbiddenPlace::Temp);
    }
    let env = place
        .ancestors()
        .find(|dir| dir.join(venv::PYVENV_CFG).is_file())?;
    Some(ForbiddenPlace::InsideEnv(env.to_owned()))
}

impl ForbiddenPlace {
    /// The refusal to make an environment at `at`, with what to type instead.
    pub(crate) fn to_error(&self, at: &Path) -> Error {
        let place = at.parent().unwrap_or(at);
        let what = match self {
            ForbiddenPlace::Home => format!(
                "no environment is made in the home directory, {}",
                printable(place)
            ),
            ForbiddenPlace::Root => "no environment is made in the root directory".to_owned(),
            ForbiddenPlace::Temp => format!(
                "no environment is made in {} itself, which all share",
                printable(place)
            ),
            ForbiddenPlace::InsideEnv(env) => {
                format!("no environment is made inside another, {}", printable(env))
            }
        };
        let error = Error::refused(what).with_hint(format!(
            "go to a project's directory, or say `vrun --env {} ...`",
            shell_word(at)
        ));
        match project_root::marker_file(place) {
            Some(name) => error.with_cause(format_args!(
                "the nearest project is {}, because of the {name} there",
                printable(place)
            )),
            None => error,
        }
    }
}
