//! An install plan -> installed: all of it at once, or else what is required, and what can be had of the rest.

use std::ffi::OsString;
use std::time::Duration;

use crate::output;
use crate::process::Process;
use crate::quote::printable;

use super::plan::{InstallPlan, Part, display_name, install_args};
use super::runner::{InstallError, InstallRunner, Installer, os_args};
use super::{installer, prune};

/// What is done besides installing what is missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct InstallOrder {
    /// Whether what is there is upgraded.
    pub is_upgrade: bool,
    /// Whether packages that nothing requires are removed.
    pub is_exact: bool,
}

/// Installs the plan.
///
/// # Errors
/// There is no usable installer, or it fails with what is required; Ctrl-C.
pub(super) fn install(
    plan: &InstallPlan,
    order: InstallOrder,
    runner: &InstallRunner<'_>,
    process: &Process,
) -> Result<(), InstallError> {
    if plan.is_empty() && !order.is_exact {
        return Ok(());
    }
    let choice = installer::choose_installer(plan, runner, process);
    let (installer, vars) = choice.map_err(|error| InstallError::Failed {
        error,
        reason: "VRUN_INSTALLER names an installer that cannot be used".into(),
    })?;
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
    for reason in &plan.left_out {
        runner.verbosity.notice(format_args!("left out: {reason}"));
    }
    let steps = Steps {
        installer: &installer,
        is_upgrade: order.is_upgrade,
        pins: &constraints,
        is_lock_binding: process.is_ci(),
        runner,
    };
    let is_whole = plan.is_empty() || steps.install_plan(plan)?;
    if !order.is_exact {
        return Ok(());
    }
    if !is_whole {
        let verbosity = runner.verbosity;
        verbosity.notice("nothing is removed: not all of it can be installed together");
        return Ok(());
    }
    let mut required = install_args(plan.parts(), runner.project);
    if !required.is_empty() {
        required.extend(constraints);
    }
    prune::remove_extraneous(&installer, required, runner)
}

/// The steps of one install.
struct Steps<'a> {
    installer: &'a Installer,
    is_upgrade: bool,
    /// The installer's arguments for the versions of a lock.
    pins: &'a [OsString],
    /// Whether nothing is installed in other versions.
    is_lock_binding: bool,
    runner: &'a InstallRunner<'a>,
}

impl Steps<'_> {
    /// Installs everything at once, so that one set of versions serves it all. If that fails, installs what is required,
    /// and then of the rest what can be had with the versions that are there. False if not at once.
    fn install_plan(&self, plan: &InstallPlan) -> Result<bool, InstallError> {
        let runner = self.runner;
        let name = plan.display_name(runner.project, runner.root);
        let is_single = plan.additional.iter().all(Part::is_empty);
        if is_single && self.pins.is_empty() {
            self.require(plan.parts(), &name)?;
            return Ok(true);
        }
        let refusal = match self.attempt(plan.parts(), &[], &name)? {
            Ok(duration) => {
                self.report(&name, duration);
                return Ok(true);
            }
            Err(reason) => is_single.then_some(reason),
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
        let versions = runner.installed_versions(self.installer);
        let versions = runner.write_constraints(&versions)?;
        let constraints = ["-c".into(), versions.path().into()];
        for part in &plan.additional {
            self.add(part, &constraints)?;
        }
        Ok(false)
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
        let lock = plan.pins.iter().map(|pins| &*pins.lock);
        let lock = display_name(lock, self.runner.project, self.runner.root);
        self.runner.verbosity.notice(format_args!(
            "installing other versions than {lock} has, which cannot be installed: {reason}"
        ));
        let steps = Steps { pins: &[], ..*self };
        steps.install_plan(plan).map(drop)
    }

    /// Installs a part that may be left out. One requirement that cannot be had is no reason to go without the others.
    fn add(&self, part: &Part, constraints: &[OsString]) -> Result<(), InstallError> {
        let verbosity = self.runner.verbosity;
        let leave_out = |name: &str, reason: &str| {
            verbosity.notice(format_args!("{name} is left out: {reason}"));
        };
        let name = part.describe(self.runner.project);
        let Err(reason) = self.attempt([part], constraints, &name)? else {
            return Ok(());
        };
        let singles = part.split();
        if singles.is_empty() {
            leave_out(&name, &reason);
        }
        for (single, requirement) in &singles {
            let name = format!("{requirement} ({name})");
            if let Err(reason) = self.attempt([single], constraints, &name)? {
                leave_out(&name, &reason);
            }
        }
        Ok(())
    }

    /// Installs parts without which the project does not work.
    fn require<'p>(
        &self,
        parts: impl IntoIterator<Item = &'p Part>,
        name: &str,
    ) -> Result<(), InstallError> {
        let args = self.args(parts, &[]);
        let failure = format!("cannot install {name} into {}", printable(self.runner.root));
        let line = self.line(name);
        let duration = self
            .runner
            .run_step(self.installer, args, &line, &failure)?;
        self.report(name, duration);
        Ok(())
    }

    /// Installs parts that may be refused: then the result is why.
    fn attempt<'p>(
        &self,
        parts: impl IntoIterator<Item = &'p Part>,
        constraints: &[OsString],
        name: &str,
    ) -> Result<Result<Duration, String>, InstallError> {
        let args = self.args(parts, constraints);
        self.runner.try_step(self.installer, args, &self.line(name))
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
        [&*args, self.pins, constraints].concat()
    }

    fn line(&self, name: &str) -> String {
        format!("installing {name} with {}", self.installer.name())
    }

    fn report(&self, name: &str, duration: Duration) {
        let duration = output::format_duration(duration);
        let verbosity = self.runner.verbosity;
        verbosity.notice(format_args!("installed {name} in {duration}"));
    }
}
