//! An existing environment -> the same environment, adapted to the current version of its base interpreter.
//!
//! `python -m venv --upgrade` writes a new pyvenv.cfg and leaves links that lead elsewhere as they are, so that the
//! environment names one Python and runs another, or none. Here the links are replaced too, and the other settings in
//! pyvenv.cfg stay. Each file is replaced by a rename.

use std::path::Path;
use std::time::Instant;
use std::{fs, io};

use crate::error::{Error, io_reason};
use crate::fs::{is_really_within, look_at};
use crate::os;
use crate::output::format_duration;
use crate::python::{self, Interpreter};
use crate::quote::{printable, shell_word};
use crate::read::{MAX_TEXT, read_text};
use crate::venv::{self, Venv};

use super::builder::{self, BuildPlan, SupportedBase};
use super::context::BuildContext;
use super::options::{PythonFiles, VenvOptions};
use super::request::CreateRequest;
use super::{ensurepip, python_links, stdlib_venv};

/// Upgrades the environment to an interpreter of the same minor version. After an error it can be tried again.
pub(super) fn upgrade_environment(
    request: &CreateRequest<'_>,
    context: &BuildContext<'_>,
) -> Result<(), Error> {
    let started = Instant::now();
    let at = request.target.path;
    let base = builder::with_supported_exe(choose_base(request, context)?);
    let (name, verbosity) = (printable(at), request.process.verbosity);
    verbosity.notice(format_args!("upgrading {name} ({})", base.key));
    let failed = |error: io::Error| upgrade_failed(at).with_cause(io_reason(&error));
    let old_cfg = read_text(&at.join(venv::PYVENV_CFG), MAX_TEXT).map_err(failed)?;
    let options = merge_options(request.options, at).map_err(failed)?;
    let scripts = venv::scripts_dir(at);
    let has_scripts = look_at(&scripts).map_err(failed)?.is_some();
    // git keeps no empty directories, and this one is usually ignored.
    fs::create_dir_all(&scripts).map_err(failed)?;
    check_own_dirs(at)?;
    python_links::relink_pythons(&scripts, &base, options.python_files).map_err(failed)?;
    let prompt =
        options.resolve_prompt(base.minor(), request.process.logical_cwd().ok().as_deref());
    // On Windows the launchers have to be replaced too, which is left to the base interpreter.
    match SupportedBase::for_interpreter(&base).filter(|_| os::HAS_SYMLINKS) {
        Some(supported) => {
            let plan = BuildPlan {
                base: &supported,
                root: at,
                final_root: at,
                options: &options,
                prompt,
            };
            fs::create_dir_all(plan.site_packages()).map_err(failed)?;
            builder::refresh_environment(&plan, &old_cfg).map_err(failed)?;
            if !has_scripts {
                builder::write_activation_scripts(&plan).map_err(failed)?;
            }
            if options.has_pip()
                && let Some(pip) = builder::bundled_pip_version(&supported).map_err(failed)?
            {
                ensurepip::ensure_pip(at, &plan.site_packages(), &pip, context)?;
            }
        }
        None => {
            let flags = stdlib_venv::venv_flags(&base, &options, prompt);
            stdlib_venv::upgrade_with_venv(&base, at, flags, context)?;
            builder::append_preserved_lines(at, &old_cfg).map_err(failed)?;
        }
    }
    let took = format_duration(started.elapsed());
    verbosity.notice(format_args!("upgraded {name} in {took}"));
    Ok(())
}

/// Refuses to write through a link that leads out of the environment: what is there does not belong to it.
fn check_own_dirs(at: &Path) -> Result<(), Error> {
    let sites = venv::site_packages(at).into_iter();
    let mut files = sites
        .map(|site| site.join("pip"))
        .chain([venv::python_path(at)]);
    let Some(outside) = files.find(|file| !is_really_within(file, at)) else {
        return Ok(());
    };
    let dir = outside.parent().unwrap_or(&outside);
    let real = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let (dir, real) = (printable(dir), printable(real));
    Err(Error::refused(format!("refusing to change {dir}"))
        .with_cause(format_args!("it is a link to {real}"))
        .with_hint(stdlib_venv::recreate_hint(at)))
}

fn upgrade_failed(root: &Path) -> Error {
    Error::failed(format!("cannot upgrade {}", printable(root)))
}

/// An interpreter of the same minor version, which the packages are for: the one that was asked for, else the present
/// one, if it is still there, else the best.
fn choose_base(
    request: &CreateRequest<'_>,
    context: &BuildContext<'_>,
) -> Result<Interpreter, Error> {
    let venv = Venv::open(request.target.path)?;
    let prober = request.prober(context);
    let Some(present) = python::request_for_env(&venv) else {
        return Err(upgrade_failed(&venv.root)
            .with_cause("its pyvenv.cfg does not say which version of Python it is for")
            .with_hint(format!(
                "`vrun --env {} --repair` finds that out, and keeps the packages",
                shell_word(&venv.root)
            )));
    };
    let Some(python_request) = request.python_request else {
        if let Ok(path) = python::resolve_base(&venv::python_path(&venv.root))
            && let Ok(base) = prober.probe(&path)?
            && base.could_be(&present.kind)
        {
            return Ok(python::with_opt_path(base));
        }
        return python::find_interpreter(Some(&present), &prober);
    };
    let resolved = python::resolve_request(Some(python_request), None, request.process)?;
    let base = python::find_interpreter(resolved.as_ref(), &prober)?;
    if base.could_be(&present.kind) {
        return Ok(base);
    }
    let (root, version) = (printable(&venv.root), printable(&present.text));
    Err(
        Error::failed(format!("cannot upgrade {root} to {}", base.key))
            .with_cause(format_args!("its packages are for Python {version}"))
            .with_hint(stdlib_venv::recreate_hint(&venv.root)),
    )
}

/// The options, completed by those that the environment was created with.
fn merge_options(options: &VenvOptions, at: &Path) -> io::Result<VenvOptions> {
    let cfg = Venv::open(at).map(|venv| venv.cfg).unwrap_or_default();
    let is_copy = look_at(&venv::python_path(at))?.is_some_and(|found| found.is_file());
    Ok(VenvOptions {
        system_site_packages: options.system_site_packages
            || cfg.system_site_packages == Some(true),
        prompt: options.prompt.clone().or(cfg.prompt),
        python_files: match options.python_files {
            PythonFiles::PlatformDefault if is_copy => PythonFiles::Copies,
            python_files => python_files,
        },
        ..options.clone()
    })
}
