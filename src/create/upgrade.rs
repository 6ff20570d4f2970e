//! An environment that is there -> the same, on its base interpreter as that is now.
//!
//! `python -m venv --upgrade` writes a new pyvenv.cfg and leaves links that lead elsewhere as they are, so
//! that the environment speaks of one Python and runs another, or none. Here the links are made anew too, and
//! what pyvenv.cfg said of other things stays. Each file is replaced by a rename.

use std::path::Path;
use std::time::Instant;
use std::{fs, io};

use crate::create::builder::{self, SupportedBase};
use crate::error::{Error, io_reason};
use crate::python::{self, Interpreter};
use crate::quote::{printable, shell_word};
use crate::venv::{self, Venv};
use crate::{os, output};

use super::options::{PythonFiles, VenvOptions};
use super::request::CreateRequest;
use super::stdlib_venv::{self, BuildContext};
use super::{create, ensurepip, python_links};

/// Upgrades the environment at the order's place.
///
/// # Errors
/// No interpreter of its minor version is found, or something cannot be written; Ctrl-C. It can be tried
/// again then.
pub(super) fn upgrade_environment(
    order: &CreateRequest<'_>,
    workshop: &BuildContext<'_>,
) -> Result<(), Error> {
    let started = Instant::now();
    let at = order.target.path;
    let base = builder::with_supported_exe(choose_base(order, workshop)?);
    let name = printable(at);
    order
        .verbosity
        .notice(format_args!("upgrading {name} ({})", base.key));
    let cannot = |error: io::Error| {
        Error::failed(format!("cannot upgrade {}", printable(at))).with_cause(io_reason(&error))
    };
    let cfg = at.join(venv::PYVENV_CFG);
    let old = fs::read_to_string(&cfg).map_err(cannot)?;
    let options = merge_options(order.options, at);
    let lost_scripts = !venv::scripts_dir(at).exists();
    // git keeps no empty directories, and people tell it to ignore this one.
    fs::create_dir_all(venv::scripts_dir(at)).map_err(cannot)?;
    python_links::relink_pythons(&venv::scripts_dir(at), &base, options.python_files)
        .map_err(cannot)?;
    let prompt = options.resolve_prompt(base.minor(), order.process.logical_cwd().ok().as_deref());
    // On Windows what starts Python is to be had anew, which is a base's own business.
    match SupportedBase::for_interpreter(&base).filter(|_| os::HAS_SYMLINKS) {
        Some(known) => {
            let plan = builder::BuildPlan {
                base: &known,
                root: at,
                final_root: at,
                options: &options,
                prompt,
            };
            fs::create_dir_all(plan.site_packages()).map_err(cannot)?;
            builder::refresh_environment(&plan, &old).map_err(cannot)?;
            if lost_scripts {
                builder::write_activation_scripts(&plan).map_err(cannot)?;
            }
            if options.has_pip()
                && let Some(pip) = builder::bundled_pip_version(&known).map_err(cannot)?
            {
                ensurepip::ensure_pip(at, &plan.site_packages(), &pip, workshop)?;
            }
        }
        None => {
            let flags = stdlib_venv::venv_flags(&base, &options, prompt);
            stdlib_venv::upgrade_with_venv(&base, at, flags, workshop)?;
        }
    }
    order.verbosity.notice(format_args!(
        "upgraded {name} in {}",
        output::format_duration(started.elapsed())
    ));
    Ok(())
}

/// The interpreter that it goes on with: of the same minor version, for its packages are that one's.
fn choose_base(
    order: &CreateRequest<'_>,
    workshop: &BuildContext<'_>,
) -> Result<Interpreter, Error> {
    let venv = Venv::open(order.target.path)?;
    let inquiry = create::prober_for(order, workshop);
    let Some(own) = python::request_for_env(&venv) else {
        let what = format!("cannot upgrade {}", printable(&venv.root));
        return Err(Error::failed(what)
            .with_cause("its pyvenv.cfg does not say which version of Python it is for")
            .with_hint(format!(
                "`vrun --env {} --repair` finds that out, and keeps the packages",
                shell_word(&venv.root)
            )));
    };
    let Some(wish) = order.python_request else {
        // The one it has, if that is still there.
        if let Ok(path) = python::resolve_base(&venv::python_path(&venv.root))
            && let Ok(base) = inquiry.probe(&path)?
            && own.kind.matches_any_build(&base.key)
        {
            return Ok(base);
        }
        return python::find_interpreter(Some(&own), &inquiry);
    };
    let asked = python::resolve_request(Some(wish), None, order.process)?;
    let base = python::find_interpreter(asked.as_ref(), &inquiry)?;
    if own.kind.matches_any_build(&base.key) {
        return Ok(base);
    }
    let (root, kind) = (printable(&venv.root), &base.key);
    Err(Error::failed(format!("cannot upgrade {root} to {kind}"))
        .with_cause(format_args!(
            "what is installed there is for Python {}",
            printable(&own.text)
        ))
        .with_hint(recreate_hint(&venv)))
}

fn recreate_hint(venv: &Venv) -> String {
    format!(
        "`vrun --create --clear --env {}` makes it anew, without its packages",
        shell_word(&venv.root)
    )
}

/// The options, with what the environment was made with where they say nothing.
fn merge_options(options: &VenvOptions, at: &Path) -> VenvOptions {
    let cfg = Venv::open(at).map(|venv| venv.cfg).unwrap_or_default();
    let copied = fs::symlink_metadata(venv::python_path(at)).is_ok_and(|found| found.is_file());
    let python = match options.python_files {
        PythonFiles::PlatformDefault if copied => PythonFiles::Copies,
        python => python,
    };
    VenvOptions {
        system_site_packages: options.system_site_packages
            || cfg.system_site_packages == Some(true),
        prompt: options.prompt.clone().or(cfg.prompt),
        python_files: python,
        ..options.clone()
    }
}
