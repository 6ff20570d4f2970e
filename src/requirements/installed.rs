//! The file `vrun-packages` in an environment: the packages that were there after an install. While they still are, and
//! the requirement files are unchanged, a sync has nothing to do, and vrun starts no installer to find that out.
//!
//! It is written only where files can show all of that: not where what is required may change unseen (a branch of a
//! repository, a directory that was copied, a list at a URL), or where the base interpreter's packages count.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::fs::{entry_names, lies_in, replace_unlocked, write_new};
use crate::installer::InstallRunner;
use crate::manifest::{InstallPlan, Part, project_files};
use crate::os;
use crate::quote::percent_decode;
use crate::read::{MAX_TEXT, read_text};
use crate::venv::{self, Venv};

use super::fingerprint;
use super::options::SyncOrder;
use super::removed_files;
use super::state::{FileStamp, InstallState};

/// The file.
const PACKAGES_FILE: &str = "vrun-packages";

/// The first line. What another vrun would install may differ, so its record does not count.
const FORMAT_LINE: &str = concat!("vrun-packages 1 ", env!("CARGO_PKG_VERSION"));

/// The second line after `--exact`, when there were no other packages.
const EXACT: &str = "exact";

/// How the names of metadata end that packages have in site-packages.
const METADATA_ENDS: [&str; 3] = [".dist-info", ".egg-info", ".egg-link"];

/// Records what is installed after a plan was, all of it or not.
pub(super) fn record_packages(
    plan: &InstallPlan,
    is_whole: bool,
    order: SyncOrder,
    runner: &InstallRunner<'_>,
) {
    let (dir, project) = (runner.dir, runner.project);
    let _ = fs::remove_file(dir.join(PACKAGES_FILE));
    let has_system = |venv: Venv| venv.cfg.system_site_packages == Some(true);
    if !is_whole
        || Venv::open(dir).map_or(true, has_system)
        || fingerprint::has_unwatched(plan, project)
    {
        return;
    }
    let packages = find_packages(dir);
    let is_locked = plan.pins.is_some() || plan.parts().any(|it| matches!(it, Part::Pylock(_)));
    if !packages.iter().all(|package| package.is_settled(is_locked)) {
        return;
    }
    let kind = if order.is_exact { EXACT } else { "" };
    let plan_name = plan.display_name(project, runner.root);
    let mut names: Vec<_> = packages.iter().filter_map(Package::name).collect();
    names.sort_unstable();
    let lines = [FORMAT_LINE, kind, &plan_name].into_iter().chain(names);
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let _ = write(dir, &text);
}

fn write(dir: &Path, text: &str) -> io::Result<()> {
    replace_unlocked(&dir.join(PACKAGES_FILE), |new| {
        write_new(new, text.as_bytes())?;
        os::copy_mode(&dir.join(venv::PYVENV_CFG), new)
    })
}

/// The name of the plan whose packages are all still installed, as `order` wants it; None if an installer has to look.
pub(super) fn find_intact(root: &Path, state: &InstallState, order: SyncOrder) -> Option<String> {
    let file = root.join(PACKAGES_FILE);
    let text = read_text(&file, MAX_TEXT).ok()?;
    let recorded = fs::metadata(&file)
        .and_then(|found| found.modified())
        .ok()?;
    let mut lines = text.lines();
    lines.next().filter(|line| *line == FORMAT_LINE)?;
    let is_exact = lines.next()? == EXACT;
    let name = lines.next()?;
    let packages = find_packages(root);
    let mut names: Vec<_> = packages.iter().filter_map(Package::name).collect();
    names.sort_unstable();
    let is_same = || is_exact && lines.clone().eq(names.iter().copied());
    let is_there = |line: &str| names.binary_search(&line).is_ok();
    let is_intact = match order.is_exact {
        true => is_same(),
        false => lines.clone().all(is_there),
    };
    let is_unchanged = |package: &Package| package.is_unchanged_since(recorded, state);
    let is_whole = || !removed_files::has_removed_files(root);
    (is_intact && is_whole() && packages.iter().all(is_unchanged)).then(|| name.to_owned())
}

