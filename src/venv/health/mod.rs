//! An environment's directory -> what is wrong with it, told from its files alone. Nothing is started.
//!
//! A command that is to run asks no more than `before_start`, which costs the readlink calls on one chain of
//! links, or, where it is no Python's, `for_others`, which is two looks; `of` looks at everything, and is for what
//! failed already, and for who asks.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::reason;
use crate::os;

use super::cfg::{self, Cfg};
use super::{MARKER, head, python, scripts};

mod binary;
mod chain;
mod origin;
mod series;
mod words;

pub use binary::Machine;
pub use origin::{Sign, System};
pub use series::Series;
pub use words::Mend;

use binary::Binary;
use chain::{End, Lead};

/// One thing that is wrong with an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ill {
    /// Its pyvenv.cfg cannot be read; the reason is the system's.
    Unreadable { file: PathBuf, why: String },
    /// Its pyvenv.cfg is not UTF-8: every Python stops at that.
    NotUtf8 { file: PathBuf },
    /// Its pyvenv.cfg is larger than what Python reads.
    TooLarge { file: PathBuf },
    /// There is nothing in its pyvenv.cfg.
    Empty { file: PathBuf },
    /// Its pyvenv.cfg does not say where the base interpreter is.
    Homeless { file: PathBuf },
    /// Its pyvenv.cfg does not say whether the base interpreter's packages are seen, so they are.
    Unsaid { file: PathBuf },
    /// It was made on another system, which it may still serve.
    Elsewhere { system: System, sign: Sign },
    /// There is no Python in its scripts directory.
    NoPython { scripts: PathBuf },
    /// The link to its base interpreter leads nowhere. `link` is the one that does, the last of its chain.
    Gone { link: PathBuf, target: PathBuf },
    /// Its base interpreter lies where this user may not go.
    Barred { link: PathBuf, target: PathBuf },
    /// The links of its Python lead in a circle.
    Loop { link: PathBuf },
    /// Its Python, or what is installed in it, is for another kind of processor.
    OtherMachine { file: PathBuf, machine: Machine },
    /// Its Python is linked to a loader that is not here: another C library's, as a rule.
    NoLoader { file: PathBuf, loader: PathBuf },
    /// Its base is now of another minor version, and its packages are for the old one. That Python would
    /// start, and see none of them.
    OtherMinor {
        was: Series,
        is: Series,
        python: PathBuf,
        leads_to: PathBuf,
    },
    /// There is no directory for packages in it.
    NoPackages { dir: PathBuf },
    /// The directory that pyvenv.cfg calls the base interpreter's is not there. A link does without it where
    /// it leads to a Python all the same; a copy may not find its library.
    HomeGone { home: PathBuf },
    /// This user may not look at that directory.
    HomeBarred { home: PathBuf },
}

/// All that is wrong with the environment at `root`, the gravest first.
pub fn of(root: &Path) -> Vec<Ill> {
    let (cfg, mut ills) = match read(&root.join(MARKER)) {
        Ok(read) => read,
        Err(ill) => (Cfg::default(), vec![ill]),
    };
    match elsewhere(root) {
        // That explains whatever else is not to be found.
        Some(ill) => {
            ills.retain(|ill| !matches!(ill, Ill::Unsaid { .. }));
            ills.insert(0, ill);
        }
        None => {
            ills.extend(of_python(root, &python(root), &cfg));
            let gone = cfg.home.as_deref().and_then(home_gone);
            let is_barred = ills.iter().any(|ill| matches!(ill, Ill::Barred { .. }));
            ills.extend(gone.filter(|gone| !is_barred && !ills.contains(gone)));
            // What is graver may explain it.
            if ills.is_empty() {
                ills.extend(without_packages(root, &cfg));
            }
        }
    }
    ills
}

/// What keeps a program of the environment at `root` from running on this system, or from seeing its
/// packages; what Python itself can live with is left out.
pub fn ailing(root: &Path) -> Option<Ill> {
    let is_harmless = |ill: &Ill| {
        matches!(
            ill,
            Ill::Empty { .. }
                | Ill::Homeless { .. }
                | Ill::Unsaid { .. }
                | Ill::NoPackages { .. }
                | Ill::HomeGone { .. }
                | Ill::HomeBarred { .. }
        )
    };
    of(root).into_iter().find(|ill| !is_harmless(ill))
}

/// What is wrong with one name of the environment's Python.
pub fn of_python(root: &Path, python: &Path, cfg: &Cfg) -> Option<Ill> {
    match chain::follow(python) {
        End::Absent => Some(Ill::NoPython {
            scripts: scripts(root),
        }),
        End::Gone { link, target } => Some(Ill::Gone { link, target }),
        End::Barred { link, target } => Some(Ill::Barred { link, target }),
        End::Loop => Some(Ill::Loop {
            link: python.to_owned(),
        }),
        End::File(file) => of_binary(file).or_else(|| before_start(root, python, cfg)),
    }
}

