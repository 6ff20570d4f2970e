//! How pip is configured: its files and `PIP_...` variables, in the order in which pip reads them
//! (pip/_internal/configuration.py).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::ini;
use crate::os;
use crate::process::Process;
use crate::quote::printable;
use crate::read::{MAX_TEXT, read_file};

/// pip's settings for an install.
#[derive(Debug, Default)]
pub(super) struct PipConfig {
    settings: BTreeMap<String, Setting>,
}

#[derive(Debug)]
struct Setting {
    value: String,
    /// `PIP_PRE`, or `pre in /home/ada/.config/pip/pip.conf`
    origin: String,
}

impl PipConfig {
    /// What the pip of the environment in `dir` reads.
    pub(super) fn read(process: &Process, dir: &Path) -> PipConfig {
        let mut config = PipConfig::default();
        let files: Vec<_> = config_files(process, dir)
            .into_iter()
            .filter_map(|file| Some((read_file(&file, MAX_TEXT).ok()?, file)))
            .collect();
        for section in ["global", "install"] {
            for (bytes, file) in &files {
                for (key, value) in section_settings(&String::from_utf8_lossy(bytes), section) {
                    config.set(&key, &value, format!("{key} in {}", printable(file)));
                }
            }
        }
        for (name, value) in &process.vars {
            if let (Some(name), Some(value)) = (name.to_str(), value.to_str())
                && let Some(key) = name.strip_prefix("PIP_")
            {
                config.set(&normalize_key(key), value, name.to_owned());
            }
        }
        config
    }

    /// An empty value says nothing.
    fn set(&mut self, key: &str, value: &str, origin: String) {
        if !value.is_empty() {
            let value = value.to_owned();
            self.settings
                .insert(key.to_owned(), Setting { value, origin });
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(|setting| &*setting.value)
    }

    /// The parts of a value that may hold several.
    pub(super) fn list(&self, key: &str) -> Vec<&str> {
        let value = self.get(key).unwrap_or_default();
        value.split_whitespace().collect()
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, key: &str) -> bool {
        let value = self.get(key).unwrap_or_default().to_ascii_lowercase();
        ["y", "yes", "t", "true", "on", "1"].contains(&&*value)
    }

    /// Where a setting comes from, if it is there and not turned off.
    pub(super) fn origin(&self, key: &str) -> Option<&str> {
        let setting = self.settings.get(key)?;
        let value = setting.value.to_ascii_lowercase();
        let is_off = ["n", "no", "f", "false", "off", "0"].contains(&&*value);
        (!is_off).then_some(&setting.origin)
    }
}

/// Whether the user's settings limit versions, of what is there already too.
pub(crate) fn has_constraints(process: &Process, dir: &Path) -> bool {
    let vars = ["UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE"];
    let is_set = |name: &&str| process.non_empty_var(name).is_some();
    vars.iter().any(is_set) || PipConfig::read(process, dir).get("constraint").is_some()
}

/// pip's files for this user and environment, in its order: what a later one says counts.
fn config_files(process: &Process, dir: &Path) -> Vec<PathBuf> {
    let setting = |name: &str| process.non_empty_var(name).map(PathBuf::from);
    let named = setting("PIP_CONFIG_FILE");
    if named
        .as_ref()
        .is_some_and(|file| file == Path::new(os::NULL_DEVICE))
    {
        return Vec::new();
    }
    let [mut files, user] = os::pip_config_files(process.home_dir().as_deref(), setting);
    if !named.as_ref().is_some_and(|file| file.exists()) {
        files.extend(user);
    }
    files.push(dir.join(os::PIP_CONFIG_NAME));
    files.extend(named);
    files
}

/// `No_Index` and `--no-index` are `no-index`.
fn normalize_key(key: &str) -> String {
    let key = key.trim().to_lowercase().replace('_', "-");
    key.strip_prefix("--").unwrap_or(&key).to_owned()
}

fn section_settings(text: &str, section: &str) -> Vec<(String, String)> {
    let settings = ini::section_settings(text, section).into_iter();
    let settings = settings.map(|(key, value)| (normalize_key(&key), value));
    settings.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn sections_are_read_as_pip_reads_them() {
        let text = "# mine\n[global]\nIndex_URL = https://a/simple?x=1\nextra-index-url:\n  https://b\n\n  ; no\n  https://c\n\
                    [install]\nno-index=true\n[list]\nformat = json\n";
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let global = [
            pair("index-url", "https://a/simple?x=1"),
            pair("extra-index-url", "\nhttps://b\nhttps://c"),
        ];
        assert_eq!(section_settings(text, "global"), global);
        assert_eq!(
            section_settings(text, "install"),
            [pair("no-index", "true")]
        );
    }

    #[test]
    fn any_file_has_settings_or_none() {
        fuzz("requirements", 1500, |bytes| {
            let _ = section_settings(&String::from_utf8_lossy(bytes), "global");
        });
    }
}
