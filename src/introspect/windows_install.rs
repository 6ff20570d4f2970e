//! An environment on Windows -> the installation behind it: its version, and where it finds its library.
//!
//! The rules are those of CPython's PC/getpathp.c (to 3.10) and Modules/getpath.py (from 3.11). A `python.exe` only
//! loads the interpreter, which is a DLL beside it: `python312.dll`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::read::{MAX_BINARY, pe_machine, read_file, read_head};
use crate::venv::{self, MinorVersion, PyvenvCfg};

use super::errors::IntrospectError;
use super::getpath::StdlibLocation;
use super::posixpath::path_to_bytes;
use super::python_binary::{Implementation, PythonBinary};
use super::pyvenv_keys;
use super::startup::StartupContext;

/// The interpreter that the environment at `root` starts.
///
/// # Errors
/// It has none, or no DLL says which one it is.
pub(super) fn identify_by_dll(
    root: &Path,
    cfg: &PyvenvCfg,
    cfg_bytes: &[u8],
) -> Result<PythonBinary, IntrospectError> {
    let python = venv::python_path(root);
    if !python.is_file() {
        return Err(IntrospectError::PythonMissing(python));
    }
    let home = pyvenv_keys::first_value(cfg_bytes, "home").map(PathBuf::from);
    let version = cfg.minor_version();
    let threaded = version.filter(|version| version.is_free_threaded(root));
    // The home of a Python from the Store holds aliases of its programs, and nothing else.
    let executable = pyvenv_keys::first_value(cfg_bytes, "executable").map(PathBuf::from);
    let real_home = executable.and_then(|file| Some(file.parent()?.to_owned()));
    // An environment of links has the DLL too.
    let mut dirs = [Some(venv::scripts_dir(root)), home.clone(), real_home]
        .into_iter()
        .flatten();
    let found = dirs.find_map(|dir| find_dll(&dir, version, threaded.is_some()));
    let Some((dll, version, abiflags)) = found else {
        return Err(IntrospectError::UnknownInterpreter(python));
    };
    let home = home.unwrap_or_else(|| dll.parent().unwrap_or(&dll).to_owned());
    let build = threaded.map_or(String::new(), |version| format!("{version}t"));
    Ok(PythonBinary {
        file: home.join(format!("python{build}.exe")),
        implementation: Implementation::CPython,
        version,
        abiflags,
        cfg_dirs: vec![home],
        dll: Some(dll),
    })
}

/// The only interpreter's DLL in `dir`, or the one of this version and build: python.org's installer puts both builds
/// into one directory.
fn find_dll(
    dir: &Path,
    version: Option<MinorVersion>,
    free_threaded: bool,
) -> Option<(PathBuf, (u32, u32), String)> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let (version, abiflags) = parse_dll_name(&entry.file_name().to_string_lossy())?;
            Some((entry.path(), version, abiflags))
        })
        .collect();
    let expected = version.map(MinorVersion::numbers);
    let agreeing = found.iter().position(|(_, version, abiflags)| {
        Some(*version) == expected && (abiflags == "t") == free_threaded
    });
    match (agreeing, found.len()) {
        (Some(at), _) => Some(found.swap_remove(at)),
        (None, 1) => found.pop(),
        _ => None,
    }
}

/// Version and ABI flags of `python312.dll`, `python313t.dll`; `python3.dll` has no interpreter in it.
fn parse_dll_name(name: &str) -> Option<((u32, u32), String)> {
    let name = name.to_ascii_lowercase();
    let numbers = name.strip_prefix("python")?.strip_suffix(".dll")?;
    let (numbers, abiflags) = match numbers.strip_suffix('t') {
        Some(rest) => (rest, "t"),
        None => (numbers, ""),
    };
    let is_number = numbers.len() > 1 && numbers.bytes().all(|byte| byte.is_ascii_digit());
    let (major, minor) = is_number.then(|| numbers.split_at(1))?;
    Some((
        (major.parse().ok()?, minor.parse().ok()?),
        abiflags.to_owned(),
    ))
}

/// `3.12.10`, which the DLL's resources hold (VS_FIXEDFILEINFO; PC/python_ver_rc.h says how CPython counts).
pub(super) fn dll_version(python: &PythonBinary) -> Option<String> {
    const SIGNATURE: [u8; 8] = [0xbd, 0x04, 0xef, 0xfe, 0, 0, 1, 0];
    let content = read_file(python.dll.as_deref()?, MAX_BINARY).ok()?;
    // It stands near the end.
    let at = content.windows(8).rposition(|bytes| bytes == SIGNATURE)?;
    let word = |offset| {
        let bytes = content.get(at + offset..at + offset + 2)?;
        Some(u32::from(u16::from_le_bytes(bytes.try_into().ok()?)))
    };
    let (minor, major, patch) = (word(8)?, word(10)?, word(14)?);
    let (micro, level, serial) = (patch / 1000, patch % 1000 / 10, patch % 10);
    let release = match level {
        10 => format!("a{serial}"),
        11 => format!("b{serial}"),
        12 => format!("rc{serial}"),
        _ => String::new(),
    };
    ((major, minor) == python.version).then(|| format!("{major}.{minor}.{micro}{release}"))
}

