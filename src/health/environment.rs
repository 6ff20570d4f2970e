//! An environment's directory -> what is wrong with it, from its files alone. Nothing is started.
//!
//! A command that is about to run calls only [`check_before_exec`], which costs the readlink calls of one chain.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::io_reason;
use crate::os;
use crate::read::read_start;
use crate::venv::pyvenv_cfg::{self, SIZE_LIMIT};
use crate::venv::{self, MinorVersion, PYVENV_CFG, PyvenvCfg, python_path};

use super::executable::{self, Executable};
use super::foreign_platform;
use super::problem::Problem;
use super::symlinks::{self, LinkedPython};

/// All problems of the environment at `root`, the gravest first.
pub(crate) fn find_problems(root: &Path) -> Vec<Problem> {
    let (cfg, mut problems) = read_cfg(root);
    if let Some(problem) = check_platform(root) {
        // That explains whatever is missing.
        problems.retain(|problem| !matches!(problem, Problem::SystemSiteUnset { .. }));
        problems.insert(0, problem);
        return problems;
    }
    problems.extend(check_python(root, &python_path(root), &cfg));
    let is_inaccessible = |problem: &Problem| matches!(problem, Problem::PythonInaccessible { .. });
    if !problems.iter().any(is_inaccessible) {
        let home = cfg.home.as_deref().and_then(check_home);
        problems.extend(home.filter(|problem| !problems.contains(problem)));
    }
    // A graver problem may explain it.
    if problems.is_empty() {
        problems.extend(check_site_packages(root, &cfg));
    }
    problems
}

/// The problem that keeps a program of the environment at `root` from running on this system or from seeing its
/// packages. Python itself can live with the others.
pub(crate) fn fatal(root: &Path) -> Option<Problem> {
    let is_fatal = |problem: &Problem| {
        !matches!(
            problem,
            Problem::CfgEmpty { .. }
                | Problem::HomeUnset { .. }
                | Problem::SystemSiteUnset { .. }
                | Problem::NoPackages { .. }
                | Problem::HomeMissing { .. }
                | Problem::HomeInaccessible { .. }
        )
    };
    find_problems(root).into_iter().find(is_fatal)
}

/// The problem with `python`, one of the names of the Python of the environment at `root`.
pub(crate) fn check_python(root: &Path, python: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    match symlinks::resolve_python(root, python) {
        Ok(file) => check_executable(file).or_else(|| check_before_exec(root, python, cfg)),
        Err(problem) => Some(problem),
    }
}

/// The problem with `python`, a file of the environment at `root`, that its links show before it is started: they lead
/// to a different minor version from the one the packages are for, or it is a copy whose home is gone. Other system
/// calls than readlink are made only if something is wrong.
pub(crate) fn check_before_exec(root: &Path, python: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    let (actual, target) = match symlinks::linked_python(root, python) {
        LinkedPython::Versioned(minor, target) => (minor, target),
        LinkedPython::Unversioned => return None,
        LinkedPython::Copy => return check_base(python, cfg.home.as_deref()?),
    };
    let recorded = cfg.minor_version();
    if recorded == Some(actual) || actual.has_library(root) {
        return None;
    }
    let recorded = recorded.or_else(|| MinorVersion::from_library(root))?;
    (recorded != actual).then(|| Problem::OtherMinor {
        recorded,
        actual,
        python: python.to_owned(),
        target,
    })
}

/// The problem with the Python of the environment at `root` for a program that itself starts `python`: it is missing,
/// or its minor version has changed (see [`check_before_exec`]). A Python that does not start at all reports that
/// itself.
///
/// If `home` has a name for that very version, as installed Pythons do, two stat calls tell that all is well.
pub(crate) fn check_for_children(root: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    let python = python_path(root);
    if os::HAS_SYMLINKS
        && let (Some(home), Some(minor)) = (&cfg.home, cfg.minor_version())
        && os::is_same_file(&python, &home.join(format!("python{minor}")))
    {
        return None;
    }
    if !python.is_file() {
        return fatal(root);
    }
    check_before_exec(root, &python, cfg).filter(|problem| match problem {
        Problem::OtherMinor { .. } => true,
        // Without links all are copies, or start the one at home.
        Problem::HomeMissing { .. } | Problem::PythonMissing { .. } => !os::HAS_SYMLINKS,
        _ => false,
    })
}

fn check_home(home: &Path) -> Option<Problem> {
    let error = fs::metadata(home).err()?;
    let home = home.to_owned();
    Some(match error.kind() {
        ErrorKind::PermissionDenied => Problem::HomeInaccessible { home },
        _ => Problem::HomeMissing { home },
    })
}

/// The problem with the base of `python`, a copy. Without links it starts the one in `home`, where an uninstaller leaves
/// packages, but no program.
fn check_base(python: &Path, home: &Path) -> Option<Problem> {
    if os::HAS_SYMLINKS {
        return check_home(home);
    }
    let target = home.join(format!("python{}", os::EXE_SUFFIX));
    // One from the Store cannot be opened. What is there is in a directory that is there.
    if fs::symlink_metadata(&target).is_ok() {
        return None;
    }
    if let Some(problem) = check_home(home) {
        return Some(problem);
    }
    let mut entries = fs::read_dir(home).ok()?.flatten();
    let has_program = entries.any(|entry| os::program_name(&entry.path()).is_some());
    (!has_program).then(|| Problem::PythonMissing {
        link: python.to_owned(),
        target,
    })
}

fn check_site_packages(root: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    let minor = cfg.minor_version()?;
    let dir = os::lib_dir(root, &format!("python{minor}")).join("site-packages");
    let sites = venv::site_packages(root);
    sites.is_empty().then_some(Problem::NoPackages { dir })
}

/// Whether the environment at `root` was created on another system.
pub(crate) fn check_platform(root: &Path) -> Option<Problem> {
    let (platform, evidence) = foreign_platform::detect_foreign_platform(root)?;
    Some(Problem::OtherPlatform(platform, evidence))
}

fn check_executable(file: PathBuf) -> Option<Problem> {
    let Ok(Executable::Elf { machine, loader }) = executable::read_executable(&file) else {
        return None;
    };
    if !machine.is_runnable_here() {
        return Some(Problem::OtherMachine { file, machine });
    }
    let loader = loader.filter(|loader| !loader.exists())?;
    Some(Problem::LoaderMissing { file, loader })
}

/// What pyvenv.cfg says, and its problems.
fn read_cfg(root: &Path) -> (PyvenvCfg, Vec<Problem>) {
    let file = root.join(PYVENV_CFG);
    let invalid = |problem| (PyvenvCfg::default(), vec![problem]);
    let bytes = match read_start(&file, SIZE_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => {
            let reason = io_reason(&error);
            return invalid(Problem::CfgUnreadable { file, reason });
        }
    };
    if bytes.len() >= SIZE_LIMIT {
        return invalid(Problem::CfgTooLarge { file });
    }
    let Ok(cfg) = pyvenv_cfg::parse(&bytes, root) else {
        return invalid(Problem::CfgNotUtf8 { file });
    };
    if bytes.trim_ascii().is_empty() {
        return (cfg, vec![Problem::CfgEmpty { file }]);
    }
    let mut problems = Vec::new();
    if cfg.home.is_none() {
        problems.push(Problem::HomeUnset { file: file.clone() });
    }
    if cfg.system_site_packages.is_none() {
        problems.push(Problem::SystemSiteUnset { file });
    }
    (cfg, problems)
}
