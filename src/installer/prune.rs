//! What is installed, and what is required -> the rest is removed: `--sync --exact`.
//!
//! pip stays, and what it builds with (setuptools, wheel), as `pip freeze` leaves them out.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::Error;
use crate::fs::temp_file_in;
use crate::manifest::{InstallPlan, install_args, is_same_name, normalize_name};
use crate::quote::printable;

use super::install_error::InstallError;
use super::program::{Installer, SEED_PACKAGES, os_args};
use super::runner::InstallRunner;

/// A Python program that prints the names in a pip report (`--report`, version 1). The environment's Python runs it.
const REPORT_NAMES_SCRIPT: &str = "\
import json, sys
for item in json.load(open(sys.argv[1], encoding='utf-8'))['install']:
    print(item['metadata']['name'])
";

/// What another project requires that is installed in the same environment.
#[derive(Debug)]
pub(crate) struct InstallPlanOf {
    pub project: PathBuf,
    pub plan: InstallPlan,
}

/// Removes every package that is neither in `required`, the installer's arguments, nor a dependency of those; never the
/// project's `own`, nor what one of the `others` requires.
pub(crate) fn remove_extraneous(
    installer: &Installer,
    required: Vec<OsString>,
    own: Option<&str>,
    others: &[InstallPlanOf],
    runner: &InstallRunner<'_>,
) -> Result<(), InstallError> {
    let extraneous = |required, own: Option<&str>, runner: &InstallRunner<'_>| {
        let names = match installer {
            Installer::Uv(_) | Installer::UvProject(_) => {
                extraneous_by_uv(installer, required, runner)
            }
            Installer::Pip => extraneous_by_pip(required, runner),
        };
        let mut names = names.ok_or_else(|| undetermined_error(runner))?;
        names.retain(|name| !own.is_some_and(|own| is_same_name(own, name)));
        Ok(names)
    };
    let mut names: Vec<String> = extraneous(required, own, runner)?;
    for InstallPlanOf { project, plan } in others {
        if names.is_empty() {
            break;
        }
        let runner = &InstallRunner {
            project,
            python: runner.python.clone(),
            ..*runner
        };
        let required = install_args(plan.parts(), project);
        let more = extraneous(required, plan.project_name.as_deref(), runner)?;
        names.retain(|name| more.iter().any(|other| is_same_name(other, name)));
    }
    if names.is_empty() {
        return Ok(());
    }
    let mut args = os_args(&["uninstall"]);
    if *installer == Installer::Pip {
        args.push("--yes".into());
    }
    args.extend(names.iter().map(OsString::from));
    let pronoun = if names.len() == 1 { "it" } else { "them" };
    let names = printable(names.join(", "));
    let line = format!("removing {names}: nothing requires {pronoun}");
    let failure = format!("cannot remove {names} from {}", printable(runner.root));
    runner.run_step(installer, args, &line, &failure).map(drop)
}

/// What uv itself would remove, from lines such as ` - six==1.16.0`.
fn extraneous_by_uv(
    installer: &Installer,
    required: Vec<OsString>,
    runner: &InstallRunner<'_>,
) -> Option<Vec<String>> {
    if required.is_empty() {
        // uv refuses to install nothing.
        let listed = runner.output_of(installer, os_args(&["list", "--format=freeze"]))?;
        return Some(extraneous(&listed, &[]));
    }
    let mut args = os_args(&["install", "--exact", "--dry-run", "--color", "never"]);
    args.extend(required);
    let output = runner.output_of(installer, args)?;
    let names = |sign: &str| -> Vec<String> {
        let lines = output
            .lines()
            .filter_map(|line| line.trim().strip_prefix(sign));
        let names = lines.map(|text| text.split(['=', ' ']).next().unwrap_or(text).to_owned());
        names.collect()
    };
    // A package that is reinstalled or changes its version has both signs.
    let (mut removed, added) = (names("- "), names("+ "));
    removed.retain(|name| !added.contains(name) && !SEED_PACKAGES.contains(&name.as_str()));
    Some(removed)
}

/// What is installed, less what pip would install into an empty environment.
fn extraneous_by_pip(required: Vec<OsString>, runner: &InstallRunner<'_>) -> Option<Vec<String>> {
    let required = match required.is_empty() {
        true => Vec::new(),
        false => required_names(required, runner)?,
    };
    let listed = runner.pip_stdout(os_args(&["list", "--format=freeze"]))?;
    Some(extraneous(&listed, &required))
}

/// The names in lines such as `six==1.16.0`, less those that stay.
fn extraneous(listed: &str, required: &[String]) -> Vec<String> {
    let names = listed.lines().filter_map(|line| line.split_once("=="));
    let names = names.map(|(name, _)| name).filter(|name| {
        let name = normalize_name(name);
        !SEED_PACKAGES.contains(&name.as_str()) && !required.contains(&name)
    });
    names.map(str::to_owned).collect()
}

fn required_names(required: Vec<OsString>, runner: &InstallRunner<'_>) -> Option<Vec<String>> {
    let report = temp_file_in(runner.root).ok()?;
    let options = "install --quiet --dry-run --ignore-installed --report";
    let mut args: Vec<OsString> = options.split(' ').map(OsString::from).collect();
    args.push(report.path().into());
    args.extend(required);
    runner.pip_stdout(args)?;
    let mut args = os_args(&["-I", "-c", REPORT_NAMES_SCRIPT]);
    args.push(report.path().into());
    let names = runner.stdout_of(&runner.python, args)?;
    Some(names.lines().map(normalize_name).collect())
}

fn undetermined_error(runner: &InstallRunner<'_>) -> InstallError {
    let what = format!(
        "cannot remove extraneous packages from {}",
        printable(runner.root)
    );
    InstallError::Failed {
        error: Error::failed(what)
            .with_cause("the installer does not say what is required; pip does since 22.2")
            .with_hint("`vrun pip install --upgrade pip`, and then again"),
        reason: "extraneous packages cannot be determined".into(),
    }
}
