//! A broken environment -> one that works, with the packages that it had.
//!
//! Its Python comes first, then the paths that refer to an old location. An interpreter of the same minor version keeps
//! the packages; without one, the environment is recreated and the same packages are installed again. The old
//! environment stays until the new one is complete.

use std::fs;
use std::path::Path;

use crate::create::{
    self, CreateRequest, CreateTarget, ExtraFile, IfExists, SeedPackages, Trigger, VenvOptions,
};
use crate::error::Error;
use crate::fs::{copy_new, replace_atomically, rewrite_file};
use crate::health::{self, Fix, Problem};
use crate::quote::{printable, shell_word};
use crate::read::{MAX_TEXT, read_file};
use crate::venv::{self, MinorVersion, PYVENV_CFG, Venv};
use crate::{python, requirements, wheel};

use super::input::{RepairInput, main_problem};
use super::relocated::{StaleKind, count_by_kind, stale_files};
use super::{preserve, reinstall};

/// Repairs what can be repaired.
///
/// # Errors
/// The environment was created on another system and is not named (126); there is no interpreter, or a package cannot
/// be installed for it; a file cannot be written; Ctrl-C. The old environment is then still there.
pub(crate) fn repair(input: &RepairInput<'_>) -> Result<(), Error> {
    let locked = |fix: fn(&RepairInput<'_>) -> Result<bool, Error>| {
        create::with_lock(input.root, input.process.verbosity, || fix(input))
    };
    let problems = health::find_problems(input.root);
    let mut is_changed = false;
    if let Some(problem) = main_problem(&problems) {
        if let Some(refusal) = input.refusal(problem) {
            return Err(refusal);
        }
        // First, so that an editable install is reinstalled from the project as it is now, not from its original.
        locked(fix_stale_paths)?;
        match problem.fix() {
            Fix::Repair => restore_python(problem, input)?,
            _ => rebuild(input)?,
        }
        is_changed = true;
    } else {
        check_request(input)?;
    }
    for fix in [
        hide_system_packages,
        fix_stale_paths,
        restore_missing_scripts,
    ] {
        is_changed |= locked(fix)?;
    }
    if !is_changed {
        let root = printable(input.root);
        input
            .process
            .verbosity
            .notice(format_args!("there is nothing to repair in {root}"));
    }
    Ok(())
}

/// Returns an error if the environment is intact but its Python is not the requested one.
fn check_request(input: &RepairInput<'_>) -> Result<(), Error> {
    let Some(request) = input.python_request else {
        return Ok(());
    };
    let venv = Venv::open(input.root)?;
    python::check_compatible(&venv, request, input.process).map_err(|error| {
        let root = shell_word(input.root);
        error.with_hint(format!(
            "`vrun --create --clear --env {root} -p REQUEST` recreates it, with what the project requires and no other packages"
        ))
    })
}

/// Gives the environment a working Python.
fn restore_python(problem: &Problem, input: &RepairInput<'_>) -> Result<(), Error> {
    create::with_lock(input.root, input.process.verbosity, || {
        restore_cfg(problem, input)
    })?;
    let venv = Venv::open(input.root)?;
    // The requested Python may be the same version that the environment already has.
    let is_mismatch = |request| python::check_compatible(&venv, request, input.process).is_err();
    if input.python_request.is_some_and(is_mismatch)
        || !python::has_matching_interpreter(&venv, input.process)?
    {
        return rebuild(input);
    }
    let options = VenvOptions {
        if_exists: IfExists::Upgrade,
        seed_packages: choose_seeding(input.root),
        ..VenvOptions::default()
    };
    create::create_environment(&CreateRequest {
        python_request: None,
        ..create_request(input, &options, None)
    })
}

/// An environment without pip, as uv creates it, stays without pip.
fn choose_seeding(root: &Path) -> SeedPackages {
    let sites = venv::site_packages(root);
    match sites.is_empty() || sites.iter().any(|site| site.join("pip").is_dir()) {
        true => SeedPackages::Bundled,
        false => SeedPackages::Nothing,
    }
}

/// Replaces an empty or unreadable pyvenv.cfg by one with the version, taken from the name of the packages' directory.
/// The old one is kept as `pyvenv.cfg.old`.
fn restore_cfg(problem: &Problem, input: &RepairInput<'_>) -> Result<(), Error> {
    let is_cfg_problem = matches!(
        problem,
        Problem::CfgNotUtf8 { .. }
            | Problem::CfgTooLarge { .. }
            | Problem::CfgEmpty { .. }
            | Problem::HomeUnset { .. }
    );
    let root = input.root;
    let has_version = Venv::open(root).is_ok_and(|venv| venv.cfg.version.is_some());
    if !is_cfg_problem || has_version {
        return Ok(());
    }
    let cfg = root.join(PYVENV_CFG);
    let restore = || {
        if fs::metadata(&cfg)?.len() > 0 {
            let old = root.join("pyvenv.cfg.old");
            replace_atomically(&old, |new| copy_new(&cfg, new).map(drop))?;
        }
        let version = MinorVersion::from_library(root);
        let text = version.map_or(String::new(), |version| format!("version = {version}\n"));
        rewrite_file(&cfg, text.as_bytes())
    };
    restore().map_err(|error| input.error(&error))
}

