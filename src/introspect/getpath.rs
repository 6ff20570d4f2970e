//! An interpreter, called by an environment's name for it -> where its library is, as it finds that out before its
//! first line of Python runs.
//!
//! The rules are those of CPython's getpath.c (to 3.10) and getpath.py (from 3.11), and of PyPy's initpath.py. Places
//! are searched for by their landmarks, upwards from one directory; which one that is differs.

use std::fs;

use super::implementation::PythonBinary;
use super::posixpath::{
    absolute, ancestors, bytes_to_path, join, normalize, parent, path_to_bytes,
};
use super::python_info::{Caveat, IntrospectError};
use super::startup::StartupContext;
use super::version_rules::{StdlibSearch, VersionRules};
use super::{build_prefix, pyvenv_keys};

/// Where an interpreter's own library is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StdlibLocation {
    /// `sys.base_prefix`
    pub prefix: Vec<u8>,
    /// `sys.base_exec_prefix`
    pub exec_prefix: Vec<u8>,
    /// `sys.platlibdir`: `lib` or `lib64`.
    pub platlibdir: String,
    /// The entries of `sys.path` that are its own.
    pub path_entries: Vec<Vec<u8>>,
    /// What makes this less than certain.
    pub caveat: Option<Caveat>,
}

/// The directories of libraries that a Python is built with.
const PLATLIBDIRS: [&str; 2] = ["lib", "lib64"];

/// # Errors
/// There is no library where it would look.
pub(super) fn locate_stdlib(
    python: &PythonBinary,
    rules: &VersionRules,
    start: &StartupContext<'_>,
) -> Result<StdlibLocation, IntrospectError> {
    let from = SearchStart::determine(rules, start);
    let named = start
        .non_empty_var("PYTHONPLATLIBDIR")
        .filter(|_| rules.has_platlibdir && rules.stdlib_search != StdlibSearch::PyPy);
    let named = named.map(|dir| String::from_utf8_lossy(dir).into_owned());
    let dirs = match &named {
        Some(dir) => vec![dir.as_str()],
        None => PLATLIBDIRS.to_vec(),
    };
    let mut found = dirs.iter().filter_map(|dir| {
        let places = Landmarks::new(python, dir);
        Some((places.find_prefixes(&from, rules)?, *dir, places))
    });
    if let Some(((prefix, exec_prefix), dir, places)) = found.next() {
        return Ok(places.build_location(python, rules, prefix, exec_prefix, dir));
    }
    // What it was configured with is its last resort. A PYTHONHOME that leads nowhere is believed all the same.
    let has_library = |prefix: &[u8], dir: &str| Landmarks::new(python, dir).has_stdlib(prefix);
    let (prefix, _, dir) = build_prefix::find_build_prefix(python, &dirs)
        .filter(|_| matches!(from, SearchStart::Dirs(_)))
        .filter(|(prefix, _, dir)| has_library(prefix, dir))
        .ok_or_else(|| IntrospectError::StdlibMissing(bytes_to_path(from.error_path())))?;
    let places = Landmarks::new(python, &dir);
    let mut library = places.build_location(python, rules, prefix, None, &dir);
    library.caveat = Some(Caveat::BuildPrefix {
        home: bytes_to_path(from.error_path()),
        prefix: bytes_to_path(&library.prefix),
    });
    Ok(library)
}

/// Where the search begins.
enum SearchStart {
    /// PYTHONHOME: there is none.
    PythonHome(Vec<u8>),
    /// Upwards from the first of these that leads to a library.
    Dirs(Vec<Vec<u8>>),
}

impl SearchStart {
    fn determine(rules: &VersionRules, start: &StartupContext<'_>) -> SearchStart {
        let told = start
            .non_empty_var("PYTHONHOME")
            .filter(|_| rules.stdlib_search != StdlibSearch::PyPy);
        if let Some(home) = told {
            return SearchStart::PythonHome(home.to_vec());
        }
        let executable = path_to_bytes(&start.executable());
        match rules.stdlib_search {
            StdlibSearch::GetpathC => {
                return SearchStart::Dirs(vec![start_dir_by_links(&executable)]);
            }
            StdlibSearch::PyPy => {
                return SearchStart::Dirs(vec![start_dir_for_pypy(&executable, start)]);
            }
            _ => {}
        }
        let real = normalize(&follow_links(&executable));
        let beside = parent(&real).to_vec();
        let Some(home) = pyvenv_keys::first_value(start.cfg_bytes, "home") else {
            return SearchStart::Dirs(vec![beside]);
        };
        let is_link = real != executable;
        let own =
            (rules.stdlib_search == StdlibSearch::ExecutableFirst && is_link).then_some(beside);
        SearchStart::Dirs(own.into_iter().chain([home.into_bytes()]).collect())
    }

