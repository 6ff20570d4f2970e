//! An entry of the store, an interpreter's bytecode -> the `.pyc` files of its modules, taken from environments
//! that came from the same entry and in which Python has compiled them since.
//!
//! So no first use waits for a compiler: the first environment's pip compiles what it needs, as it would
//! anyway, and later environments have that from the start. A `.pyc` is valid as long as its source has the
//! size and the time that it notes (PEP 552; importlib's `_validate_timestamp_pyc`), and what comes from the
//! store has. They lie beside the entry's files in `compiled/TAG-MAGIC`, with a manifest of their own. What
//! cannot be read or written there costs time, and nothing else.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::manifest::{self, Fields};
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

/// Where Python puts what it compiles of a directory's modules (PEP 3147).
const CACHE: &str = "__pycache__";

/// What is compiled of an entry.
#[derive(Debug)]
pub struct Compiled {
    /// The directory of the store that it lies in.
    pub dir: PathBuf,
    /// A line for each of it, sorted by path.
    manifest: String,
}

impl Compiled {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.manifest.is_empty()
    }

    /// Each of it.
    pub fn listed(&self) -> Vec<Stored<'_>> {
        self.manifest.lines().filter_map(stored).collect()
    }
}

/// A module of an entry, and the `.pyc` that it has or would have.
#[derive(Debug)]
struct Module<'a> {
    source: &'a Stored<'a>,
    /// What the store calls it: `pip._internal.main.pyc`.
    name: String,
    /// What Python calls it: `main.cpython-313.pyc`.
    called: String,
}

/// What is compiled of `entry`'s modules. `site` is the site-packages directory that is about to get them; it
/// is remembered as one in which more may be compiled later.
pub fn of(entry: &Entry, bytecode: &Bytecode, site: &Path, trust: Trust) -> Compiled {
    let dir = directory(entry, bytecode);
    let manifest = manifest::read(&dir.join(MANIFEST)).unwrap_or_default();
    let mut compiled = Compiled { dir, manifest };
    if trust == Trust::Checked {
        compiled.check();
    }
    // What is compiled last is needed least, so that is no reason to go through all modules.
    if compiled.is_empty() || !looked_lately(&compiled.dir) {
        compiled.complete(entry, bytecode, site);
    }
    compiled
}

impl Compiled {
    /// Forgets what is not as it was.
    fn check(&mut self) {
        let files = self.listed();
        let is_as_noted =
            |file: &&Stored<'_>| state_of(&self.dir.join(file.from)) == Some(file.state);
        self.manifest = files.iter().filter(is_as_noted).map(line).collect();
    }

    /// Has more, if more has been compiled in the environments that are remembered.
    fn complete(&mut self, entry: &Entry, bytecode: &Bytecode, site: &Path) {
        let sources = entry.listed().unwrap_or_default();
        let mut files = self.listed();
        let known: HashSet<&str> = files.iter().map(|file| file.from).collect();
        let modules = sources.iter().filter_map(|file| module(file, bytecode));
        let missing = modules.filter(|module| !known.contains(&module.name[..]));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() {
            return;
        }
        let sites = sites(&self.dir);
        let found = harvest(&missing, &sites, bytecode, &self.dir);
        if !found.is_empty() {
            files.extend(found.iter().filter_map(|line| stored(line)));
            files.sort_by_key(|file| file.to);
            self.manifest = files.iter().map(line).collect();
            let text = manifest::sealed(&self.manifest);
            let _ = replace(&self.dir.join(MANIFEST), text.as_bytes());
        }
        let _ = remember(site, sites, &self.dir);
    }
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
fn module<'a>(source: &'a Stored<'a>, bytecode: &Bytecode) -> Option<Module<'a>> {
    let module = source.to.strip_suffix(".py")?;
    // A blank would part fields of the manifest.
    if module.contains(['.', ' ']) {
        return None;
    }
    let (_, stem) = module.rsplit_once('/').unwrap_or(("", module));
    Some(Module {
        source,
        name: module.replace('/', ".") + ".pyc",
        called: [stem, ".", &bytecode.tag, ".pyc"].concat(),
    })
}

fn state_of(file: &Path) -> Option<State> {
    let found = fs::symlink_metadata(file).ok()?;
    found.is_file().then(|| State::of(&found))
}

/// What a line of the manifest tells of: size, mtime, what the store calls it, path.
fn stored(line: &str) -> Option<Stored<'_>> {
    let mut fields = Fields(line);
    let size = fields.next()?.parse().ok()?;
    let mtime = fields.next()?.parse().ok()?;
    let from = fields.next()?;
    let Fields(to) = fields;
    Some(Stored {
        from,
        to,
        // Python may write it anew.
        digest: "",
        state: State { size, mtime },
        is_program: false,
    })
}

fn line(file: &Stored<'_>) -> String {
    let Stored { from, to, .. } = file;
    let State { size, mtime } = file.state;
    format!("{size} {mtime} {from} {to}\n")
}

/// Of the modules that are missing, those that have been compiled in one of the environments since: a line of
/// the manifest for each.
fn harvest(
    missing: &[Module<'_>],
    sites: &[PathBuf],
    bytecode: &Bytecode,
    dir: &Path,
) -> Vec<String> {
    let mut lines = Vec::new();
    for modules in missing.chunk_by(|a, b| a.source.lies_beside(b.source)) {
        let folder = modules.first().and_then(|module| module.source.folder());
        let folder = folder.map_or(CACHE.to_owned(), |folder| format!("{folder}/{CACHE}"));
        // From most directories of most packages nothing is ever imported.
        let caches = sites.iter().map(|site| (site, site.join(&folder)));
        let caches: Vec<_> = caches.filter(|(_, cache)| cache.is_dir()).collect();
        for module in modules {
            let source = module.source;
            // What was edited there was compiled from something else.
            let is_same = |site: &Path| state_of(&site.join(source.to)) == Some(source.state);
            let mut caches = caches.iter().filter(|(site, _)| is_same(site));
            let taken = caches
                .find_map(|(_, cache)| take(&cache.join(&module.called), module, bytecode, dir));
            if let Some(State { size, mtime }) = taken {
                let Module { name, called, .. } = module;
                lines.push(format!("{size} {mtime} {name} {folder}/{called}"));
            }
        }
    }
    lines
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
fn valid(compiled: &Path, source: &Stored<'_>, bytecode: &Bytecode) -> Option<State> {
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
fn head(source: &Stored<'_>, bytecode: &Bytecode) -> Vec<u8> {
    let [low, high, ..] = bytecode.magic;
    let flags = [0; 4];
    let flags = (u16::from_le_bytes([low, high]) >= FIRST_WITH_FLAGS).then_some(flags);
    let time = (source.state.mtime / 1_000_000_000) as u32;
    let size = source.state.size as u32;
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
