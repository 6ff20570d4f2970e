//! A broken environment -> one that works, with the packages that it had.
//!
//! Its Python comes first, then the paths that name another place. An interpreter of the same minor version keeps the
//! packages; without one, the environment is recreated and the same packages are installed again. The old environment
//! stays until the new one is complete.

use std::path::Path;
use std::{fs, io};

use crate::create::{
    self, CreateRequest, CreateTarget, ExtraFile, IfExists, SeedPackages, Trigger, VenvOptions,
};
use crate::error::Error;
use crate::fs::rewrite_file;
use crate::health::{self, Fix, Problem};
use crate::quote::{printable, shell_word};
use crate::venv::{self, MinorVersion, PYVENV_CFG, Venv};
use crate::{python, requirements, wheel};

use super::errors::{refusal_error, repair_error, write_error};
use super::input::RepairInput;
use super::relocated::{self, StaleFile, StaleKind, stale_files};
use super::{missing_scripts, preserve, reinstall};

/// Mends what can be mended.
///
/// # Errors
/// It is another system's, and was not named (126); there is no interpreter, or a package cannot be had for it;
/// a file cannot be written; Ctrl-C. What it was before is there then.
pub(crate) fn repair(case: &RepairInput<'_>) -> Result<(), Error> {
    let problems = health::find_problems(case.root);
    let is_graver = |problem: &&Problem| !matches!(problem, Problem::SystemSiteUnset { .. });
    let problem = problems.iter().find(is_graver);
    let mended = match problem.map(|problem| (problem, problem.fix())) {
        None => check_request(case).map(|()| false)?,
        Some((problem, mend)) => {
            if let Some(refusal) = refusal_error(problem, case) {
                return Err(refusal);
            }
            // First, so that what is made anew comes from the project as it lies now, not from its original.
            create::with_lock(case.root, case.verbosity, || fix_stale_paths(case))?;
            match mend {
                Fix::Repair => restore_python(problem, case)?,
                _ => rebuild(case)?,
            }
            true
        }
    };
    let isolated = create::with_lock(case.root, case.verbosity, || hide_system_packages(case))?;
    let renamed = create::with_lock(case.root, case.verbosity, || fix_stale_paths(case))?;
    let back = create::with_lock(case.root, case.verbosity, || {
        missing_scripts::restore_missing_scripts(case)
    })?;
    if !mended && !isolated && !renamed && !back {
        case.verbosity.notice(format_args!(
            "there is nothing to mend in {}",
            printable(case.root)
        ));
    }
    Ok(())
}

/// Whether an environment that is sound is what was asked for.
fn check_request(case: &RepairInput<'_>) -> Result<(), Error> {
    let Some(wish) = case.python_request else {
        return Ok(());
    };
    let venv = Venv::open(case.root)?;
    python::check_compatible(&venv, wish, case.process).map_err(|error| {
        let at = shell_word(case.root);
        error.with_hint(format!(
            "`vrun --create --clear --env {at} -p REQUEST` makes it anew, without its packages"
        ))
    })
}

/// Gives it a Python again.
fn restore_python(problem: &Problem, case: &RepairInput<'_>) -> Result<(), Error> {
    create::with_lock(case.root, case.verbosity, || {
        restore_cfg(problem, case.root)
    })?;
    let venv = Venv::open(case.root)?;
    // What was asked for may be what it is for already.
    let is_other = |wish| python::check_compatible(&venv, wish, case.process).is_err();
    if !case.python_request.is_some_and(is_other)
        && python::has_matching_interpreter(&venv, case.process, case.verbosity)?
    {
        let options = VenvOptions {
            if_exists: IfExists::Upgrade,
            seed_packages: choose_seeding(case.root),
            ..VenvOptions::default()
        };
        let case = &RepairInput {
            python_request: None,
            ..*case
        };
        return create::create_environment(&create_request(case, &options, None));
    }
    rebuild(case)
}

/// One that had no pip, such as uv's, gets none.
fn choose_seeding(root: &Path) -> SeedPackages {
    let sites = venv::site_packages(root);
    match sites.is_empty() || sites.iter().any(|site| site.join("pip").is_dir()) {
        true => SeedPackages::Bundled,
        false => SeedPackages::Nothing,
    }
}

