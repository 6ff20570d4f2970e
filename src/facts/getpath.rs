//! An interpreter, called by an environment's name for it -> where its library is, as it finds that out before its
//! first line of Python runs.
//!
//! The rules are those of CPython's getpath.c (to 3.10) and getpath.py (from 3.11), and of PyPy's initpath.py. Places
//! are searched for by their landmarks, upwards from one directory; which one that is differs.

use std::fs;
use std::path::Path;

use super::configured;
use super::interpreter::Interpreter;
use super::keys;
use super::rules::{Finder, Rules};
use super::text::{absolute, bytes, join, normal, parent, path, upwards};
use super::{Caveat, Start, Unknown};

/// Where an interpreter's own library is.
#[derive(Debug, PartialEq, Eq)]
pub struct Library {
    /// `sys.base_prefix`
    pub prefix: Vec<u8>,
    /// `sys.base_exec_prefix`
    pub exec_prefix: Vec<u8>,
    /// `sys.platlibdir`: `lib` or `lib64`.
    pub platlibdir: String,
    /// The entries of `sys.path` that are its own.
    pub path: Vec<Vec<u8>>,
    /// What makes this less than certain.
    pub caveat: Option<Caveat>,
}

/// The directories of libraries that a Python is built with.
const PLATLIBDIRS: [&str; 2] = ["lib", "lib64"];

/// # Errors
/// There is no library where it would look.
pub fn library(python: &Interpreter, rules: &Rules, start: &Start<'_>) -> Result<Library, Unknown> {
    let from = Origin::of(rules, start);
    let named = start
        .setting("PYTHONPLATLIBDIR")
        .filter(|_| rules.has_platlibdir && rules.finder != Finder::PyPy);
    let named = named.map(|dir| String::from_utf8_lossy(dir).into_owned());
    let dirs = match &named {
        Some(dir) => vec![dir.as_str()],
        None => PLATLIBDIRS.to_vec(),
    };
    let mut found = dirs.iter().filter_map(|dir| {
        let places = Places::new(python, dir);
        Some((places.find(&from, rules)?, *dir, places))
    });
    if let Some(((prefix, exec_prefix), dir, places)) = found.next() {
        return Ok(places.library(python, rules, prefix, exec_prefix, dir));
    }
    // What it was configured with is its last resort. A PYTHONHOME that leads nowhere is believed all the same.
    let has_library = |prefix: &[u8], dir: &str| Places::new(python, dir).has_library(prefix);
    let (prefix, _, dir) = configured::of(python, &dirs)
        .filter(|_| matches!(from, Origin::Dirs(_)))
        .filter(|(prefix, _, dir)| has_library(prefix, dir))
        .ok_or_else(|| Unknown::Library(path(from.shown())))?;
    let places = Places::new(python, &dir);
    let mut library = places.library(python, rules, prefix, None, &dir);
    library.caveat = Some(Caveat::Configured {
        home: path(from.shown()),
        prefix: path(&library.prefix),
    });
    Ok(library)
}

/// Where the search begins.
enum Origin {
    /// PYTHONHOME: there is none.
    Home(Vec<u8>),
    /// Upwards from the first of these that leads to a library.
    Dirs(Vec<Vec<u8>>),
}

impl Origin {
    fn of(rules: &Rules, start: &Start<'_>) -> Origin {
        let told = start
            .setting("PYTHONHOME")
            .filter(|_| rules.finder != Finder::PyPy);
        if let Some(home) = told {
            return Origin::Home(home.to_vec());
        }
        let executable = bytes(&start.executable());
        match rules.finder {
            Finder::Links => return Origin::Dirs(vec![by_links(&executable)]),
            Finder::PyPy => return Origin::Dirs(vec![by_pypy(&executable, start)]),
            _ => {}
        }
        let real = normal(&follow(&executable));
        let beside = parent(&real).to_vec();
        let Some(home) = keys::first(start.cfg, "home") else {
            return Origin::Dirs(vec![beside]);
        };
        let is_link = real != executable;
        let own = (rules.finder == Finder::FileFirst && is_link).then_some(beside);
        Origin::Dirs(own.into_iter().chain([home.into_bytes()]).collect())
    }

