//! What can be wrong with an environment, and the words for it: the message, the cause, the fix.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::quote::{printable, shell_word};
use crate::venv::MinorVersion;

use super::executable::Machine;
use super::foreign_platform::{self, Evidence, Platform};

/// One thing that is wrong with an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Its pyvenv.cfg cannot be read; the reason is the system's.
    CfgUnreadable { file: PathBuf, why: String },
    /// Its pyvenv.cfg is not UTF-8: every Python stops at that.
    CfgNotUtf8 { file: PathBuf },
    /// Its pyvenv.cfg is larger than what Python reads.
    CfgTooLarge { file: PathBuf },
    /// There is nothing in its pyvenv.cfg.
    CfgEmpty { file: PathBuf },
    /// Its pyvenv.cfg does not say where the base interpreter is.
    HomeUnset { file: PathBuf },
    /// Its pyvenv.cfg does not say whether the base interpreter's packages are seen, so they are.
    SystemSiteUnset { file: PathBuf },
    /// It was made on another system, which it may still serve.
    OtherPlatform { system: Platform, sign: Evidence },
    /// There is no Python in its scripts directory.
    NoPython { scripts: PathBuf },
    /// The link to its base interpreter leads nowhere. `link` is the one that does, the last of its chain.
    PythonMissing { link: PathBuf, target: PathBuf },
    /// Its base interpreter lies where this user may not go.
    PythonInaccessible { link: PathBuf, target: PathBuf },
    /// The links of its Python lead in a circle.
    LinkLoop { link: PathBuf },
    /// Its Python, or what is installed in it, is for another kind of processor.
    OtherMachine { file: PathBuf, machine: Machine },
    /// Its Python is linked to a loader that is not here: another C library's, as a rule.
    LoaderMissing { file: PathBuf, loader: PathBuf },
    /// Its base is now of another minor version, and its packages are for the old one. That Python would
    /// start, and see none of them.
    OtherMinor {
        recorded: MinorVersion,
        actual: MinorVersion,
        python: PathBuf,
        linked_to: PathBuf,
    },
    /// There is no directory for packages in it.
    NoPackages { dir: PathBuf },
    /// The directory that pyvenv.cfg calls the base interpreter's is not there. A link does without it where
    /// it leads to a Python all the same; a copy may not find its library.
    HomeMissing { home: PathBuf },
    /// This user may not look at that directory.
    HomeInaccessible { home: PathBuf },
}

/// What helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fix {
    /// It can be rebuilt as it was.
    Repair,
    /// It still serves where it was made: another one beside it, of this name, is what helps.
    CreateBeside(String),
    /// The right to look at it, which is not vrun's to give.
    GrantAccess,
}

