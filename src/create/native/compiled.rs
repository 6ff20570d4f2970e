//! An entry of the store, an interpreter's bytecode -> the `.pyc` files of its modules, taken from environments
//! that came from the same entry and in which Python has compiled them since.
//!
//! So no first use waits for a compiler: the first environment's pip compiles what it needs, as it would
//! anyway, and later environments have that from the start. A `.pyc` is valid as long as its source has the
//! size and the time that it notes (PEP 552; importlib's `_validate_timestamp_pyc`), and what comes from the
//! store has. They lie beside the entry's files in `compiled/TAG-MAGIC`, with a manifest of their own. What
//! cannot be read or written there costs time, and nothing else.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::record::Row;
use super::store::{Entry, Stored, Trust, replace};
use crate::create::base::Bytecode;
use crate::os::{self, State};

const MANIFEST: &str = "manifest";
/// A list of environments in which more may have been compiled.
const SITES: &str = "sites";
/// How many of them are asked, and, once something was found, how seldom: most modules of pip are never
/// imported, so there is always one that is missing.
const ASKED: usize = 4;
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// What is compiled of an entry.
#[derive(Debug)]
pub struct Compiled {
    /// The directory of the store that it lies in.
    pub dir: PathBuf,
    /// Each of it, those together that belong in one directory.
    pub files: Vec<Code>,
}

/// A `.pyc`.
#[derive(Debug)]
pub struct Code {
    /// What the store calls it.
    pub name: String,
    /// What RECORD will say of it.
    pub row: Row,
    /// What it is like as long as no one altered it.
    pub state: State,
}

/// A module of an entry, and the `.pyc` that it has or would have.
#[derive(Debug)]
struct Module<'a> {
    source: &'a Stored,
    name: String,
    /// From site-packages: `pip/__pycache__/__main__.cpython-313.pyc`.
    path: String,
}

impl Module<'_> {
    fn compiled(self, state: State) -> Code {
        Code {
            name: self.name,
            row: Row::of_code(self.path),
            state,
        }
    }
}

/// What is compiled of `entry`'s modules. `site` is the site-packages directory that is about to get them; it
/// is remembered as one in which more may be compiled later.
pub fn of(entry: &Entry, bytecode: &Bytecode, site: &Path, trust: Trust) -> Compiled {
    let dir = directory(entry, bytecode);
    let mut files = listed(&dir);
    if trust == Trust::Checked {
        files.retain(|code| state_of(&dir.join(&code.name)) == Some(code.state));
    }
    // What is compiled last is needed least, so that is no reason to go through all modules.
    if files.is_empty() || !looked_lately(&dir) {
        let known: HashSet<&str> = files.iter().map(|code| &code.name[..]).collect();
        let modules = entry.files.iter().filter_map(|file| module(file, bytecode));
        let missing = modules.filter(|module| !known.contains(&module.name[..]));
        let missing: Vec<_> = missing.collect();
        if !missing.is_empty() {
            let sites = sites(&dir);
            let harvested = harvest(missing, &sites, bytecode, &dir);
            if !harvested.is_empty() {
                files.extend(harvested);
                files.sort_unstable_by(|a, b| a.row.path.cmp(&b.row.path));
                let _ = replace(&dir.join(MANIFEST), manifest(&files).as_bytes());
            }
            let _ = remember(site, sites, &dir);
        }
    }
    Compiled { dir, files }
}

/// Whether the environments were asked a short while ago.
fn looked_lately(dir: &Path) -> bool {
    let last = fs::metadata(dir.join(SITES)).and_then(|found| found.modified());
    let age = last
        .ok()
        .and_then(|last| SystemTime::now().duration_since(last).ok());
    age.is_some_and(|age| age < PAUSE)
}

fn directory(entry: &Entry, bytecode: &Bytecode) -> PathBuf {
    let [a, b, c, d] = bytecode.magic;
    let name = format!("{}-{a:02x}{b:02x}{c:02x}{d:02x}", bytecode.tag);
    entry.at.join("compiled").join(name)
}

/// None for what is no module that can be imported.
fn module<'a>(source: &'a Stored, bytecode: &Bytecode) -> Option<Module<'a>> {
    let module = source.unpacked.row.path.strip_suffix(".py")?;
    // A blank would part fields of the manifest.
    if module.contains(['.', ' ']) {
        return None;
    }
    let (parent, stem) = module.split_at(module.rfind('/').map_or(0, |slash| slash + 1));
    Some(Module {
        source,
        name: module.replace('/', ".") + ".pyc",
        path: [parent, "__pycache__/", stem, ".", &bytecode.tag, ".pyc"].concat(),
    })
}

fn state_of(file: &Path) -> Option<State> {
    let found = fs::symlink_metadata(file).ok()?;
    found.is_file().then(|| State::of(&found))
}

