//! An install plan -> installed: all of it at once, or else what is required, and what can be had of the rest.

use std::cell::RefCell;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::installer::prune::InstallPlanOf;
use crate::installer::{
    self, InstallError, InstallRunner, Installer, StepDone, check_present, lock_sync, os_args,
    prune, uv_lock,
};
use crate::manifest::{
    InstallPlan, Part, detect, display_name, hashed_requirements, install_args, version_limits,
};
use crate::process::Process;
use crate::quote::printable;

use super::options::SyncOrder;
use super::removed_files;
use super::state::InstallState;

/// The variables that name an index in place of PyPI, of pip and of uv.
const INDEX_VARS: [&str; 2] = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX"];

/// How long pip may take before uv is named.
const SLOW: Duration = Duration::from_secs(10);

/// How much of a plan is installed.
#[derive(Debug)]
pub(super) struct Installed {
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// Whether it is all of it, in the versions that the plan has.
    pub is_whole: bool,
}

/// Installs the plan.
///
/// # Errors
/// There is no usable installer, or it fails with what is required; Ctrl-C.
pub(super) fn install(
    plan: &InstallPlan,
    order: SyncOrder,
    runner: &InstallRunner<'_>,
    process: &Process,
) -> Result<Installed, InstallError> {
    for reason in &plan.left_out {
        runner.verbosity.notice(format_args!("left out: {reason}"));
    }
    if plan.is_empty() && !order.is_exact {
        return Ok(Installed {
            left_out: plan.left_out.clone(),
            is_whole: plan.left_out.is_empty(),
        });
    }
    let choice = installer::choose_installer(plan, runner, process);
    let (installer, mut vars) = choice.map_err(|error| InstallError::Failed {
        error,
        reason: "there is no installer that can be used".into(),
    })?;
    if let Some(index) = &plan.index {
        let url = index.url(process);
        vars.extend(INDEX_VARS.map(|name| (name.into(), (&url).into())));
    }
    vars.push((uv_lock::ENVIRONMENT_VAR.into(), runner.dir.into()));
    let runner = &InstallRunner {
        vars: &[runner.vars, &*vars].concat(),
        python: runner.python.clone(),
        ..*runner
    };
    if installer == Installer::Pip {
        installer::check_sources(plan, runner)?;
        installer::upgrade_pip_if_needed(plan, runner)?;
    }
    let pins = plan.pins.as_ref();
    let has_hashes = installer != Installer::Pip;
    let pins = pins.map(|pins| runner.write_constraints(&pins.constraints(has_hashes)));
    let pins = pins.transpose()?;
    let constraints: Vec<OsString> = match &pins {
        Some(file) => vec!["-c".into(), file.path().into()],
        None => Vec::new(),
    };
    let others = other_plans(runner);
    let limits = root_limits(others.as_deref().unwrap_or_default(), runner);
    let limits = match limits.is_empty() {
        true => None,
        false => Some(runner.write_constraints(&limits)?),
    };
    let limits = limits
        .iter()
        .flat_map(|file| ["-c".into(), file.path().into()]);
    let limits: Vec<OsString> = limits.collect();
    let left_out = RefCell::new(plan.left_out.clone());
    let steps = Steps {
        installer: &installer,
        is_upgrade: order.is_upgrade,
        pins: &constraints,
        limits: &limits,
        is_lock_binding: process.is_ci(),
        left_out: &left_out,
        runner,
    };
    let started = Instant::now();
    let is_whole = plan.is_empty() || steps.install_plan(plan)?;
    if installer == Installer::Pip && started.elapsed() > SLOW {
        installer::name_uv_once(process);
    }
    removed_files::restore(&installer, runner)?;
    if order.is_exact && is_whole {
        let mut required = install_args(plan.parts(), runner.project);
        if !required.is_empty() {
            required.extend(constraints);
            required.extend(limits);
        }
        let own = plan.project_name.as_deref();
        prune::remove_extraneous(&installer, required, own, &others?, runner)?;
    } else if order.is_exact {
        let verbosity = runner.verbosity;
        verbosity.notice("nothing is removed: not all of it can be installed together");
    }
    let left_out = left_out.into_inner();
    Ok(Installed {
        is_whole: is_whole && left_out.is_empty(),
        left_out,
    })
}

/// What the other projects require that the environment remembers.
fn other_plans(runner: &InstallRunner<'_>) -> Result<Vec<InstallPlanOf>, InstallError> {
    let states = InstallState::load_all(runner.root).into_iter();
    let mut plans = Vec::new();
    for state in states.filter(|state| state.project != runner.project) {
        let plan = detect::detect_plan(&state.project, &state.selection);
        let plan = plan.map_err(|error| InstallError::Failed {
            reason: error.message().to_owned(),
            error,
        })?;
        let project = state.project;
        plans.extend(plan.map(|plan| InstallPlanOf { project, plan }));
    }
    Ok(plans)
}

