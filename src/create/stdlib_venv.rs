//! A base interpreter and an empty directory -> an environment in it, created by that interpreter's own `-m venv`.
//!
//! If that fails, the error names what the interpreter lacks and how to fix it.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::Output;

use crate::error::{Error, io_reason};
use crate::fs::{entry_names, remove_path};
use crate::installer_errors::venv_error_lines;
use crate::python::Interpreter;
use crate::quote::{printable, shell_program, shell_word};
use crate::read::{MAX_TEXT, read_text};
use crate::{interrupt, venv};

use super::context::BuildContext;
use super::errors::creation_failed;
use super::options::{IfExists, IgnoreFile, PythonFiles, VenvOptions};

/// Creates an environment in `staged`, which is empty, for the path `at`.
pub(super) fn create_with_venv(
    base: &Interpreter,
    staged: &Path,
    at: &Path,
    flags: Vec<OsString>,
    context: &BuildContext<'_>,
) -> Result<(), Error> {
    let Some(output) = run_venv(&base.exe, &flags, staged, at, context)? else {
        return Ok(());
    };
    if let Some(module) = missing_module(base, staged, context) {
        return Err(missing_module_error(base, module, at));
    }
    let mut causes = failure_lines(&output, staged, context);
    // A link to an installation that was moved: before 3.14 an environment on the link looks for the library beside the
    // link, one on its target finds it.
    let resolved = dunce::canonicalize(&base.exe).unwrap_or_else(|_| base.exe.clone());
    if resolved != base.exe {
        context.verbosity.verbose(|| {
            format!(
                "{} failed; trying the file that it links to",
                printable(&base.exe)
            )
        });
        clear_dir(staged).map_err(|error| creation_failed(at).with_cause(io_reason(&error)))?;
        let Some(output) = run_venv(&resolved, &flags, staged, at, context)? else {
            return Ok(());
        };
        causes = failure_lines(&output, staged, context);
    }
    Err(
        venv_failed(creation_failed(at), base, causes).with_hint(format!(
            "check whether `{} -m venv {}` works, or choose another Python with `-p REQUEST`",
            shell_program(&base.exe),
            shell_word(at)
        )),
    )
}

/// Upgrades the environment at `at` to the current version of its base interpreter.
pub(super) fn upgrade_with_venv(
    base: &Interpreter,
    at: &Path,
    flags: Vec<OsString>,
    context: &BuildContext<'_>,
) -> Result<(), Error> {
    let Some(output) = run_venv(&base.exe, &flags, at, at, context)? else {
        return Ok(());
    };
    let failed = Error::failed(format!("cannot upgrade {}", printable(at)));
    let causes = failure_lines(&output, at, context);
    Err(venv_failed(failed, base, causes).with_hint(recreate_hint(at)))
}

/// What recreates the environment at `at`.
pub(crate) fn recreate_hint(at: &Path) -> String {
    let at = shell_word(at);
    format!(
        "`vrun --create --clear --env {at}` recreates it, with what the project requires and no other packages"
    )
}

fn venv_failed(error: Error, base: &Interpreter, causes: Vec<String>) -> Error {
    let error = error.with_cause(format_args!("{} -m venv failed", printable(&base.exe)));
    causes.into_iter().fold(error, Error::with_cause)
}

/// The options as that interpreter's venv takes them. `prompt` is what is to be shown.
pub(super) fn venv_flags(
    base: &Interpreter,
    options: &VenvOptions,
    prompt: Option<String>,
) -> Vec<OsString> {
    let python_files = match options.python_files {
        PythonFiles::PlatformDefault => None,
        PythonFiles::Symlinks => Some("--symlinks"),
        PythonFiles::Copies => Some("--copies"),
    };
    let unignored = options.ignore_file == IgnoreFile::Omitted && base.minor() >= 13;
    let flags = [
        python_files,
        options
            .system_site_packages
            .then_some("--system-site-packages"),
        (!options.has_pip()).then_some("--without-pip"),
        (options.if_exists == IfExists::Upgrade).then_some("--upgrade"),
        unignored.then_some("--without-scm-ignore-files"),
    ];
    let flags = flags.into_iter().flatten().map(OsString::from);
    let prompt = prompt.map(|prompt| format!("--prompt={prompt}").into());
    flags.chain(prompt).collect()
}

