//! An environment and its variables -> what its Python would say about itself: `sys.prefix`, `sys.path`, install paths.
//!
//! Read from files alone; no Python is started.

use std::path::PathBuf;

use crate::os;
use crate::read::{MAX_TEXT, read_start, read_text};
use crate::venv::pyvenv_cfg::SIZE_LIMIT;
use crate::venv::{self, PyvenvCfg};

use super::caveat::Caveat;
use super::errors::IntrospectError;
use super::getpath::{self, StdlibLocation};
use super::identify::identify_python;
use super::install_schemes::install_paths;
use super::posixpath::{bytes_to_path, path_below};
use super::python_binary::PythonBinary;
use super::python_info::{PythonInfo, VersionInfo, VersionSource};
use super::site::{self, SiteLayout, SysPathBuilder};
use super::startup::StartupContext;
use super::version_rules::{StdlibSearch, VersionRules};
use super::windows_install::{self, dll_version, winver};

/// The first version whose rules are known.
const OLDEST_SUPPORTED: (u32, u32) = (3, 6);

/// What the environment's Python would say about itself.
///
/// # Errors
/// It would not start, or its rules are unknown here.
pub(crate) fn inspect_python(
    start: &StartupContext<'_>,
    cfg: &PyvenvCfg,
) -> Result<PythonInfo, IntrospectError> {
    let python = identify_python(start.root, cfg, start.cfg_bytes)?;
    if python.version < OLDEST_SUPPORTED {
        return Err(IntrospectError::UnsupportedVersion(Box::new(python)));
    }
    let cfg_version = cfg_version(&python, cfg);
    let micro = cfg_version.as_deref().and_then(parse_micro);
    let mut rules = VersionRules::for_interpreter(&python, micro);
    let library = match rules.stdlib_search {
        StdlibSearch::Windows => windows_install::locate_stdlib(&python, start)?,
        _ => getpath::locate_stdlib(&python, &rules, start)?,
    };
    let layout = inspect_site_py(&python, &library, &mut rules);
    let has_system_site = site::is_system_site_enabled(&read_site_cfg(start));
    let mut site = SysPathBuilder::new(&python, &rules, layout, &library, start);
    let user = site.add_site_packages(start, &library, has_system_site);
    let caveats = library.caveat.clone().into_iter();
    let caveats = caveats.chain(find_pth_override(start, &python, &rules));
    let caveats = caveats.chain(registry_caveats(&python));
    let caveats = caveats.chain(site.caveats).collect();
    Ok(PythonInfo {
        version: determine_version(&python, &library, cfg_version),
        executable: start.executable(),
        prefix: start.root.to_owned(),
        exec_prefix: start.root.to_owned(),
        base_prefix: bytes_to_path(&library.prefix),
        base_exec_prefix: bytes_to_path(&library.exec_prefix),
        path: site.path.iter().map(|entry| bytes_to_path(entry)).collect(),
        install_paths: install_paths(&python, &rules, &library, start.root),
        platlibdir: library.platlibdir,
        has_system_site,
        user,
        is_safe_path: rules.has_safe_path && start.non_empty_var("PYTHONSAFEPATH").is_some(),
        caveats,
        python,
    })
}

/// The pyvenv.cfg that site.py reads: one beside the interpreter comes first.
fn read_site_cfg(start: &StartupContext<'_>) -> Vec<u8> {
    let beside = venv::scripts_dir(start.root).join(venv::PYVENV_CFG);
    read_start(&beside, SIZE_LIMIT).unwrap_or_else(|_| start.cfg_bytes.to_vec())
}

/// Looks into site.py itself: distributors change it, and bug-fix releases do.
fn inspect_site_py(
    python: &PythonBinary,
    library: &StdlibLocation,
    rules: &mut VersionRules,
) -> SiteLayout {
    let is_windows = rules.stdlib_search == StdlibSearch::Windows;
    let name = match is_windows {
        true => "Lib/site.py".to_owned(),
        false => format!("{}/{}/site.py", library.platlibdir, python.stdlib_name()),
    };
    let code = read_text(&path_below(&library.prefix, name), MAX_TEXT).unwrap_or_default();
    rules.pth.is_hidden_skipped |= code.contains(".startswith(\".\")");
    rules.pth.is_utf8 |= code.contains("utf-8-sig");
    match code.contains("\"dist-packages\"") {
        _ if is_windows => SiteLayout::Windows,
        true => SiteLayout::Debian,
        false => SiteLayout::Upstream,
    }
}

/// A `._pth` file (getpath.py), named after the environment's Python or after the interpreter itself.
fn find_pth_override(
    start: &StartupContext<'_>,
    python: &PythonBinary,
    rules: &VersionRules,
) -> Option<Caveat> {
    if let StdlibSearch::GetpathC | StdlibSearch::PyPy = rules.stdlib_search {
        return None;
    }
    let named_after = [start.executable(), python.file.clone()].into_iter();
    let mut files = python
        .dll
        .clone()
        .into_iter()
        .chain(named_after)
        .map(|file| {
            // On Windows in place of the extension.
            let name = match rules.stdlib_search {
                StdlibSearch::Windows => file.with_extension(""),
                _ => file,
            };
            let mut name = name.into_os_string();
            name.push("._pth");
            PathBuf::from(name)
        });
    files.find(|file| file.is_file()).map(Caveat::PthOverride)
}

/// The registry's keys with entries of `sys.path` for this Python.
fn registry_caveats(python: &PythonBinary) -> impl Iterator<Item = Caveat> {
    let keys = match &python.dll {
        Some(_) => os::registered_path_keys(&winver(python)),
        None => Vec::new(),
    };
    keys.into_iter().map(Caveat::RegistryPath)
}

/// The version in pyvenv.cfg, if this interpreter can have it: `3.12.1` of `3.12.1.final.0`.
fn cfg_version(python: &PythonBinary, cfg: &PyvenvCfg) -> Option<String> {
    let numbers: Vec<_> = cfg.version.as_deref()?.split('.').take(3).collect();
    let text = numbers.join(".");
    let rest = text.strip_prefix(&python.major_minor())?;
    rest.starts_with('.').then_some(text)
}

/// 1 of `3.12.1`.
fn parse_micro(version: &str) -> Option<u32> {
    version.split('.').nth(2)?.parse().ok()
}

fn determine_version(
    python: &PythonBinary,
    library: &StdlibLocation,
    cfg_version: Option<String>,
) -> VersionInfo {
    if let Some(number) = dll_version(python) {
        let source = VersionSource::Dll;
        return VersionInfo { number, source };
    }
    let (name, flags) = (python.versioned_name(), &python.abiflags);
    let header = path_below(
        &library.prefix,
        format!("include/{name}{flags}/patchlevel.h"),
    );
    let headers = read_text(&header, MAX_TEXT).unwrap_or_default();
    let mut lines = headers.lines();
    let defined = lines.find_map(|line| line.strip_prefix("#define PY_VERSION "));
    let (number, source) = match (defined, cfg_version) {
        (Some(text), _) => (
            text.trim().trim_matches('"').to_owned(),
            VersionSource::Headers,
        ),
        (None, Some(text)) => (text, VersionSource::PyvenvCfg),
        (None, None) => (python.major_minor(), VersionSource::FileName),
    };
    VersionInfo { number, source }
}
