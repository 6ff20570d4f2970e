//! A module's name that is being typed -> the modules that `python -m` finds, where Python looks for them.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::cli::{Completion, Settings};
use crate::find::FoundEnv;
use crate::introspect::{self, Module, PythonInfo};
use crate::process::Process;
use crate::venv::{self, Venv};

use super::super::info::python_info;
use super::super::prepare::build_view;

/// The modules in the package that is typed, each with where it comes from: those of the standard library last. A
/// package that holds modules and is none that runs ends with a dot.
pub(super) fn modules_at(
    completion: &Completion,
    env: Option<&FoundEnv>,
    process: &Process,
) -> Vec<(String, &'static str)> {
    let Some(typed) = completion.typed.to_str() else {
        return Vec::new();
    };
    let (package, name) = typed.rsplit_once('.').unwrap_or(("", typed));
    let info = env.zip(completion.settings.as_ref());
    let info = info.and_then(|(env, settings)| read_python_info(env, settings, process));
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    for (dir, place) in search_path(env, info.as_ref(), process) {
        for (module, kind) in introspect::list_modules(&dir, package, name.starts_with('_')) {
            let module = match package {
                "" => module,
                package => format!("{package}.{module}"),
            };
            if seen.insert(module.clone()) {
                let end = if kind == Module::Package { "." } else { "" };
                found.push((module + end, place));
            }
        }
    }
    found
}

/// The working directory, what the environment adds, and the standard library.
fn search_path(
    env: Option<&FoundEnv>,
    info: Option<&PythonInfo>,
    process: &Process,
) -> Vec<(PathBuf, &'static str)> {
    let is_safe = info.is_some_and(|info| info.is_safe_path);
    let cwd = process.physical_cwd().ok().filter(|_| !is_safe);
    let (stdlib, others) = match info {
        Some(info) => {
            let stdlib = &info.install_paths.stdlib;
            let is_stdlib = |dir: &PathBuf| {
                dir == stdlib || (dir.parent() == Some(stdlib) && dir.ends_with("lib-dynload"))
            };
            info.path.iter().cloned().partition(is_stdlib)
        }
        None => (
            Vec::new(),
            env.map_or(Vec::new(), |env| venv::site_packages(&env.root)),
        ),
    };
    let label = |dirs: Vec<PathBuf>, place| dirs.into_iter().map(move |dir| (dir, place));
    let places = label(cwd.into_iter().collect(), "this directory");
    let places = places.chain(label(others, "environment"));
    places.chain(label(stdlib, "standard library")).collect()
}

fn read_python_info(env: &FoundEnv, settings: &Settings, process: &Process) -> Option<PythonInfo> {
    let venv = Venv::open(&env.root).ok()?;
    let cfg = venv::read_pyvenv_cfg(&venv.root).ok()?;
    let view = build_view(&venv, env.deactivated.as_deref(), None, settings, process).ok()?;
    python_info(&venv, &cfg, &view, process).ok()
}
