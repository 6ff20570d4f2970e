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

use crate::fs::replace_file;
use crate::os::{self, FileSignature};
use crate::python::BytecodeFormat;

use super::manifest::{self, Fields};
use super::store::{CachedFile, CachedWheel, Verify};

const MANIFEST: &str = "manifest";

/// A list of environments in which more may have been compiled.
const KNOWN_ENVS: &str = "sites";

/// How many of them are asked, and, once something was found, how seldom: most modules of pip are never
/// imported, so there is always one that is missing.
const MAX_KNOWN_ENVS: usize = 4;

const SEARCH_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Where Python puts what it compiles of a directory's modules (PEP 3147).
const PYCACHE: &str = "__pycache__";

/// What is compiled of an entry.
#[derive(Debug)]
pub(crate) struct CachedBytecode {
    /// The directory of the store that it lies in.
    pub dir: PathBuf,
    /// A line for each of it, sorted by path.
    manifest: String,
}

impl CachedBytecode {
    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.manifest.is_empty()
    }

    /// Each of it.
    pub(crate) fn files(&self) -> Vec<CachedFile<'_>> {
        self.manifest.lines().filter_map(parse_line).collect()
    }
}

/// A module of an entry, and the `.pyc` that it has or would have.
#[derive(Debug)]
struct Module<'a> {
    source: &'a CachedFile<'a>,
    /// What the store calls it: `pip._internal.main.pyc`.
    cache_name: String,
    /// What Python calls it: `main.cpython-313.pyc`.
    pyc_name: String,
}

/// What is compiled of `entry`'s modules. `site` is the site-packages directory that is about to get them; it
/// is remembered as one in which more may be compiled later.
pub(crate) fn find_compiled(
    entry: &CachedWheel,
    bytecode: &BytecodeFormat,
    site: &Path,
    trust: Verify,
) -> CachedBytecode {
    let dir = bytecode_dir(entry, bytecode);
    let manifest = manifest::read_manifest(&dir.join(MANIFEST)).unwrap_or_default();
    let mut compiled = CachedBytecode { dir, manifest };
    if trust == Verify::UpFront {
        compiled.drop_altered();
    }
    // What is compiled last is needed least, so that is no reason to go through all modules.
    if compiled.is_empty() || !searched_recently(&compiled.dir) {
        compiled.add_missing(entry, bytecode, site);
    }
    compiled
}

impl CachedBytecode {
    /// Forgets what is not as it was.
    fn drop_altered(&mut self) {
        let files = self.files();
        let is_as_noted =
            |file: &&CachedFile<'_>| file_state(&self.dir.join(file.from)) == Some(file.state);
        self.manifest = files.iter().filter(is_as_noted).map(format_line).collect();
    }

    /// Has more, if more has been compiled in the environments that are remembered.
    fn add_missing(&mut self, entry: &CachedWheel, bytecode: &BytecodeFormat, site: &Path) {
        let sources = entry.files().unwrap_or_default();
        let mut files = self.files();
        let known: HashSet<&str> = files.iter().map(|file| file.from).collect();
        let modules = sources
            .iter()
            .filter_map(|file| importable_module(file, bytecode));
        let missing = modules.filter(|module| !known.contains(&module.cache_name[..]));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() {
            return;
        }
        let sites = read_known_envs(&self.dir);
        let found = collect_pycs(&missing, &sites, bytecode, &self.dir);
        if !found.is_empty() {
            files.extend(found.iter().filter_map(|line| parse_line(line)));
            files.sort_by_key(|file| file.to);
            self.manifest = files.iter().map(format_line).collect();
            let text = manifest::with_checksum(&self.manifest);
            let _ = replace_file(&self.dir.join(MANIFEST), text.as_bytes());
        }
        let _ = remember_env(site, sites, &self.dir);
    }
}

/// Whether the environments were asked a short while ago.
fn searched_recently(dir: &Path) -> bool {
    let last = fs::metadata(dir.join(KNOWN_ENVS)).and_then(|found| found.modified());
    let age = last
        .ok()
        .and_then(|last| SystemTime::now().duration_since(last).ok());
    age.is_some_and(|age| age < SEARCH_INTERVAL)
}

fn bytecode_dir(entry: &CachedWheel, bytecode: &BytecodeFormat) -> PathBuf {
    let [a, b, c, d] = bytecode.magic;
    let name = format!("{}-{a:02x}{b:02x}{c:02x}{d:02x}", bytecode.tag);
    entry.dir.join("compiled").join(name)
}

/// None for what is no module that can be imported.
fn importable_module<'a>(
    source: &'a CachedFile<'a>,
    bytecode: &BytecodeFormat,
) -> Option<Module<'a>> {
    let module = source.to.strip_suffix(".py")?;
    // A blank would part fields of the manifest.
    if module.contains(['.', ' ']) {
        return None;
    }
    let (_, stem) = module.rsplit_once('/').unwrap_or(("", module));
    Some(Module {
        source,
        cache_name: module.replace('/', ".") + ".pyc",
        pyc_name: [stem, ".", &bytecode.tag, ".pyc"].concat(),
    })
}

fn file_state(file: &Path) -> Option<FileSignature> {
    let found = fs::symlink_metadata(file).ok()?;
    found
        .is_file()
        .then(|| FileSignature::from_metadata(&found))
}

