//! A base interpreter, an empty directory -> an environment in it, made by that interpreter's own
//! `-m venv`.
//!
//! Where it cannot, the error says what it lacks and what mends that.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::AtomicBool;

use crate::error::{Error, io_reason};
use crate::helper::{self, Helper};
use crate::installer_errors::venv_error_lines;
use crate::output::Verbosity;
use crate::python::Interpreter;
use crate::quote::{printable, shell_word};
use crate::{interrupt, venv};

use super::options::{IfExists, IgnoreFile, PythonFiles, VenvOptions};

/// What the work is done with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuildContext<'a> {
    /// The variables of every process that helps.
    pub vars: &'a [(OsString, OsString)],
    /// The lock: it is held as long as a helper runs.
    pub lock: &'a File,
    /// The cache directory, where there is one to be used.
    pub cache_dir: Option<&'a Path>,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// How much is said.
    pub verbosity: Verbosity,
}

/// Makes an environment in `staged`, which is there and empty, for the place `at`.
///
/// # Errors
/// The interpreter lacks a part, or fails; Ctrl-C.
pub(super) fn create_with_venv(
    base: &Interpreter,
    staged: &Path,
    at: &Path,
    flags: Vec<OsString>,
    workshop: &BuildContext<'_>,
) -> Result<(), Error> {
    if at.to_str().is_none() {
        return Err(creation_failed(at)
            .with_cause("its path is not UTF-8, which no pyvenv.cfg can hold")
            .with_hint("say where else with `--env PATH`"));
    }
    let output = workshop.run_venv(&base.exe, &flags, staged, at)?;
    if output.status.success() && venv::looks_usable(staged) {
        return Ok(());
    }
    if let Some(missing) = workshop.missing_module(base, staged) {
        return Err(missing_module_error(base, missing, at));
    }
    let mut failure = workshop.failure_lines(&output, staged);
    // A link to an installation that was moved: before 3.14 an environment on the link looks for the
    // library beside the link, one on the file behind it finds it.
    let resolved = dunce::canonicalize(&base.exe).unwrap_or_else(|_| base.exe.clone());
    if resolved != base.exe {
        workshop
            .verbosity
            .verbose(|| format!("{} failed, now its target", printable(&base.exe)));
        clear_dir(staged).map_err(|error| creation_failed(at).with_cause(io_reason(&error)))?;
        let output = workshop.run_venv(&resolved, &flags, staged, at)?;
        if output.status.success() && venv::looks_usable(staged) {
            return Ok(());
        }
        failure = workshop.failure_lines(&output, staged);
    }
    let what =
        creation_failed(at).with_cause(format_args!("{} -m venv failed", printable(&base.exe)));
    let told = failure.into_iter().fold(what, Error::with_cause);
    Err(told.with_hint(format!(
        "see whether `{} -m venv {}` works, or take another Python with `-p REQUEST`",
        shell_word(&base.exe),
        shell_word(at)
    )))
}

/// Has the base bring the environment at `at` up to itself.
///
/// # Errors
/// The interpreter fails; Ctrl-C.
pub(super) fn upgrade_with_venv(
    base: &Interpreter,
    at: &Path,
    flags: Vec<OsString>,
    workshop: &BuildContext<'_>,
) -> Result<(), Error> {
    let output = workshop.run_venv(&base.exe, &flags, at, at)?;
    if output.status.success() && venv::looks_usable(at) {
        return Ok(());
    }
    let what = Error::failed(format!("cannot upgrade {}", printable(at)));
    let what = what.with_cause(format_args!("{} -m venv failed", printable(&base.exe)));
    let told = workshop.failure_lines(&output, at);
    Err(told
        .into_iter()
        .fold(what, Error::with_cause)
        .with_hint(format!(
            "`vrun --create --clear --env {}` makes it anew, without its packages",
            shell_word(at)
        )))
}

