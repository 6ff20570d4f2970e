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

/// The directories `app` (with a `setup.py`), `home` and `tools`; the latter is first on PATH.
#[must_use]
pub struct Project {
    root: PathBuf,
    cwd: PathBuf,
    vars: Vec<(OsString, OsString)>,
    _owner: TempDir,
}

impl Project {
    pub fn new() -> Project {
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
    pub fn with_venv() -> Project {
        Project::new().venv("app/.venv")
    }

    /// An environment without packages.
    pub fn venv(self, path: &str) -> Project {
        let (from, to) = (first().project.path("app/.venv"), self.path(path));
        fs::create_dir_all(to.join("Lib/site-packages")).expect("a directory");
        fs::create_dir_all(to.join("Scripts")).expect("a directory");
        for file in ["pyvenv.cfg", "Scripts/python.exe", "Scripts/pythonw.exe"] {
            fs::copy(from.join(file), to.join(file)).expect("a copy");
        }
        self
    }

    /// A copy of the project that was made first, with pip and `hello` in its environment.
    pub fn copied() -> Project {
        let project = Project::new();
        copy(&first().project.path("app"), &project.path("app"));
        project
    }

    pub fn dir(self, path: &str) -> Project {
        fs::create_dir_all(self.path(path)).expect("a directory");
        self
    }

    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Project {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        fs::write(path, text).expect("a file");
        self
    }

    pub fn var(mut self, name: &str, value: impl AsRef<OsStr>) -> Project {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.into(), value.as_ref().into()));
        self
    }

    pub fn unset(mut self, name: &str) -> Project {
        self.vars.retain(|(known, _)| known != name);
        self
    }

    /// Puts a directory before all others on PATH.
    pub fn first_on_path(self, dir: impl AsRef<OsStr>) -> Project {
        let old = self.vars.iter().find(|(name, _)| name == "PATH");
        let old = old.map(|(_, value)| value.clone()).unwrap_or_default();
        let path = [dir.as_ref(), OsStr::new(";"), &old].concat_os();
        self.var("PATH", path)
    }

    pub fn cwd(mut self, path: &str) -> Project {
        self.cwd = self.path(path);
        self
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path).components().collect()
    }

    /// The same as text.
    pub fn shown(&self, path: &str) -> String {
        self.path(path).display().to_string()
    }

    /// vrun, not started yet.
    pub fn vrun<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(vrun());
        command.args(args);
        self.place(&mut command);
        command
    }

    /// Gives a command this project's variables and directory.
    pub fn place(&self, command: &mut Command) {
        let vars = self.vars.iter().map(|(name, value)| (name, value));
        command.env_clear().envs(vars).current_dir(&self.cwd);
        command.stdin(Stdio::null());
    }

    /// Runs vrun to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        Outcome::of(self.vrun(args).output())
    }

    /// What `python -c CODE` prints.
    #[track_caller]
    pub fn python(&self, code: &str) -> String {
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

/// The program under test.
pub fn vrun() -> PathBuf {
    dunce::canonicalize(env!("CARGO_BIN_EXE_vrun")).expect("vrun was built")
}

/// The directory of the Python on PATH.
pub fn base() -> &'static Path {
    static BASE: OnceLock<PathBuf> = OnceLock::new();
    BASE.get_or_init(|| {
        let python = on_path("python.exe").expect("a python.exe on PATH");
        python.parent().expect("a directory").to_owned()
    })
}

/// A program that the tests found on their own PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).map(|dir| dir.join(name));
    files.find(|file| file.is_file())
}

fn system() -> PathBuf {
    PathBuf::from(std::env::var_os("SystemRoot").expect("SystemRoot is set")).join("system32")
}

/// The project in which vrun made an environment, and what was said.
pub struct First {
    pub project: Project,
    pub made: Outcome,
    pub installed: Outcome,
}

/// First use of a fresh project, and the wheel `hello` installed into it. Once for all tests.
pub fn first() -> &'static First {
    static FIRST: OnceLock<First> = OnceLock::new();
    FIRST.get_or_init(|| {
        let project = Project::new().file("hello-1.0-py3-none-any.whl", wheel());
        let made = project.run(["python", "-c", "import sys; print(sys.prefix)"]);
        let installed = install(&project);
        First {
            project,
            made,
            installed,
        }
    })
}

/// Installs the wheel, with what was there of it written anew.
pub fn install(project: &Project) -> Outcome {
    let wheel = first_wheel(project);
    project.run([
        OsStr::new("pip"),
        "--disable-pip-version-check".as_ref(),
        "install".as_ref(),
        "--no-index".as_ref(),
        "--force-reinstall".as_ref(),
        wheel.as_os_str(),
    ])
}

/// The wheel's file, which every project holds that installs it.
pub fn first_wheel(project: &Project) -> PathBuf {
    let file = project.path("hello-1.0-py3-none-any.whl");
    if !file.exists() {
        fs::write(&file, wheel()).expect("a file");
    }
    file
}

/// A package with a console script, which says where it runs and with what.
fn wheel() -> Vec<u8> {
    let info = "hello-1.0.dist-info";
    let code = "import sys\ndef main():\n    print(sys.prefix, *map(ascii, sys.argv[1:]), sep='|')\n    return len(sys.argv) - 1\n";
    let files = [
        ("hello.py".to_owned(), code),
        (
            format!("{info}/METADATA"),
            "Metadata-Version: 2.1\nName: hello\nVersion: 1.0\n",
        ),
        (
            format!("{info}/WHEEL"),
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
        (
            format!("{info}/entry_points.txt"),
            "[console_scripts]\nhello = hello:main\n",
        ),
        (
            format!("{info}/RECORD"),
            "hello.py,,\nhello-1.0.dist-info/METADATA,,\nhello-1.0.dist-info/WHEEL,,\nhello-1.0.dist-info/entry_points.txt,,\nhello-1.0.dist-info/RECORD,,\n",
        ),
    ];
    let mut wheel = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in files {
        wheel.start_file(name, stored).expect("a file");
        wheel.write_all(text.as_bytes()).expect("its text");
    }
    wheel.finish().expect("a zip file").into_inner()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

/// Tells whoever runs the tests: past the test harness, which keeps what a passing test prints.
pub fn tell(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// How a command ended, with `\n` as the end of each line.
#[derive(Clone)]
pub struct Outcome {
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
    pub fn of(output: io::Result<Output>) -> Outcome {
        let output = output.expect("a program that starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        Outcome {
            code: output.status.code(),
            stdout: text(&output.stdout).trim_end().to_owned(),
            stderr: text(&output.stderr),
        }
    }

    #[track_caller]
    pub fn code(self, code: i32) -> Outcome {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    #[track_caller]
    pub fn stdout(self, text: &str) -> Outcome {
        assert_eq!(self.stdout, text, "{self}");
        self
    }

    /// That stderr holds each of these.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Outcome {
        for part in parts {
            assert!(self.stderr.contains(part), "no `{part}` in\n{self}");
        }
        self
    }

    /// That nothing is said.
    #[track_caller]
    pub fn silent(self) -> Outcome {
        assert_eq!(self.stderr, "", "{self}");
        self
    }
}
