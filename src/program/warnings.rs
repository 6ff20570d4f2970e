//! A program that was found -> warnings about the packages that it, or what it starts, sees.
//!
//! Each is about wrong code that would otherwise run silently. For a program that the environment's Python runs, this
//! makes no system call if pyvenv.cfg names this path and says which packages are seen, as every tool writes it. For
//! any other program, one check tells whether that Python still exists and has its old minor version.

use crate::health::{self, Fix, Problem};
use crate::quote::printable;
use crate::{os, self_exe, venv};

use super::context::ResolveContext;
use super::model::{Program, RunBy};
use super::near_names::namesake_warning;

/// Adds them to `program`.
pub(super) fn add_warnings(program: &mut Program, context: &ResolveContext<'_>) {
    let call = || context.vrun_command();
    let run_by = program.run_by;
    let mut warnings = Vec::new();
    if run_by == RunBy::EnvPythonInstead
        || venv::relocated_from(context.root, context.cfg).is_some()
    {
        warnings.extend(context.queries.describe_stale_imports());
        if run_by == RunBy::Other {
            warnings.extend(context.queries.describe_stale_scripts());
        }
        for clause in &mut warnings {
            clause.push_str(&format!("; `{} --repair` fixes it", call()));
        }
    }
    if run_by == RunBy::Other {
        warnings.extend(child_python_warning(program, context));
    } else if context.cfg.system_site_packages.is_none() {
        warnings.push(format!(
            "the base interpreter's packages are seen too: {} does not say whether they should; \
             `{} --repair` keeps them out",
            printable(context.root.join(venv::PYVENV_CFG)),
            call()
        ));
    }
    warnings.extend(namesake_warning(program, context));
    program.warnings.append(&mut warnings);
}

/// A warning for a program that may itself start `python`, if the environment's Python is missing or has another minor
/// version: vrun does not take part in that start, so no substitute is used, and a shell runs the next `python` on
/// PATH.
fn child_python_warning(program: &Program, context: &ResolveContext<'_>) -> Option<String> {
    let problem = health::check_for_children(context.root, context.cfg)?;
    // Another vrun reports this itself, if it uses this environment at all.
    if self_exe::is_shim(&program.file, context.self_exe.as_deref()) {
        return None;
    }
    let consequence = match problem {
        Problem::OtherMinor { .. } => "sees none of its packages",
        // It is started, and fails.
        Problem::HomeMissing { .. } | Problem::PythonMissing { .. } if !os::HAS_SYMLINKS => {
            "does not run"
        }
        _ => "is the next one on PATH",
    };
    let call = context.vrun_command();
    let hint = match problem.fix() {
        Fix::Repair => format!("`{call} --repair` fixes it"),
        Fix::CreateBeside(_) | Fix::GrantAccess => format!("`{call} --doctor` says what to do"),
    };
    let (root, what) = (printable(context.root), problem.message());
    Some(format!(
        "{root} {what}; a `python` that this program starts {consequence}; {hint}"
    ))
}
