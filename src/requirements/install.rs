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
    let pins = pins.map(|pins| runner.write_constraints(&pins.constraints));
    let pins = pins.transpose()?;
    let constraints: Vec<OsString> = match &pins {
        Some(file) => vec!["-c".into(), file.path().into()],
        None => Vec::new(),
    };
    let mut options = os_args(&["install"]);
    if order.is_upgrade {
        options.push("--upgrade".into());
    }
    options.extend(constraints.iter().cloned());
    for reason in &plan.left_out {
        runner.verbosity.notice(format_args!("left out: {reason}"));
    }
    let steps = Steps {
        installer: &installer,
        options,
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
    /// The installer's verb and options.
    options: Vec<OsString>,
    runner: &'a InstallRunner<'a>,
}

impl Steps<'_> {
    /// Installs everything at once, so that one set of versions serves it all. If that fails, installs what is required,
    /// and then of the rest what can be had with the versions that are there. False if not at once.
    fn install_plan(&self, plan: &InstallPlan) -> Result<bool, InstallError> {
        let runner = self.runner;
        let name = plan.display_name(runner.project, runner.root);
        if plan.additional.iter().all(Part::is_empty) {
            self.require(plan.parts(), &name)?;
            return Ok(true);
        }
        if let Ok(duration) = self.attempt(plan.parts(), &[], &name)? {
            self.report(&name, duration);
            return Ok(true);
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
        let parts = install_args(parts, self.runner.project);
        [&self.options, &*parts, constraints].concat()
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