/// The files that the manifest lists.
fn listed(dir: &Path) -> Vec<Code> {
    let text = fs::read_to_string(dir.join(MANIFEST)).unwrap_or_default();
    text.lines().filter_map(listed_on).collect()
}

fn listed_on(line: &str) -> Option<Code> {
    let mut fields = line.splitn(4, ' ');
    let size = fields.next()?.parse().ok()?;
    let mtime = fields.next()?.parse().ok()?;
    Some(Code {
        name: fields.next()?.to_owned(),
        row: Row::of_code(fields.next()?.to_owned()),
        state: State { size, mtime },
    })
}

/// A line for each file: size, mtime, what the store calls it, path.
fn manifest(files: &[Code]) -> String {
    let line = |code: &Code| {
        let State { size, mtime } = code.state;
        format!("{size} {mtime} {} {}\n", code.name, code.row.path)
    };
    files.iter().map(line).collect()
}

/// Of the modules that are missing, those that have been compiled in one of the environments since.
fn harvest(
    missing: Vec<Module<'_>>,
    sites: &[PathBuf],
    bytecode: &Bytecode,
    dir: &Path,
) -> Vec<Code> {
    let mut looked: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut is_there = |dir: &Path| *looked.entry(dir.to_owned()).or_insert_with(|| dir.is_dir());
    let found = missing.into_iter().filter_map(|module| {
        let taken = sites.iter().find_map(|site| {
            let compiled = site.join(&module.path);
            // Most directories of most packages are never imported from.
            let may_be = compiled.parent().is_some_and(&mut is_there);
            may_be.then(|| take(&compiled, &module, bytecode, dir))?
        });
        taken.map(|state| module.compiled(state))
    });
    found.collect()
}

/// Has the set hold a link to `compiled`, or a copy of it, if that is valid.
fn take(compiled: &Path, module: &Module<'_>, bytecode: &Bytecode, dir: &Path) -> Option<State> {
    valid(compiled, module.source, bytecode)?;
    let file = dir.join(&module.name);
    // Another maker may have been quicker.
    if let Some(state) = valid(&file, module.source, bytecode) {
        return Some(state);
    }
    let _ = fs::create_dir_all(dir);
    let _ = fs::remove_file(&file);
    let copy = |_| replace(&file, &fs::read(compiled)?);
    fs::hard_link(compiled, &file).or_else(copy).ok()?;
    valid(&file, module.source, bytecode)
}

/// What `compiled` is like, if Python would take it for what `source` compiles to, and no one but the user wrote
/// it.
fn valid(compiled: &Path, source: &Stored, bytecode: &Bytecode) -> Option<State> {
    let expected = head(source, bytecode);
    let read = || -> io::Result<Option<State>> {
        let mut file = File::open(compiled)?;
        let mut head = vec![0; expected.len()];
        file.read_exact(&mut head)?;
        let found = file.metadata()?;
        let is_valid = head == expected && found.is_file() && os::owner(&found) == os::me();
        Ok(is_valid.then(|| State::of(&found)))
    };
    read().ok().flatten()
}

/// How the `.pyc` of a source begins: magic, flags, and the source's time in seconds and size in bytes, of which
/// the lower 32 bits (PEP 552). Before 3.7 there were no flags (PEP 3147).
fn head(source: &Stored, bytecode: &Bytecode) -> Vec<u8> {
    let [low, high, ..] = bytecode.magic;
    let flags = [0; 4];
    let flags = (u16::from_le_bytes([low, high]) >= FIRST_WITH_FLAGS).then_some(flags);
    let time = (source.state.mtime / 1_000_000_000) as u32;
    let size = source.unpacked.row.size as u32;
    let numbers = [time, size].map(u32::to_le_bytes);
    let fields = [bytecode.magic].into_iter().chain(flags).chain(numbers);
    fields.flatten().collect()
}

/// The magic number that flags came with (Python 3.7a4, importlib's `_bootstrap_external`).
const FIRST_WITH_FLAGS: u16 = 3392;

/// The site-packages directories that are remembered, the last one first.
fn sites(dir: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(dir.join(SITES)).unwrap_or_default();
    text.lines().map(PathBuf::from).collect()
}

/// A path that is no line of text is none that is worth the trouble.
fn remember(site: &Path, mut sites: Vec<PathBuf>, dir: &Path) -> io::Result<()> {
    sites.retain(|known| known != site);
    sites.insert(0, site.to_owned());
    let lines = sites.iter().filter_map(|site| site.to_str());
    let lines = lines.filter(|line| !line.contains('\n')).take(ASKED);
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    fs::create_dir_all(dir)?;
    replace(&dir.join(SITES), text.as_bytes())
}
