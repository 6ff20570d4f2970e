//! An environment -> the variables of its programs, and where they are looked up. Shared by a run, `-n`, `--which` and
//! `--export`.

use std::path::{Path, PathBuf};

use crate::cli::{Mode, RunRequest, Settings};
use crate::error::Error;
use crate::find::{FoundEnv, Reason, Search};
use crate::inline_script::Script;
use crate::manifest;
use crate::process::Process;
use crate::program::{self, EnvQueries, ResolveContext};
use crate::python::{self, Inspection};
use crate::quote::printable;
use crate::venv::{self, SubstitutePython, Venv};
use crate::view::{self, View};
use crate::{git, repair};

/// The environment of a run.
#[derive(Debug)]
pub(super) struct TargetEnv {
    pub venv: Venv,
    /// The active environment, if it is a different one: its entries are removed from PATH.
    pub deactivated: Option<PathBuf>,
    /// The script that the environment was created for, if any.
    pub script: Option<Script>,
    /// `-n`: it does not exist yet.
    pub is_planned: bool,
}

impl TargetEnv {
    pub(super) fn open(found: FoundEnv, script: Option<Script>) -> Result<TargetEnv, Error> {
        Ok(TargetEnv {
            venv: open_venv(&found)?,
            deactivated: found.deactivated,
            script,
            is_planned: false,
        })
    }
}

/// Opens the environment. The prompt of a script's is the script's name.
pub(super) fn open_venv(found: &FoundEnv) -> Result<Venv, Error> {
    let mut venv = Venv::open(&found.root)?;
    if let Reason::Script(file) = &found.reason {
        venv.cfg.prompt = file.file_name().map(printable);
    }
    Ok(venv)
}

/// An environment, and the variables that its programs get (its view).
#[derive(Debug)]
pub(super) struct PreparedEnv<'a> {
    pub view: View,
    env: &'a TargetEnv,
    search: &'a Search,
    mode: Mode,
    process: &'a Process,
}

pub(super) fn prepare<'a>(
    env: &'a TargetEnv,
    search: &'a Search,
    settings: &Settings,
    process: &'a Process,
) -> Result<PreparedEnv<'a>, Error> {
    let script = env.script.as_ref();
    Ok(PreparedEnv {
        view: build_view(
            &env.venv,
            env.deactivated.as_deref(),
            script,
            settings,
            process,
        )?,
        env,
        search,
        mode: settings.mode,
        process,
    })
}

/// The prompt of a script's environment is the script's name.
pub(super) fn build_view(
    venv: &Venv,
    deactivated: Option<&Path>,
    script: Option<&Script>,
    settings: &Settings,
    process: &Process,
) -> Result<View, Error> {
    let name = script.map(Script::name).or(venv.cfg.prompt.clone());
    let prompt = venv::prompt(&venv.root, name);
    let view = view::build_view(&venv.root, prompt, process.var("PATH"), deactivated)?;
    Ok(view.with_isolation(settings.isolation))
}

impl<'a> PreparedEnv<'a> {
    pub(super) fn resolve_context(&'a self, request: &RunRequest) -> ResolveContext<'a> {
        ResolveContext {
            root: &self.env.venv.root,
            cfg: &self.env.venv.cfg,
            path: self.view.path(),
            self_exe: self.process.current_exe(),
            handoff: self.process.non_empty_var(program::HANDOFF_VAR),
            foreign: request.foreign,
            is_env_explicit: request.settings.has_location_option(),
            queries: self,
        }
    }
}

impl EnvQueries for PreparedEnv<'_> {
    fn find_substitute(&self) -> Result<Option<SubstitutePython>, Error> {
        python::find_substitute(&Inspection {
            venv: &self.env.venv,
            project: self.search.project(),
            is_cached: self.mode == Mode::Real,
            process: self.process,
        })
    }

    fn find_mention(&self, name: &str) -> Option<(String, Option<String>)> {
        let mention = manifest::find_mention(name, self.search.project()?)?;
        let place = format!("{}:{}", printable(&mention.file), mention.line);
        Some((place, mention.install_args))
    }

    fn is_tracked(&self) -> bool {
        git::find_tracked(&self.env.venv.root, self.process).is_some()
    }

    fn describe_stale_imports(&self) -> Option<String> {
        repair::describe_stale_imports(&self.env.venv.root, self.process)
    }

    fn describe_stale_scripts(&self) -> Option<String> {
        repair::describe_stale_scripts(&self.env.venv.root)
    }
}
