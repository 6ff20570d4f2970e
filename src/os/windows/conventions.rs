//! What Windows calls things; unix/conventions.rs says what each is for.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

pub(crate) const OS_NAME: &str = "Windows";
pub(crate) const SCRIPTS_DIR: &str = "Scripts";
pub(crate) const EXE_SUFFIX: &str = ".exe";
pub(crate) const HOME_VAR: &str = "USERPROFILE";
/// `C:\Windows`; services start in its System32.
pub(crate) const SYSTEM_DIR_VAR: Option<&str> = Some("SystemRoot");
/// None: here each user has one.
pub(crate) const SHARED_TEMP_DIRS: [&str; 0] = [];
pub(crate) const HAS_SHEBANGS: bool = false;
pub(crate) const PATH_SEPARATOR: char = ';';
pub(crate) const DEFAULT_PATH: &str = "";
pub(crate) const SCRIPT_SHELL: Option<&str> = None;
pub(crate) const DEFAULT_SHELL: &str = "cmd.exe";
/// Only administrators may create them.
pub(crate) const HAS_SYMLINKS: bool = false;
pub(crate) const TEMPLATES_DIR: &str = "nt";
pub(crate) const LINE_ENDING: &str = "\r\n";
pub(crate) const INCLUDE_DIR: &str = "Include";
pub(crate) const HAS_LIB64: bool = false;
/// From pyenv-win's README.
pub(crate) const PYENV_DIR: &str = r".pyenv\pyenv-win";
pub(crate) const WINDOWED_PYTHON: Option<&str> = Some("pythonw");
/// It comes with Python's installer (PEP 397).
pub(crate) const PY_LAUNCHER: Option<&str> = Some("py");
pub(crate) const DEFAULT_TERM: &str = "";
pub(crate) const NULL_DEVICE: &str = "nul";
pub(crate) const PIP_CONFIG_NAME: &str = "pip.ini";
pub(crate) const NO_PYTHON_CAUSE: &str = "there is none on PATH or in the registry, none that `py` starts, and none installed by pyenv or uv";
pub(crate) const INSTALL_PYTHON: Option<&str> = Some("winget install Python.Python.");
pub(crate) const PYTHON_COMMAND: &str = "python";

pub(crate) fn is_cmd(shell: &Path) -> bool {
    let stem = shell.file_stem();
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case("cmd"))
}

/// Ignores case.
pub(crate) fn is_same_var(name: &OsStr, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// Lower case, without the extensions that may be left out (PATHEXT, as far as it names programs).
pub(crate) fn normalize_program_name(name: &str) -> Cow<'_, str> {
    let name = name.to_ascii_lowercase();
    let extensions = [EXE_SUFFIX, ".com", ".bat", ".cmd"];
    let stem = extensions.iter().find_map(|end| name.strip_suffix(end));
    stem.map(str::to_owned).unwrap_or(name).into()
}

/// Without the extension, which makes it a program.
pub(crate) fn program_name(path: &Path) -> Option<OsString> {
    let name = path.file_name()?.to_str()?;
    let stem = normalize_program_name(name);
    (stem.len() < name.len()).then(|| name[..stem.len()].into())
}

pub(crate) fn is_same_path(a: &Path, b: &Path) -> bool {
    let same =
        |(a, b): (Component<'_>, Component<'_>)| a.as_os_str().eq_ignore_ascii_case(b.as_os_str());
    a.components().count() == b.components().count() && a.components().zip(b.components()).all(same)
}

pub(crate) fn decode_os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// The batch files can be run, and change their own cmd.
pub(crate) fn is_activation_script(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let plain = normalize_program_name(&name);
    ["activate", "deactivate", "activate.ps1"].contains(&&*plain)
}

/// Only its name makes a file executable.
pub(crate) fn executable_hint(_: &str) -> Option<String> {
    None
}

/// MSYS2's Python has Unix's layout.
pub(crate) fn scripts_dir(root: &Path) -> PathBuf {
    let (scripts, bin) = (root.join(SCRIPTS_DIR), root.join("bin"));
    match !scripts.is_dir() && bin.join("python.exe").is_file() {
        true => bin,
        false => scripts,
    }
}

/// The same for every version (sysconfig's `nt_venv` scheme).
pub(crate) fn lib_dir(root: &Path, _: &str) -> PathBuf {
    root.join("Lib")
}

/// A program (EnvBuilder.setup_python): the library is called as any other's.
pub(crate) fn free_threaded_file(root: &Path, versioned: &str) -> PathBuf {
    scripts_dir(root).join(format!("{versioned}{EXE_SUFFIX}"))
}

pub(crate) fn cache_home(
    _: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    setting("LOCALAPPDATA").filter(|path| path.is_absolute())
}

pub(crate) fn data_home(
    _: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    setting("APPDATA").filter(|path| path.is_absolute())
}

pub(crate) fn pip_config_files(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> [Vec<PathBuf>; 2] {
    let file = |dir: PathBuf| dir.join(PIP_CONFIG_NAME);
    let [system, user] = ["PROGRAMDATA", "APPDATA"].map(|name| Some(setting(name)?.join("pip")));
    let legacy = home.map(|home| home.join("pip"));
    let user = legacy.into_iter().chain(user).map(file);
    [system.into_iter().map(file).collect(), user.collect()]
}

pub(crate) fn uv_config_files(
    _: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Vec<PathBuf> {
    let dirs = ["PROGRAMDATA", "APPDATA"].into_iter().filter_map(setting);
    dirs.map(|dir| dir.join("uv").join("uv.toml")).collect()
}