/// What can be told of `python`, a file of the environment at `root`, before it is started, by reading its
/// links: whether they lead to another minor version than the packages are for, or it is a copy whose home is
/// gone. No other call is made unless there is something to be said.
pub fn before_start(root: &Path, python: &Path, cfg: &Cfg) -> Option<Ill> {
    let (is, leads_to) = match chain::lead(root, python) {
        Lead::To(series, path) => (series, path),
        Lead::Unnamed => return None,
        Lead::Copy => {
            return cfg.home.as_deref().and_then(home_gone);
        }
    };
    let said = cfg.version.as_deref().and_then(Series::of_version);
    if said == Some(is) || is.has_library(root) {
        return None;
    }
    let was = said.or_else(|| Series::of_library(root))?;
    let python = python.to_owned();
    (was != is).then_some(Ill::OtherMinor {
        was,
        is,
        python,
        leads_to,
    })
}

/// What is wrong with the Python of the environment at `root` for a program that starts `python` by itself, as
/// `before_start` has it: it is not to be found, or is another one than it was. What does not start at all says so.
///
/// Two looks tell that all is well where `home` has a name for that very version, as installed Pythons do.
pub fn for_others(root: &Path, cfg: &Cfg) -> Option<Ill> {
    let python = python(root);
    if os::HAS_LINKS && is_at_home(&python, cfg) {
        return None;
    }
    if !python.is_file() {
        return ailing(root);
    }
    before_start(root, &python, cfg).filter(|ill| match ill {
        Ill::OtherMinor { .. } => true,
        // Without links all are copies, or start what is at home.
        Ill::HomeGone { .. } => !os::HAS_LINKS,
        _ => false,
    })
}

/// Whether `python` leads to the file that is called `pythonX.Y` at home, of the version in pyvenv.cfg.
fn is_at_home(python: &Path, cfg: &Cfg) -> bool {
    let version = cfg.version.as_deref().and_then(Series::of_version);
    match (&cfg.home, version) {
        (Some(home), Some(series)) => os::same_file(python, &home.join(format!("python{series}"))),
        _ => false,
    }
}

fn home_gone(home: &Path) -> Option<Ill> {
    let home = home.to_owned();
    match fs::metadata(&home) {
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Some(Ill::HomeBarred { home }),
        Err(_) => Some(Ill::HomeGone { home }),
    }
}

fn without_packages(root: &Path, cfg: &Cfg) -> Option<Ill> {
    let series = cfg.version.as_deref().and_then(Series::of_version)?;
    let dir = os::library(root, &format!("python{series}")).join("site-packages");
    let is_gone = site_packages(root).is_empty();
    is_gone.then_some(Ill::NoPackages { dir })
}

/// Whether the environment at `root` was made on another system.
pub fn elsewhere(root: &Path) -> Option<Ill> {
    origin::elsewhere(root).map(|(system, sign)| Ill::Elsewhere { system, sign })
}

fn of_binary(file: PathBuf) -> Option<Ill> {
    let Ok(Binary::Elf { machine, loader }) = binary::of(&file) else {
        return None;
    };
    if !machine.runs_here() {
        return Some(Ill::OtherMachine { file, machine });
    }
    let loader = loader.filter(|loader| !loader.exists())?;
    Some(Ill::NoLoader { file, loader })
}

/// What pyvenv.cfg says, and what is missing in it; or why it says nothing.
fn read(file: &Path) -> Result<(Cfg, Vec<Ill>), Ill> {
    let at = || file.to_owned();
    let bytes = head(file).map_err(|error| Ill::Unreadable {
        file: at(),
        why: reason(&error),
    })?;
    if bytes.len() >= cfg::TOO_LARGE {
        return Err(Ill::TooLarge { file: at() });
    }
    let cfg = cfg::parse(&bytes, file).map_err(|_| Ill::NotUtf8 { file: at() })?;
    let ills = if bytes.trim_ascii().is_empty() {
        vec![Ill::Empty { file: at() }]
    } else {
        let homeless = cfg.home.is_none().then(|| Ill::Homeless { file: at() });
        let unsaid = cfg.system_site_packages.is_none();
        let unsaid = unsaid.then(|| Ill::Unsaid { file: at() });
        homeless.into_iter().chain(unsaid).collect()
    };
    Ok((cfg, ills))
}

/// The library directories of an environment, by name: `python3.12`, `pypy3.11`.
fn libraries(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join("lib")).into_iter().flatten();
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Where packages lie in the environment at `root`: one directory for each version of Python on Unix, `Lib`
/// on Windows, whichever made it.
pub fn site_packages(root: &Path) -> Vec<PathBuf> {
    let lib = root.join("lib");
    let below = libraries(root).into_iter().map(|name| lib.join(name));
    below
        .chain([root.join("Lib")])
        .map(|dir| dir.join("site-packages"))
        .filter(|dir| dir.is_dir())
        .collect()
}

/// The name of this system, in the form that a directory's name takes.
fn own_name() -> String {
    os::SYSTEM.to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