/// The metadata of an installed package.
struct Package {
    path: PathBuf,
    /// Where it was installed from, if that is no index (PEP 610).
    direct_url: Option<Value>,
}

fn find_packages(root: &Path) -> Vec<Package> {
    let sites = venv::site_packages(root).into_iter();
    let entries = sites.flat_map(|site| {
        let names = entry_names(&site).unwrap_or_default();
        names.into_iter().map(move |name| site.join(name))
    });
    let is_metadata = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        METADATA_ENDS
            .iter()
            .any(|end| name.ends_with(end.as_bytes()))
    };
    entries.filter(is_metadata).map(Package::read).collect()
}

impl Package {
    fn read(path: PathBuf) -> Package {
        let text = read_text(&path.join("direct_url.json"), MAX_TEXT);
        let direct_url = text
            .ok()
            .map(|text| serde_json::from_str(&text).unwrap_or_default());
        Package { path, direct_url }
    }

    /// A name that is not UTF-8 is no package's.
    fn name(&self) -> Option<&str> {
        self.path.file_name()?.to_str()
    }

    /// Whether it stays what its requirement means, as long as that says the same. An egg link leads to a directory that
    /// only an old pip installs from.
    fn is_settled(&self, is_locked: bool) -> bool {
        if self.path.extension().is_some_and(|end| end == "egg-link") {
            return false;
        }
        let Some(origin) = &self.direct_url else {
            return true;
        };
        if origin.get("dir_info").is_some() {
            return editable_dir(origin).is_some() && self.is_pure();
        }
        is_locked || is_commit(origin) || is_wheel_on_a_host(origin)
    }

    /// Whether it is Python alone, so that no file of its project has to be built again.
    fn is_pure(&self) -> bool {
        let wheel = read_text(&self.path.join("WHEEL"), MAX_TEXT);
        wheel.is_ok_and(|text| text.lines().any(|line| line == "Root-Is-Purelib: true"))
    }

    /// Whether the files of an editable project that decide what it requires are as they were. They are among those
    /// whose change is noticed, or it is part of this project, as in a workspace of uv's. In a copy of an environment it
    /// is neither, but the original's.
    fn is_unchanged_since(&self, recorded: SystemTime, state: &InstallState) -> bool {
        let Some(dir) = self.direct_url.as_ref().and_then(editable_dir) else {
            return true;
        };
        let is_watched = |file: &PathBuf| {
            let stamp = FileStamp::stat(file);
            stamp.is_some() && state.files.iter().any(|known| known.stamp() == stamp)
        };
        let is_old = |file: &PathBuf| {
            let modified = fs::metadata(file).and_then(|found| found.modified());
            lies_in(file, &state.project) && modified.is_ok_and(|modified| modified <= recorded)
        };
        let files = project_files(&dir);
        !files.is_empty() && files.iter().all(|file| is_watched(file) || is_old(file))
    }
}

fn text<'a>(origin: &'a Value, path: &str) -> Option<&'a str> {
    origin.pointer(path)?.as_str()
}

fn editable_dir(origin: &Value) -> Option<PathBuf> {
    let is_editable = origin.pointer("/dir_info/editable")?.as_bool()?;
    let path = text(origin, "/url")?.strip_prefix("file://")?;
    let path: OsString = os::decode_os_string(percent_decode(path))?;
    is_editable.then(|| path.into())
}

/// Whether a repository is required at a commit, not at a branch or tag.
fn is_commit(origin: &Value) -> bool {
    let commit = text(origin, "/vcs_info/commit_id");
    let wanted = text(origin, "/vcs_info/requested_revision").filter(|wanted| wanted.len() > 6);
    matches!((commit, wanted), (Some(commit), Some(wanted)) if commit.starts_with(wanted))
}

/// Whether it is a file of a host that has its version in its name.
fn is_wheel_on_a_host(origin: &Value) -> bool {
    let url = text(origin, "/url").unwrap_or_default();
    let path = url.split(['?', '#']).next().unwrap_or_default();
    !url.starts_with("file:") && path.ends_with(".whl")
}