/// The versions that the project at the environment's directory allows of what it requires, if that is another one.
fn root_limits(others: &[InstallPlanOf], runner: &InstallRunner<'_>) -> Vec<String> {
    let is_root = |it: &&InstallPlanOf| runner.root.parent() == Some(&it.project);
    let root = others.iter().find(is_root);
    let parts = root
        .into_iter()
        .flat_map(|it| it.plan.parts().map(|part| (part, &*it.project)));
    parts
        .flat_map(|(part, project)| version_limits(part, project))
        .collect()
}

/// The steps of one install.
struct Steps<'a> {
    installer: &'a Installer,
    is_upgrade: bool,
    /// The installer's arguments for the versions of a lock.
    pins: &'a [OsString],
    /// The same for what the root of a monorepo requires, where a package of it is installed.
    limits: &'a [OsString],
    /// Whether nothing is installed in other versions.
    is_lock_binding: bool,
    /// What was left out, and why.
    left_out: &'a RefCell<Vec<String>>,
    runner: &'a InstallRunner<'a>,
}

impl Steps<'_> {
    /// Installs everything at once, so that one set of versions serves it all. If that fails, installs what is required,
    /// and then of the rest what can be had with the versions that are there. False if not at once.
    fn install_plan(&self, plan: &InstallPlan) -> Result<bool, InstallError> {
        let runner = self.runner;
        let name = plan.display_name(runner.project, runner.root);
        if let Some(is_whole) = self.sync_lock(plan)? {
            return Ok(is_whole);
        }
        self.install_hashed(plan)?;
        let is_single = plan.additional.iter().all(Part::is_empty);
        if is_single && self.pins.is_empty() {
            self.require(plan.parts(), &name)?;
            return Ok(true);
        }
        let refusal = match self.attempt(plan.parts(), &[], &name)? {
            Ok(done) => {
                self.report(&name, done);
                return Ok(true);
            }
            Err(reason) if is_single => Some(reason),
            Err(reason) => {
                let verbosity = runner.verbosity;
                verbosity.notice(format_args!("they cannot be installed together: {reason}"));
                None
            }
        };
        if let Some(reason) = self.pins_refused(plan, refusal)? {
            self.install_unpinned(plan, &reason)?;
            return Ok(false);
        }
        if !plan.required.iter().all(Part::is_empty) {
            let files = plan.required.iter().map(Part::file);
            let name = display_name(files, runner.project, runner.root);
            self.require(&plan.required, &name)?;
        }
        self.add_all(&plan.additional)?;
        Ok(false)
    }

    /// Has uv install what its own lock has, and then the rest. None if it does not.
    fn sync_lock(&self, plan: &InstallPlan) -> Result<Option<bool>, InstallError> {
        let runner = self.runner;
        let Installer::Uv(uv) = self.installer else {
            return Ok(None);
        };
        let Some(sync) = lock_sync(plan, runner.project) else {
            return Ok(None);
        };
        let name = display_name(plan.lock().into_iter(), runner.project, runner.root);
        let uv = Installer::UvProject(uv.clone());
        match runner.try_step(&uv, sync.args, &self.line(&name))? {
            Ok(done) => {
                let is_rest = |part: &Part| sync.rest.contains(&part);
                let parts = plan.parts().filter(|part| !is_rest(part));
                check_present(parts, self.installer, runner)?;
                self.report(&name, done);
            }
            Err(reason) => {
                let line = || format!("`uv sync` does not install {name}: {reason}");
                runner.verbosity.verbose(line);
                return Ok(None);
            }
        }
        self.add_all(sync.rest.iter().copied()).map(Some)
    }

    /// Has pip check the hashes of a lock, which it does only where it resolves nothing and nothing is without: it installs
    /// first what the lock has hashes of. What cannot be installed so is left to the next step, but for a wrong hash.
    fn install_hashed(&self, plan: &InstallPlan) -> Result<(), InstallError> {
        let runner = self.runner;
        let lines = match self.installer {
            Installer::Pip => hashed_requirements(plan, runner.project),
            _ => Vec::new(),
        };
        if lines.is_empty() {
            return Ok(());
        }
        let file = runner.write_constraints(&lines)?;
        let name = display_name(plan.lock().into_iter(), runner.project, runner.root);
        let line = self.line(&name);
        let mut args = os_args(&["install", "--no-deps", "--require-hashes", "-r"]);
        args.push(file.path().into());
        match runner.try_step(self.installer, args.clone(), &line)? {
            Ok(done) => self.report(&name, done),
            Err(reason) if reason.to_ascii_lowercase().contains("hash") => {
                let failure = format!("cannot install {name} into {}", printable(runner.root));
                let done = runner.run_step(self.installer, args, &line, &failure)?;
                self.report(&name, done);
            }
            Err(reason) => runner
                .verbosity
                .verbose(|| format!("{name} is not installed with its hashes: {reason}")),
        }
        Ok(())
    }

    /// Why a lock's versions of what is required cannot be had, if others may be taken. A file that is not the one that
    /// was locked is never replaced by another version.
    fn pins_refused(
        &self,
        plan: &InstallPlan,
        refusal: Option<String>,
    ) -> Result<Option<String>, InstallError> {
        if self.pins.is_empty() || self.is_lock_binding {
            return Ok(None);
        }
        let name = plan.display_name(self.runner.project, self.runner.root);
        let refusal = match refusal {
            Some(reason) => Some(reason),
            None => self.attempt(&plan.required, &[], &name)?.err(),
        };
        Ok(refusal.filter(|reason| !reason.to_ascii_lowercase().contains("hash")))
    }

    fn install_unpinned(&self, plan: &InstallPlan, reason: &str) -> Result<(), InstallError> {
        let lock = display_name(
            plan.lock().into_iter(),
            self.runner.project,
            self.runner.root,
        );
        self.runner.verbosity.notice(format_args!(
            "installing other versions than {lock} has, which cannot be installed: {reason}"
        ));
        let unpinned = InstallPlan {
            pins: None,
            ..plan.clone()
        };
        let steps = Steps { pins: &[], ..*self };
        steps.install_plan(&unpinned).map(drop)
    }

    /// Installs parts that may be left out, with the versions that are there. False if one is.
    fn add_all<'p>(&self, parts: impl IntoIterator<Item = &'p Part>) -> Result<bool, InstallError> {
        let versions = self.runner.installed_versions(self.installer);
        let versions = self.runner.write_constraints(&versions)?;
        let constraints = ["-c".into(), versions.path().into()];
        let mut is_whole = true;
        for part in parts {
            is_whole &= self.add(part, &constraints)?;
        }
        Ok(is_whole)
    }

    /// Installs a part that may be left out. If one requirement cannot be installed, the others still are.
    fn add(&self, part: &Part, constraints: &[OsString]) -> Result<bool, InstallError> {
        let verbosity = self.runner.verbosity;
        let leave_out = |name: &str, reason: &str| {
            let line = format!("{name} is left out: {reason}");
            verbosity.notice(&line);
            self.left_out.borrow_mut().push(line);
        };
        let name = part.describe(self.runner.project);
        let reason = match self.attempt([part], constraints, &name)? {
            Ok(done) => {
                self.report(&name, done);
                return Ok(true);
            }
            Err(reason) => reason,
        };
        let singles = part.split();
        if singles.is_empty() {
            leave_out(&name, &reason);
        }
        for (single, requirement) in &singles {
            let name = format!("{requirement} ({name})");
            match self.attempt([single], constraints, &name)? {
                Ok(done) => self.report(&name, done),
                Err(reason) => leave_out(&name, &reason),
            }
        }
        Ok(false)
    }

    /// Installs parts without which the project does not work.
    fn require<'p>(
        &self,
        parts: impl IntoIterator<Item = &'p Part> + Clone,
        name: &str,
    ) -> Result<(), InstallError> {
        let args = self.args(parts.clone(), &[]);
        let failure = format!("cannot install {name} into {}", printable(self.runner.root));
        let line = self.line(name);
        let done = self
            .runner
            .run_step(self.installer, args, &line, &failure)?;
        check_present(parts, self.installer, self.runner)?;
        self.report(name, done);
        Ok(())
    }

    /// Installs parts that may be refused: then the result is why.
    fn attempt<'p>(
        &self,
        parts: impl IntoIterator<Item = &'p Part> + Clone,
        constraints: &[OsString],
        name: &str,
    ) -> Result<Result<StepDone, String>, InstallError> {
        let args = self.args(parts.clone(), constraints);
        let line = self.line(name);
        let result = self.runner.try_step(self.installer, args, &line)?;
        if result.is_ok() {
            check_present(parts, self.installer, self.runner)?;
        }
        Ok(result)
    }

    fn args<'p>(
        &self,
        parts: impl IntoIterator<Item = &'p Part>,
        constraints: &[OsString],
    ) -> Vec<OsString> {
        let mut args = os_args(&["install"]);
        if self.is_upgrade {
            args.push("--upgrade".into());
        }
        args.extend(install_args(parts, self.runner.project));
        [&*args, self.pins, self.limits, constraints].concat()
    }

    fn line(&self, name: &str) -> String {
        format!("installing {name} with {}", self.installer.name())
    }

    fn report(&self, name: &str, done: StepDone) {
        let done = done.describe(self.installer.name());
        let verbosity = self.runner.verbosity;
        verbosity.notice(format_args!("installed {name} in {done}"));
    }
}