    /// What an error names.
    fn error_path(&self) -> &[u8] {
        match self {
            SearchStart::PythonHome(home) => home,
            SearchStart::Dirs(dirs) => dirs.last().map(Vec::as_slice).unwrap_or_default(),
        }
    }
}

/// getpath.c: the directory that the links lead to, or the `home` of a pyvenv.cfg that is there or above.
fn start_dir_by_links(executable: &[u8]) -> Vec<u8> {
    let dir = parent(&follow_links(executable)).to_vec();
    let files = [join(&dir, b"pyvenv.cfg"), join(parent(&dir), b"pyvenv.cfg")];
    let cfg = files
        .iter()
        .find_map(|file| fs::read(bytes_to_path(file)).ok());
    cfg.and_then(|cfg| pyvenv_keys::getpath_c_home(&cfg))
        .unwrap_or(dir)
}

/// initpath.py: the same by its own reading of the links and of the file, the directory above by its links too.
fn start_dir_for_pypy(executable: &[u8], start: &StartupContext<'_>) -> Vec<u8> {
    let dir = resolved_parent(executable);
    let files = [&dir, &resolved_parent(&dir)].map(|dir| join(dir, b"pyvenv.cfg"));
    let home = |file: &Vec<u8>| pyvenv_keys::pypy_home(&fs::read(bytes_to_path(file)).ok()?);
    match files.iter().find_map(home) {
        Some(home) if home.starts_with(b"/") => home,
        Some(home) => absolute(&path_to_bytes(start.cwd), &home),
        None => dir,
    }
}

/// Where a file's own links lead, one after the other; those of its directories stay.
fn follow_links(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    // As many as the kernel takes.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(bytes_to_path(&file)) else {
            break;
        };
        file = join(parent(&file), &path_to_bytes(&target));
    }
    file
}

/// The directory above, of what a link leads to where it is one (`resolvedirof` of initpath.py); the root too.
fn resolved_parent(file: &[u8]) -> Vec<u8> {
    let mut file = normalize(file);
    for _ in 0..40 {
        let above = match parent(&file) {
            b"" => b"/",
            dir => dir,
        };
        match fs::read_link(bytes_to_path(&file)) {
            Ok(target) => file = absolute(above, &path_to_bytes(&target)),
            Err(_) => return above.to_vec(),
        }
    }
    file
}

/// getpath.c makes a prefix of what it found below one: it cuts that off again, by its separators.
fn strip_components(found: &[u8], parts: usize) -> Vec<u8> {
    (0..parts).fold(found.to_vec(), |dir, _| parent(&dir).to_vec())
}

/// A prefix, and an exec_prefix where one was found.
type Prefixes = (Vec<u8>, Option<Vec<u8>>);

/// What a library is known by, below a prefix.
pub(super) struct Landmarks {
    /// `lib/python3.12`
    pub(crate) stdlib: String,
    /// `lib/python312.zip`
    zip: String,
    /// `lib/python3.12/lib-dynload`
    dynload: String,
}

impl Landmarks {
    pub(crate) fn new(python: &PythonBinary, platlibdir: &str) -> Landmarks {
        let slash = if platlibdir.ends_with('/') { "" } else { "/" };
        let stdlib = format!("{platlibdir}{slash}{}", python.stdlib_name());
        let (major, minor) = python.version;
        Landmarks {
            zip: format!(
                "{platlibdir}{slash}python{major}{minor}{}.zip",
                python.free_threaded_suffix()
            ),
            dynload: format!("{stdlib}/lib-dynload"),
            stdlib,
        }
    }

