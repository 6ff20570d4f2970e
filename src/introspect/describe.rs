//! An environment and its variables -> what its Python would say of itself: `sys.prefix`, `sys.path`, install paths.
//!
//! Read from files alone; no Python is started.

use std::fs;
use std::path::PathBuf;

use crate::os;
use crate::venv::{self, PyvenvCfg};

use super::implementation::{self, PythonBinary};
use super::posixpath::{bytes_to_path, join, path_to_bytes};
use super::python_info::{Caveat, IntrospectError, PythonInfo, VersionInfo, VersionSource};
use super::site::{self, SiteLayout, SysPathBuilder};
use super::startup::StartupContext;
use super::version_rules::{self, VersionRules};
use super::{getpath, install_schemes};

/// The first version whose rules are known.
const OLDEST_SUPPORTED: (u32, u32) = (3, 6);

/// What the environment's Python would say.
///
/// # Errors
/// It would not start, or it is none that is known here.
pub(crate) fn inspect_python(
    start: &StartupContext<'_>,
    cfg: &PyvenvCfg,
) -> Result<PythonInfo, IntrospectError> {
    if os::OS_NAME == "Windows" {
        return Err(IntrospectError::UnsupportedPlatform);
    }
    let python = implementation::identify_python(start.root, cfg, start.cfg_bytes)?;
    if python.version < OLDEST_SUPPORTED {
        return Err(IntrospectError::UnsupportedVersion(python));
    }
    let said = cfg_version(&python, cfg);
    let mut rules = VersionRules::for_interpreter(&python, said.as_deref().and_then(parse_micro));
    let library = getpath::locate_stdlib(&python, &rules, start)?;
    let layout = inspect_site_py(&python, &library, &mut rules);
    let is_system_seen = site::is_system_site_enabled(&read_site_cfg(start));
    let mut site = SysPathBuilder::new(&python, &rules, layout, &library, start);
    let user = site.add_site_packages(start, &library, is_system_seen);
    let caveats = library.caveat.clone().into_iter();
    let caveats = caveats.chain(find_pth_override(start, &python, &rules));
    let caveats = caveats.chain(site.caveats).collect();
    Ok(PythonInfo {
        version: determine_version(&python, &library, said),
        executable: start.executable(),
        prefix: start.root.to_owned(),
        exec_prefix: start.root.to_owned(),
        base_prefix: bytes_to_path(&library.prefix),
        base_exec_prefix: bytes_to_path(&library.exec_prefix),
        path: site.path.iter().map(|entry| bytes_to_path(entry)).collect(),
        install_paths: install_schemes::install_paths(
            &python,
            &rules,
            &library,
            &path_to_bytes(start.root),
        ),
        platlibdir: library.platlibdir,
        has_system_site: is_system_seen,
        user,
        is_safe_path: rules.has_safe_path && start.non_empty_var("PYTHONSAFEPATH").is_some(),
        caveats,
        python,
    })
}

/// The pyvenv.cfg that site reads: one beside the interpreter comes first.
fn read_site_cfg(start: &StartupContext<'_>) -> Vec<u8> {
    let beside = venv::scripts_dir(start.root).join(venv::PYVENV_CFG);
    fs::read(beside).unwrap_or_else(|_| start.cfg_bytes.to_vec())
}

/// Distributors change site.py, and later releases of a version mend it: it is asked itself.
fn inspect_site_py(
    python: &PythonBinary,
    library: &getpath::StdlibLocation,
    rules: &mut VersionRules,
) -> SiteLayout {
    let name = format!("{}/{}/site.py", library.platlibdir, python.stdlib_name());
    let Ok(code) = fs::read_to_string(bytes_to_path(&join(&library.prefix, name.as_bytes())))
    else {
        return SiteLayout::Upstream;
    };
    rules.pth.is_hidden_skipped |= code.contains(".startswith(\".\")");
    rules.pth.is_utf8 |= code.contains("utf-8-sig");
    if code.contains("\"dist-packages\"") {
        SiteLayout::Debian
    } else {
        SiteLayout::Upstream
    }
}

/// A `._pth` file (getpath.py), by the environment's name for its Python or by the interpreter's own.
fn find_pth_override(
    start: &StartupContext<'_>,
    python: &PythonBinary,
    rules: &VersionRules,
) -> Option<Caveat> {
    let is_read = !matches!(
        rules.stdlib_search,
        version_rules::StdlibSearch::GetpathC | version_rules::StdlibSearch::PyPy
    );
    let names = [start.executable(), python.file.clone()];
    let mut files = names.into_iter().map(|name| {
        let mut name = name.into_os_string();
        name.push("._pth");
        PathBuf::from(name)
    });
    let file = files.find(|file| is_read && file.is_file())?;
    Some(Caveat::PthOverride(file))
}

/// The version in pyvenv.cfg, if it can be this interpreter's: `3.12.1` of `3.12.1.final.0`.
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
    library: &getpath::StdlibLocation,
    said: Option<String>,
) -> VersionInfo {
    let stem = python.implementation.stem();
    let name = format!(
        "include/{stem}{}{}/patchlevel.h",
        python.major_minor(),
        python.abiflags
    );
    let headers = fs::read_to_string(bytes_to_path(&join(&library.prefix, name.as_bytes())));
    let defined = headers.ok().and_then(|text| {
        let mut lines = text
            .lines()
            .filter_map(|line| line.strip_prefix("#define PY_VERSION "));
        Some(lines.next()?.trim().trim_matches('"').to_owned())
    });
    let (text, from) = match (defined, said) {
        (Some(text), _) => (text, VersionSource::Headers),
        (None, Some(text)) => (text, VersionSource::PyvenvCfg),
        (None, None) => (python.major_minor(), VersionSource::FileName),
    };
    VersionInfo {
        number: text,
        source: from,
    }
}
