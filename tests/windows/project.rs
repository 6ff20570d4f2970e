//! A project, a command in it, and what came of it.
//!
//! The command sees no variables but those named here, and those without which no program starts on Windows.
//! Environments are copies of one that vrun made in the first place, because a real one takes a while.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::first::{copy, first};

/// The directories `app` (with a `setup.py`), `home` and `tools`; the latter is first on PATH.
#[must_use]
pub(crate) struct Project {
    root: PathBuf,
    cwd: PathBuf,
    vars: Vec<(OsString, OsString)>,
    _owner: TempDir,
}

impl Project {
    pub(crate) fn new() -> Project {
        let owner = tempfile::tempdir().expect("a temporary directory");
        let root = dunce::canonicalize(owner.path()).expect("its real path");
        let mut project = Project {
            cwd: root.join("app"),
            vars: Vec::new(),
            root,
            _owner: owner,
        };
        for name in ["SystemRoot", "ComSpec", "TEMP", "TMP"] {
            let value = std::env::var_os(name).unwrap_or_else(|| panic!("{name} is unset"));
            project = project.var(name, value);
        }
        for dir in ["home", "tools", "cache"] {
            project = project.dir(dir);
        }
        let (home, cache) = (project.path("home"), project.path("cache"));
        let path = [project.path("tools"), base().into(), system()];
        project
            .file("app/setup.py", "")
            .var("USERPROFILE", home)
            .var("LOCALAPPDATA", cache)
            .var("PATHEXT", ".COM;.EXE;.BAT;.CMD")
            .var("PATH", std::env::join_paths(path).expect("plain paths"))
    }

    /// One whose `app/.venv` was made by vrun, as far as it takes to run Python: without packages.
    pub(crate) fn with_venv() -> Project {
        Project::new().venv("app/.venv")
    }

    /// An environment without packages.
    pub(crate) fn venv(self, path: &str) -> Project {
        let (from, to) = (first().project.path("app/.venv"), self.path(path));
        fs::create_dir_all(to.join("Lib/site-packages")).expect("a directory");
        fs::create_dir_all(to.join("Scripts")).expect("a directory");
        for file in ["pyvenv.cfg", "Scripts/python.exe", "Scripts/pythonw.exe"] {
            fs::copy(from.join(file), to.join(file)).expect("a copy");
        }
        self
    }

    /// A copy of the project that was made first, with pip and `hello` in its environment.
    pub(crate) fn copied() -> Project {
        let project = Project::new();
        copy(&first().project.path("app"), &project.path("app"));
        project
    }

    pub(crate) fn dir(self, path: &str) -> Project {
        fs::create_dir_all(self.path(path)).expect("a directory");
        self
    }

    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Project {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        fs::write(path, text).expect("a file");
        self
    }

    pub(crate) fn var(mut self, name: &str, value: impl AsRef<OsStr>) -> Project {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.into(), value.as_ref().into()));
        self
    }

    pub(crate) fn unset(mut self, name: &str) -> Project {
        self.vars.retain(|(known, _)| known != name);
        self
    }

    /// Puts a directory before all others on PATH.
    pub(crate) fn first_on_path(self, dir: impl AsRef<OsStr>) -> Project {
        let old = self.vars.iter().find(|(name, _)| name == "PATH");
        let old = old.map(|(_, value)| value.clone()).unwrap_or_default();
        let path = [dir.as_ref(), OsStr::new(";"), &old].concat_os();
        self.var("PATH", path)
    }

    pub(crate) fn cwd(mut self, path: &str) -> Project {
        self.cwd = self.path(path);
        self
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path).components().collect()
    }

    /// The same as text.
    pub(crate) fn shown(&self, path: &str) -> String {
        self.path(path).display().to_string()
    }

    /// vrun, not started yet.
    pub(crate) fn vrun<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(vrun());
        command.args(args);
        self.place(&mut command);
        command
    }

    /// Gives a command this project's variables and directory.
    pub(crate) fn place(&self, command: &mut Command) {
        let vars = self.vars.iter().map(|(name, value)| (name, value));
        command.env_clear().envs(vars).current_dir(&self.cwd);
        command.stdin(Stdio::null());
    }

    /// Runs vrun to its end; again where wine could not start a process, which now and then happens on a busy machine.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        let args: Vec<OsString> = args.collect();
        let once = || Outcome::of(started(&mut self.vrun(&args)));
        let outcome = once();
        match outcome.code {
            Some(DLL_INIT_FAILED) => once(),
            _ => outcome,
        }
    }

    /// What `python -c CODE` prints.
    #[track_caller]
    pub(crate) fn python(&self, code: &str) -> String {
        self.run(["python", "-c", code]).code(0).stdout
    }
}

/// `[a, b].concat()` for text of the system.
trait ConcatOs {
    fn concat_os(&self) -> OsString;
}

impl ConcatOs for [&OsStr] {
    fn concat_os(&self) -> OsString {
        self.iter().fold(OsString::new(), |mut text, part| {
            text.push(part);
            text
        })
    }
}

/// STATUS_DLL_INIT_FAILED: the exit code of a process that was never started.
const DLL_INIT_FAILED: i32 = 0xC000_0142_u32.cast_signed();

/// The program under test.
pub(crate) fn vrun() -> PathBuf {
    dunce::canonicalize(env!("CARGO_BIN_EXE_vrun")).expect("vrun was built")
}

/// The directory of the Python on PATH.
pub(crate) fn base() -> &'static Path {
    static BASE: OnceLock<PathBuf> = OnceLock::new();
    BASE.get_or_init(|| {
        let python = on_path("python.exe").expect("a python.exe on PATH");
        python.parent().expect("a directory").to_owned()
    })
}

/// A program that the tests found on their own PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).map(|dir| dir.join(name));
    files.find(|file| file.is_file())
}

fn system() -> PathBuf {
    PathBuf::from(std::env::var_os("SystemRoot").expect("SystemRoot is set")).join("system32")
}

/// Tells whoever runs the tests: past the test harness, which keeps what a passing test prints.
pub(crate) fn tell(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// How a command ended, with `\n` as the end of each line.
#[derive(Clone)]
pub(crate) struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome {
            code,
            stdout,
            stderr,
        } = self;
        write!(out, "{code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

impl Outcome {
    pub(crate) fn of(output: io::Result<Output>) -> Outcome {
        let output = output.expect("a program that starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        Outcome {
            code: output.status.code(),
            stdout: text(&output.stdout).trim_end().to_owned(),
            stderr: text(&output.stderr),
        }
    }

    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Outcome {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn stdout(self, text: &str) -> Outcome {
        assert_eq!(self.stdout, text, "{self}");
        self
    }

    /// That stderr holds each of these.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Outcome {
        for part in parts {
            assert!(self.stderr.contains(part), "no `{part}` in\n{self}");
        }
        self
    }

    /// That nothing is said.
    #[track_caller]
    pub(crate) fn silent(self) -> Outcome {
        assert_eq!(self.stderr, "", "{self}");
        self
    }
}

/// Runs it to its end. wine now and then has an internal error of its own in the place of a new process
/// (ERROR_INTERNAL_ERROR, 1359): nothing has run then, so it is tried again.
pub(crate) fn started(command: &mut Command) -> io::Result<Output> {
    for _ in 0..5 {
        match command.output() {
            Err(error) if error.raw_os_error() == Some(1359) => {
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
            other => return other,
        }
    }
    command.output()
}