    /// What an error names.
    fn shown(&self) -> &[u8] {
        match self {
            Origin::Home(home) => home,
            Origin::Dirs(dirs) => dirs.last().map(Vec::as_slice).unwrap_or_default(),
        }
    }
}

/// getpath.c: the directory that the links lead to, or the `home` of a pyvenv.cfg that is there or above.
fn by_links(executable: &[u8]) -> Vec<u8> {
    let dir = parent(&follow(executable)).to_vec();
    let files = [join(&dir, b"pyvenv.cfg"), join(parent(&dir), b"pyvenv.cfg")];
    let cfg = files.iter().find_map(|file| fs::read(path(file)).ok());
    cfg.and_then(|cfg| keys::plain_home(&cfg)).unwrap_or(dir)
}

/// initpath.py: the same by its own reading of the links and of the file, the directory above by its links too.
fn by_pypy(executable: &[u8], start: &Start<'_>) -> Vec<u8> {
    let dir = resolved_parent(executable);
    let files = [&dir, &resolved_parent(&dir)].map(|dir| join(dir, b"pyvenv.cfg"));
    let home = |file: &Vec<u8>| keys::pypy_home(&fs::read(path(file)).ok()?);
    match files.iter().find_map(home) {
        Some(home) if home.starts_with(b"/") => home,
        Some(home) => absolute(&bytes(start.cwd), &home),
        None => dir,
    }
}

/// Where a file's own links lead, one after the other; those of its directories stay.
fn follow(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    // As many as the kernel takes.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(path(&file)) else {
            break;
        };
        file = join(parent(&file), &bytes(&target));
    }
    file
}

/// The directory above, of what a link leads to where it is one (`resolvedirof` of initpath.py); the root too.
fn resolved_parent(file: &[u8]) -> Vec<u8> {
    let mut file = normal(file);
    for _ in 0..40 {
        let above = match parent(&file) {
            b"" => b"/",
            dir => dir,
        };
        match fs::read_link(path(&file)) {
            Ok(target) => file = absolute(above, &bytes(&target)),
            Err(_) => return above.to_vec(),
        }
    }
    file
}

/// getpath.c makes a prefix of what it found below one: it cuts that off again, by its separators.
fn cut(found: &[u8], parts: usize) -> Vec<u8> {
    (0..parts).fold(found.to_vec(), |dir, _| parent(&dir).to_vec())
}

/// A prefix, and an exec_prefix where one was found.
type Prefixes = (Vec<u8>, Option<Vec<u8>>);

/// What a library is known by, below a prefix.
struct Places {
    /// `lib/python3.12`
    stdlib: String,
    /// `lib/python312.zip`
    zip: String,
    /// `lib/python3.12/lib-dynload`
    dynload: String,
}

impl Places {
    fn new(python: &Interpreter, platlibdir: &str) -> Places {
        let slash = if platlibdir.ends_with('/') { "" } else { "/" };
        let stdlib = format!("{platlibdir}{slash}{}", python.library());
        let (major, minor) = python.series;
        Places {
            zip: format!(
                "{platlibdir}{slash}python{major}{minor}{}.zip",
                python.threading()
            ),
            dynload: format!("{stdlib}/lib-dynload"),
            stdlib,
        }
    }

    /// prefix and exec_prefix.
    fn find(&self, from: &Origin, rules: &Rules) -> Option<Prefixes> {
        match from {
            Origin::Home(home) => {
                let mut parts = home.splitn(2, |byte| *byte == b':');
                let prefix = parts.next().unwrap_or_default();
                let exec_prefix = parts.next().unwrap_or(prefix);
                let is_library = self.has_library(prefix);
                is_library.then(|| (prefix.to_vec(), Some(exec_prefix.to_vec())))
            }
            Origin::Dirs(dirs) => dirs.iter().find_map(|dir| self.above(dir, rules)),
        }
    }