impl Problem {
    /// What programs know it by.
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
            Problem::PythonInaccessible { .. } => "python-out-of-reach",
            Problem::LinkLoop { .. } => "python-loop",
            Problem::OtherMachine { .. } => "another-machine",
            Problem::LoaderMissing { .. } => "another-c-library",
            Problem::OtherMinor { .. } => "another-minor-version",
            Problem::NoPackages { .. } => "packages-gone",
            Problem::HomeMissing { .. } => "home-gone",
            Problem::HomeInaccessible { .. } => "home-out-of-reach",
        }
    }

    /// What is wrong, as a clause of its own.
    pub(crate) fn clause(&self) -> String {
        let what = self.message();
        match what.strip_prefix("is broken: ") {
            Some(clause) => clause.to_owned(),
            None => format!("it {what}"),
        }
    }

    /// Whether another interpreter may do the work of the Python that is ill in this way.
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

    /// What is wrong, as it follows the environment's path.
    pub(crate) fn message(&self) -> String {
        match self {
            Problem::OtherPlatform { system, .. } => {
                format!("is another system's: it was made on {system}")
            }
            Problem::OtherMachine { machine, .. } => {
                format!("is another machine's: its Python is for {machine}")
            }
            Problem::LoaderMissing { .. } => {
                "is another system's: its Python is for another C library".to_owned()
            }
            Problem::PythonInaccessible { .. } => {
                "cannot be used: its Python is out of reach".to_owned()
            }
            Problem::OtherMinor {
                recorded: was,
                actual: is,
                ..
            } => {
                format!("is broken: it was made with Python {was}, and its Python is now {is}")
            }
            Problem::PythonMissing { .. } => "is broken: its Python is gone".to_owned(),
            Problem::LinkLoop { .. } => "is broken: its Python is a link to itself".to_owned(),
            Problem::NoPython { .. } => "is broken: it has no Python".to_owned(),
            Problem::NoPackages { .. } => "is broken: its packages are gone".to_owned(),
            Problem::HomeInaccessible { .. } => {
                "cannot be used: the home of its Python is out of reach".to_owned()
            }
            Problem::HomeMissing { .. } => "is broken: the home of its Python is gone".to_owned(),
            Problem::SystemSiteUnset { .. } => {
                "is open: Python sees the base interpreter's packages there too".to_owned()
            }
            Problem::CfgUnreadable { .. }
            | Problem::CfgNotUtf8 { .. }
            | Problem::CfgTooLarge { .. }
            | Problem::CfgEmpty { .. }
            | Problem::HomeUnset { .. } => "is broken: its pyvenv.cfg is no good".to_owned(),
        }
    }

    /// Why, as a sentence.
    pub(crate) fn cause(&self) -> String {
        match self {
            Problem::CfgUnreadable { file, why } => {
                format!("{} cannot be read: {why}", printable(file))
            }
            Problem::CfgNotUtf8 { file } => format!("{} is not UTF-8", printable(file)),
            Problem::CfgTooLarge { file } => {
                format!(
                    "{} is larger than the 32 KiB that Python reads",
                    printable(file)
                )
            }
            Problem::CfgEmpty { file } => format!(
                "{} is empty, and Python sees the base interpreter's packages too",
                printable(file)
            ),
            Problem::HomeUnset { file } => {
                format!(
                    "{} has no `home`, the place of the base Python",
                    printable(file)
                )
            }
            Problem::SystemSiteUnset { file } => format!(
                "{} has no `include-system-site-packages`, which Python takes for true",
                printable(file)
            ),
            Problem::OtherPlatform { sign, .. } => sign.to_string(),
            Problem::NoPython { scripts } => {
                format!("there is no `python` in {}", printable(scripts))
            }
            Problem::PythonMissing { link, target } => {
                format!(
                    "{} points to {}, which does not exist",
                    printable(link),
                    printable(target)
                )
            }
            Problem::PythonInaccessible { link, target } => format!(
                "{} points to {}, which this user may not look at",
                printable(link),
                printable(target)
            ),
            Problem::LinkLoop { link } => {
                format!("the links from {} lead in a circle", printable(link))
            }
            Problem::OtherMachine { file, machine } => {
                format!("{} is a program for {machine}", printable(file))
            }
            Problem::LoaderMissing { file, loader } => format!(
                "{} is started by {}, which does not exist",
                printable(file),
                printable(loader)
            ),
            Problem::OtherMinor {
                recorded: was,
                python,
                linked_to: leads_to,
                ..
            } => format!(
                "{} leads to {}, which would see none of the packages for {was}",
                printable(python),
                printable(leads_to)
            ),
            Problem::NoPackages { dir } => format!("there is no {}", printable(dir)),
            Problem::HomeInaccessible { home } => format!(
                "pyvenv.cfg says `home = {}`, which this user may not look at",
                printable(home)
            ),
            Problem::HomeMissing { home } => {
                format!(
                    "pyvenv.cfg says `home = {}`, which does not exist",
                    printable(home)
                )
            }
        }
    }

    /// What to type where it takes a right that this user does not have.
    pub(crate) fn access_hint(&self) -> String {
        let subject = match self {
            Problem::PythonInaccessible {
                target: subject, ..
            }
            | Problem::CfgUnreadable { file: subject, .. } => subject,
            Problem::HomeInaccessible { home } => home,
            _ => Path::new("."),
        };
        format!("`ls -ld {}` tells whose it is", shell_word(subject))
    }

    /// What helps.
    pub(crate) fn fix(&self) -> Fix {
        let system = foreign_platform::platform_name();
        match self {
            Problem::OtherPlatform {
                system: Platform::OtherMachine(_),
                ..
            }
            | Problem::OtherMachine { .. } => {
                let own = Machine::native().map(|own| format!("-{own}"));
                Fix::CreateBeside(format!(".venv-{system}{}", own.unwrap_or_default()))
            }
            Problem::OtherPlatform {
                system: Platform::Musl,
                ..
            } => Fix::CreateBeside(".venv-glibc".to_owned()),
            Problem::OtherPlatform {
                system: Platform::Glibc,
                ..
            } => Fix::CreateBeside(".venv-musl".to_owned()),
            Problem::OtherPlatform { .. } => Fix::CreateBeside(format!(".venv-{system}")),
            Problem::LoaderMissing { loader, .. } => {
                // The one that is not there is the one that is not this system's.
                let is_musl = printable(loader).contains("musl");
                let libc = if is_musl { "glibc" } else { "musl" };
                Fix::CreateBeside(format!(".venv-{libc}"))
            }
            Problem::PythonInaccessible { .. }
            | Problem::HomeInaccessible { .. }
            | Problem::CfgUnreadable { .. } => Fix::GrantAccess,
            _ => Fix::Repair,
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Python(file) => write!(out, "its Python is {}", printable(file)),
            Evidence::Path(path) => write!(out, "its pyvenv.cfg names {}", printable(path)),
            Evidence::Package(name) => {
                write!(
                    out,
                    "{}, which is installed there, is built for it",
                    printable(name)
                )
            }
        }
    }
}