    /// prefix and exec_prefix.
    fn find_prefixes(&self, from: &SearchStart, rules: &VersionRules) -> Option<Prefixes> {
        match from {
            SearchStart::PythonHome(home) => {
                let mut parts = home.splitn(2, |byte| *byte == b':');
                let prefix = parts.next().unwrap_or_default();
                let exec_prefix = parts.next().unwrap_or(prefix);
                let is_library = self.has_stdlib(prefix);
                is_library.then(|| (prefix.to_vec(), Some(exec_prefix.to_vec())))
            }
            SearchStart::Dirs(dirs) => dirs
                .iter()
                .find_map(|dir| self.find_prefixes_above(dir, rules)),
        }
    }

    /// The same, upwards from a directory.
    fn find_prefixes_above(&self, dir: &[u8], rules: &VersionRules) -> Option<Prefixes> {
        let has_library = |dir: &&[u8]| self.has_stdlib(dir);
        let has_zip = |dir: &&[u8]| self.contains_file(dir, &self.zip);
        let has_dynload = |dir: &&[u8]| self.has_dynload(dir);
        let dynload = || ancestors(dir).find(has_dynload);
        let to_vec = |dir: Option<&[u8]>| dir.map(<[u8]>::to_vec);
        match rules.stdlib_search {
            StdlibSearch::PyPy => {
                let above = |dir: &Vec<u8>| (dir != b"/").then(|| resolved_parent(dir));
                let mut dirs = std::iter::successors(Some(dir.to_vec()), above);
                let prefix = dirs.find(|dir| self.has_stdlib(dir))?;
                Some((prefix, None))
            }
            StdlibSearch::GetpathC => {
                let prefix = ancestors(dir).find(has_library)?;
                Some((prefix.to_vec(), to_vec(dynload())))
            }
            finder => {
                let zip = ancestors(dir).find(has_zip);
                let prefix = zip.or_else(|| ancestors(dir).find(has_library))?;
                let own = Some(prefix)
                    .filter(|prefix| finder != StdlibSearch::GetpathPy && has_dynload(prefix));
                Some((prefix.to_vec(), to_vec(own.or_else(dynload))))
            }
        }
    }

    pub(crate) fn has_stdlib(&self, dir: &[u8]) -> bool {
        ["os.py", "os.pyc"]
            .iter()
            .any(|name| self.contains_file(dir, &format!("{}/{name}", self.stdlib)))
    }

    fn has_dynload(&self, dir: &[u8]) -> bool {
        bytes_to_path(&join(dir, self.dynload.as_bytes())).is_dir()
    }

    fn contains_file(&self, dir: &[u8], name: &str) -> bool {
        bytes_to_path(&join(dir, name.as_bytes())).is_file()
    }

    fn build_location(
        &self,
        python: &PythonBinary,
        rules: &VersionRules,
        prefix: Vec<u8>,
        exec_prefix: Option<Vec<u8>>,
        platlibdir: &str,
    ) -> StdlibLocation {
        let exec_prefix = match rules.stdlib_search {
            StdlibSearch::PyPy => prefix.clone(),
            // Where no lib-dynload is above, the last resort is what it was configured with.
            _ => exec_prefix
                .or_else(|| build_prefix::find_build_prefix(python, &[platlibdir])?.1)
                .unwrap_or_else(|| prefix.clone()),
        };
        let stdlib = join(&prefix, self.stdlib.as_bytes());
        let dynload = join(&exec_prefix, self.dynload.as_bytes());
        let (prefix, exec_prefix) = match rules.stdlib_search {
            StdlibSearch::GetpathC if self.has_dynload(&exec_prefix) => {
                (strip_components(&stdlib, 2), strip_components(&dynload, 3))
            }
            StdlibSearch::GetpathC => (strip_components(&stdlib, 2), exec_prefix),
            _ => (prefix, exec_prefix),
        };
        let path = match rules.stdlib_search {
            StdlibSearch::PyPy => vec![stdlib],
            _ => vec![join(&prefix, self.zip.as_bytes()), stdlib, dynload],
        };
        StdlibLocation {
            prefix,
            exec_prefix,
            platlibdir: platlibdir.to_owned(),
            path_entries: path,
            caveat: None,
        }
    }
}
