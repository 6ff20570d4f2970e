//! An interpreter, called through an environment -> where its library is, as it finds out before its first line of
//! Python runs.
//!
//! The rules are those of CPython's getpath.c (to 3.10) and getpath.py (from 3.11), and of PyPy's initpath.py. All of
//! them search for landmarks, from one directory upwards; they differ in which directory that is.

use std::fs;

use crate::read::read_start;
use crate::venv::pyvenv_cfg::SIZE_LIMIT;

use super::build_prefix::find_build_prefix;
use super::caveat::Caveat;
use super::errors::IntrospectError;
use super::landmarks::Landmarks;
use super::posixpath::{
    absolute, ancestors, bytes_to_path, join, normalize, parent, path_below, path_to_bytes,
};
use super::python_binary::PythonBinary;
use super::pyvenv_keys;
use super::startup::StartupContext;
use super::version_rules::{StdlibSearch, VersionRules};

/// Where an interpreter's library is.
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
    /// What makes this uncertain.
    pub caveat: Option<Caveat>,
}

/// The values of `--with-platlibdir` in use.
const PLATLIBDIRS: [&str; 2] = ["lib", "lib64"];

/// # Errors
/// There is no library where the interpreter would look.
pub(super) fn locate_stdlib(
    python: &PythonBinary,
    rules: &VersionRules,
    start: &StartupContext<'_>,
) -> Result<StdlibLocation, IntrospectError> {
    let from = SearchStart::determine(rules, start);
    let platlibdir = start
        .non_empty_var("PYTHONPLATLIBDIR")
        .filter(|_| rules.has_platlibdir && rules.stdlib_search != StdlibSearch::PyPy)
        .map(String::from_utf8_lossy);
    let dirs = match &platlibdir {
        Some(dir) => vec![&**dir],
        None => PLATLIBDIRS.to_vec(),
    };
    let mut found = dirs.iter().filter_map(|dir| {
        let landmarks = Landmarks::new(python, dir);
        Some((find_prefixes(&landmarks, &from, rules)?, dir))
    });
    if let Some((prefixes, dir)) = found.next() {
        return Ok(build_location(python, rules, prefixes, dir));
    }
    // The last resort is the prefix it was configured with. A PYTHONHOME that leads nowhere is believed anyway.
    let missing = || IntrospectError::StdlibMissing(bytes_to_path(from.error_path()));
    let (prefix, _, dir) = find_build_prefix(python, &dirs)
        .filter(|_| matches!(from, SearchStart::Dirs(_)))
        .filter(|(prefix, _, dir)| Landmarks::new(python, dir).has_stdlib(prefix))
        .ok_or_else(missing)?;
    let mut library = build_location(python, rules, (prefix, None), &dir);
    library.caveat = Some(Caveat::BuildPrefix {
        home: bytes_to_path(from.error_path()),
        prefix: bytes_to_path(&library.prefix),
    });
    Ok(library)
}

/// Where the search begins.
enum SearchStart {
    /// PYTHONHOME: there is no search.
    PythonHome(Vec<u8>),
    /// Upwards from the first of these that leads to a library.
    Dirs(Vec<Vec<u8>>),
}

impl SearchStart {
    fn determine(rules: &VersionRules, start: &StartupContext<'_>) -> SearchStart {
        let search = rules.stdlib_search;
        let python_home = start.non_empty_var("PYTHONHOME");
        if let Some(home) = python_home.filter(|_| search != StdlibSearch::PyPy) {
            return SearchStart::PythonHome(home.to_vec());
        }
        let executable = path_to_bytes(&start.executable());
        SearchStart::Dirs(match search {
            StdlibSearch::GetpathC => vec![start_dir_by_links(&executable)],
            StdlibSearch::PyPy => vec![start_dir_for_pypy(&executable, start)],
            _ => {
                let real = normalize(&follow_links(&executable));
                let real_dir = parent(&real).to_vec();
                let is_first = search == StdlibSearch::ExecutableFirst && real != executable;
                match pyvenv_keys::first_value(start.cfg_bytes, "home") {
                    None => vec![real_dir],
                    Some(home) if is_first => vec![real_dir, home.into_bytes()],
                    Some(home) => vec![home.into_bytes()],
                }
            }
        })
    }

    /// The path that an error names.
    fn error_path(&self) -> &[u8] {
        match self {
            SearchStart::PythonHome(home) => home,
            SearchStart::Dirs(dirs) => dirs.last().map(Vec::as_slice).unwrap_or_default(),
        }
    }
}

/// getpath.c: the directory that the links lead to, or the `home` of a pyvenv.cfg in it or above.
fn start_dir_by_links(executable: &[u8]) -> Vec<u8> {
    let dir = parent(&follow_links(executable)).to_vec();
    let read = |dir: &[u8]| read_start(&path_below(dir, "pyvenv.cfg"), SIZE_LIMIT).ok();
    let cfg = read(&dir).or_else(|| read(parent(&dir)));
    cfg.and_then(|cfg| pyvenv_keys::getpath_c_home(&cfg))
        .unwrap_or(dir)
}