/// Recreates the environment with the packages that it had.
fn rebuild(input: &RepairInput<'_>) -> Result<(), Error> {
    let root = input.root;
    let requirements = reinstall::installed_requirements(root);
    let cfg = Venv::open(root).ok().map(|venv| venv.cfg);
    let system_site_packages = cfg.as_ref().and_then(|cfg| cfg.system_site_packages);
    let options = VenvOptions {
        if_exists: IfExists::Clear,
        system_site_packages: system_site_packages == Some(true),
        prompt: cfg.and_then(|cfg| cfg.prompt),
        ..VenvOptions::default()
    };
    let state = requirements::saved_state(root);
    let request = create_request(input, &options, state.as_ref());
    create::create_populated(&request, &|staged, build_context| {
        // Before the packages: a pip.conf may say where pip gets them.
        let copied = preserve::copy_user_files(root, staged);
        let copied = copied.map_err(|error| input.error(&error))?;
        if !copied.is_empty() {
            input
                .process
                .verbosity
                .notice(preserve::describe_copied(&copied));
        }
        reinstall::install_requirements(&requirements, staged, input, build_context)?;
        requirements::refresh_python(&Venv::open(staged)?, root)
            .map_err(|error| input.error(&error))
    })
}

/// If pyvenv.cfg does not say whether the base interpreter's packages are visible, writes that they are not, which is
/// every tool's default. Returns whether it changed anything.
fn hide_system_packages(input: &RepairInput<'_>) -> Result<bool, Error> {
    if Venv::open(input.root)?.cfg.system_site_packages.is_some() {
        return Ok(false);
    }
    let cfg = input.root.join(PYVENV_CFG);
    let rewrite = || {
        let mut text = read_file(&cfg, MAX_TEXT)?;
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(b"include-system-site-packages = false\n");
        rewrite_file(&cfg, &text)
    };
    rewrite().map_err(|error| input.write_error(&cfg, &error))?;
    let root = printable(input.root);
    input.process.verbosity.notice(format_args!(
        "the base interpreter's packages are no longer visible in {root}"
    ));
    Ok(true)
}

fn create_request<'a>(
    input: &RepairInput<'a>,
    options: &'a VenvOptions,
    extra_file: Option<&'a ExtraFile>,
) -> CreateRequest<'a> {
    CreateRequest {
        target: CreateTarget {
            path: input.root,
            project_root: input.project,
        },
        python_request: input.python_request,
        options,
        trigger: Trigger::Requested,
        extra_file,
        process: input.process,
    }
}

/// Writes the console scripts that are missing. Returns whether there was one.
fn restore_missing_scripts(input: &RepairInput<'_>) -> Result<bool, Error> {
    let names = wheel::restore_missing_scripts(input.root)
        .map_err(|(file, error)| input.write_error(&file, &error))?;
    if names.is_empty() {
        return Ok(false);
    }
    let (names, dir) = (names.join(", "), printable(venv::scripts_dir(input.root)));
    input
        .process
        .verbosity
        .notice(format_args!("restored {names} in {dir}"));
    Ok(true)
}

/// Rewrites every file that refers to an old location. Returns whether there was one.
fn fix_stale_paths(input: &RepairInput<'_>) -> Result<bool, Error> {
    let mut stale = stale_files(input.root, input.process);
    if stale.is_empty() {
        return Ok(false);
    }
    // The old path is known from these files. So that an interrupted repair can be continued, RECORD is written before the
    // files that it lists, and the files that name the old path come last.
    let texts = stale
        .iter()
        .map(|stale| (stale.file.clone(), stale.new_text.clone()));
    wheel::update_records(input.root, &texts.collect())
        .map_err(|(file, error)| input.write_error(&file, &error))?;
    stale.sort_by_key(|stale| match stale.kind {
        StaleKind::Script | StaleKind::Editable => 0,
        StaleKind::Activation if !stale.file.ends_with("activate") => 1,
        StaleKind::PyvenvCfg => 2,
        StaleKind::Activation => 3,
    });
    for stale in &stale {
        rewrite_file(&stale.file, &stale.new_text)
            .map_err(|error| input.write_error(&stale.file, &error))?;
    }
    let (root, files) = (printable(input.root), count_by_kind(&stale));
    let verb = if stale.len() == 1 { "refers" } else { "refer" };
    input
        .process
        .verbosity
        .notice(format_args!("{files} now {verb} to {root}"));
    Ok(true)
}