/// `sys.winver`: what the registry calls this version.
pub(super) fn winver(python: &PythonBinary) -> String {
    let machine = || {
        let (_, head) = read_head(python.dll.as_deref()?, 1024).ok()?;
        pe_machine(&head)
    };
    let suffix = match machine() {
        Some(0x14c) => "-32",
        Some(0xaa64) => "-arm64",
        _ => "",
    };
    format!("{}{}{suffix}", python.major_minor(), python.abiflags)
}

/// # Errors
/// There is no library where the interpreter would look.
pub(super) fn locate_stdlib(
    python: &PythonBinary,
    start: &StartupContext<'_>,
) -> Result<StdlibLocation, IntrospectError> {
    let home = python.file.parent().unwrap_or(start.root);
    let dll_dir = python.dll.as_deref().and_then(Path::parent).unwrap_or(home);
    let (major, minor) = python.version;
    let zip = format!("python{major}{minor}.zip");
    let is_prefix = |dir: &&Path| {
        let is_searched_for_zip = *dir == home || *dir == dll_dir;
        is_searched_for_zip && dir.join(&zip).is_file()
            || ["os.py", "os.pyc"]
                .iter()
                .any(|name| dir.join("Lib").join(name).is_file())
    };
    let prefix = [dll_dir]
        .into_iter()
        .chain(home.ancestors())
        .find(is_prefix)
        .ok_or_else(|| IntrospectError::StdlibMissing(home.to_owned()))?;
    let (lib, platlibdir) = match minor {
        ..=10 => ("lib", "lib"),
        _ => ("Lib", "DLLs"),
    };
    let mut extensions = prefix.join("DLLs");
    if minor > 10 && !extensions.is_dir() {
        extensions = prefix.to_owned();
    }
    let entries = [dll_dir.join(zip), extensions, prefix.join(lib), home.into()];
    Ok(StdlibLocation {
        prefix: path_to_bytes(prefix),
        exec_prefix: path_to_bytes(prefix),
        platlibdir: platlibdir.to_owned(),
        path_entries: entries.iter().map(|entry| path_to_bytes(entry)).collect(),
        caveat: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os;

    #[test]
    fn of_two_builds_in_one_directory_an_environment_has_its_own() {
        let dir = tempfile::tempdir().expect("a directory");
        let (root, home) = (dir.path().join("env"), dir.path().join("home"));
        let file = |path: PathBuf| {
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, "").expect("a file");
        };
        for dll in ["python3.dll", "python313.dll", "python313t.dll"] {
            file(home.join(dll));
        }
        file(venv::python_path(&root));
        let text = format!("home = {}\nversion = 3.13.0\n", home.display());
        let cfg = venv::pyvenv_cfg::parse(text.as_bytes(), &root).expect("a configuration");
        let names = || {
            let found = identify_by_dll(&root, &cfg, text.as_bytes()).expect("an interpreter");
            let dll = found.dll.expect("a DLL");
            [found.file, dll].map(|file| file.file_name().map(ToOwned::to_owned))
        };
        let expected = |names: [&str; 2]| names.map(|name| Some(name.into()));
        assert_eq!(names(), expected(["python.exe", "python313.dll"]));
        file(os::free_threaded_file(&root, "python3.13t"));
        assert_eq!(names(), expected(["python3.13t.exe", "python313t.dll"]));
    }

    #[test]
    fn a_python_from_the_store_has_its_dll_beside_its_executable() {
        let dir = tempfile::tempdir().expect("a directory");
        let [root, home, store] = ["env", "aliases", "store"].map(|name| dir.path().join(name));
        for file in [
            venv::python_path(&root),
            home.join("python.exe"),
            store.join("python312.dll"),
        ] {
            fs::create_dir_all(file.parent().expect("a parent")).expect("a directory");
            fs::write(file, "").expect("a file");
        }
        let executable = store.join("python3.12.exe");
        let (home_text, executable) = (home.display(), executable.display());
        let text = format!("home = {home_text}\nversion = 3.12.1\nexecutable = {executable}\n");
        let cfg = venv::pyvenv_cfg::parse(text.as_bytes(), &root).expect("a configuration");
        let found = identify_by_dll(&root, &cfg, text.as_bytes()).expect("an interpreter");
        assert_eq!(found.dll, Some(store.join("python312.dll")));
        assert_eq!(found.file, home.join("python.exe"));
    }

    #[test]
    fn a_dll_is_an_interpreters_by_its_name() {
        let parse = |name| parse_dll_name(name);
        assert_eq!(parse("python312.dll"), Some(((3, 12), "".into())));
        assert_eq!(parse("Python38.DLL"), Some(((3, 8), "".into())));
        assert_eq!(parse("python313t.dll"), Some(((3, 13), "t".into())));
        for other in [
            "python3.dll",
            "python312_d.dll",
            "python312.zip",
            "libpython3.12.dll",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