/// Runs `-m venv` on `root`. None if it succeeded, else what it printed.
fn run_venv(
    exe: &Path,
    flags: &[OsString],
    root: &Path,
    at: &Path,
    context: &BuildContext<'_>,
) -> Result<Option<Output>, Error> {
    let args = ["-s", "-m", "venv"].map(OsString::from).into_iter();
    let args = args.chain(flags.iter().cloned()).chain([root.into()]);
    match context.run_helper(exe, args.collect(), root) {
        Ok(output) if output.status.success() && venv::looks_usable(root) => Ok(None),
        Ok(output) => Ok(Some(output)),
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(interrupt::interrupted_error()),
        Err(error) => {
            let (exe, reason) = (printable(exe), io_reason(&error));
            Err(creation_failed(at).with_cause(format_args!("{exe}: {reason}")))
        }
    }
}

/// Which module of its own library the interpreter lacks.
fn missing_module(
    base: &Interpreter,
    staged: &Path,
    context: &BuildContext<'_>,
) -> Option<&'static str> {
    // An empty directory of that name can be imported too, hence the attributes.
    let modules = [
        ("venv", "import venv; venv.create"),
        ("ensurepip", "import ensurepip; ensurepip.version"),
    ];
    let is_missing = |code: &str| {
        let args = ["-s", "-c", code].map(OsString::from).to_vec();
        let output = context.run_helper(&base.exe, args, staged);
        output.is_ok_and(|output| !output.status.success())
    };
    let missing = modules.into_iter().find(|(_, code)| is_missing(code));
    missing.map(|(module, _)| module)
}

/// The last lines of the output. venv does not pass on why ensurepip failed, so that is run again.
fn failure_lines(output: &Output, staged: &Path, context: &BuildContext<'_>) -> Vec<String> {
    let lines = venv_error_lines(output);
    let python = venv::python_path(staged);
    if !python.exists() || !lines.last().is_some_and(|line| line.contains("ensurepip")) {
        return lines;
    }
    let args = ["-I", "-m", "ensurepip", "--upgrade", "--default-pip"];
    match context.run_helper(&python, args.map(OsString::from).to_vec(), staged) {
        Ok(again) if !again.status.success() => venv_error_lines(&again),
        _ => lines,
    }
}

fn missing_module_error(base: &Interpreter, module: &str, at: &Path) -> Error {
    let (exe, key) = (printable(&base.exe), &base.key);
    creation_failed(at)
        .with_cause(format_args!("{exe} ({key}) has no `{module}` module"))
        .with_hint(match debian_package(base) {
            Some(package) => format!("`apt install {package}` adds it"),
            None => "choose another Python with `-p REQUEST`, such as `-p 3.12`, or install a complete one"
                .into(),
        })
}

/// The notice about an environment at `at` whose base interpreter bundles no pip.
pub(super) fn no_pip_message(base: &Interpreter, at: &Path) -> String {
    let call = format!("vrun --env {}", shell_word(at));
    let hint = match debian_package(base) {
        Some(package) => format!("`apt install {package}`, then `{call} -m ensurepip`"),
        None => venv::get_pip_hint(&call),
    };
    let base = printable(&base.exe);
    format!("it has no pip, because {base} does not bundle it; {hint} adds it")
}

/// The package that holds what Debian and its derivatives split off from their Python.
fn debian_package(base: &Interpreter) -> Option<String> {
    let real = dunce::canonicalize(&base.exe).ok()?;
    let is_systems = real.starts_with("/usr/bin")
        && is_debian_like(&read_text("/etc/os-release".as_ref(), MAX_TEXT).ok()?);
    match base.key.release[..] {
        [major, _, ..] if is_systems && base.key.implementation == "pypy" => {
            Some(format!("pypy{major}-venv"))
        }
        [major, minor, ..] if is_systems => Some(format!("python{major}.{minor}-venv")),
        _ => None,
    }
}

/// Whether os-release(5) names Debian or a derivative.
fn is_debian_like(os_release: &str) -> bool {
    let ids = os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")));
    ids.flat_map(|value| value.trim_matches(['"', '\'']).split(' '))
        .any(|id| id == "debian" || id == "ubuntu")
}

fn clear_dir(dir: &Path) -> io::Result<()> {
    let mut names = entry_names(dir)?.into_iter();
    names.try_for_each(|name| remove_path(&dir.join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_derivatives_are_recognized() {
        for (text, is) in [
            ("PRETTY_NAME=\"x\"\nID=debian\n", true),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true),
            ("ID=ubuntu\nID_LIKE=debian\n", true),
            ("ID=fedora\n", false),
            (
                "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=debian\n",
                false,
            ),
        ] {
            assert_eq!(is_debian_like(text), is, "{text}");
        }
    }
}
