//! An environment and the variables that a program will see -> what its Python would say of itself there: `sys.prefix`,
//! `sys.path`, where packages are installed. Told from files alone; no Python is started.
//!
//! It follows what Python does, step by step: which interpreter it is, where that finds its library (`getpath`), what
//! site.py adds (`site`, `pth`), what sysconfig makes of it (`schemes`). What differs between versions is in `rules`.
//! Code that runs when Python starts may change all of it, and is named in `caveats`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::os;
use crate::venv::{self, Cfg};

mod configured;
mod getpath;
mod interpreter;
mod keys;
mod pth;
mod rules;
mod schemes;
mod site;
mod text;

pub use interpreter::Interpreter;
pub use schemes::Schemes;

use rules::{InC, Rules};
use site::{Layout, Site};
use text::{bytes, join, path};

/// How an environment's Python is started.
#[derive(Debug)]
pub struct Start<'a> {
    /// The environment's directory, absolute, as the user sees it.
    pub root: &'a Path,
    /// The bytes of its pyvenv.cfg.
    pub cfg: &'a [u8],
    /// The variables that the program will see.
    pub vars: &'a [(OsString, OsString)],
    /// The working directory, links resolved.
    pub cwd: &'a Path,
    /// The user's home directory by the system's records, for where HOME is unset.
    pub home_on_record: Option<PathBuf>,
}

impl Start<'_> {
    /// Whether the interpreter is a framework of macOS (`sys._framework`), which has places of its own.
    fn is_framework(&self, python: &Interpreter) -> bool {
        let mut parts = python.file.components();
        os::SYSTEM == "macOS" && parts.any(|part| part.as_os_str() == "Python.framework")
    }

    /// `sys.executable`
    fn executable(&self) -> PathBuf {
        venv::python(self.root)
    }

    /// A variable of Python's: an empty one counts as unset.
    fn setting(&self, name: &str) -> Option<&[u8]> {
        let found = self
            .vars
            .iter()
            .find(|(known, _)| os::same_variable(known, name));
        let value = found.map(|(_, value)| value.as_encoded_bytes());
        value.filter(|value| !value.is_empty())
    }

    /// The variable by which the locale is C (locale(7)).
    fn c_locale(&self) -> Option<&'static str> {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"];
        let said = names
            .iter()
            .find_map(|name| Some((*name, self.setting(name)?)));
        let (by, name) = said.unwrap_or(("LANG", b"C"));
        matches!(name, b"C" | b"POSIX").then_some(by)
    }

    /// Whether text is ASCII alone by the locale.
    fn is_ascii(&self, in_c: InC) -> bool {
        let by = self.c_locale();
        match in_c {
            InC::Ascii => by.is_some(),
            InC::Utf8 => false,
            InC::AsciiByLcAll => by == Some("LC_ALL"),
        }
    }

    /// What `~` stands for, without the separator at its end (posixpath.py); HOME may be empty.
    fn home(&self) -> Vec<u8> {
        let named = self
            .vars
            .iter()
            .find(|(known, _)| os::same_variable(known, os::HOME));
        let home = match named {
            Some((_, home)) => home.as_encoded_bytes().to_vec(),
            None => match &self.home_on_record {
                Some(home) => bytes(home),
                None => b"~".to_vec(),
            },
        };
        let end = home.iter().rposition(|byte| *byte != b'/');
        home[..end.map_or(0, |at| at + 1)].to_vec()
    }
}

/// What Python says of itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Facts {
    /// The interpreter.
    pub python: Interpreter,
    /// Its whole version, and what told it.
    pub version: Version,
    /// `sys.executable`
    pub executable: PathBuf,
    /// `sys.prefix`
    pub prefix: PathBuf,
    /// `sys.exec_prefix`
    pub exec_prefix: PathBuf,
    /// `sys.base_prefix`
    pub base_prefix: PathBuf,
    /// `sys.base_exec_prefix`
    pub base_exec_prefix: PathBuf,
    /// `sys.platlibdir`
    pub platlibdir: String,
    /// `sys.path` without the first entry, which is what is run: the directory of a script, the working directory
    /// for `-m`, and for `-c` nothing, which means the same.
    pub path: Vec<PathBuf>,
    /// `sysconfig.get_paths()`
    pub schemes: Schemes,
    /// Whether the base's packages are seen too.
    pub is_system_seen: bool,
    /// Where the user's own packages are, and whether they are seen.
    pub user: User,
    /// `sys.flags.safe_path`: whether even that first entry is left out.
    pub is_path_safe: bool,
    /// What may make Python say something else.
    pub caveats: Vec<Caveat>,
}

/// A version, and how it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// `3.12.1`, or `3.12` where no more is known.
    pub text: String,
    /// What told it.
    pub from: Source,
}

/// What told a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The base's C headers, which are as new as it is.
    Headers,
    /// pyvenv.cfg, which knows what the base was when the environment was made.
    Cfg,
    /// The name of the interpreter.
    Name,
}

/// The user's own packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `site.ENABLE_USER_SITE`
    pub is_enabled: bool,
    /// `site.USER_BASE`
    pub base: PathBuf,
    /// `site.USER_SITE`
    pub site: PathBuf,
}

