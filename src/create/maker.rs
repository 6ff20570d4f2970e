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

use crate::error::{Error, reason, shown, typed};
use crate::launch::{self, Helper};
use crate::venv;
use crate::voice::Voice;

use super::base::Base;
use super::interrupt;
use super::options::{Existing, IgnoreFile, Options, PythonFiles};
use super::telling::last_lines;

/// What the work is done with.
#[derive(Clone, Copy, Debug)]
pub struct Workshop<'a> {
    /// The variables of every process that helps.
    pub vars: &'a [(OsString, OsString)],
    /// The lock: it is held as long as a helper runs.
    pub lock: &'a File,
    /// The cache directory, where there is one to be used.
    pub cache: Option<&'a Path>,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// How much is said.
    pub voice: Voice,
}

/// Makes an environment in `staged`, which is there and empty, for the place `at`.
///
/// # Errors
/// The interpreter lacks a part, or fails; Ctrl-C.
pub fn make(
    base: &Base,
    staged: &Path,
    at: &Path,
    flags: Vec<OsString>,
    workshop: &Workshop<'_>,
) -> Result<(), Error> {
    if at.to_str().is_none() {
        return Err(cannot(at)
            .cause("its path is not UTF-8, which no pyvenv.cfg can hold")
            .hint("say where else with `--env PATH`"));
    }
    let output = workshop.venv(&base.exe, &flags, staged, at)?;
    if output.status.success() && venv::is_sound(staged) {
        return Ok(());
    }
    if let Some(missing) = workshop.missing(base, staged) {
        return Err(incapable(base, missing, at));
    }
    let mut failure = workshop.failure(&output, staged);
    // A link to an installation that was moved: before 3.14 an environment on the link looks for the
    // library beside the link, one on the file behind it finds it.
    let resolved = dunce::canonicalize(&base.exe).unwrap_or_else(|_| base.exe.clone());
    if resolved != base.exe {
        workshop
            .voice
            .detail(|| format!("{} failed, now its target", shown(&base.exe)));
        empty(staged).map_err(|error| cannot(at).cause(reason(&error)))?;
        let output = workshop.venv(&resolved, &flags, staged, at)?;
        if output.status.success() && venv::is_sound(staged) {
            return Ok(());
        }
        failure = workshop.failure(&output, staged);
    }
    let what = cannot(at).cause(format_args!("{} -m venv failed", shown(&base.exe)));
    let told = failure.into_iter().fold(what, Error::cause);
    Err(told.hint(format!(
        "see whether `{} -m venv {}` works, or take another Python with `-p REQUEST`",
        typed(&base.exe),
        typed(at)
    )))
}

/// Has the base bring the environment at `at` up to itself.
///
/// # Errors
/// The interpreter fails; Ctrl-C.
pub fn upgrade(
    base: &Base,
    at: &Path,
    flags: Vec<OsString>,
    workshop: &Workshop<'_>,
) -> Result<(), Error> {
    let output = workshop.venv(&base.exe, &flags, at, at)?;
    if output.status.success() && venv::is_sound(at) {
        return Ok(());
    }
    let what = Error::failed(format!("cannot upgrade {}", shown(at)));
    let what = what.cause(format_args!("{} -m venv failed", shown(&base.exe)));
    let told = workshop.failure(&output, at);
    Err(told.into_iter().fold(what, Error::cause).hint(format!(
        "`vrun --create --clear --env {}` makes it anew, without its packages",
        typed(at)
    )))
}

/// The options as that interpreter's venv takes them. `prompt` is what is to be shown.
pub fn flags(base: &Base, options: &Options, prompt: Option<String>) -> Vec<OsString> {
    let python = match options.python {
        PythonFiles::Usual => None,
        PythonFiles::Links => Some("--symlinks"),
        PythonFiles::Copies => Some("--copies"),
    };
    let unignored = options.ignore_file == IgnoreFile::Omitted && base.minor() >= 13;
    let flags = [
        python,
        options
            .system_site_packages
            .then_some("--system-site-packages"),
        (!options.has_pip()).then_some("--without-pip"),
        (options.existing == Existing::Upgraded).then_some("--upgrade"),
        unignored.then_some("--without-scm-ignore-files"),
    ];
    let flags = flags.into_iter().flatten().map(OsString::from);
    let prompt = prompt.map(|prompt| format!("--prompt={prompt}").into());
    flags.chain(prompt).collect()
}

