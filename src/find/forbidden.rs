//! Where vrun creates no environment by itself: it would reach far beyond one project.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};
use crate::{os, venv};

use super::project_root;
use super::search::Search;

/// Why a place is forbidden.
#[derive(Debug)]
pub(crate) enum ForbiddenPlace {
    /// The home directory: `~/.venv` would serve every directory below that is in no project.
    Home,
    Root,
    /// The directory for temporary files, which users share.
    Temp,
    /// It lies inside this environment.
    InsideEnv(PathBuf),
}

/// Why no environment is created in `place` by default. A project's root may be a directory for temporary files, as in
/// a test.
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
    let shared = os::SHARED_TEMP_DIRS.iter().map(Path::new);
    let mut temp_dirs = shared.chain([search.temp_dir.as_path()]);
    if !is_project && temp_dirs.any(|dir| place == dir || os::is_same_file(place, dir)) {
        return Some(ForbiddenPlace::Temp);
    }
    venv::enclosing_env(place).map(|env| ForbiddenPlace::InsideEnv(env.to_owned()))
}

impl ForbiddenPlace {
    /// The refusal to create an environment at `at`, with what to type instead.
    pub(crate) fn to_error(&self, at: &Path) -> Error {
        let place = at.parent().unwrap_or(at);
        let shown = printable(place);
        let what = match self {
            ForbiddenPlace::Home => format!("the home directory, {shown}"),
            ForbiddenPlace::Root => "the root directory".to_owned(),
            ForbiddenPlace::Temp => format!("{shown} itself, which all users share"),
            ForbiddenPlace::InsideEnv(env) => format!("another environment, {}", printable(env)),
        };
        let error = Error::refused(format!("refusing to create an environment in {what}"))
            .with_hint(format!(
                "change to a project's directory, or use `vrun --env {} ...`",
                shell_word(at)
            ));
        match project_root::marker_file(place) {
            Some(name) => error.with_cause(format_args!(
                "the nearest project is {shown}, because of the {name} there"
            )),
            None => error,
        }
    }
}
