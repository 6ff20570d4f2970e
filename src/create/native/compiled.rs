//! An entry of the store, an interpreter's bytecode -> the `.pyc` files of its modules, taken from environments
//! that came from the same entry and in which Python has compiled them since.
//!
//! So no first use waits for a compiler: the first environment's pip compiles what it needs, as it would
//! anyway, and later environments have that from the start. A `.pyc` is valid as long as its source has the
//! size and the time that it notes (PEP 552; importlib's `_validate_timestamp_pyc`), and what comes from the
//! store has. They lie beside the entry's files in `compiled/TAG-MAGIC`, with a manifest of their own. What
//! cannot be read or written there costs time, and nothing else.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::store::{Entry, Stored, mtime, replace};
use crate::create::base::Bytecode;
use crate::os;

const MANIFEST: &str = "manifest";
/// A list of environments in which more may have been compiled.
const SITES: &str = "sites";
/// How many of them are asked, and, once something was found, how seldom: most modules of pip are never
/// imported, so there is always one that is missing.
const ASKED: usize = 4;
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// A module of an entry, and where its `.pyc` lies and belongs.
#[derive(Debug)]
pub struct Compiled<'a> {
    source: &'a Stored,
    /// In the store.
    pub file: PathBuf,
    /// From site-packages: `pip/__pycache__/__main__.cpython-313.pyc`.
    pub path: String,
}

/// What is compiled of `entry`'s modules. `site` is the site-packages directory that is about to get them; it
/// is remembered as one in which more may be compiled later.
pub fn of<'a>(entry: &'a Entry, bytecode: &Bytecode, site: &Path) -> Vec<Compiled<'a>> {
    let dir = directory(entry, bytecode);
    let modules = entry.files.iter();
    let modules = modules.filter_map(|source| module(source, bytecode, &dir));
    let listed = listed(&dir);
    let is_listed = |module: &Compiled<'_>| {
        let was = listed.get(&module.source.unpacked.row.path);
        let is = || fs::symlink_metadata(&module.file).ok().map(state);
        was.is_some_and(|was| is() == Some(*was))
    };
    let (mut kept, missing): (Vec<_>, Vec<_>) = modules.partition(is_listed);
    if missing.is_empty() || (!kept.is_empty() && looked_lately(&dir)) {
        return kept;
    }
    let sites = sites(&dir);
    let known = kept.len();
    kept.extend(harvest(missing, &sites, bytecode, &dir));
    if kept.len() > known {
        let _ = replace(&dir.join(MANIFEST), manifest(&kept).as_bytes());
    }
    let _ = remember(site, sites, &dir);
    kept
}

/// Whether the environments were asked a short while ago. What is compiled last is needed least.
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
fn module<'a>(source: &'a Stored, bytecode: &Bytecode, dir: &Path) -> Option<Compiled<'a>> {
    let module = source.unpacked.row.path.strip_suffix(".py")?;
    if module.contains('.') {
        return None;
    }
    let (parent, stem) = module.split_at(module.rfind('/').map_or(0, |slash| slash + 1));
    Some(Compiled {
        source,
        file: dir.join(module.replace('/', ".") + ".pyc"),
        path: [parent, "__pycache__/", stem, ".", &bytecode.tag, ".pyc"].concat(),
    })
}

/// What tells whether a file is still the one that it was: size and time.
type State = (u64, u128);

fn state(found: fs::Metadata) -> State {
    (found.len(), mtime(&found))
}

/// The sources that the manifest lists, with what their `.pyc` files were.
fn listed(dir: &Path) -> HashMap<String, State> {
    let text = fs::read_to_string(dir.join(MANIFEST)).unwrap_or_default();
    let of = |line: &str| {
        let mut fields = line.splitn(3, ' ');
        let state = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some((fields.next()?.to_owned(), state))
    };
    text.lines().filter_map(of).collect()
}

fn manifest(kept: &[Compiled<'_>]) -> String {
    let line = |module: &Compiled<'_>| {
        let (size, time) = state(fs::symlink_metadata(&module.file).ok()?);
        Some(format!(
            "{size} {time} {}\n",
            module.source.unpacked.row.path
        ))
    };
    kept.iter().filter_map(line).collect()
}

/// Of the modules that are missing, those that have been compiled in one of the environments since.
fn harvest<'a>(
    missing: Vec<Compiled<'a>>,
    sites: &[PathBuf],
    bytecode: &Bytecode,
    dir: &Path,
) -> Vec<Compiled<'a>> {
    let mut looked: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut is_there = |dir: &Path| *looked.entry(dir.to_owned()).or_insert_with(|| dir.is_dir());
    let found = missing.into_iter().filter(|module| {
        sites.iter().any(|site| {
            let compiled = site.join(&module.path);
            // Most directories of most packages are never imported from.
            compiled.parent().is_some_and(&mut is_there) && take(&compiled, module, bytecode, dir)
        })
    });
    found.collect()
}

/// Has the set hold a link to `compiled`, or a copy of it, if that is valid.
fn take(compiled: &Path, module: &Compiled<'_>, bytecode: &Bytecode, dir: &Path) -> bool {
    if !is_valid(compiled, module.source, bytecode) {
        return false;
    }
    // Another maker may have been quicker.
    if is_valid(&module.file, module.source, bytecode) {
        return true;
    }
    let _ = fs::create_dir_all(dir);
    let _ = fs::remove_file(&module.file);
    let copy = |_| replace(&module.file, &fs::read(compiled)?);
    let taken = fs::hard_link(compiled, &module.file).or_else(copy);
    taken.is_ok() && is_valid(&module.file, module.source, bytecode)
}

/// Whether Python would take `compiled` for what `source` compiles to, and no one but the user wrote it.
fn is_valid(compiled: &Path, source: &Stored, bytecode: &Bytecode) -> bool {
    let expected = head(source, bytecode);
    let read = || -> io::Result<bool> {
        let mut file = File::open(compiled)?;
        let mut head = vec![0; expected.len()];
        file.read_exact(&mut head)?;
        let found = file.metadata()?;
        Ok(head == expected && found.is_file() && os::owner(&found) == os::me())
    };
    read().unwrap_or(false)
}

/// How the `.pyc` of a source begins: magic, flags, and the source's time in seconds and size in bytes, of which
/// the lower 32 bits (PEP 552). Before 3.7 there were no flags (PEP 3147).
fn head(source: &Stored, bytecode: &Bytecode) -> Vec<u8> {
    let [low, high, ..] = bytecode.magic;
    let flags = [0; 4];
    let flags = (u16::from_le_bytes([low, high]) >= FIRST_WITH_FLAGS).then_some(flags);
    let time = (source.mtime / 1_000_000_000) as u32;
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