/// The options as that interpreter's venv takes them. `prompt` is what is to be shown.
pub(super) fn venv_flags(
    base: &Interpreter,
    options: &VenvOptions,
    prompt: Option<String>,
) -> Vec<OsString> {
    let python = match options.python_files {
        PythonFiles::PlatformDefault => None,
        PythonFiles::Symlinks => Some("--symlinks"),
        PythonFiles::Copies => Some("--copies"),
    };
    let unignored = options.ignore_file == IgnoreFile::Omitted && base.minor() >= 13;
    let flags = [
        python,
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

fn creation_failed(at: &Path) -> Error {
    Error::failed(format!("cannot create {}", printable(at)))
}

impl BuildContext<'_> {
    fn run_venv(
        &self,
        exe: &Path,
        flags: &[OsString],
        root: &Path,
        at: &Path,
    ) -> Result<Output, Error> {
        let args = ["-s", "-m", "venv"].map(OsString::from).into_iter();
        let args = args.chain(flags.iter().cloned()).chain([root.into()]);
        match self.run_helper(exe, args.collect(), root) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                Err(interrupt::interrupted_error())
            }
            other => other.map_err(|error| {
                creation_failed(at).with_cause(format_args!(
                    "{}: {}",
                    printable(exe),
                    io_reason(&error)
                ))
            }),
        }
    }

    /// The helper works in the new directory: `-m` and `-c` look for modules where they start, and
    /// there lie none of the user's.
    ///
    /// # Errors
    /// It cannot be started, or was stopped.
    pub(crate) fn run_helper(
        &self,
        exe: &Path,
        args: Vec<OsString>,
        staged: &Path,
    ) -> io::Result<Output> {
        let helper = Helper {
            program: exe,
            args,
            vars: self.vars,
            cwd: staged,
            stdin: Some(self.lock.try_clone()?),
        };
        helper::run_captured(helper, self.stop)
    }

    /// Which part of its own library the interpreter lacks.
    fn missing_module(&self, base: &Interpreter, staged: &Path) -> Option<&'static str> {
        // An empty directory of that name can be imported too.
        let parts = [
            ("venv", "import venv; venv.create"),
            ("ensurepip", "import ensurepip; ensurepip.version"),
        ];
        let lacks = |code: &str| {
            let args = ["-s", "-c", code].map(OsString::from).to_vec();
            let imported = self.run_helper(&base.exe, args, staged);
            imported.is_ok_and(|output| !output.status.success())
        };
        let missing = parts.into_iter().find(|(_, code)| lacks(code));
        missing.map(|(module, _)| module)
    }

    /// The last lines of what the helper said. venv does not pass on why ensurepip failed, so that is
    /// asked once more.
    fn failure_lines(&self, output: &Output, staged: &Path) -> Vec<String> {
        let said = venv_error_lines(output);
        let python = venv::python_path(staged);
        if !python.exists() || !said.last().is_some_and(|line| line.contains("ensurepip")) {
            return said;
        }
        let words = ["-I", "-m", "ensurepip", "--upgrade", "--default-pip"];
        let args = words.map(OsString::from).to_vec();
        match self.run_helper(&python, args, staged) {
            Ok(again) if !again.status.success() => venv_error_lines(&again),
            _ => said,
        }
    }
}

/// Why this interpreter can make none, and what mends it.
fn missing_module_error(base: &Interpreter, missing: &str, at: &Path) -> Error {
    let what = creation_failed(at).with_cause(format_args!(
        "{} ({}) has no `{missing}` module",
        printable(&base.exe),
        base.key
    ));
    match debian_package(base) {
        Some(package) => what.with_hint(format!("`apt install {package}` adds it")),
        None => what.with_hint(
            "take another Python with `-p REQUEST`, such as `-p 3.12`, or install one whole",
        ),
    }
}

/// What is said of an environment for `at` whose base brings no pip along.
pub(super) fn no_pip_message(base: &Interpreter, at: &Path) -> String {
    let call = format!("vrun --env {}", shell_word(at));
    let adds = match debian_package(base) {
        Some(package) => format!("`apt install {package}`, then `{call} -m ensurepip`"),
        None => venv::get_pip_hint(&call),
    };
    let base = printable(&base.exe);
    format!("it has no pip, because {base} brings none along; {adds} adds it")
}

/// The package that holds what Debian and its kin take out of their Python.
fn debian_package(base: &Interpreter) -> Option<String> {
    let real: PathBuf = dunce::canonicalize(&base.exe).ok()?;
    if !real.starts_with("/usr/bin")
        || !is_debian_like(&fs::read_to_string("/etc/os-release").ok()?)
    {
        return None;
    }
    let [major, minor, ..] = base.key.release[..] else {
        return None;
    };
    Some(match base.key.implementation.as_str() {
        "pypy" => format!("pypy{major}-venv"),
        _ => format!("python{major}.{minor}-venv"),
    })
}

/// Whether os-release(5) tells of Debian or of what is made from it.
fn is_debian_like(os_release: &str) -> bool {
    let ids = os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")));
    ids.flat_map(|value| value.trim_matches(['"', '\'']).split(' '))
        .any(|id| id == "debian" || id == "ubuntu")
}

fn clear_dir(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_what_is_made_from_it_are_known() {
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
