//! What the installers of Python say in the registry, to where it is (PEP 514).

use std::path::PathBuf;

use winreg::RegKey;
use winreg::enums::{
    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_32KEY, KEY_WOW64_64KEY,
};

/// The interpreters that are registered, the user's own first: under the name that `py` takes them by (`3.12`,
/// `3.12-32`; another company's with its own name before it), and their files. What is not as PEP 514 has it is
/// left out.
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
                let user_name = if company == "PythonCore" {
                    tag
                } else {
                    format!("{company}-{tag}")
                };
                Some((user_name, executable_path(&key)?))
            }));
        }
    }
    found
}

/// A key's own keys.
fn subkeys(key: &RegKey) -> impl Iterator<Item = (String, RegKey)> {
    let names = key.enum_keys().flatten();
    names.filter_map(|user_name| Some((user_name.clone(), key.open_subkey(user_name).ok()?)))
}

/// The value ExecutablePath; for PythonCore, `python.exe` in the directory of installation serves too.
fn executable_path(tag: &RegKey) -> Option<PathBuf> {
    let install = tag.open_subkey("InstallPath").ok()?;
    let value = |user_name| {
        install
            .get_value::<String, _>(user_name)
            .ok()
            .map(PathBuf::from)
    };
    let file = value("ExecutablePath").or_else(|| Some(value("")?.join("python.exe")))?;
    file.is_absolute().then_some(file)
}