/// What a line of the manifest tells of: size, mtime, what the store calls it, path.
fn parse_line(line: &str) -> Option<CachedFile<'_>> {
    let mut fields = Fields(line);
    let size = fields.next()?.parse().ok()?;
    let mtime = fields.next()?.parse().ok()?;
    let from = fields.next()?;
    let Fields(to) = fields;
    Some(CachedFile {
        from,
        to,
        // Python may write it anew.
        digest: "",
        state: FileSignature { size, mtime },
        is_program: false,
    })
}

fn format_line(file: &CachedFile<'_>) -> String {
    let CachedFile { from, to, .. } = file;
    let FileSignature { size, mtime } = file.state;
    format!("{size} {mtime} {from} {to}\n")
}

/// Of the modules that are missing, those that have been compiled in one of the environments since: a line of
/// the manifest for each.
fn collect_pycs(
    missing: &[Module<'_>],
    sites: &[PathBuf],
    bytecode: &BytecodeFormat,
    dir: &Path,
) -> Vec<String> {
    let mut lines = Vec::new();
    for modules in missing.chunk_by(|a, b| a.source.is_sibling_of(b.source)) {
        let folder = modules
            .first()
            .and_then(|module| module.source.parent_dir());
        let folder = folder.map_or(PYCACHE.to_owned(), |folder| format!("{folder}/{PYCACHE}"));
        // From most directories of most packages nothing is ever imported.
        let caches = sites.iter().map(|site| (site, site.join(&folder)));
        let caches: Vec<_> = caches.filter(|(_, cache)| cache.is_dir()).collect();
        for module in modules {
            let source = module.source;
            // What was edited there was compiled from something else.
            let is_same = |site: &Path| file_state(&site.join(source.to)) == Some(source.state);
            let mut caches = caches.iter().filter(|(site, _)| is_same(site));
            let taken = caches.find_map(|(_, cache)| {
                cache_pyc(&cache.join(&module.pyc_name), module, bytecode, dir)
            });
            if let Some(FileSignature { size, mtime }) = taken {
                let Module {
                    cache_name: name,
                    pyc_name: called,
                    ..
                } = module;
                lines.push(format!("{size} {mtime} {name} {folder}/{called}"));
            }
        }
    }
    lines
}

/// Has the set hold a link to `compiled`, or a copy of it, if that is valid.
fn cache_pyc(
    compiled: &Path,
    module: &Module<'_>,
    bytecode: &BytecodeFormat,
    dir: &Path,
) -> Option<FileSignature> {
    valid_pyc_state(compiled, module.source, bytecode)?;
    let file = dir.join(&module.cache_name);
    // Another maker may have been quicker.
    if let Some(state) = valid_pyc_state(&file, module.source, bytecode) {
        return Some(state);
    }
    let _ = fs::create_dir_all(dir);
    let _ = fs::remove_file(&file);
    let copy = |_| replace_file(&file, &fs::read(compiled)?);
    fs::hard_link(compiled, &file).or_else(copy).ok()?;
    valid_pyc_state(&file, module.source, bytecode)
}

/// What `compiled` is like, if Python would take it for what `source` compiles to, and no one but the user wrote
/// it.
fn valid_pyc_state(
    compiled: &Path,
    source: &CachedFile<'_>,
    bytecode: &BytecodeFormat,
) -> Option<FileSignature> {
    let expected = pyc_header(source, bytecode);
    let read = || -> io::Result<Option<FileSignature>> {
        let mut file = File::open(compiled)?;
        let mut head = vec![0; expected.len()];
        file.read_exact(&mut head)?;
        let found = file.metadata()?;
        let is_valid =
            head == expected && found.is_file() && os::owner_of(&found) == os::current_user();
        Ok(is_valid.then(|| FileSignature::from_metadata(&found)))
    };
    read().ok().flatten()
}

/// How the `.pyc` of a source begins: magic, flags, and the source's time in seconds and size in bytes, of which
/// the lower 32 bits (PEP 552). Before 3.7 there were no flags (PEP 3147).
fn pyc_header(source: &CachedFile<'_>, bytecode: &BytecodeFormat) -> Vec<u8> {
    let [low, high, ..] = bytecode.magic;
    let flags = [0; 4];
    let flags = (u16::from_le_bytes([low, high]) >= FIRST_MAGIC_WITH_FLAGS).then_some(flags);
    let time = (source.state.mtime / 1_000_000_000) as u32;
    let size = source.state.size as u32;
    let numbers = [time, size].map(u32::to_le_bytes);
    let fields = [bytecode.magic].into_iter().chain(flags).chain(numbers);
    fields.flatten().collect()
}

/// The magic number that flags came with (Python 3.7a4, importlib's `_bootstrap_external`).
const FIRST_MAGIC_WITH_FLAGS: u16 = 3392;

/// The site-packages directories that are remembered, the last one first.
fn read_known_envs(dir: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(dir.join(KNOWN_ENVS)).unwrap_or_default();
    text.lines().map(PathBuf::from).collect()
}

/// A path that is no line of text is none that is worth the trouble.
fn remember_env(site: &Path, mut sites: Vec<PathBuf>, dir: &Path) -> io::Result<()> {
    sites.retain(|known| known != site);
    sites.insert(0, site.to_owned());
    let lines = sites.iter().filter_map(|site| site.to_str());
    let lines = lines
        .filter(|line| !line.contains('\n'))
        .take(MAX_KNOWN_ENVS);
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    fs::create_dir_all(dir)?;
    replace_file(&dir.join(KNOWN_ENVS), text.as_bytes())
}
