//! A fresh project, a command in it, and what came of it.
//!
//! The command sees no variables but those named here: a home of its own, and a PATH with nothing on it
//! but the interpreters that the test puts there.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use tempfile::TempDir;

use crate::pythons::{self, Python};

/// The directories `app` (with a `setup.py`), `home` and `bin`, which is all of PATH.
#[must_use]
pub(crate) struct Project {
    root: PathBuf,
    vars: Vec<(OsString, OsString)>,
    _owner: TempDir,
}

impl Project {
    pub(crate) fn new() -> Project {
        let owner = tempfile::tempdir().expect("a temporary directory");
        let root = owner.path().canonicalize().expect("its real path");
        let project = Project {
            vars: Vec::new(),
            root,
            _owner: owner,
        };
        for dir in ["app", "home", "bin"] {
            fs::create_dir(project.path(dir)).expect("a directory");
        }
        let (home, bin) = (project.path("home"), project.path("bin"));
        project
            .file("app/setup.py", "")
            .var("HOME", home)
            .var("PATH", bin)
    }

    /// One whose only Python is the newest that was found.
    pub(crate) fn with_python() -> Project {
        Project::new().python("python3", pythons::newest())
    }

    /// A link on PATH to a real Python.
    pub(crate) fn python(self, name: &str, python: &Python) -> Project {
        self.link(&format!("bin/{name}"), &python.exe)
    }

    pub(crate) fn link(self, path: &str, target: impl AsRef<Path>) -> Project {
        symlink(target, self.path(path)).expect("a link");
        self
    }

    pub(crate) fn dir(self, path: &str) -> Project {
        fs::create_dir_all(self.path(path)).expect("a directory");
        self
    }

    pub(crate) fn file(self, path: &str, text: &str) -> Project {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        fs::write(path, text).expect("a file");
        self
    }

    /// A file that can be run. A shell writes it: what this process has open for writing, a process that
    /// it starts at the same moment may have open too, and then it cannot be run.
    pub(crate) fn script(self, path: &str, text: &str) -> Project {
        let path = self.path(path);
        let write = "printf %s \"$1\" > \"$2\" && chmod 755 \"$2\"";
        let status = Command::new("/bin/sh")
            .args(["-c", write, "sh", text])
            .arg(path)
            .status();
        assert!(status.is_ok_and(|status| status.success()));
        self
    }

    pub(crate) fn var(mut self, name: &str, value: impl AsRef<OsStr>) -> Project {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.into(), value.as_ref().into()));
        self
    }

    /// A directory before all others on PATH.
    pub(crate) fn first_on_path(self, dir: &Path) -> Project {
        let path = format!("{}:{}", dir.display(), self.path("bin").display());
        self.var("PATH", path)
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// What lies in a directory, sorted.
    pub(crate) fn names(&self, dir: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(dir)).expect("a directory");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// That the project holds an environment beside what was there, and nothing else.
    #[track_caller]
    pub(crate) fn assert_only(&self, names: &[&str]) {
        assert_eq!(self.names("app"), names);
    }

    /// vrun in `app`, not started yet.
    pub(crate) fn vrun<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vrun"));
        command.args(args);
        self.place(&mut command);
        command
    }

    /// The same from a Python that gives SIGINT its default back: a test run that was started in the
    /// background has it ignored.
    pub(crate) fn interruptible(&self, args: &[&str]) -> Command {
        let code = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])";
        let mut command = Command::new(&pythons::newest().exe);
        command
            .args(["-I", "-c", code, env!("CARGO_BIN_EXE_vrun")])
            .args(args);
        self.place(&mut command);
        command
    }

    /// Gives a command this project's variables and directory.
    pub(crate) fn place(&self, command: &mut Command) {
        command
            .env_clear()
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path("app"))
            .stdin(Stdio::null());
    }

    /// Runs vrun in `app` to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        Outcome::of(&mut self.vrun(args))
    }

    /// Runs so many vruns at once, each of which prints this: all that they said.
    #[track_caller]
    pub(crate) fn at_once(&self, count: usize, args: &[&str], stdout: &str) -> String {
        let start = |_| {
            let mut vrun = self.vrun(args);
            let vrun = vrun.stdout(Stdio::piped()).stderr(Stdio::piped());
            vrun.spawn().expect("vrun")
        };
        let children: Vec<_> = (0..count).map(start).collect();
        let mut said = String::new();
        for child in children {
            let outcome = Outcome::from(child.wait_with_output().expect("an end")).code(0);
            assert_eq!(outcome.stdout, stdout, "{outcome}");
            said.push_str(&outcome.stderr);
        }
        said
    }

    /// Which base vrun takes: `EXE (KIND): WHY`, as `-v` says it; else the whole of its refusal. The making
    /// is interrupted; where it was through by then, what it made goes.
    pub(crate) fn chosen(&self, args: &[&str]) -> String {
        let venv = self.path("app/.venv");
        let was_there = venv.exists();
        let args: Vec<_> = [&["-v"], args, &["python", "-c", ""]].concat();
        let mut child = self
            .interruptible(&args)
            .stderr(Stdio::piped())
            .spawn()
            .expect("vrun");
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut said = String::new();
        let mut line = String::new();
        while stderr.read_line(&mut line).expect("UTF-8") > 0 {
            if let Some(base) = line.strip_prefix("vrun: base ") {
                interrupt(&child);
                said = base.trim_end().to_owned();
                stderr.read_to_string(&mut line).expect("UTF-8");
                break;
            }
            if !line.starts_with("vrun: passed over") {
                said.push_str(&line);
            }
            line.clear();
        }
        child.wait().expect("an end");
        if !was_there && venv.exists() {
            std::fs::remove_dir_all(venv).expect("made just now");
        }
        said
    }
}

/// Tells whoever runs the tests: past the test harness, which keeps what a passing test prints.
pub(crate) fn tell(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Sends SIGINT to a process alone, as no terminal would.
pub(crate) fn interrupt(child: &Child) {
    signal(child, "INT");
}

/// A program of this system's.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&path).map(|dir| dir.join(name));
    files.find(|file| file.is_file())
}

pub(crate) fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    let status = Command::new("/bin/sh").args(["-c", &kill]).status();
    assert!(status.is_ok_and(|status| status.success()));
}

/// How a command ended.
pub(crate) struct Outcome {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome {
            status,
            stdout,
            stderr,
        } = self;
        write!(out, "{status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Outcome {
        Outcome {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Outcome {
    pub(crate) fn of(command: &mut Command) -> Outcome {
        Outcome::from(command.output().expect("a program that starts"))
    }

    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Outcome {
        assert_eq!(self.status.code(), Some(code), "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn stdout(self, text: &str) -> Outcome {
        assert_eq!(self.stdout.trim_end(), text, "{self}");
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
}
