//! What can be wrong with an environment, and the words for it: the message, the cause, the fix.

use std::path::{Path, PathBuf};

use crate::os;
use crate::quote::{printable, shell_word};
use crate::venv::{self, MinorVersion};

use super::executable::Machine;
use super::foreign_platform::{Evidence, Platform};

/// One problem of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Its pyvenv.cfg cannot be read, for the system's reason.
    CfgUnreadable {
        file: PathBuf,
        reason: String,
    },
    /// Its pyvenv.cfg is not UTF-8: no Python starts.
    CfgNotUtf8 {
        file: PathBuf,
    },
    /// Its pyvenv.cfg is larger than what Python reads.
    CfgTooLarge {
        file: PathBuf,
    },
    CfgEmpty {
        file: PathBuf,
    },
    /// Its pyvenv.cfg does not name the base interpreter.
    HomeUnset {
        file: PathBuf,
    },
    /// Its pyvenv.cfg does not say whether Python sees the base interpreter's packages, so it does.
    SystemSiteUnset {
        file: PathBuf,
    },
    /// It was created on another system, which it may still serve.
    OtherPlatform(Platform, Evidence),
    NoPython {
        scripts: PathBuf,
    },
    /// The link to its base interpreter dangles. `link` is the last of its chain.
    PythonMissing {
        link: PathBuf,
        target: PathBuf,
    },
    /// This user may not access its base interpreter.
    PythonInaccessible {
        link: PathBuf,
        target: PathBuf,
    },
    LinkLoop {
        link: PathBuf,
    },
    /// Its Python is for another kind of processor.
    OtherMachine {
        file: PathBuf,
        machine: Machine,
    },
    /// The loader of its Python is missing, usually because it belongs to another C library.
    LoaderMissing {
        file: PathBuf,
        loader: PathBuf,
    },
    /// Its base is now of another minor version than its packages. That Python would start, and see none of them.
    OtherMinor {
        recorded: MinorVersion,
        actual: MinorVersion,
        python: PathBuf,
        target: PathBuf,
    },
    NoPackages {
        dir: PathBuf,
    },
    /// The `home` in pyvenv.cfg does not exist. A link to a Python does without it; a copy may not find its library.
    HomeMissing {
        home: PathBuf,
    },
    /// This user may not access the `home` in pyvenv.cfg.
    HomeInaccessible {
        home: PathBuf,
    },
}

/// What fixes a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fix {
    /// Rebuild the environment.
    Repair,
    /// Create one of this name beside it: it still serves where it was created.
    CreateBeside(String),
    /// Grant this user access, which vrun cannot.
    GrantAccess,
}

/// What to type for [`Fix::CreateBeside`], for the environment at `root`.
pub(crate) fn create_beside_hint(name: &str, root: &Path) -> String {
    // Where it is the project's directory itself, its pyvenv.cfg ends every search, whatever name is looked for.
    let (setting, place) = match venv::holds_project(root) {
        true => (os::set_var_command("VRUN_ENV", ".venv"), "in"),
        false => (os::set_var_command("VRUN_NAME", name), "beside"),
    };
    format!("`{setting}` lets vrun create one for this system {place} it")
}

