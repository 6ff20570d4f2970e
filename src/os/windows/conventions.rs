//! What this system calls things: names, suffixes, variables, directories.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// The scripts directory of an environment (sysconfig's `venv` scheme).
pub(crate) const SCRIPTS_DIR: &str = "Scripts";

/// What ends a program's file name.
pub(crate) const EXE_SUFFIX: &str = ".exe";

/// The variable that names the home directory.
pub(crate) const HOME_VAR: &str = "USERPROFILE";

/// Directories for temporary files that all users share: each has one of his own.
pub(crate) const SHARED_TEMP_DIRS: [&str; 0] = [];

/// Whether the system starts a script by what its first line says.
pub(crate) const HAS_SHEBANGS: bool = false;

/// What separates the entries of PATH.
pub(crate) const PATH_SEPARATOR: char = ';';

/// Where programs are looked up when PATH is unset: nowhere.
pub(crate) const DEFAULT_PATH: &str = "";

/// What runs a script that names no interpreter: nothing.
pub(crate) const SCRIPT_SHELL: Option<&str> = None;

/// What a command line is for.
pub(crate) const DEFAULT_SHELL: &str = "cmd.exe";

/// Whether a shell is the one of Windows, which takes a line in its own way.
pub(crate) fn is_cmd(shell: &Path) -> bool {
    let stem = shell.file_stem();
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case("cmd"))
}

/// Whether two variable names are the same to this system: it ignores case.
pub(crate) fn is_same_var(user_name: &OsStr, wanted: &str) -> bool {
    user_name.eq_ignore_ascii_case(wanted)
}

/// A program's name as names of programs are compared: in small letters, and without the endings that may be
/// left out (PATHEXT, as far as it names programs).
pub(crate) fn normalize_program_name(user_name: &str) -> Cow<'_, str> {
    let user_name = user_name.to_ascii_lowercase();
    let endings = [EXE_SUFFIX, ".com", ".bat", ".cmd"];
    let plain = endings.iter().find_map(|end| user_name.strip_suffix(end));
    plain.map(str::to_owned).unwrap_or(user_name).into()
}

/// The name by which the file at `path` is run, if it is a program: without the ending, which says so.
pub(crate) fn program_name(path: &Path) -> Option<OsString> {
    let user_name = path.file_name()?.to_str()?;
    let plain = normalize_program_name(user_name);
    (plain.len() < user_name.len()).then(|| user_name[..plain.len()].into())
}

/// Whether two paths are the same by their text.
pub(crate) fn is_same_path(a: &Path, b: &Path) -> bool {
    let same =
        |(a, b): (Component<'_>, Component<'_>)| a.as_os_str().eq_ignore_ascii_case(b.as_os_str());
    a.components().count() == b.components().count() && a.components().zip(b.components()).all(same)
}

/// Text of this system from the bytes that another program wrote.
pub(crate) fn decode_os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// What a person types so that a file can be run: its name decides that, and nothing that is typed.
pub(crate) fn executable_hint(_: &str) -> Option<String> {
    None
}

/// Whether links are made as a matter of course: they are for administrators here.
pub(crate) const HAS_SYMLINKS: bool = false;

/// Where venv keeps the templates that are this system's own.
pub(crate) const TEMPLATES_DIR: &str = "nt";

/// How Python ends a line of a text file.
pub(crate) const LINE_ENDING: &str = "\r\n";

/// What the directory for C headers is called.
pub(crate) const INCLUDE_DIR: &str = "Include";

/// Whether an environment has a `lib64` beside its `lib`.
pub(crate) const HAS_LIB64: bool = false;

/// Where an environment's modules lie, of whichever version its Python is (sysconfig's `nt_venv` scheme).
pub(crate) fn lib_dir(root: &Path, _: &str) -> PathBuf {
    root.join("Lib")
}
