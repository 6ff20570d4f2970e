//! Why there is no such program: what was looked for, where, and what to type next.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::health::{self, Problem};
use crate::quote::{printable, shell_word};
use crate::venv::{self, MissingScript};
use crate::{os, self_exe};

use super::context::ResolveContext;
use super::install_hint::{has_pip_module, install_hint};
use super::python_names::is_python_source;
use super::{broken, near_names};

/// No program called `name` is on PATH; or one is, and cannot be run.
pub(super) fn program_not_found(name: &OsStr, context: &ResolveContext<'_>) -> Error {
    let mut files = os::split_paths(context.path).map(|dir| dir.join(name));
    // A shell reads `activate`; `chmod +x` would not help.
    let may_run = !name.is_empty() && !os::is_activation_script(name);
    let is_program = |file: &PathBuf| may_run && is_non_vrun_file(file, context);
    if let Some(file) = files.find(is_program) {
        return not_executable(&file);
    }
    if is_python_source(name) {
        return file_not_found(name);
    }
    let no_python = || {
        let scripts = context.scripts_dir();
        (!scripts.exists()).then_some(Problem::NoPython { scripts })
    };
    if let Some(problem) = health::check_platform(context.root).or_else(no_python) {
        return broken::broken_env_error(&problem, context);
    }
    let (what, root) = (printable(name), printable(context.root));
    let error = Error::not_found(format!("no program named `{what}` in {root} or on PATH"));
    if let Some(script) = find_missing_script(name, context) {
        return explain_missing_script(error, &script, context);
    }
    if Path::new(name).is_file() {
        let file = shell_word(name);
        return error.with_hint(format!("`vrun ./{file}` runs the file in this directory"));
    }
    let call = context.vrun_command();
    let mut source = name.to_owned();
    source.push(".py");
    if Path::new(&source).is_file() {
        let file = shell_word(source);
        return error.with_hint(format!("`{call} {file}` runs the file in this directory"));
    }
    if what.contains('=') {
        let command = os::env_command(&call);
        return error.with_hint(format!("`{command}` sets a variable for a command"));
    }
    if what.contains(' ') {
        let line = shell_word(name);
        return error.with_hint(format!("`{call} -c {line}` runs a line of commands"));
    }
    if let Some(suggestion) = near_names::suggestion(name, context) {
        return error.with_hint(suggestion);
    }
    match package_name(name) {
        Some(name) => error.with_hint(package_hint(name, context)),
        None => error,
    }
}

/// How to install the package that has the program `name`: as the project's files do, if they name it. A name that was
/// merely typed may be anyone's on the index.
fn package_hint(name: &str, context: &ResolveContext<'_>) -> String {
    match context.queries.find_mention(name) {
        Some((place, args)) => {
            let args = args.unwrap_or_else(|| name.to_owned());
            format!("{place} names it: {}", install_hint(&args, context))
        }
        None => format!(
            "{} installs the package that has it",
            install_hint("PACKAGE", context)
        ),
    }
}

/// The error for `file`, a program of a Python that cannot see this project's packages. `what` is a clause about that
/// Python.
pub(super) fn foreign_program_refused(
    file: &Path,
    what: &str,
    context: &ResolveContext<'_>,
) -> Error {
    let name = file.file_name().unwrap_or_default();
    if let Some(problem) = health::check_platform(context.root) {
        return broken::broken_env_error(&problem, context);
    }
    let (root, call) = (printable(context.root), context.vrun_command());
    let error = Error::refused(format!("`{}` is not in {root}", printable(name)))
        .with_cause(format_args!("{} {what}", printable(file)));
    let outside = format!("`{call} --outside {}` runs that one", shell_word(name));
    error.with_hint(match package_name(name) {
        Some(name) => format!(
            "install it with {}; {outside}",
            install_hint(&shell_word(name), context)
        ),
        None => outside,
    })
}

/// The script `name` that should exist, because its package is installed.
fn find_missing_script(name: &OsStr, context: &ResolveContext<'_>) -> Option<MissingScript> {
    let file = with_exe_suffix(context.scripts_dir().join(name));
    let mut missing = venv::find_missing_scripts(context.root).into_iter();
    missing.find(|script| script.file == file)
}

fn explain_missing_script(
    error: Error,
    script: &MissingScript,
    context: &ResolveContext<'_>,
) -> Error {
    let (package, file) = (&script.package, printable(&script.file));
    let fix = script.fix_command(&context.vrun_command());
    let cause = format!("{package} is installed, and {file} is missing");
    error
        .with_cause(cause)
        .with_hint(format!("{fix} brings it back"))
}

