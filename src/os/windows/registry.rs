//! The Pythons that their installers have registered (PEP 514).

use std::path::PathBuf;

use winreg::RegKey;
use winreg::enums::{
    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_32KEY, KEY_WOW64_64KEY,
};

/// The registered interpreters, the user's first: the name that `py` knows each by (`3.12`, `3.12-32`, for other companies
/// with the company before it), and its file. Entries that break PEP 514 are left out.
pub(crate) fn registered_pythons() -> Vec<(String, PathBuf)> {
    let hives = [
        (HKEY_CURRENT_USER, KEY_READ),
        (HKEY_LOCAL_MACHINE, KEY_READ | KEY_WOW64_64KEY),
        (HKEY_LOCAL_MACHINE, KEY_READ | KEY_WOW64_32KEY),
    ];
    let mut found = Vec::new();
    for (hive, access) in hives {
        let root = RegKey::predef(hive).open_subkey_with_flags(r"Software\Python", access);
        for (company, key) in root.iter().flat_map(subkeys) {
            found.extend(subkeys(&key).filter_map(|(tag, key)| {
                let name = match &*company {
                    "PythonCore" => tag,
                    _ => format!("{company}-{tag}"),
                };
                Some((name, executable_path(&key)?))
            }));
        }
    }
    found
}

/// The keys that add to `sys.path` of the Python that the registry calls `winver` (Modules/getpath.py): those below
/// `PythonPath`.
pub(crate) fn registered_path_keys(winver: &str) -> Vec<String> {
    let path = format!(r"Software\Python\PythonCore\{winver}\PythonPath");
    let hives = [("HKCU", HKEY_CURRENT_USER), ("HKLM", HKEY_LOCAL_MACHINE)];
    let keys = hives.into_iter().flat_map(|(name, hive)| {
        let key = RegKey::predef(hive).open_subkey(&path);
        let keys = key.iter().flat_map(subkeys).map(|(key, _)| key);
        let shown = keys.map(|key| format!(r"{name}\{path}\{key}"));
        shown.collect::<Vec<_>>()
    });
    keys.collect()
}

/// A key's subkeys.
fn subkeys(key: &RegKey) -> impl Iterator<Item = (String, RegKey)> {
    let names = key.enum_keys().flatten();
    names.filter_map(|name| Some((name.clone(), key.open_subkey(name).ok()?)))
}

/// ExecutablePath, or for PythonCore `python.exe` in the installation directory.
fn executable_path(tag: &RegKey) -> Option<PathBuf> {
    let install = tag.open_subkey("InstallPath").ok()?;
    let value = |name| Some(PathBuf::from(install.get_value::<String, _>(name).ok()?));
    let file = value("ExecutablePath").or_else(|| Some(value("")?.join("python.exe")))?;
    file.is_absolute().then_some(file)
}
