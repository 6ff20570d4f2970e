//! A script's block, and what Python was asked for -> the directory that its environment has in the user's cache.
//!
//! `scripts/NAME-KEY`: the script's name for who looks there, and a key that is another one as soon as anything
//! differs that the environment depends on. So one that is there is right, and nothing in it has to be read to know
//! that. The directory is the user's alone, by the rule of all that is cached: another could have his code run.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, io_reason};
use crate::process::{ARCH, Process};
use crate::python::ExplicitRequest;
use crate::quote::{hex, printable, shell_word};
use crate::venv::{self, Venv};
use crate::{find, health, os};

use super::block::Block;

/// Where in the cache the environments of scripts lie.
pub(super) const ENVS_DIR: &str = "scripts";

/// What goes into a key: another one is another vrun's.
const KEY_FORMAT: &str = "vrun-script 1";

/// How much of a script's name is shown in a directory's: what stands in a first line must not be long.
const MAX_NAME_LENGTH: usize = 24;

/// How many bytes of the digest make the key.
const KEY_BYTES: usize = 8;

/// Where the environments of scripts lie.
///
/// # Errors
/// There is no such place.
pub(super) fn envs_dir(process: &Process, file: &Path) -> Result<PathBuf, Error> {
    let cache = process.cache_dir();
    let cache =
        cache.ok_or_else(|| no_cache_error(file).with_cause("there is no cache directory"))?;
    Ok(cache.join(ENVS_DIR))
}

/// Where the environment of `file` lies, or would.
///
/// # Errors
/// The directory that the script lies in cannot be told, which counts where its block names paths.
pub(super) fn env_root(
    dir: &Path,
    file: &Path,
    block: &Block,
    wish: Option<&ExplicitRequest>,
    process: &Process,
) -> Result<PathBuf, Error> {
    let asked = wish.map_or(Ok(PathBuf::new()), |wish| absolute_request(wish, process))?;
    let around = match has_paths(block) {
        true => find::script_dir(file)?.unwrap_or_default(),
        false => PathBuf::new(),
    };
    let mut hasher = Sha256::new();
    for part in [
        KEY_FORMAT.as_bytes(),
        os::OS_NAME.as_bytes(),
        ARCH.as_bytes(),
        &block.content,
        asked.as_os_str().as_encoded_bytes(),
        around.as_os_str().as_encoded_bytes(),
    ] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let key = hex(&hasher.finalize()[..KEY_BYTES]);
    Ok(dir.join(format!("{}-{key}", safe_name(file.file_name()))))
}

/// A request as it is the same from everywhere.
fn absolute_request(wish: &ExplicitRequest, process: &Process) -> Result<PathBuf, Error> {
    let path = Path::new(&wish.text);
    let is_relative = path.components().count() > 1 && !path.starts_with("~");
    match is_relative {
        true => process.absolute(path),
        false => Ok(path.to_owned()),
    }
}

/// Whether the block may name a place that is another one from another directory. An address is taken for one too,
/// which costs an environment, and no more.
fn has_paths(block: &Block) -> bool {
    memchr::memchr2(b'/', b'\\', &block.content).is_some()
}

/// A name in letters that mean nothing to any shell.
fn safe_name(name: Option<&OsStr>) -> String {
    let name = name.unwrap_or_default().to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let letters = name.chars().map(|c| if is_plain(c) { c } else { '_' });
    letters.take(MAX_NAME_LENGTH).collect()
}

/// Whether `dir` is there, and this user's alone.
///
/// # Errors
/// It cannot be looked at, is another's, or open to others.
fn is_private(dir: &Path) -> io::Result<bool> {
    let found = match fs::metadata(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    if os::owner_of(&found) != os::current_user() || os::is_writable_by_others(&found) {
        let why = "it belongs to another user, or others may write to it";
        return Err(io::Error::other(why));
    }
    Ok(true)
}

/// Whether there are environments of scripts in `dir`, and nobody else could have put them there.
///
/// # Errors
/// Somebody else could.
pub(super) fn is_usable_cache(dir: &Path, file: &Path) -> Result<bool, Error> {
    is_private(dir).map_err(|error| unusable_cache_error(dir, file, &error))
}

/// Makes the directory, for this user alone.
///
/// # Errors
/// It cannot be made, or somebody else could write to it.
pub(super) fn create_cache(dir: &Path, file: &Path) -> Result<(), Error> {
    let cache = dir.parent().unwrap_or(dir);
    os::create_private_dir(cache).map_err(|error| unusable_cache_error(cache, file, &error))?;
    os::create_private_dir(dir).map_err(|error| unusable_cache_error(dir, file, &error))
}

/// Whether the environment at `root` is there, and starts: what cannot is made anew.
pub(super) fn is_usable_env(root: &Path) -> bool {
    let python = venv::python_path(root);
    python.is_file()
        && Venv::open(root)
            .is_ok_and(|venv| health::check_before_exec(root, &python, &venv.cfg).is_none())
}

fn unusable_cache_error(dir: &Path, file: &Path, error: &io::Error) -> Error {
    no_cache_error(file).with_cause(format_args!(
        "the cache {} cannot be used: {}",
        printable(dir),
        io_reason(error)
    ))
}

fn no_cache_error(file: &Path) -> Error {
    let what = format!(
        "there is no place for the environment that {} asks for",
        printable(file)
    );
    Error::failed(what).with_hint(format!(
        "say where with VRUN_CACHE_DIR, or run it without: `vrun --no-script-env {}`",
        shell_word(file)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(file: &str, content: &str, asked: Option<&str>) -> String {
        let block = Block {
            content: content.into(),
            line: 2,
        };
        let wish = asked.map(|text| ExplicitRequest {
            text: text.into(),
            source: "--python".into(),
        });
        let at = env_root(
            Path::new("scripts"),
            Path::new(file),
            &block,
            wish.as_ref(),
            &Process::default(),
        );
        let at = at.expect("a place");
        at.strip_prefix("scripts")
            .expect("below")
            .display()
            .to_string()
    }

    #[test]
    fn what_differs_in_what_is_required_is_another_place() {
        let one = name("a/tool.py", "dependencies = ['six']\n", None);
        assert_eq!(one, name("b/tool.py", "dependencies = ['six']\n", None));
        assert!(one.starts_with("tool.py-") && one.len() == 24, "{one}");
        for other in [
            name("a/tool.py", "dependencies = ['six' ]\n", None),
            name("a/tool.py", "dependencies = ['six']\n", Some("3.12")),
            name("a/other.py", "dependencies = ['six']\n", None),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_place_has_a_name_that_needs_no_quotes_and_is_not_long() {
        let of = |file| name(file, "dependencies = []\n", None);
        assert!(of("my tool's é.py").starts_with("my_tool_s__.py-"));
        assert_eq!(
            of(&"x".repeat(99)).len(),
            MAX_NAME_LENGTH + 1 + 2 * KEY_BYTES
        );
    }

    #[test]
    fn where_a_block_names_paths_the_directory_counts() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |place: &str, content: &str| {
            fs::create_dir_all(dir.path().join(place)).expect("a directory");
            let file = dir.path().join(place).join("tool.py");
            fs::write(&file, "").expect("a file");
            name(&file.display().to_string(), content, None)
        };
        let path = "dependencies = ['a @ ./a']\n";
        assert_ne!(at("x", path), at("y", path));
        assert_eq!(
            at("x", "dependencies = []\n"),
            at("y", "dependencies = []\n")
        );
    }
}