fn is_non_vrun_file(file: &Path, context: &ResolveContext<'_>) -> bool {
    file.is_file() && !self_exe::is_vrun(file, context.self_exe.as_deref())
}

/// The environment has no Python or pip called `name`, or none that runs.
pub(super) fn python_not_found(name: &OsStr, context: &ResolveContext<'_>) -> Error {
    let scripts = context.scripts_dir();
    let file = with_exe_suffix(scripts.join(name));
    if is_non_vrun_file(&file, context) {
        return not_executable(&file);
    }
    let (what, call) = (printable(name), context.vrun_command());
    let missing = format!("no `{what}` in {}", printable(context.root));
    let plain = os::normalize_program_name(&what);
    let is_pip = plain.starts_with("pip");
    let has_pip = with_exe_suffix(scripts.join("pip")).exists();
    // Environments that uv creates have no pip, and the pip of another Python would install elsewhere.
    let other = context.find_on_path(name, context.path);
    let error = match other.filter(|_| is_pip && !has_pip) {
        Some(other) => Error::refused(missing).with_cause(format_args!(
            "{} belongs to another Python",
            printable(other)
        )),
        None => Error::not_found(missing),
    };
    if let Some(script) = find_missing_script(name, context) {
        return explain_missing_script(error, &script, context);
    }
    if plain == "python" && file.exists() {
        return error.with_cause(format_args!("{} is vrun itself", printable(&file)));
    }
    if plain == "python" {
        return error
            .with_cause(format_args!("{} does not exist", printable(&file)))
            .with_hint(context.repair_hint());
    }
    error.with_hint(if is_pip && has_pip {
        format!("`{call} pip` runs the pip of this environment")
    } else if is_pip && has_pip_module(context) {
        format!("`{call} -m pip` runs the pip of this environment")
    } else if is_pip {
        let install = venv::install_pip_hint(context.root, &call);
        format!("{install} installs pip there")
    } else {
        format!("`{call} python` runs the Python of this environment; `--outside` allows others")
    })
}

/// The file of a program, with the suffix that may be left out.
fn with_exe_suffix(path: PathBuf) -> PathBuf {
    let text = path.to_string_lossy().to_ascii_lowercase();
    if text.ends_with(os::EXE_SUFFIX) {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(os::EXE_SUFFIX);
    name.into()
}

/// There is no program at the path `name`, or it cannot be run.
pub(super) fn file_not_runnable(name: &OsStr) -> Error {
    match fs::metadata(name) {
        Ok(found) if found.is_dir() => {
            let error = Error::refused(format!("{} is a directory", printable(name)));
            match Path::new(name).join("__main__.py").is_file() {
                true => error.with_hint(run_by_python_hint(name)),
                false => error,
            }
        }
        Ok(_) => not_executable(Path::new(name)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            file_not_found(name)
        }
        Err(error) => Error::refused(format!("{} cannot be run", printable(name)))
            .with_cause(io_reason(&error)),
    }
}

/// There is no such file.
pub(super) fn file_not_found(name: &OsStr) -> Error {
    Error::not_found(format!("no file named {}", printable(name)))
}

/// What runs a directory or an archive with a `__main__.py` (zipapp).
fn run_by_python_hint(file: &OsStr) -> String {
    format!("`vrun -s {}` runs it with Python", shell_word(file))
}

fn not_executable(file: &Path) -> Error {
    let error = Error::refused(format!("{} is not executable", printable(file)));
    if file.extension().is_some_and(|end| end == "pyz") {
        return error.with_hint(run_by_python_hint(file.as_os_str()));
    }
    if file.file_name().is_some_and(os::is_activation_script) {
        let eval = near_names::export_to_shell_command("vrun");
        return error.with_hint(format!("`{eval}` changes the running shell"));
    }
    match os::executable_hint(&shell_word(file)) {
        Some(hint) => error.with_hint(hint),
        None => error.with_cause("its extension is not in PATHEXT"),
    }
}

/// `name` if it is a valid package name (PEP 508), and so harmless in a command to paste.
fn package_name(name: &OsStr) -> Option<&str> {
    let name = name.to_str()?;
    let is_alphanumeric = |c: char| c.is_ascii_alphanumeric();
    let is_other = |c: char| !is_alphanumeric(c) && !"._-".contains(c);
    let ends_well = name.starts_with(is_alphanumeric) && name.ends_with(is_alphanumeric);
    (ends_well && !name.contains(is_other)).then_some(name)
}
