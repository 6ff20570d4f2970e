//! A script's block, and the requested Python -> the directory of its environment in the user's cache.
//!
//! `scripts/NAME-KEY`: the script's name for people, and a key that changes with everything the environment depends on.
//! So an environment that exists is the right one, without reading anything in it. The directory is private to the user,
//! like all of the cache: otherwise another user could plant code.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::process::{ARCH, Process};
use crate::python::ExplicitRequest;
use crate::quote::{printable, shell_word};
use crate::venv::{self, Venv};
use crate::{find, health, os, requirements};

use super::block::Block;

/// The directory in the cache that holds the environments of scripts.
pub(super) const ENVS_DIR: &str = "scripts";

/// Part of each key: environments of another format are not reused.
const KEY_FORMAT: &str = "vrun-script 1";

/// How many characters of a script's name the name of its directory has: a shebang line must be short.
const MAX_NAME_LENGTH: usize = 24;

/// How many bytes of a digest make the key.
pub(super) const KEY_BYTES: usize = 8;

/// The directory that holds the environments of scripts, if there is a cache.
pub(super) fn envs_dir(process: &Process, file: &Path) -> Result<PathBuf, Error> {
    match process.cache_dir() {
        Some(cache) => Ok(cache.join(ENVS_DIR)),
        None => Err(no_cache_error(file).with_cause("there is no cache directory")),
    }
}

/// The directory of the environment for `file`. Fails if the block has paths and the script's directory is unknown.
pub(super) fn env_root(
    envs_dir: &Path,
    file: &Path,
    block: &Block,
    request: Option<&ExplicitRequest>,
    process: &Process,
) -> Result<PathBuf, Error> {
    let python = request.map_or(Ok(PathBuf::new()), |request| {
        absolute_request(request, process)
    })?;
    let script_dir = match has_paths(block) {
        true => find::script_dir(file)?.unwrap_or_default(),
        false => PathBuf::new(),
    };
    let parts = [
        KEY_FORMAT.as_bytes(),
        os::OS_NAME.as_bytes(),
        ARCH.as_bytes(),
        &block.content,
        python.as_os_str().as_encoded_bytes(),
        script_dir.as_os_str().as_encoded_bytes(),
    ];
    let key = requirements::digest(parts, KEY_BYTES);
    Ok(envs_dir.join(format!("{}-{key}", safe_name(file.file_name()))))
}

/// The request, independent of the working directory.
fn absolute_request(request: &ExplicitRequest, process: &Process) -> Result<PathBuf, Error> {
    let path = Path::new(&request.text);
    let is_relative = path.components().count() > 1 && !path.starts_with("~");
    match is_relative {
        true => process.absolute(path),
        false => Ok(path.to_owned()),
    }
}

/// Whether the block may have relative paths. A URL is taken for one too, which at worst costs a second environment.
fn has_paths(block: &Block) -> bool {
    memchr::memchr2(b'/', b'\\', &block.content).is_some()
}

/// A name without characters that are special to any shell.
pub(super) fn safe_name(name: Option<&OsStr>) -> String {
    let name = name.unwrap_or_default().to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let chars = name.chars().map(|c| if is_plain(c) { c } else { '_' });
    chars.take(MAX_NAME_LENGTH).collect()
}

/// Whether `dir` exists. An error if another user could have put environments there.
pub(super) fn is_usable_cache(dir: &Path, file: &Path) -> Result<bool, Error> {
    let error = match fs::metadata(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => error,
        Ok(found) if !os::is_private_to(&found, os::current_user()) => {
            io::Error::other("it belongs to another user, or others may write to it")
        }
        Ok(_) => return Ok(true),
    };
    Err(unusable_cache_error(dir, file, &error))
}

/// Creates the directory, private to the user.
pub(super) fn create_cache(dir: &Path, file: &Path) -> Result<(), Error> {
    for dir in [dir.parent().unwrap_or(dir), dir] {
        os::create_private_dir(dir).map_err(|error| unusable_cache_error(dir, file, &error))?;
    }
    Ok(())
}

/// Whether the environment at `root` exists and starts.
pub(super) fn is_usable_env(root: &Path) -> bool {
    let python = venv::python_path(root);
    python.is_file()
        && Venv::open(root)
            .is_ok_and(|venv| health::check_before_exec(root, &python, &venv.cfg).is_none())
}

fn unusable_cache_error(dir: &Path, file: &Path, error: &io::Error) -> Error {
    let (dir, reason) = (printable(dir), io_reason(error));
    no_cache_error(file).with_cause(format_args!("the cache {dir} cannot be used: {reason}"))
}

fn no_cache_error(file: &Path) -> Error {
    let (name, word) = (printable(file), shell_word(file));
    Error::failed(format!(
        "there is no cache directory for the environment of {name}"
    ))
    .with_hint(format!(
        "name one with VRUN_CACHE_DIR, or run it without: `vrun --no-script-env {word}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(file: &str, content: &str, python: Option<&str>) -> String {
        let block = Block {
            content: content.into(),
            line: 2,
        };
        let request = python.map(|text| ExplicitRequest {
            text: text.into(),
            source: "--python".into(),
        });
        let (dir, file, process) = (Path::new("scripts"), Path::new(file), Process::default());
        let root = env_root(dir, file, &block, request.as_ref(), &process).expect("a path");
        let name = root.strip_prefix("scripts").expect("below");
        name.display().to_string()
    }

    #[test]
    fn other_requirements_are_another_environment() {
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
    fn a_directory_has_a_short_name_that_needs_no_quotes() {
        let name = |file| name(file, "dependencies = []\n", None);
        assert!(name("my tool's é.py").starts_with("my_tool_s__.py-"));
        let length = name(&"x".repeat(99)).len();
        assert_eq!(length, MAX_NAME_LENGTH + 1 + 2 * KEY_BYTES);
    }

    #[test]
    fn the_directory_counts_if_the_block_has_paths() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |subdir: &str, content: &str| {
            fs::create_dir_all(dir.path().join(subdir)).expect("a directory");
            let file = dir.path().join(subdir).join("tool.py");
            fs::write(&file, "").expect("a file");
            name(&file.display().to_string(), content, None)
        };
        let (path, none) = ("dependencies = ['a @ ./a']\n", "dependencies = []\n");
        assert_ne!(at("x", path), at("y", path));
        assert_eq!(at("x", none), at("y", none));
    }
}
