//! An entry of the store and a bytecode format -> the `.pyc` files of its modules, taken from environments that were
//! linked from the same entry and in which Python has compiled them since.
//!
//! So no first use waits for a compiler: pip in the first environment compiles what it imports, and later environments
//! start with that. A `.pyc` is valid while its source has the size and time that it records (PEP 552; importlib's
//! `_validate_timestamp_pyc`), and files from the store do. The `.pyc` files are in `compiled/TAG-MAGIC` of the entry,
//! with their own manifest. A failure to read or write there costs time, and nothing else.
//!
//! Only files that belong to the user, in directories that no one else may write to, are taken. They are copied, as
//! read from the file that was checked.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fs::{age_of, replace_private_file, replace_unlocked};
use crate::os::{self, FileSignature};
use crate::python::BytecodeFormat;
use crate::quote::hex;
use crate::read::{MAX_TEXT, open_regular, read_text};

use super::manifest::{self, Fields};
use super::store::{CachedFile, CachedWheel, Verify};

const MANIFEST: &str = "manifest";

/// Lists the site-packages directories in which more may have been compiled, latest first.
pub(super) const KNOWN_ENVS: &str = "sites";

const MAX_KNOWN_ENVS: usize = 4;

/// How long to wait before searching them again once something was found: most modules of pip are never imported, so
/// one is always missing.
const SEARCH_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// No module's bytecode is larger.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// The directory of the bytecode of a directory's modules (PEP 3147).
const PYCACHE: &str = "__pycache__";

/// The bytecode of an entry.
#[derive(Debug)]
pub(crate) struct CachedBytecode {
    /// Its directory in the store.
    pub dir: PathBuf,
    /// A line for each file, sorted by path.
    manifest: String,
}

/// A module of an entry.
#[derive(Debug)]
struct Module<'a> {
    source: &'a CachedFile<'a>,
    /// The store's name of its bytecode: `pip._internal.main.pyc`.
    cache_name: String,
    /// Python's name of it: `main.cpython-313.pyc`.
    pyc_name: String,
}

/// The bytecode of the modules of `entry`. `site` is the site-packages directory that will get it; it is recorded as
/// one in which more may be compiled later.
pub(crate) fn find_compiled(
    entry: &CachedWheel,
    bytecode: &BytecodeFormat,
    site: &Path,
    verify: Verify,
) -> CachedBytecode {
    let name = format!("{}-{}", bytecode.tag, hex(&bytecode.magic));
    let dir = entry.dir.join("compiled").join(name);
    let manifest = manifest::read_manifest(&dir.join(MANIFEST)).unwrap_or_default();
    let mut compiled = CachedBytecode { dir, manifest };
    if verify == Verify::UpFront {
        compiled.drop_altered();
    }
    // What is compiled last is needed least, so all modules are not searched for it.
    let age = || age_of(fs::metadata(compiled.dir.join(KNOWN_ENVS)));
    if compiled.is_empty() || age().is_none_or(|age| age >= SEARCH_INTERVAL) {
        compiled.add_missing(entry, bytecode, site);
    }
    compiled
}

impl CachedBytecode {
    pub(crate) fn is_empty(&self) -> bool {
        self.manifest.is_empty()
    }

    pub(crate) fn files(&self) -> Vec<CachedFile<'_>> {
        self.manifest.lines().filter_map(parse_line).collect()
    }

    fn drop_altered(&mut self) {
        let is_unaltered =
            |file: &CachedFile<'_>| file_state(&self.dir.join(file.from)) == Some(file.state);
        let files = self.files();
        let (good, altered): (Vec<_>, Vec<_>) = files.into_iter().partition(is_unaltered);
        if !altered.is_empty() {
            self.manifest = good.iter().map(format_line).collect();
            self.save();
        }
    }

    /// Writes the manifest, if that can be done.
    fn save(&self) {
        let text = manifest::with_checksum(&self.manifest);
        let _ = replace_private_file(&self.dir.join(MANIFEST), text.as_bytes());
    }

    /// Adds `.pyc` files compiled since in known environments.
    fn add_missing(&mut self, entry: &CachedWheel, bytecode: &BytecodeFormat, site: &Path) {
        let sources = entry.files().unwrap_or_default();
        let mut files = self.files();
        let known: HashSet<&str> = files.iter().map(|file| file.from).collect();
        let modules = sources
            .iter()
            .filter_map(|file| importable_module(file, bytecode));
        let missing: Vec<_> = modules
            .filter(|module| !known.contains(&module.cache_name[..]))
            .collect();
        if missing.is_empty() {
            return;
        }
        let sites = read_text(&self.dir.join(KNOWN_ENVS), MAX_TEXT).unwrap_or_default();
        let sites: Vec<PathBuf> = sites.lines().map(PathBuf::from).collect();
        let found = collect_pycs(&missing, &sites, bytecode, &self.dir);
        if !found.is_empty() {
            files.extend(found.iter().filter_map(|line| parse_line(line)));
            files.sort_by_key(|file| file.to);
            self.manifest = files.iter().map(format_line).collect();
            self.save();
        }
        let _ = remember_env(site, &sites, &self.dir);
    }
}

