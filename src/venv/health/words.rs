//! What is wrong with an environment -> the words for it: what, the cause, and which kind of mend there is.

use std::fmt;

use std::path::Path;

use crate::error::{shown, typed};

use super::{Ill, Machine, Sign, System};

/// What helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// It can be rebuilt as it was.
    Repair,
    /// It still serves where it was made: another one beside it, of this name, is what helps.
    Beside(String),
    /// The right to look at it, which is not vrun's to give.
    Access,
}

impl Ill {
    /// What programs know it by.
    pub fn id(&self) -> &'static str {
        match self {
            Ill::Unreadable { .. } => "cfg-unreadable",
            Ill::NotUtf8 { .. } => "cfg-not-utf8",
            Ill::TooLarge { .. } => "cfg-too-large",
            Ill::Empty { .. } => "cfg-empty",
            Ill::Homeless { .. } => "cfg-without-home",
            Ill::Unsaid { .. } => "cfg-without-system-site-packages",
            Ill::Elsewhere { .. } => "another-system",
            Ill::NoPython { .. } => "no-python",
            Ill::Gone { .. } => "python-gone",
            Ill::Barred { .. } => "python-out-of-reach",
            Ill::Loop { .. } => "python-loop",
            Ill::OtherMachine { .. } => "another-machine",
            Ill::NoLoader { .. } => "another-c-library",
            Ill::OtherMinor { .. } => "another-minor-version",
            Ill::NoPackages { .. } => "packages-gone",
            Ill::HomeGone { .. } => "home-gone",
            Ill::HomeBarred { .. } => "home-out-of-reach",
        }
    }

    /// What is wrong, as a clause of its own.
    pub fn clause(&self) -> String {
        let what = self.what();
        match what.strip_prefix("is broken: ") {
            Some(clause) => clause.to_owned(),
            None => format!("it {what}"),
        }
    }

    /// Whether another interpreter may do the work of the Python that is ill in this way.
    pub fn may_be_stood_in_for(&self) -> bool {
        matches!(
            self,
            Ill::Gone { .. }
                | Ill::Barred { .. }
                | Ill::NoPython { .. }
                | Ill::HomeGone { .. }
                | Ill::HomeBarred { .. }
        )
    }

    /// What is wrong, as it follows the environment's path.
    pub fn what(&self) -> String {
        match self {
            Ill::Elsewhere { system, .. } => {
                format!("is another system's: it was made on {system}")
            }
            Ill::OtherMachine { machine, .. } => {
                format!("is another machine's: its Python is for {machine}")
            }
            Ill::NoLoader { .. } => {
                "is another system's: its Python is for another C library".to_owned()
            }
            Ill::Barred { .. } => "cannot be used: its Python is out of reach".to_owned(),
            Ill::OtherMinor { was, is, .. } => {
                format!("is broken: it was made with Python {was}, and its Python is now {is}")
            }
            Ill::Gone { .. } => "is broken: its Python is gone".to_owned(),
            Ill::Loop { .. } => "is broken: its Python is a link to itself".to_owned(),
            Ill::NoPython { .. } => "is broken: it has no Python".to_owned(),
            Ill::NoPackages { .. } => "is broken: its packages are gone".to_owned(),
            Ill::HomeBarred { .. } => {
                "cannot be used: the home of its Python is out of reach".to_owned()
            }
            Ill::HomeGone { .. } => "is broken: the home of its Python is gone".to_owned(),
            Ill::Unsaid { .. } => {
                "is open: Python sees the base interpreter's packages there too".to_owned()
            }
            Ill::Unreadable { .. }
            | Ill::NotUtf8 { .. }
            | Ill::TooLarge { .. }
            | Ill::Empty { .. }
            | Ill::Homeless { .. } => "is broken: its pyvenv.cfg is no good".to_owned(),
        }
    }

    /// Why, as a sentence.
    pub fn cause(&self) -> String {
        match self {
            Ill::Unreadable { file, why } => format!("{} cannot be read: {why}", shown(file)),
            Ill::NotUtf8 { file } => format!("{} is not UTF-8", shown(file)),
            Ill::TooLarge { file } => {
                format!(
                    "{} is larger than the 32 KiB that Python reads",
                    shown(file)
                )
            }
            Ill::Empty { file } => format!(
                "{} is empty, and Python sees the base interpreter's packages too",
                shown(file)
            ),
            Ill::Homeless { file } => {
                format!(
                    "{} has no `home`, the place of the base Python",
                    shown(file)
                )
            }
            Ill::Unsaid { file } => format!(
                "{} has no `include-system-site-packages`, which Python takes for true",
                shown(file)
            ),
            Ill::Elsewhere { sign, .. } => sign.to_string(),
            Ill::NoPython { scripts } => format!("there is no `python` in {}", shown(scripts)),
            Ill::Gone { link, target } => {
                format!(
                    "{} points to {}, which does not exist",
                    shown(link),
                    shown(target)
                )
            }
            Ill::Barred { link, target } => format!(
                "{} points to {}, which this user may not look at",
                shown(link),
                shown(target)
            ),
            Ill::Loop { link } => format!("the links from {} lead in a circle", shown(link)),
            Ill::OtherMachine { file, machine } => {
                format!("{} is a program for {machine}", shown(file))
            }
            Ill::NoLoader { file, loader } => format!(
                "{} is started by {}, which does not exist",
                shown(file),
                shown(loader)
            ),
            Ill::OtherMinor {
                was,
                python,
                leads_to,
                ..
            } => format!(
                "{} leads to {}, which would see none of the packages for {was}",
                shown(python),
                shown(leads_to)
            ),
            Ill::NoPackages { dir } => format!("there is no {}", shown(dir)),
            Ill::HomeBarred { home } => format!(
                "pyvenv.cfg says `home = {}`, which this user may not look at",
                shown(home)
            ),
            Ill::HomeGone { home } => {
                format!(
                    "pyvenv.cfg says `home = {}`, which does not exist",
                    shown(home)
                )
            }
        }
    }

    /// What to type where it takes a right that this user does not have.
    pub fn access(&self) -> String {
        let subject = match self {
            Ill::Barred {
                target: subject, ..
            }
            | Ill::Unreadable { file: subject, .. } => subject,
            Ill::HomeBarred { home } => home,
            _ => Path::new("."),
        };
        format!("`ls -ld {}` tells whose it is", typed(subject))
    }

    /// What helps.
    pub fn mend(&self) -> Mend {
        let system = super::own_name();
        match self {
            Ill::Elsewhere {
                system: System::With(_),
                ..
            }
            | Ill::OtherMachine { .. } => {
                let own = Machine::own().map(|own| format!("-{own}"));
                Mend::Beside(format!(".venv-{system}{}", own.unwrap_or_default()))
            }
            Ill::Elsewhere {
                system: System::Musl,
                ..
            } => Mend::Beside(".venv-glibc".to_owned()),
            Ill::Elsewhere {
                system: System::Glibc,
                ..
            } => Mend::Beside(".venv-musl".to_owned()),
            Ill::Elsewhere { .. } => Mend::Beside(format!(".venv-{system}")),
            Ill::NoLoader { loader, .. } => {
                // The one that is not there is the one that is not this system's.
                let is_musl = shown(loader).contains("musl");
                let libc = if is_musl { "glibc" } else { "musl" };
                Mend::Beside(format!(".venv-{libc}"))
            }
            Ill::Barred { .. } | Ill::HomeBarred { .. } | Ill::Unreadable { .. } => Mend::Access,
            _ => Mend::Repair,
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sign::Python(file) => write!(out, "its Python is {}", shown(file)),
            Sign::Path(path) => write!(out, "its pyvenv.cfg names {}", shown(path)),
            Sign::Package(name) => {
                write!(
                    out,
                    "{}, which is installed there, is built for it",
                    shown(name)
                )
            }
        }
    }
}
