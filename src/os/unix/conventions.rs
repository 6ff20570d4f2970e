//! What this system calls things: names, suffixes, variables, directories.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The scripts directory of an environment (sysconfig's `venv` scheme).
pub(crate) const SCRIPTS_DIR: &str = "bin";
/// The suffix of programs.
pub(crate) const EXE_SUFFIX: &str = "";
/// The variable that names the home directory.
pub(crate) const HOME_VAR: &str = "HOME";
/// The variable with the system's own directory, where services start.
pub(crate) const SYSTEM_DIR_VAR: Option<&str> = None;
/// The temporary directories that all users share, whatever TMPDIR says (hier(7)).
pub(crate) const SHARED_TEMP_DIRS: [&str; 2] = ["/tmp", "/var/tmp"];
/// Whether the system runs a script by its first line.
pub(crate) const HAS_SHEBANGS: bool = true;
/// What separates the entries of PATH.
pub(crate) const PATH_SEPARATOR: char = ':';
/// Where programs are looked up when PATH is unset (glibc's `_CS_PATH`, which its execvp takes).
pub(crate) const DEFAULT_PATH: &str = "/bin:/usr/bin";
/// What runs a script without a shebang (execvp(3)).
pub(crate) const SCRIPT_SHELL: Option<&str> = Some("/bin/sh");
/// What runs a command line (system(3)).
pub(crate) const DEFAULT_SHELL: &str = "/bin/sh";
/// Whether environments have links: here they do.
pub(crate) const HAS_SYMLINKS: bool = true;
/// Where venv keeps the templates for this system.
pub(crate) const TEMPLATES_DIR: &str = "posix";
/// How Python ends a line of a text file.
pub(crate) const LINE_ENDING: &str = "\n";
/// The directory for C headers.
pub(crate) const INCLUDE_DIR: &str = "include";
/// Whether an environment has a `lib64` beside its `lib` (EnvBuilder.ensure_directories).
pub(crate) const HAS_LIB64: bool = !cfg!(target_os = "macos");
/// pyenv's directory in the home directory.
pub(crate) const PYENV_DIR: &str = ".pyenv";
/// The Python without a console: each is.
pub(crate) const WINDOWED_PYTHON: Option<&str> = None;
/// The Python launcher: there is none.
pub(crate) const PY_LAUNCHER: Option<&str> = None;
/// What TERM stands for where it is unset.
pub(crate) const DEFAULT_TERM: &str = "dumb";
/// What holds nothing, and takes everything.
pub(crate) const NULL_DEVICE: &str = "/dev/null";
/// What pip calls its configuration.
pub(crate) const PIP_CONFIG_NAME: &str = "pip.conf";
/// Where Pythons are looked for, as a cause.
pub(crate) const NO_PYTHON_CAUSE: &str = "there is none on PATH, and none installed by pyenv or uv";
/// The command of the system's that installs a series of Python, up to its number.
pub(crate) const INSTALL_PYTHON: Option<&str> = None;
/// What people type for any Python.
pub(crate) const PYTHON_COMMAND: &str = "python3";

/// What people call this system.
pub(crate) const OS_NAME: &str = if cfg!(target_os = "linux") {
    "Linux"
} else if cfg!(target_os = "macos") {
    "macOS"
} else {
    "Unix"
};

/// Whether a shell is cmd, which parses a line in its own way: none is, here.
pub(crate) fn is_cmd(_: &Path) -> bool {
    false
}

/// Whether two variable names are the same to this system.
pub(crate) fn is_same_var(name: &OsStr, wanted: &str) -> bool {
    name.as_bytes() == wanted.as_bytes()
}

/// A program's name in the form in which names are compared: as it is.
pub(crate) fn normalize_program_name(name: &str) -> Cow<'_, str> {
    name.into()
}

/// Whether two paths are the same text to this system.
pub(crate) fn is_same_path(a: &Path, b: &Path) -> bool {
    a == b
}

/// Decodes what another program wrote.
pub(crate) fn decode_os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(OsString::from_vec(bytes))
}