    /// The same, upwards from a directory.
    fn above(&self, dir: &[u8], rules: &Rules) -> Option<Prefixes> {
        let has_library = |dir: &&[u8]| self.has_library(dir);
        let has_zip = |dir: &&[u8]| self.is_file(dir, &self.zip);
        let has_dynload = |dir: &&[u8]| self.has_dynload(dir);
        let dynload = || upwards(dir).find(has_dynload);
        let to_vec = |dir: Option<&[u8]>| dir.map(<[u8]>::to_vec);
        match rules.finder {
            Finder::PyPy => {
                let above = |dir: &Vec<u8>| (dir != b"/").then(|| resolved_parent(dir));
                let mut dirs = std::iter::successors(Some(dir.to_vec()), above);
                let prefix = dirs.find(|dir| self.has_library(dir))?;
                Some((prefix, None))
            }
            Finder::Links => {
                let prefix = upwards(dir).find(has_library)?;
                Some((prefix.to_vec(), to_vec(dynload())))
            }
            finder => {
                let zip = upwards(dir).find(has_zip);
                let prefix = zip.or_else(|| upwards(dir).find(has_library))?;
                let own =
                    Some(prefix).filter(|prefix| finder != Finder::Home && has_dynload(prefix));
                Some((prefix.to_vec(), to_vec(own.or_else(dynload))))
            }
        }
    }

    fn has_library(&self, dir: &[u8]) -> bool {
        ["os.py", "os.pyc"]
            .iter()
            .any(|name| self.is_file(dir, &format!("{}/{name}", self.stdlib)))
    }

    fn has_dynload(&self, dir: &[u8]) -> bool {
        path(&join(dir, self.dynload.as_bytes())).is_dir()
    }

    fn is_file(&self, dir: &[u8], name: &str) -> bool {
        path(&join(dir, name.as_bytes())).is_file()
    }

    fn library(
        &self,
        python: &Interpreter,
        rules: &Rules,
        prefix: Vec<u8>,
        exec_prefix: Option<Vec<u8>>,
        platlibdir: &str,
    ) -> Library {
        let exec_prefix = match rules.finder {
            Finder::PyPy => prefix.clone(),
            // Where no lib-dynload is above, the last resort is what it was configured with.
            _ => exec_prefix
                .or_else(|| configured::of(python, &[platlibdir])?.1)
                .unwrap_or_else(|| prefix.clone()),
        };
        let stdlib = join(&prefix, self.stdlib.as_bytes());
        let dynload = join(&exec_prefix, self.dynload.as_bytes());
        let (prefix, exec_prefix) = match rules.finder {
            Finder::Links if self.has_dynload(&exec_prefix) => (cut(&stdlib, 2), cut(&dynload, 3)),
            Finder::Links => (cut(&stdlib, 2), exec_prefix),
            _ => (prefix, exec_prefix),
        };
        let path = match rules.finder {
            Finder::PyPy => vec![stdlib],
            _ => vec![join(&prefix, self.zip.as_bytes()), stdlib, dynload],
        };
        Library {
            prefix,
            exec_prefix,
            platlibdir: platlibdir.to_owned(),
            path,
            caveat: None,
        }
    }
}

/// The library's directory of an interpreter, upwards from a directory; for what is asked of it beside the search.
pub fn stdlib_above(
    python: &Interpreter,
    dir: &Path,
    platlibdirs: &[&str],
) -> Option<(Vec<u8>, String)> {
    let dir = bytes(dir);
    platlibdirs.iter().find_map(|platlibdir| {
        let places = Places::new(python, platlibdir);
        let prefix = upwards(&dir).find(|dir| places.has_library(dir))?;
        Some((
            join(prefix, places.stdlib.as_bytes()),
            (*platlibdir).to_owned(),
        ))
    })
}