impl Problem {
    /// The problem's stable name for programs.
    pub(crate) fn id(&self) -> &'static str {
        match self {
            Problem::CfgUnreadable { .. } => "cfg-unreadable",
            Problem::CfgNotUtf8 { .. } => "cfg-not-utf8",
            Problem::CfgTooLarge { .. } => "cfg-too-large",
            Problem::CfgEmpty { .. } => "cfg-empty",
            Problem::HomeUnset { .. } => "cfg-without-home",
            Problem::SystemSiteUnset { .. } => "cfg-without-system-site-packages",
            Problem::OtherPlatform { .. } => "another-system",
            Problem::NoPython { .. } => "no-python",
            Problem::PythonMissing { .. } => "python-gone",
            Problem::PythonInaccessible { .. } => "python-inaccessible",
            Problem::LinkLoop { .. } => "python-loop",
            Problem::OtherMachine { .. } => "another-machine",
            Problem::LoaderMissing { .. } => "another-c-library",
            Problem::OtherMinor { .. } => "another-minor-version",
            Problem::NoPackages { .. } => "packages-gone",
            Problem::HomeMissing { .. } => "home-gone",
            Problem::HomeInaccessible { .. } => "home-inaccessible",
        }
    }

    /// The message as a clause, without the environment's path.
    pub(crate) fn clause(&self) -> String {
        let message = self.message();
        match message.strip_prefix("is broken: ") {
            Some(clause) => clause.to_owned(),
            None => format!("it {message}"),
        }
    }

    /// Whether another interpreter can run in place of the environment's Python.
    pub(crate) fn is_substitutable(&self) -> bool {
        matches!(
            self,
            Problem::PythonMissing { .. }
                | Problem::PythonInaccessible { .. }
                | Problem::NoPython { .. }
                | Problem::HomeMissing { .. }
                | Problem::HomeInaccessible { .. }
        )
    }

    /// What is wrong, to follow the environment's path.
    pub(crate) fn message(&self) -> String {
        let message = match self {
            Problem::OtherPlatform(platform, _) => {
                return format!("is for another system: it was created on {platform}");
            }
            Problem::OtherMachine { machine, .. } => {
                return format!("is for another machine: its Python is for {machine}");
            }
            Problem::OtherMinor {
                recorded, actual, ..
            } => {
                return format!(
                    "is broken: it was created with Python {recorded}, and its Python is now {actual}"
                );
            }
            Problem::LoaderMissing { .. } => {
                "is for another system: its Python is for another C library"
            }
            Problem::PythonInaccessible { .. } => "cannot be used: its Python is inaccessible",
            Problem::HomeInaccessible { .. } => {
                "cannot be used: the directory of its base Python is inaccessible"
            }
            Problem::SystemSiteUnset { .. } => {
                "is not isolated: Python sees the base interpreter's packages there too"
            }
            Problem::PythonMissing { .. } => "is broken: its Python is gone",
            Problem::LinkLoop { .. } => "is broken: its Python is a link to itself",
            Problem::NoPython { .. } => "is broken: it has no Python",
            Problem::NoPackages { .. } => "is broken: its packages are gone",
            Problem::HomeMissing { .. } => {
                "is broken: the directory of its base Python does not exist"
            }
            Problem::CfgUnreadable { .. }
            | Problem::CfgNotUtf8 { .. }
            | Problem::CfgTooLarge { .. }
            | Problem::CfgEmpty { .. }
            | Problem::HomeUnset { .. } => "is broken: its pyvenv.cfg is invalid",
        };
        message.to_owned()
    }

    /// Why, as a sentence.
    pub(crate) fn cause(&self) -> String {
        const DENIED: &str = "which this user may not access";
        const GONE: &str = "which does not exist";
        const TOO_LARGE: &str = "is larger than the 32 KiB that Python reads";
        const EMPTY: &str = "is empty, and Python sees the base interpreter's packages too";
        const HOME_UNSET: &str = "has no `home`, the directory of the base interpreter";
        const SYSTEM_SITE_UNSET: &str =
            "has no `include-system-site-packages`, which Python takes for true";
        let points_to = |target: &Path, why| format!("points to {}, {why}", printable(target));
        let home = |dir, why| format!("pyvenv.cfg says `home = {}`, {why}", printable(dir));
        let (path, verb) = match self {
            Problem::OtherPlatform(_, evidence) => return evidence.to_string(),
            Problem::HomeMissing { home: dir } => return home(dir, GONE),
            Problem::HomeInaccessible { home: dir } => return home(dir, DENIED),
            Problem::NoPackages { dir } => return format!("there is no {}", printable(dir)),
            Problem::CfgUnreadable { file, reason } => (file, format!("cannot be read: {reason}")),
            Problem::CfgNotUtf8 { file } => (file, "is not UTF-8".into()),
            Problem::CfgTooLarge { file } => (file, TOO_LARGE.into()),
            Problem::CfgEmpty { file } => (file, EMPTY.into()),
            Problem::HomeUnset { file } => (file, HOME_UNSET.into()),
            Problem::SystemSiteUnset { file } => (file, SYSTEM_SITE_UNSET.into()),
            Problem::NoPython { scripts } => (scripts, "has no `python`".into()),
            Problem::PythonMissing { link, target } => (link, points_to(target, GONE)),
            Problem::PythonInaccessible { link, target } => (link, points_to(target, DENIED)),
            Problem::LinkLoop { link } => (link, "is a link that leads back to itself".into()),
            Problem::OtherMachine { file, machine } => {
                (file, format!("is a program for {machine}"))
            }
            Problem::LoaderMissing { file, loader } => {
                (file, format!("is started by {}, {GONE}", printable(loader)))
            }
            Problem::OtherMinor {
                recorded,
                python,
                target,
                ..
            } => {
                let blind = format!("which would see none of the packages for {recorded}");
                (python, format!("leads to {}, {blind}", printable(target)))
            }
        };
        format!("{} {verb}", printable(path))
    }

    /// What to type if this user lacks access.
    pub(crate) fn access_hint(&self) -> String {
        let path = match self {
            Problem::PythonInaccessible { target, .. } => target,
            Problem::CfgUnreadable { file, .. } => file,
            Problem::HomeInaccessible { home } => home,
            _ => Path::new("."),
        };
        let show = os::show_owner_command(&shell_word(path));
        format!("`{show}` shows its owner")
    }

    /// What fixes it.
    pub(crate) fn fix(&self) -> Fix {
        let beside = |suffix: &str| Fix::CreateBeside(format!(".venv-{suffix}"));
        let os_name = os::OS_NAME.to_ascii_lowercase();
        match self {
            Problem::OtherMachine { .. } | Problem::OtherPlatform(Platform::OtherMachine(_), _) => {
                let machine = Machine::NATIVE.map(|machine| format!("-{machine}"));
                beside(&(os_name + &machine.unwrap_or_default()))
            }
            Problem::OtherPlatform(Platform::Musl, _) => beside("glibc"),
            Problem::OtherPlatform(Platform::Glibc, _) => beside("musl"),
            Problem::OtherPlatform(..) => beside(&os_name),
            // The missing loader is the one that does not belong to this system.
            Problem::LoaderMissing { loader, .. } => match printable(loader).contains("musl") {
                true => beside("glibc"),
                false => beside("musl"),
            },
            Problem::PythonInaccessible { .. }
            | Problem::HomeInaccessible { .. }
            | Problem::CfgUnreadable { .. } => Fix::GrantAccess,
            _ => Fix::Repair,
        }
    }
}