/// Whether `name` is that of a script of venv's for a shell to read, and does nothing where it is run.
pub(crate) fn is_activation_script(name: &OsStr) -> bool {
    name == "activate"
}

/// How to make a file executable.
pub(crate) fn executable_hint(file: &str) -> Option<String> {
    Some(format!("`chmod +x {file}` if it is a program"))
}

/// The name by which `path` is run, if it is a program: its own.
pub(crate) fn program_name(path: &Path) -> Option<OsString> {
    let metadata = path.metadata().ok()?;
    let is_program = metadata.is_file() && metadata.mode() & 0o111 != 0;
    path.file_name().filter(|_| is_program).map(OsStr::to_owned)
}

/// An environment's library (sysconfig's `venv` scheme); `versioned` is `python3.13`.
pub(crate) fn lib_dir(root: &Path, versioned: &str) -> PathBuf {
    root.join("lib").join(versioned)
}

/// What only the environment of a free-threaded build has: its library; `versioned` is `python3.13t`.
pub(crate) fn free_threaded_file(root: &Path, versioned: &str) -> PathBuf {
    lib_dir(root, versioned)
}

/// The cache directory: XDG_CACHE_HOME or its default, on macOS `~/Library/Caches` (XDG Base Directory Specification;
/// Apple's File System Programming Guide).
pub(crate) fn cache_home(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    let default = match cfg!(target_os = "macos") {
        true => "Library/Caches",
        false => ".cache",
    };
    let set = setting("XDG_CACHE_HOME").filter(|dir| dir.is_absolute());
    set.or_else(|| Some(home?.join(default)))
}

/// The data directory, below which uv installs Pythons (XDG Base Directory Specification).
pub(crate) fn data_home(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    let set = setting("XDG_DATA_HOME").filter(|dir| dir.is_absolute());
    set.or_else(|| Some(home?.join(".local/share")))
}

/// pip's configuration for all users, and for this one (pip/_internal/configuration.py).
pub(crate) fn pip_config_files(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> [Vec<PathBuf>; 2] {
    let [system, user] = config_dirs(home, &setting);
    let apple = |dir: &Path| dir.join("Library/Application Support/pip");
    let mut files = match cfg!(target_os = "macos") {
        true => vec![apple(Path::new("/"))],
        false => system.iter().map(|dir| dir.join("pip")).collect(),
    };
    files.push("/etc".into());
    let own = home.map(apple);
    let own = own.filter(|dir| cfg!(target_os = "macos") && dir.is_dir());
    let own = own.or_else(|| Some(user.first()?.join("pip")));
    let dirs = [
        files,
        home.map(|home| home.join(".pip"))
            .into_iter()
            .chain(own)
            .collect(),
    ];
    dirs.map(|dirs: Vec<PathBuf>| dirs.iter().map(|dir| dir.join(PIP_CONFIG_NAME)).collect())
}

/// uv's configuration for all users, and for this one.
pub(crate) fn uv_config_files(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Vec<PathBuf> {
    let dirs = config_dirs(home, &setting).into_iter().flatten();
    dirs.chain(["/etc".into()])
        .map(|dir: PathBuf| dir.join("uv/uv.toml"))
        .collect()
}

/// Where configuration is for all users, and for this one (XDG Base Directory Specification).
fn config_dirs(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> [Vec<PathBuf>; 2] {
    let system = setting("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".into());
    let user = setting("XDG_CONFIG_HOME").or_else(|| Some(home?.join(".config")));
    [
        std::env::split_paths(&system).collect(),
        user.into_iter().collect(),
    ]
}

/// Installers register no Python here.
pub(crate) fn registered_pythons() -> Vec<(String, PathBuf)> {
    Vec::new()
}

/// Where an environment, or an installation, has its programs.
pub(crate) fn scripts_dir(root: &Path) -> PathBuf {
    root.join(SCRIPTS_DIR)
}

/// The registry's keys that add to `sys.path` of a Python.
pub(crate) fn registered_path_keys(_: &str) -> Vec<String> {
    Vec::new()
}