fn cannot(at: &Path) -> Error {
    Error::failed(format!("cannot create {}", shown(at)))
}

impl Workshop<'_> {
    fn venv(
        &self,
        exe: &Path,
        flags: &[OsString],
        root: &Path,
        at: &Path,
    ) -> Result<Output, Error> {
        let args = ["-s", "-m", "venv"].map(OsString::from).into_iter();
        let args = args.chain(flags.iter().cloned()).chain([root.into()]);
        match self.run(exe, args.collect(), root) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                Err(interrupt::interrupted())
            }
            other => other.map_err(|error| {
                cannot(at).cause(format_args!("{}: {}", shown(exe), reason(&error)))
            }),
        }
    }

    /// The helper works in the new directory: `-m` and `-c` look for modules where they start, and
    /// there lie none of the user's.
    ///
    /// # Errors
    /// It cannot be started, or was stopped.
    pub fn run(&self, exe: &Path, args: Vec<OsString>, staged: &Path) -> io::Result<Output> {
        let helper = Helper {
            program: exe,
            args,
            vars: self.vars,
            cwd: staged,
            stdin: Some(self.lock.try_clone()?),
        };
        launch::run(helper, self.stop)
    }

    /// Which part of its own library the interpreter lacks.
    fn missing(&self, base: &Base, staged: &Path) -> Option<&'static str> {
        // An empty directory of that name can be imported too.
        let parts = [
            ("venv", "import venv; venv.create"),
            ("ensurepip", "import ensurepip; ensurepip.version"),
        ];
        let lacks = |code: &str| {
            let args = ["-s", "-c", code].map(OsString::from).to_vec();
            let imported = self.run(&base.exe, args, staged);
            imported.is_ok_and(|output| !output.status.success())
        };
        let missing = parts.into_iter().find(|(_, code)| lacks(code));
        missing.map(|(module, _)| module)
    }

    /// The last lines of what the helper said. venv does not pass on why ensurepip failed, so that is
    /// asked once more.
    fn failure(&self, output: &Output, staged: &Path) -> Vec<String> {
        let said = last_lines(output);
        let python = venv::python(staged);
        if !python.exists() || !said.last().is_some_and(|line| line.contains("ensurepip")) {
            return said;
        }
        let words = ["-I", "-m", "ensurepip", "--upgrade", "--default-pip"];
        let args = words.map(OsString::from).to_vec();
        match self.run(&python, args, staged) {
            Ok(again) if !again.status.success() => last_lines(&again),
            _ => said,
        }
    }
}

/// Why this interpreter can make none, and what mends it.
fn incapable(base: &Base, missing: &str, at: &Path) -> Error {
    let what = cannot(at).cause(format_args!(
        "{} ({}) has no `{missing}` module",
        shown(&base.exe),
        base.kind
    ));
    match packaged(base) {
        Some(package) => what.hint(format!("`apt install {package}` adds it")),
        None => what
            .hint("take another Python with `-p REQUEST`, such as `-p 3.12`, or install one whole"),
    }
}

/// What is said of an environment for `at` whose base brings no pip along.
pub fn without_pip(base: &Base, at: &Path) -> String {
    let call = format!("vrun --env {}", typed(at));
    let adds = match packaged(base) {
        Some(package) => format!("`apt install {package}`, then `{call} -m ensurepip`"),
        None => venv::by_script(&call),
    };
    let base = shown(&base.exe);
    format!("it has no pip, because {base} brings none along; {adds} adds it")
}

/// The package that holds what Debian and its kin take out of their Python.
fn packaged(base: &Base) -> Option<String> {
    let real: PathBuf = dunce::canonicalize(&base.exe).ok()?;
    if !real.starts_with("/usr/bin") || !is_debian(&fs::read_to_string("/etc/os-release").ok()?) {
        return None;
    }
    let [major, minor, ..] = base.kind.release[..] else {
        return None;
    };
    Some(match base.kind.implementation.as_str() {
        "pypy" => format!("pypy{major}-venv"),
        _ => format!("python{major}.{minor}-venv"),
    })
}

/// Whether os-release(5) tells of Debian or of what is made from it.
fn is_debian(os_release: &str) -> bool {
    let ids = os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")));
    ids.flat_map(|value| value.trim_matches(['"', '\'']).split(' '))
        .any(|id| id == "debian" || id == "ubuntu")
}

fn empty(dir: &Path) -> io::Result<()> {
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
            assert_eq!(is_debian(text), is, "{text}");
        }
    }
}