/// initpath.py: the same, but it reads links and file in its own way, and the directory above is that of the links.
fn start_dir_for_pypy(executable: &[u8], start: &StartupContext<'_>) -> Vec<u8> {
    let dir = resolved_parent(executable);
    let home = |dir: &[u8]| {
        pyvenv_keys::pypy_home(&read_start(&path_below(dir, "pyvenv.cfg"), SIZE_LIMIT).ok()?)
    };
    match home(&dir).or_else(|| home(&resolved_parent(&dir))) {
        Some(home) if home.starts_with(b"/") => home,
        Some(home) => absolute(&path_to_bytes(start.cwd), &home),
        None => dir,
    }
}

/// How many links the kernel follows.
const MAX_LINKS: usize = 40;

/// Where a file's own links lead; links among its directories stay.
fn follow_links(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(bytes_to_path(&file)) else {
            break;
        };
        file = join(parent(&file), path_to_bytes(&target));
    }
    file
}

/// The directory of a file, or of what its links lead to (`resolvedirof` of initpath.py); the root's is the root.
fn resolved_parent(file: &[u8]) -> Vec<u8> {
    let mut file = normalize(file);
    for _ in 0..MAX_LINKS {
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

/// A prefix, and an exec_prefix if one was found.
type Prefixes = (Vec<u8>, Option<Vec<u8>>);

fn find_prefixes(
    landmarks: &Landmarks,
    from: &SearchStart,
    rules: &VersionRules,
) -> Option<Prefixes> {
    match from {
        SearchStart::PythonHome(home) => {
            let mut parts = home.splitn(2, |byte| *byte == b':');
            let prefix = parts.next().unwrap_or_default();
            let exec_prefix = parts.next().unwrap_or(prefix);
            let is_library = landmarks.has_stdlib(prefix);
            is_library.then(|| (prefix.to_vec(), Some(exec_prefix.to_vec())))
        }
        SearchStart::Dirs(dirs) => {
            let mut dirs = dirs.iter();
            dirs.find_map(|dir| find_prefixes_above(landmarks, dir, rules.stdlib_search))
        }
    }
}

fn find_prefixes_above(
    landmarks: &Landmarks,
    dir: &[u8],
    search: StdlibSearch,
) -> Option<Prefixes> {
    if search == StdlibSearch::PyPy {
        let above = |dir: &Vec<u8>| (dir != b"/").then(|| resolved_parent(dir));
        let mut dirs = std::iter::successors(Some(dir.to_vec()), above);
        return Some((dirs.find(|dir| landmarks.has_stdlib(dir))?, None));
    }
    let has_dynload = |dir: &&[u8]| landmarks.has_dynload(dir);
    let zip = match search {
        StdlibSearch::GetpathC => None,
        _ => ancestors(dir).find(|dir| landmarks.has_zip(dir)),
    };
    let prefix = zip.or_else(|| ancestors(dir).find(|dir| landmarks.has_stdlib(dir)))?;
    let is_prefix_first = !matches!(search, StdlibSearch::GetpathC | StdlibSearch::GetpathPy);
    let exec_prefix = Some(prefix)
        .filter(|prefix| is_prefix_first && has_dynload(prefix))
        .or_else(|| ancestors(dir).find(has_dynload));
    Some((prefix.to_vec(), exec_prefix.map(<[u8]>::to_vec)))
}

fn build_location(
    python: &PythonBinary,
    rules: &VersionRules,
    (prefix, exec_prefix): Prefixes,
    platlibdir: &str,
) -> StdlibLocation {
    let landmarks = Landmarks::new(python, platlibdir);
    let exec_prefix = match rules.stdlib_search {
        StdlibSearch::PyPy => prefix.clone(),
        // Without a lib-dynload above, the last resort is the exec_prefix it was configured with.
        _ => exec_prefix
            .or_else(|| find_build_prefix(python, &[platlibdir])?.1)
            .unwrap_or_else(|| prefix.clone()),
    };
    let stdlib = join(&prefix, &landmarks.stdlib);
    let dynload = join(&exec_prefix, &landmarks.dynload);
    let (prefix, exec_prefix) = match rules.stdlib_search {
        StdlibSearch::GetpathC if landmarks.has_dynload(&exec_prefix) => {
            (strip_components(&stdlib, 2), strip_components(&dynload, 3))
        }
        StdlibSearch::GetpathC => (strip_components(&stdlib, 2), exec_prefix),
        _ => (prefix, exec_prefix),
    };
    let path_entries = match rules.stdlib_search {
        StdlibSearch::PyPy => vec![stdlib],
        _ => vec![join(&prefix, &landmarks.zip), stdlib, dynload],
    };
    StdlibLocation {
        prefix,
        exec_prefix,
        platlibdir: platlibdir.to_owned(),
        path_entries,
        caveat: None,
    }
}

/// getpath.c turns what it found below a prefix back into the prefix: it cuts at separators.
fn strip_components(found: &[u8], count: usize) -> Vec<u8> {
    (0..count).fold(found, |dir, _| parent(dir)).to_vec()
}