/// What cannot be told without starting Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caveat {
    /// A line of a `.pth` file that is executed.
    Code {
        /// The file.
        file: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A `sitecustomize` or `usercustomize` that is executed.
    Module(PathBuf),
    /// A `.pth` file that is not UTF-8: Python reads it by the locale, or stops at it.
    Undecodable(PathBuf),
    /// A `._pth` file beside the interpreter, which replaces all of the path.
    Replaced(PathBuf),
    /// `home` leads to no library, so the interpreter falls back on what it was configured with.
    Configured {
        /// Where it looks first.
        home: PathBuf,
        /// Where it looks then.
        prefix: PathBuf,
    },
}

/// Why nothing can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The environment's Python leads to no file.
    NoPython(PathBuf),
    /// Neither its name nor what lies around it says what it is.
    Interpreter(PathBuf),
    /// One whose rules are not known here.
    Release(Interpreter),
    /// No library is found from here.
    Library(PathBuf),
    /// The rules of this system are not known here.
    System,
}

/// The first version whose rules are known.
const OLDEST: (u32, u32) = (3, 6);

/// What the environment's Python would say.
///
/// # Errors
/// It would not start, or it is none that is known here.
pub fn of(start: &Start<'_>, cfg: &Cfg) -> Result<Facts, Unknown> {
    if os::SYSTEM == "Windows" {
        return Err(Unknown::System);
    }
    let python = interpreter::of(start.root, cfg, start.cfg)?;
    if python.series < OLDEST {
        return Err(Unknown::Release(python));
    }
    let said = said_version(&python, cfg);
    let mut rules = Rules::of(&python, said.as_deref().and_then(release));
    let library = getpath::library(&python, &rules, start)?;
    let layout = look_at_site(&python, &library, &mut rules);
    let is_system_seen = site::includes_system(&site_cfg(start));
    let mut site = Site::new(&python, &rules, layout, &library, start);
    let user = site.fill(start, &library, is_system_seen);
    let caveats = library.caveat.clone().into_iter();
    let caveats = caveats.chain(replacing(start, &python, &rules));
    let caveats = caveats.chain(site.caveats).collect();
    Ok(Facts {
        version: version(&python, &library, said),
        executable: start.executable(),
        prefix: start.root.to_owned(),
        exec_prefix: start.root.to_owned(),
        base_prefix: path(&library.prefix),
        base_exec_prefix: path(&library.exec_prefix),
        path: site.path.iter().map(|entry| path(entry)).collect(),
        schemes: schemes::of(&python, &rules, &library, &bytes(start.root)),
        platlibdir: library.platlibdir,
        is_system_seen,
        user,
        is_path_safe: rules.has_safe_path && start.setting("PYTHONSAFEPATH").is_some(),
        caveats,
        python,
    })
}

/// The pyvenv.cfg that site reads: one beside the interpreter comes first.
fn site_cfg(start: &Start<'_>) -> Vec<u8> {
    let beside = venv::scripts(start.root).join(venv::MARKER);
    fs::read(beside).unwrap_or_else(|_| start.cfg.to_vec())
}

/// Distributors change site.py, and later releases of a version mend it: it is asked itself.
fn look_at_site(python: &Interpreter, library: &getpath::Library, rules: &mut Rules) -> Layout {
    let name = format!("{}/{}/site.py", library.platlibdir, python.library());
    let Ok(code) = fs::read_to_string(path(&join(&library.prefix, name.as_bytes()))) else {
        return Layout::Plain;
    };
    rules.pth.skips_hidden |= code.contains(".startswith(\".\")");
    rules.pth.is_utf8 |= code.contains("utf-8-sig");
    if code.contains("\"dist-packages\"") {
        Layout::Debian
    } else {
        Layout::Plain
    }
}

/// A `._pth` file (getpath.py), by the environment's name for its Python or by the interpreter's own.
fn replacing(start: &Start<'_>, python: &Interpreter, rules: &Rules) -> Option<Caveat> {
    let is_read = !matches!(rules.finder, rules::Finder::Links | rules::Finder::PyPy);
    let names = [start.executable(), python.file.clone()];
    let mut files = names.into_iter().map(|name| {
        let mut name = name.into_os_string();
        name.push("._pth");
        PathBuf::from(name)
    });
    let file = files.find(|file| is_read && file.is_file())?;
    Some(Caveat::Replaced(file))
}

/// The version in pyvenv.cfg, if it can be this interpreter's: `3.12.1` of `3.12.1.final.0`.
fn said_version(python: &Interpreter, cfg: &Cfg) -> Option<String> {
    let numbers: Vec<_> = cfg.version.as_deref()?.split('.').take(3).collect();
    let text = numbers.join(".");
    let rest = text.strip_prefix(&python.short())?;
    rest.starts_with('.').then_some(text)
}

/// 1 of `3.12.1`.
fn release(version: &str) -> Option<u32> {
    version.split('.').nth(2)?.parse().ok()
}

fn version(python: &Interpreter, library: &getpath::Library, said: Option<String>) -> Version {
    let stem = python.implementation.stem();
    let name = format!(
        "include/{stem}{}{}/patchlevel.h",
        python.short(),
        python.abi
    );
    let headers = fs::read_to_string(path(&join(&library.prefix, name.as_bytes())));
    let defined = headers.ok().and_then(|text| {
        let mut lines = text
            .lines()
            .filter_map(|line| line.strip_prefix("#define PY_VERSION "));
        Some(lines.next()?.trim().trim_matches('"').to_owned())
    });
    let (text, from) = match (defined, said) {
        (Some(text), _) => (text, Source::Headers),
        (None, Some(text)) => (text, Source::Cfg),
        (None, None) => (python.short(), Source::Name),
    };
    Version { text, from }
}
