//! Whether git tracks or ignores an environment. If it is tracked, every clone gets its files, with this machine's
//! paths in them. git is run so that it starts nothing from the project and fetches nothing, and never inside the
//! environment: a clone's `.venv` can be a git directory too, whose settings name programs.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::fs::lies_in;
use crate::helper::{self, Helper};
use crate::process::Process;
use crate::{developer_tools, os, self_exe, venv};

/// The settings git is run with.
const SAFE_SETTINGS: [&str; 6] = [
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
];

/// The variables git is run with.
const SAFE_VARS: [(&str, &str); 3] = [
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_OPTIONAL_LOCKS", "0"),
];

/// The only ones of git's own variables that are passed on: they say where its files and its limits are. The others
/// name a repository, settings, or programs.
const KEPT_VARS: [&str; 6] = [
    "GIT_EXEC_PATH",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];

/// What git tracks of the environment at `root`: the directory, or its pyvenv.cfg if the other files may be a project's.
/// None without git or a repository.
pub(crate) fn find_tracked(root: &Path, process: &Process) -> Option<PathBuf> {
    let args = ["--literal-pathspecs", "ls-files", "--error-unmatch", "--"];
    let below = match venv::holds_project(root) {
        true => venv::PYVENV_CFG,
        false => "",
    };
    let is_tracked = run_git(&args, Path::new(below), root, process) == Some(0);
    is_tracked.then(|| root.join(below).components().collect())
}

/// Whether git ignores the environment at `root` (gitignore(5)). None without git or a repository, or where the project
/// would be ignored with it.
pub(crate) fn is_ignored(root: &Path, process: &Process) -> Option<bool> {
    if venv::holds_project(root) {
        return None;
    }
    let args = ["check-ignore", "-q", "--no-index", "--"];
    match run_git(&args, Path::new(venv::PYVENV_CFG), root, process)? {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    }
}

/// Runs git in the directory that contains the environment, on the path `below` in it, and returns its exit code.
fn run_git(args: &[&str], below: &Path, root: &Path, process: &Process) -> Option<i32> {
    // Neither a `git` in the project nor what the repository's settings name may be started; nor vrun as a shim, which
    // would ask git in its turn.
    let project = root.parent()?;
    let repository = project.ancestors().find(|dir| dir.join(".git").exists());
    // A home directory kept in git holds the user's own programs.
    let home = process.home_dir();
    let repository = repository.filter(|dir| !home.as_ref().is_some_and(|home| lies_in(home, dir)));
    let is_project = |file: &Path| {
        let mut dirs = [Some(project), repository].into_iter().flatten();
        dirs.any(|dir| lies_in(file, dir))
    };
    let self_exe = process.current_exe();
    let mut found = which::which_in_all("git", process.var("PATH"), root).ok()?;
    let git = found.find(|file| {
        !is_project(file)
            && !self_exe::is_shim(file, self_exe.as_deref())
            && !developer_tools::opens_dialog(file)
    })?;
    // Not taken for an option of a pathspec (`:`).
    let name = Path::new(".").join(root.file_name()?).join(below);
    let args = SAFE_SETTINGS.iter().chain(args);
    let helper = Helper {
        program: &git,
        args: args.map(OsString::from).chain([name.into()]).collect(),
        vars: &git_vars(process),
        cwd: project,
        lock: None,
        terminal: None,
    };
    helper::run_captured(helper, &|| false).ok()?.status.code()
}

fn git_vars(process: &Process) -> Vec<(OsString, OsString)> {
    let is_kept = |name: &OsStr| {
        !name.as_encoded_bytes().starts_with(b"GIT_")
            || KEPT_VARS.iter().any(|kept| os::is_same_var(name, kept))
    };
    let kept = process.vars.iter().filter(|(name, _)| is_kept(name));
    let safe = SAFE_VARS.map(|(name, value)| (name.into(), value.into()));
    kept.cloned().chain(safe).collect()
}
