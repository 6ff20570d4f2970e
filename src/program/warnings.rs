//! A program that was found -> warnings about the packages that it, or what it starts, sees.
//!
//! Each is about wrong code that would otherwise run silently. Where pyvenv.cfg names this very place and says which
//! packages are seen, as every creator writes it, a program that the environment's Python runs costs no system call; for
//! any other, one check whether that Python exists and is the one that it was.

use crate::health::{self, Fix, Problem};
use crate::quote::printable;
use crate::{self_exe, venv};

use super::context::ResolveContext;
use super::model::{Program, RunBy};

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
    program.warnings.append(&mut warnings);
}

/// What happens to a program that starts `python` itself, where the environment's is missing or another: vrun is not
/// there to start a substitute, and a shell takes the next one on PATH.
fn child_python_warning(program: &Program, context: &ResolveContext<'_>) -> Option<String> {
    let problem = health::check_for_children(context.root, context.cfg)?;
    // A further vrun says so itself, if it is for this environment at all.
    if self_exe::is_shim(&program.file, context.self_exe.as_deref()) {
        return None;
    }
    let consequence = match problem {
        Problem::OtherMinor { .. } => "sees none of its packages",
        // It is started, and fails.
        Problem::HomeMissing { .. } => "does not run",
        _ => "is the next one on PATH",
    };
    let call = context.vrun_command();
    let hint = match problem.fix() {
        Fix::Repair => format!("`{call} --repair` fixes it"),
        Fix::CreateBeside(_) | Fix::GrantAccess => format!("`{call} --doctor` says what helps"),
    };
    let (root, what) = (printable(context.root), problem.message());
    Some(format!(
        "{root} {what}; what this program starts as `python` {consequence}; {hint}"
    ))
}
