//! Where vrun creates no environment by itself: it would reach far beyond one project.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};
use crate::{os, venv};

use super::project_root;
use super::search::Search;

/// A directory where no environment is created, and why.
#[derive(Debug)]
pub(crate) struct ForbiddenPlace {
    reason: ForbiddenReason,
    /// The file that makes it a project.
    marker: Option<&'static str>,
}

#[derive(Debug)]
enum ForbiddenReason {
    /// The home directory: `~/.venv` would serve every directory below that is in no project.
    Home,
    Root,
    /// It is inside Windows' own directory, where services start.
    System(PathBuf),
    /// The directory for temporary files, which users share.
    Temp,
    /// It is inside this environment.
    InsideEnv(PathBuf),
    /// It is inside this directory of installed packages.
    Packages(PathBuf),
}

/// Why no environment is created in `place` by default. A project's root may be a directory for temporary files, as in
/// a test.
pub(super) fn forbidden_place(
    place: &Path,
    is_project: bool,
    search: &Search,
) -> Option<ForbiddenPlace> {
    Some(ForbiddenPlace {
        reason: forbidden_reason(place, is_project, search)?,
        marker: project_root::marker_file(place, &search.trust, &mut Vec::new()),
    })
}

fn forbidden_reason(place: &Path, is_project: bool, search: &Search) -> Option<ForbiddenReason> {
    if place.parent().is_none() {
        return Some(ForbiddenReason::Root);
    }
    if project_root::is_home_dir(place, search.home.as_deref()) {
        return Some(ForbiddenReason::Home);
    }
    let is_within = |dir: &Path| place.ancestors().any(|above| os::is_same_path(above, dir));
    // Services have their home and their temporary files there.
    let homes = search.home.as_deref().into_iter();
    let mut exempt = homes.chain([search.temp_dir.as_path()]);
    if let Some(dir) = search.system_dir.as_deref().filter(|dir| is_within(dir))
        && !exempt.any(|exempt| !os::is_same_path(exempt, dir) && is_within(exempt))
    {
        return Some(ForbiddenReason::System(dir.to_owned()));
    }
    let shared = os::SHARED_TEMP_DIRS.iter().map(Path::new);
    let mut temp_dirs = shared.chain([search.temp_dir.as_path()]);
    if !is_project && temp_dirs.any(|dir| place == dir || os::is_same_file(place, dir)) {
        return Some(ForbiddenReason::Temp);
    }
    if let Some(env) = venv::enclosing_env(place) {
        return Some(ForbiddenReason::InsideEnv(env.to_owned()));
    }
    let packages = project_root::packages_dir(place)?;
    Some(ForbiddenReason::Packages(packages.to_owned()))
}

impl ForbiddenPlace {
    /// The refusal to create an environment at `at`, with what to type instead.
    pub(crate) fn to_error(&self, at: &Path) -> Error {
        let place = at.parent().unwrap_or(at);
        let shown = printable(place);
        let what = match &self.reason {
            ForbiddenReason::Home => format!("the home directory, {shown}"),
            ForbiddenReason::Root => "the root directory".to_owned(),
            ForbiddenReason::System(dir) => {
                format!("the system's own directory, {}", printable(dir))
            }
            ForbiddenReason::Temp => format!("{shown} itself, which all users share"),
            ForbiddenReason::InsideEnv(env) => format!("another environment, {}", printable(env)),
            ForbiddenReason::Packages(dir) => format!("installed packages, {}", printable(dir)),
        };
        let error = Error::refused(format!("refusing to create an environment in {what}"))
            .with_hint(format!(
                "change to a project's directory, or use `vrun --env {} ...`",
                shell_word(at)
            ));
        match self.marker {
            Some(name) => error.with_cause(format_args!(
                "the nearest project is {shown}, because of the {name} there"
            )),
            None => error,
        }
    }
}