/// A pyvenv.cfg that says nothing, or cannot be read as one, is put aside for one that says the version, which
/// the packages' own directory tells.
fn restore_cfg(problem: &Problem, root: &Path) -> Result<(), Error> {
    let is_of_cfg = matches!(
        problem,
        Problem::CfgNotUtf8 { .. }
            | Problem::CfgTooLarge { .. }
            | Problem::CfgEmpty { .. }
            | Problem::HomeUnset { .. }
    );
    let cfg = root.join(PYVENV_CFG);
    let says_version = Venv::open(root).is_ok_and(|venv| venv.cfg.version.is_some());
    if !is_of_cfg || says_version {
        return Ok(());
    }
    let cannot = |error: io::Error| repair_error(root, &error);
    let version = MinorVersion::from_library(root).map(|series| format!("version = {series}\n"));
    if fs::metadata(&cfg).map_err(cannot)?.len() > 0 {
        fs::copy(&cfg, root.join("pyvenv.cfg.old")).map_err(cannot)?;
    }
    rewrite_file(&cfg, version.unwrap_or_default().as_bytes()).map_err(cannot)
}

/// Makes it anew with the packages that it had. The old one stays until the new one is whole.
fn rebuild(case: &RepairInput<'_>) -> Result<(), Error> {
    let wanted = reinstall::installed_requirements(case.root);
    let options = VenvOptions {
        if_exists: IfExists::Clear,
        system_site_packages: has_system_packages(case.root),
        prompt: Venv::open(case.root).ok().and_then(|venv| venv.cfg.prompt),
        ..VenvOptions::default()
    };
    let note = requirements::saved_state(case.root);
    create::create_populated(
        &create_request(case, &options, note.as_ref()),
        &|staged, workshop| {
            // Before what is installed: pip may be told in them where to get that (pip.conf).
            let came = preserve::copy_user_files(case.root, staged);
            let came = came.map_err(|error| repair_error(case.root, &error))?;
            if !came.is_empty() {
                case.verbosity.notice(preserve::describe_copied(&came));
            }
            reinstall::install_requirements(&wanted, staged, case, workshop)
        },
    )?;
    requirements::refresh_python(&Venv::open(case.root)?);
    Ok(())
}

fn has_system_packages(root: &Path) -> bool {
    Venv::open(root).is_ok_and(|venv| venv.cfg.system_site_packages == Some(true))
}

/// Has a pyvenv.cfg that does not say whether the base interpreter's packages are seen say that they are not: every
/// maker says so unless it was asked for the other. Whether it did.
fn hide_system_packages(case: &RepairInput<'_>) -> Result<bool, Error> {
    if Venv::open(case.root)?.cfg.system_site_packages.is_some() {
        return Ok(false);
    }
    let cfg = case.root.join(PYVENV_CFG);
    let written = || {
        let mut text = fs::read(&cfg)?;
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(b"include-system-site-packages = false\n");
        rewrite_file(&cfg, &text)
    };
    written().map_err(|error| write_error(case.root, &cfg, &error))?;
    case.verbosity.notice(format_args!(
        "the base interpreter's packages are no longer seen in {}",
        printable(case.root)
    ));
    Ok(true)
}

fn create_request<'a>(
    case: &RepairInput<'a>,
    options: &'a VenvOptions,
    note: Option<&'a ExtraFile>,
) -> CreateRequest<'a> {
    CreateRequest {
        target: CreateTarget {
            path: case.root,
            project_root: case.project,
        },
        python_request: case.python_request,
        options,
        trigger: Trigger::Requested,
        extra_file: note,
        process: case.process,
        verbosity: case.verbosity,
    }
}

/// Has every file that names another place name this one. Whether there was one.
fn fix_stale_paths(case: &RepairInput<'_>) -> Result<bool, Error> {
    let mut stale = stale_files(case.root, case.home);
    if stale.is_empty() {
        return Ok(false);
    }
    // Whoever takes up what was cut off here knows by these files what is left: RECORD goes before what it
    // lists, and last what tells the old place.
    let texts = stale
        .iter()
        .map(|stale| (stale.file.clone(), stale.new_text.clone()));
    wheel::update_records(case.root, &texts.collect())
        .map_err(|(file, error)| write_error(case.root, &file, &error))?;
    stale.sort_by_key(|stale| match stale.kind {
        StaleKind::Script | StaleKind::Editable => 0,
        StaleKind::Activation if !stale.file.ends_with("activate") => 1,
        StaleKind::PyvenvCfg => 2,
        StaleKind::Activation => 3,
    });
    for StaleFile {
        file,
        new_text: text,
        ..
    } in &stale
    {
        rewrite_file(file, text).map_err(|error| write_error(case.root, file, &error))?;
    }
    let (root, files) = (printable(case.root), relocated::count_by_kind(&stale));
    let verb = if stale.len() == 1 { "names" } else { "name" };
    case.verbosity
        .notice(format_args!("{files} {verb} {root} again"));
    Ok(true)
}
