//! uv's own settings: uv.toml and `[tool.uv]`, of the project, the user and the system.

use std::path::{Path, PathBuf};

use crate::manifest::is_same_name;
use crate::os;
use crate::process::Process;
use crate::quote::printable;
use crate::read::{MAX_TEXT, read_text};

/// The keys of uv's settings by which an install goes elsewhere. `--prefix` overrides the second alone, and none of uv's
/// options or variables the first (measured: 0.6.17, 0.13.9).
const TARGET_KEYS: [&str; 2] = ["target", "prefix"];

/// The keys below `[tool.uv]` by which a requirement is not installed, or another one is.
const DROPPING_KEYS: [&str; 2] = ["override-dependencies", "exclude-dependencies"];

/// All settings that uv reads, and their files.
pub(super) fn uv_settings(process: &Process, project: &Path) -> Vec<(PathBuf, toml::Table)> {
    let setting = |name: &str| process.non_empty_var(name).map(PathBuf::from);
    let is_off = ["0", "false", "no", "off"];
    let no_config = process.non_empty_var("UV_NO_CONFIG");
    if no_config.is_some_and(|value| !is_off.iter().any(|off| value == *off)) {
        return Vec::new();
    }
    if let Some(file) = setting("UV_CONFIG_FILE") {
        return read_table(&file)
            .map(|table| (file, table))
            .into_iter()
            .collect();
    }
    let files = os::uv_config_files(process.home_dir().as_deref(), setting);
    let tables = files
        .into_iter()
        .filter_map(|file| Some((file.clone(), read_table(&file)?)));
    project_settings(project)
        .into_iter()
        .chain(tables)
        .collect()
}

/// uv's settings in a project: uv.toml, else `[tool.uv]`, in the nearest directory that has one.
pub(super) fn project_settings(project: &Path) -> Option<(PathBuf, toml::Table)> {
    project.ancestors().find_map(|dir| {
        let file = dir.join("uv.toml");
        if let Some(table) = read_table(&file) {
            return Some((file, table));
        }
        let file = dir.join("pyproject.toml");
        let table = read_table(&file)?;
        let table = table.get("tool")?.get("uv")?.as_table().cloned();
        Some((file, table?))
    })
}

/// The setting by which uv would install elsewhere: `target in /home/ada/.config/uv/uv.toml`.
pub(super) fn install_target(settings: &[(PathBuf, toml::Table)]) -> Option<String> {
    settings.iter().find_map(|(file, table)| {
        let pip = table.get("pip")?;
        let key = TARGET_KEYS.iter().find(|key| pip.get(**key).is_some())?;
        Some(format!("{key} in {}", printable(file)))
    })
}

/// Whether the project has uv install something else in place of a package, or nothing.
pub(super) fn uv_drops(name: &str, project: &Path) -> bool {
    let Some((_, table)) = project_settings(project) else {
        return false;
    };
    let lists = DROPPING_KEYS
        .iter()
        .filter_map(|key| table.get(*key)?.as_array());
    let mut texts = lists.flatten().filter_map(toml::Value::as_str);
    texts.any(|text| {
        let is_end = |letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter);
        text.split(is_end)
            .next()
            .is_some_and(|known| is_same_name(known, name))
    })
}

fn read_table(file: &Path) -> Option<toml::Table> {
    read_text(file, MAX_TEXT).ok()?.parse().ok()
}