fn importable_module<'a>(
    source: &'a CachedFile<'a>,
    bytecode: &BytecodeFormat,
) -> Option<Module<'a>> {
    let module = source.to.strip_suffix(".py")?;
    // A blank would separate fields of the manifest.
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

/// The state of a file, if it is the user's own.
fn file_state(file: &Path) -> Option<FileSignature> {
    let found = fs::symlink_metadata(file).ok()?;
    is_own_file(&found).then(|| FileSignature::from_metadata(&found))
}

fn is_own_file(found: &Metadata) -> bool {
    found.is_file() && os::is_private_to(found, os::current_user())
}

fn is_own_dir(dir: &Path) -> bool {
    let found = fs::symlink_metadata(dir);
    found.is_ok_and(|found| found.is_dir() && os::is_private_to(&found, os::current_user()))
}

/// A line: size, mtime, the store's name, path.
fn parse_line(line: &str) -> Option<CachedFile<'_>> {
    let mut fields = Fields(line);
    let state = fields.signature()?;
    let from = fields.next()?;
    let Fields(to) = fields;
    Some(CachedFile {
        from,
        to,
        // Python may rewrite it.
        digest: "",
        state,
        is_program: false,
    })
}

fn format_line(file: &CachedFile<'_>) -> String {
    let FileSignature { size, mtime } = file.state;
    format!("{size} {mtime} {} {}\n", file.from, file.to)
}

/// Caches those of the missing modules that have been compiled in one of the environments; returns a line of the
/// manifest for each.
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
        let caches: Vec<_> = caches.filter(|(_, cache)| is_own_dir(cache)).collect();
        for module in modules {
            let source = module.source;
            // Skip sites where the source was edited: its bytecode differs.
            let is_same = |site: &Path| file_state(&site.join(source.to)) == Some(source.state);
            let mut caches = caches.iter().filter(|(site, _)| is_same(site));
            let cached = caches.find_map(|(_, cache)| {
                cache_pyc(&cache.join(&module.pyc_name), module, bytecode, dir)
            });
            if let Some(FileSignature { size, mtime }) = cached {
                let (from, name) = (&module.cache_name, &module.pyc_name);
                lines.push(format!("{size} {mtime} {from} {folder}/{name}"));
            }
        }
    }
    lines
}

/// Copies `compiled` into `dir`, if Python would load it for its source, and it is the user's own.
fn cache_pyc(
    compiled: &Path,
    module: &Module<'_>,
    bytecode: &BytecodeFormat,
    dir: &Path,
) -> Option<FileSignature> {
    let opened = open_regular(compiled).ok()?;
    let found = opened.metadata().ok().filter(is_own_file)?;
    let mut content = Vec::new();
    opened.take(MAX_SIZE).read_to_end(&mut content).ok()?;
    if !content.starts_with(&pyc_header(module.source, bytecode)) {
        return None;
    }
    let file = dir.join(&module.cache_name);
    fs::create_dir_all(dir).ok()?;
    let time = found.modified().ok()?;
    let write = |new: &Path| {
        let mut copy = File::create_new(new)?;
        copy.write_all(&content)?;
        os::forbid_others_to_write(new)?;
        // So that the file is the same, whoever copies it.
        copy.set_modified(time)
    };
    replace_unlocked(&file, write).ok()?;
    file_state(&file)
}

/// The start of the `.pyc` of a source: magic number, flags, and the lower 32 bits of the source's time in seconds and
/// of its size (PEP 552). Before 3.7 there were no flags (PEP 3147).
fn pyc_header(source: &CachedFile<'_>, bytecode: &BytecodeFormat) -> Vec<u8> {
    let [low, high, ..] = bytecode.magic;
    let has_flags = u16::from_le_bytes([low, high]) >= FIRST_MAGIC_WITH_FLAGS;
    let time = (source.state.mtime / 1_000_000_000) as u32;
    let numbers = [time, source.state.size as u32].map(u32::to_le_bytes);
    let fields = [bytecode.magic].into_iter();
    let fields = fields.chain(has_flags.then_some([0; 4])).chain(numbers);
    fields.flatten().collect()
}

/// The first magic number of a format with flags (Python 3.7a4, importlib's `_bootstrap_external`).
const FIRST_MAGIC_WITH_FLAGS: u16 = 3392;

/// Puts `site` first in the list, unless its path does not fit in a line of text.
fn remember_env(site: &Path, known: &[PathBuf], dir: &Path) -> io::Result<()> {
    let others = known
        .iter()
        .map(PathBuf::as_path)
        .filter(|known| *known != site);
    let lines = [site].into_iter().chain(others).filter_map(Path::to_str);
    let lines = lines.filter(|line| !line.contains('\n'));
    let text: String = lines
        .take(MAX_KNOWN_ENVS)
        .map(|line| format!("{line}\n"))
        .collect();
    fs::create_dir_all(dir)?;
    replace_private_file(&dir.join(KNOWN_ENVS), text.as_bytes())
}
