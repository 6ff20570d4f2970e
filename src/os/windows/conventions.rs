//! What this system calls things: names, suffixes, variables, directories.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// What people call this system.
pub(crate) const OS_NAME: &str = "Windows";

/// The scripts directory of an environment (sysconfig's `venv` scheme).
pub(crate) const SCRIPTS_DIR: &str = "Scripts";

/// The suffix of programs.
pub(crate) const EXE_SUFFIX: &str = ".exe";

/// The variable that names the home directory.
pub(crate) const HOME_VAR: &str = "USERPROFILE";

/// The temporary directories that all users share: here each user has one.
pub(crate) const SHARED_TEMP_DIRS: [&str; 0] = [];

/// Whether the system runs a script by its first line.
pub(crate) const HAS_SHEBANGS: bool = false;

/// What separates the entries of PATH.
pub(crate) const PATH_SEPARATOR: char = ';';

/// Where programs are looked up when PATH is unset: nowhere.
pub(crate) const DEFAULT_PATH: &str = "";

/// What runs a script without a shebang: nothing.
pub(crate) const SCRIPT_SHELL: Option<&str> = None;

/// What runs a command line.
pub(crate) const DEFAULT_SHELL: &str = "cmd.exe";

/// Whether a shell is cmd, which parses a line in its own way.
pub(crate) fn is_cmd(shell: &Path) -> bool {
    let stem = shell.file_stem();
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case("cmd"))
}

/// Whether two variable names are the same to this system: it ignores case.
pub(crate) fn is_same_var(name: &OsStr, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// A program's name in the form in which names are compared: lower case, without the extensions that may be left
/// out (PATHEXT, as far as it names programs).
pub(crate) fn normalize_program_name(name: &str) -> Cow<'_, str> {
    let name = name.to_ascii_lowercase();
    let extensions = [EXE_SUFFIX, ".com", ".bat", ".cmd"];
    let stem = extensions.iter().find_map(|end| name.strip_suffix(end));
    stem.map(str::to_owned).unwrap_or(name).into()
}

/// The name by which `path` is run, if its extension makes it a program: without the extension.
pub(crate) fn program_name(path: &Path) -> Option<OsString> {
    let name = path.file_name()?.to_str()?;
    let stem = normalize_program_name(name);
    (stem.len() < name.len()).then(|| name[..stem.len()].into())
}

/// Whether two paths are the same text to this system.
pub(crate) fn is_same_path(a: &Path, b: &Path) -> bool {
    let same =
        |(a, b): (Component<'_>, Component<'_>)| a.as_os_str().eq_ignore_ascii_case(b.as_os_str());
    a.components().count() == b.components().count() && a.components().zip(b.components()).all(same)
}

/// Decodes what another program wrote.
pub(crate) fn decode_os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// How to make a file executable: only its name does.
pub(crate) fn executable_hint(_: &str) -> Option<String> {
    None
}

/// Whether environments have links: here only administrators may create them.
pub(crate) const HAS_SYMLINKS: bool = false;

/// Where venv keeps the templates for this system.
pub(crate) const TEMPLATES_DIR: &str = "nt";

/// How Python ends a line of a text file.
pub(crate) const LINE_ENDING: &str = "\r\n";

/// The directory for C headers.
pub(crate) const INCLUDE_DIR: &str = "Include";

/// Whether an environment has a `lib64` beside its `lib`.
pub(crate) const HAS_LIB64: bool = false;

/// An environment's library, whatever its version (sysconfig's `nt_venv` scheme).
pub(crate) fn lib_dir(root: &Path, _: &str) -> PathBuf {
    root.join("Lib")
}
