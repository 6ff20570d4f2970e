//! An environment's directory -> what is wrong with it, from its files alone. Nothing is started.
//!
//! A command that is about to run calls only [`check_before_exec`], which costs the readlink calls on one chain of links.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::io_reason;
use crate::os;
use crate::venv::{
    MinorVersion, PYVENV_CFG, PyvenvCfg, python_path, pyvenv_cfg, read_limited, scripts_dir,
    site_packages,
};

use super::executable::{self, Executable};
use super::foreign_platform;
use super::problem::Problem;
use super::symlinks::{self, LinkEnd, LinkedPython};

/// All that is wrong with the environment at `root`, the gravest first.
pub(crate) fn find_problems(root: &Path) -> Vec<Problem> {
    let (cfg, mut problems) = match read_cfg(&root.join(PYVENV_CFG)) {
        Ok(read) => read,
        Err(problem) => (PyvenvCfg::default(), vec![problem]),
    };
    match check_platform(root) {
        // That explains whatever else is not to be found.
        Some(problem) => {
            problems.retain(|problem| !matches!(problem, Problem::SystemSiteUnset { .. }));
            problems.insert(0, problem);
        }
        None => {
            problems.extend(check_python(root, &python_path(root), &cfg));
            let gone = cfg.home.as_deref().and_then(check_home);
            let is_barred = problems
                .iter()
                .any(|problem| matches!(problem, Problem::PythonInaccessible { .. }));
            problems.extend(gone.filter(|gone| !is_barred && !problems.contains(gone)));
            // What is graver may explain it.
            if problems.is_empty() {
                problems.extend(check_site_packages(root, &cfg));
            }
        }
    }
    problems
}

/// What keeps a program of the environment at `root` from running on this system, or from seeing its
/// packages; what Python itself can live with is left out.
pub(crate) fn fatal(root: &Path) -> Option<Problem> {
    let is_harmless = |problem: &Problem| {
        matches!(
            problem,
            Problem::CfgEmpty { .. }
                | Problem::HomeUnset { .. }
                | Problem::SystemSiteUnset { .. }
                | Problem::NoPackages { .. }
                | Problem::HomeMissing { .. }
                | Problem::HomeInaccessible { .. }
        )
    };
    find_problems(root)
        .into_iter()
        .find(|problem| !is_harmless(problem))
}

/// What is wrong with one name of the environment's Python.
pub(crate) fn check_python(root: &Path, python: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    match symlinks::follow_links(python) {
        LinkEnd::Absent => Some(Problem::NoPython {
            scripts: scripts_dir(root),
        }),
        LinkEnd::Dangling { link, target } => Some(Problem::PythonMissing { link, target }),
        LinkEnd::Inaccessible { link, target } => {
            Some(Problem::PythonInaccessible { link, target })
        }
        LinkEnd::Loop => Some(Problem::LinkLoop {
            link: python.to_owned(),
        }),
        LinkEnd::File(file) => {
            check_executable(file).or_else(|| check_before_exec(root, python, cfg))
        }
    }
}

/// What can be told of `python`, a file of the environment at `root`, before it is started, by reading its
/// links: whether they lead to another minor version than the packages are for, or it is a copy whose home is
/// gone. No other call is made unless there is something to be said.
pub(crate) fn check_before_exec(root: &Path, python: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    let (is, leads_to) = match symlinks::linked_python(root, python) {
        LinkedPython::Versioned(series, path) => (series, path),
        LinkedPython::Unversioned => return None,
        LinkedPython::Copy => {
            return cfg.home.as_deref().and_then(check_home);
        }
    };
    let said = cfg.version.as_deref().and_then(MinorVersion::from_version);
    if said == Some(is) || is.has_library(root) {
        return None;
    }
    let was = said.or_else(|| MinorVersion::from_library(root))?;
    let python = python.to_owned();
    (was != is).then_some(Problem::OtherMinor {
        recorded: was,
        actual: is,
        python,
        linked_to: leads_to,
    })
}

/// What is wrong with the Python of the environment at `root` for a program that starts `python` by itself, as
/// `before_start` has it: it is not to be found, or is another one than it was. What does not start at all says so.
///
/// Two looks tell that all is well where `home` has a name for that very version, as installed Pythons do.
pub(crate) fn check_for_children(root: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    let python = python_path(root);
    if os::HAS_SYMLINKS && is_home_python(&python, cfg) {
        return None;
    }
    if !python.is_file() {
        return fatal(root);
    }
    check_before_exec(root, &python, cfg).filter(|problem| match problem {
        Problem::OtherMinor { .. } => true,
        // Without links all are copies, or start what is at home.
        Problem::HomeMissing { .. } => !os::HAS_SYMLINKS,
        _ => false,
    })
}

/// Whether `python` leads to the file that is called `pythonX.Y` at home, of the version in pyvenv.cfg.
fn is_home_python(python: &Path, cfg: &PyvenvCfg) -> bool {
    let version = cfg.version.as_deref().and_then(MinorVersion::from_version);
    match (&cfg.home, version) {
        (Some(home), Some(series)) => {
            os::is_same_file(python, &home.join(format!("python{series}")))
        }
        _ => false,
    }
}

fn check_home(home: &Path) -> Option<Problem> {
    let home = home.to_owned();
    match fs::metadata(&home) {
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Some(Problem::HomeInaccessible { home })
        }
        Err(_) => Some(Problem::HomeMissing { home }),
    }
}

fn check_site_packages(root: &Path, cfg: &PyvenvCfg) -> Option<Problem> {
    let series = cfg
        .version
        .as_deref()
        .and_then(MinorVersion::from_version)?;
    let dir = os::lib_dir(root, &format!("python{series}")).join("site-packages");
    let is_gone = site_packages(root).is_empty();
    is_gone.then_some(Problem::NoPackages { dir })
}

/// Whether the environment at `root` was made on another system.
pub(crate) fn check_platform(root: &Path) -> Option<Problem> {
    foreign_platform::detect_foreign_platform(root)
        .map(|(system, sign)| Problem::OtherPlatform { system, sign })
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

/// What pyvenv.cfg says, and what is missing in it; or why it says nothing.
fn read_cfg(file: &Path) -> Result<(PyvenvCfg, Vec<Problem>), Problem> {
    let at = || file.to_owned();
    let bytes = read_limited(file).map_err(|error| Problem::CfgUnreadable {
        file: at(),
        why: io_reason(&error),
    })?;
    if bytes.len() >= pyvenv_cfg::SIZE_LIMIT {
        return Err(Problem::CfgTooLarge { file: at() });
    }
    let cfg = pyvenv_cfg::parse(&bytes, file).map_err(|_| Problem::CfgNotUtf8 { file: at() })?;
    let problems = if bytes.trim_ascii().is_empty() {
        vec![Problem::CfgEmpty { file: at() }]
    } else {
        let homeless = cfg
            .home
            .is_none()
            .then(|| Problem::HomeUnset { file: at() });
        let unsaid = cfg.system_site_packages.is_none();
        let unsaid = unsaid.then(|| Problem::SystemSiteUnset { file: at() });
        homeless.into_iter().chain(unsaid).collect()
    };
    Ok((cfg, problems))
}
