//! What decides an install by pip -> the variables that decide the same for uv, and what has none.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::manifest::{InstallPlan, Part};
use crate::process::Process;

use super::pip_config::PipConfig;
use super::pip_syntax::{FileSyntax, read_syntax};
use super::runner::InstallRunner;
use super::uv_settings::{install_target, project_settings, uv_settings};

/// How uv installs as pip would.
#[derive(Debug, Default)]
pub(super) struct UvTerms {
    pub vars: Vec<(OsString, OsString)>,
    /// What uv does not read, or reads in another way: `PIP_CONSTRAINT`, `--pre in requirements.txt`.
    pub unread: Vec<String>,
    /// The setting of its own by which it installs elsewhere.
    pub elsewhere: Option<String>,
}

/// pip's settings that decide what is installed, or how it is got, and have no equal in uv.
const PIP_ONLY: &str = "all-releases build-constraint config-settings constraint global-option ignore-requires-python \
    keyring-provider no-binary no-build-isolation no-deps only-binary only-final pre prefer-binary proxy \
    require-hashes requirement uploaded-prior-to use-pep517";

/// The keys of uv's own configuration by which a default index is named.
const UV_INDEX_VARS: [&str; 2] = ["UV_DEFAULT_INDEX", "UV_INDEX_URL"];

/// How uv installs `plan` as pip would.
pub(super) fn uv_terms(
    plan: &InstallPlan,
    runner: &InstallRunner<'_>,
    process: &Process,
) -> UvTerms {
    let config = PipConfig::read(process, runner.dir);
    let files: Vec<_> = plan
        .parts()
        .filter_map(|part| match part {
            Part::RequirementsFile(file) => Some(read_syntax(file, runner.project)),
            _ => None,
        })
        .collect();
    let mut terms = UvTerms::default();
    let origins = PIP_ONLY
        .split(' ')
        .filter_map(|key| config.origin(key).map(str::to_owned));
    terms.unread.extend(origins);
    let settings = uv_settings(process, runner.project);
    terms.elsewhere = install_target(&settings);
    let has_own_index = names_default_index(process, &settings);
    if !has_own_index {
        terms.hand_on_sources(&config, process);
        let of_files = files.iter().filter_map(|file| file.index_url.clone());
        // uv has a variable count for more than a file, and pip the other way round.
        let is_told = !terms.vars.is_empty();
        terms.unread.extend(of_files.filter(|_| is_told));
    }
    terms.hand_on_certificates(&config, process);
    let has_several = files.iter().any(|file| file.has_extra_index);
    if has_several || terms.names("UV_INDEX") {
        terms.choose_across_indexes(process, runner.project);
    }
    terms
        .unread
        .extend(files.into_iter().flat_map(|file: FileSyntax| file.unread));
    terms
}

impl UvTerms {
    fn names(&self, name: &str) -> bool {
        self.vars.iter().any(|(known, _)| known == name)
    }

    /// Sets a variable unless the user has.
    fn set(&mut self, process: &Process, name: &str, value: &str) {
        if process.non_empty_var(name).is_none() && !value.is_empty() {
            self.vars.push((name.into(), value.into()));
        }
    }

    /// Where packages come from.
    fn hand_on_sources(&mut self, config: &PipConfig, process: &Process) {
        // pip passes over directories that are not there.
        let is_there = |place: &&str| place.contains("://") || Path::new(place).exists();
        let places: Vec<_> = config.list("find-links");
        let is_plain = |place: &&str| !place.contains(',') && !place.starts_with('~');
        let unread = places.iter().any(|place| !is_plain(place));
        self.unread.extend(
            config
                .origin("find-links")
                .filter(|_| unread)
                .map(str::to_owned),
        );
        let places: Vec<_> = places.into_iter().filter(is_there).collect();
        self.set(process, "UV_FIND_LINKS", &places.join(","));
        if config.is_on("no-index") {
            self.set(process, "UV_NO_INDEX", "1");
            return;
        }
        self.set(
            process,
            "UV_DEFAULT_INDEX",
            config.get("index-url").unwrap_or_default(),
        );
        self.set(
            process,
            "UV_INDEX",
            &config.list("extra-index-url").join(" "),
        );
    }

    /// Which servers are believed.
    fn hand_on_certificates(&mut self, config: &PipConfig, process: &Process) {
        self.set(
            process,
            "UV_INSECURE_HOST",
            &config.list("trusted-host").join(" "),
        );
        if let Some(cert) = config.get("cert") {
            let name = match Path::new(cert).is_dir() {
                true => "SSL_CERT_DIR",
                false => "SSL_CERT_FILE",
            };
            self.set(process, name, cert);
        }
        self.set(
            process,
            "SSL_CLIENT_CERT",
            config.get("client-cert").unwrap_or_default(),
        );
    }

    /// pip takes the best version of all indexes, uv those of the first that has the package. Where the project names
    /// indexes to uv, they are meant as uv has it.
    fn choose_across_indexes(&mut self, process: &Process, project: &Path) {
        let has_indexes = |table: &toml::Table| {
            let keys = ["index", "index-strategy", "extra-index-url"];
            keys.iter().any(|key| table.contains_key(*key))
        };
        if !project_settings(project).is_some_and(|(_, table)| has_indexes(&table)) {
            self.set(process, "UV_INDEX_STRATEGY", "unsafe-best-match");
        }
    }
}

/// Whether an index in place of PyPI is set for uv itself: by a variable, its own files, or the project's.
fn names_default_index(process: &Process, settings: &[(PathBuf, toml::Table)]) -> bool {
    if UV_INDEX_VARS
        .iter()
        .any(|name| process.non_empty_var(name).is_some())
    {
        return true;
    }
    settings.iter().any(|(_, table)| has_default_index(table))
}

fn has_default_index(uv: &toml::Table) -> bool {
    let indexes = uv.get("index").and_then(toml::Value::as_array);
    let mut indexes = indexes.into_iter().flatten();
    let is_default = |index: &toml::Value| index.get("default")?.as_bool();
    let pip = uv.get("pip").and_then(|pip| pip.get("index-url"));
    uv.contains_key("index-url")
        || pip.is_some()
        || indexes.any(|index| is_default(index) == Some(true))
}
