//! A test, read from left to right: a tree, a working directory, variables, one command, what came of it.
//!
//! Everything lies in one temporary directory, which reads `[ROOT]` in arguments, variables, files and
//! results alike. The command starts with no variables but those named here. A command must end with 0 and
//! say nothing on stderr, unless the test says otherwise.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

mod outcome;
mod tools;

pub(crate) use outcome::Outcome;
use tools::{assert_lies_nowhere, link_or_copy, no_process_starts, probe};

/// Whoever is nobody in particular, on every system.
const NOBODY: u32 = 65534;

/// A tree and a set of variables for one command.
#[must_use]
pub(crate) struct Sandbox {
    root: PathBuf,
    cwd: PathBuf,
    vars: BTreeMap<OsString, OsString>,
    user: Option<u32>,
    _owner: TempDir,
}

impl Sandbox {
    /// An empty tree, but for `home`, `tmp`, and `opt` with nothing but vrun in it, which is not on PATH.
    pub(crate) fn new() -> Sandbox {
        let owner = tempfile::tempdir().expect("a temporary directory");
        let root = owner.path().canonicalize().expect("its real path");
        assert_lies_nowhere(&root);
        let cwd = root.clone();
        let mut sandbox = Sandbox {
            root,
            cwd,
            vars: BTreeMap::new(),
            user: None,
            _owner: owner,
        };
        sandbox.chmod("", 0o755);
        sandbox = sandbox.dir("home").dir("tmp").dir("opt").dir("lib");
        link_or_copy(
            Path::new(env!("CARGO_BIN_EXE_vrun")),
            &sandbox.path("opt/vrun"),
        );
        link_or_copy(probe(), &sandbox.path("lib/probe"));
        sandbox
            .var("HOME", "[ROOT]/home")
            .var("TMPDIR", "[ROOT]/tmp")
            .var("PATH", "/usr/bin:/bin")
            .var("PWD", "[ROOT]")
    }

    /// A directory, with those above it.
    pub(crate) fn dir(self, path: impl AsRef<Path>) -> Sandbox {
        fs::create_dir_all(self.path(path)).expect("a new directory");
        self
    }

    /// A file, with the directories above it. `[ROOT]` in its text is this sandbox's.
    pub(crate) fn file(self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> Sandbox {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a path below the root")).expect("a new directory");
        let text = self.meant(OsStr::from_bytes(text.as_ref()));
        let _quiet = no_process_starts();
        fs::write(path, text.as_bytes()).expect("a new file");
        self
    }

    /// A file that can be run.
    pub(crate) fn script(self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> Sandbox {
        let sandbox = self.file(path.as_ref(), text);
        sandbox.chmod(path, 0o755);
        sandbox
    }

    /// A symbolic link at `path`.
    pub(crate) fn link(self, path: impl AsRef<Path>, target: impl AsRef<OsStr>) -> Sandbox {
        symlink(self.meant(target.as_ref()), self.path(path)).expect("a new link");
        self
    }

    /// The probe under another name.
    pub(crate) fn probe(self, path: impl AsRef<Path>) -> Sandbox {
        self.hard_link("lib/probe", path)
    }

    /// A second name for the same file.
    pub(crate) fn hard_link(self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> Sandbox {
        let to = self.path(to);
        fs::create_dir_all(to.parent().expect("a path below the root")).expect("a new directory");
        fs::hard_link(self.path(from), to).expect("a second name");
        self
    }

    /// An environment as `python -m venv` makes it, with the probe as its Python, its pip and as `probe`.
    pub(crate) fn venv(self, path: impl AsRef<Path>) -> Sandbox {
        let cfg = "home = [ROOT]/lib\ninclude-system-site-packages = false\nversion = 3.12.1\n";
        self.venv_with(path, cfg)
    }

    /// The same with a pyvenv.cfg of the test's own.
    pub(crate) fn venv_with(self, path: impl AsRef<Path>, cfg: impl AsRef<[u8]>) -> Sandbox {
        let path = path.as_ref();
        let names = ["python", "python3", "pip", "probe"];
        let sandbox = self
            .file(path.join("pyvenv.cfg"), cfg)
            .dir(path.join("lib/python3.12/site-packages"));
        names.iter().fold(sandbox, |sandbox, name| {
            sandbox.probe(path.join("bin").join(name))
        })
    }

    /// Where the command starts; PWD says the same, as it does after a shell's `cd`.
    pub(crate) fn cwd(mut self, path: impl AsRef<Path>) -> Sandbox {
        self.cwd = self.path(path);
        self.vars.insert("PWD".into(), self.cwd.clone().into());
        self
    }

    /// A variable.
    pub(crate) fn var(mut self, name: &str, value: impl AsRef<OsStr>) -> Sandbox {
        let value = self.meant(value.as_ref());
        self.vars.insert(name.into(), value);
        self
    }

    /// Takes one of the sandbox's own variables away.
    pub(crate) fn unset(mut self, name: &str) -> Sandbox {
        self.vars.remove(OsStr::new(name));
        self
    }

    /// `path` is nobody's, and so is the command: for what root may do and others may not.
    pub(crate) fn by_nobody(mut self, path: &str) -> Sandbox {
        if self.is_roots() {
            chown(self.path(path), Some(NOBODY), Some(NOBODY)).expect("a new owner");
            self.user = Some(NOBODY);
        }
        self
    }

    /// Whether root runs the tests, who can give things away and be others.
    pub(crate) fn is_roots(&self) -> bool {
        fs::metadata(&self.root).expect("the root").uid() == 0
    }

    /// The command is this user's, in no group but his own.
    pub(crate) fn by(mut self, user: u32) -> Sandbox {
        self.user = Some(user);
        self
    }

    /// What lies at `path`, and below it, is this user's; but for the probes, which are one file.
    pub(crate) fn of(self, user: u32, path: &str) -> Sandbox {
        let mut paths = vec![self.path(path)];
        list(&self.path(path), &mut paths);
        for path in paths {
            let found = fs::symlink_metadata(&path).expect("a path");
            if found.is_dir() || found.nlink() == 1 {
                lchown(path, Some(user), Some(user)).expect("a new owner");
            }
        }
        self
    }

    /// Sets a mode.
    pub(crate) fn chmod(&self, path: impl AsRef<Path>, mode: u32) {
        fs::set_permissions(self.path(path), Permissions::from_mode(mode)).expect("a new mode");
    }

    /// The real path of one in the tree.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        // Pushing nothing would add a separator.
        if path.as_ref().as_os_str().is_empty() {
            self.root.clone()
        } else {
            self.root.join(path)
        }
    }

    /// Runs vrun.
    #[track_caller]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Outcome<'_> {
        self.start(self.path("opt/vrun"), args)
    }

    /// Runs a line of sh, without vrun but for where the line says so: `$vrun` is its path.
    #[track_caller]
    pub(crate) fn sh(&self, line: &str) -> Outcome<'_> {
        let line = format!("vrun={}/opt/vrun; {line}", self.root.display());
        self.start("/bin/sh", ["-c", &line])
    }

    /// The environment that vrun would use, or make, for a program on PATH: what `-n` says, as a shell
    /// reads it.
    #[track_caller]
    pub(crate) fn plans<A: AsRef<OsStr>>(&self, options: impl IntoIterator<Item = A>) -> String {
        let program = ["-qn", "sh", "-c", "echo \"$VIRTUAL_ENV\""].map(OsString::from);
        let options = options.into_iter().map(|arg| arg.as_ref().to_owned());
        let before = self.tree();
        let line = self.run(options.chain(program)).text();
        assert_eq!(before, self.tree(), "-n changes nothing");
        self.start("/bin/sh", ["-c", &line])
            .text()
            .trim_end()
            .to_owned()
    }

    /// Runs a program without vrun.
    #[track_caller]
    pub(crate) fn start<A: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = A>,
    ) -> Outcome<'_> {
        let mut command = Command::new(program);
        command.args(args.into_iter().map(|arg| self.meant(arg.as_ref())));
        command.env_clear().envs(&self.vars).current_dir(&self.cwd);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let quiet = no_process_starts();
        let child = command.spawn().expect("a process");
        drop(quiet);
        Outcome::of(self, format!("{command:?}"), child)
    }

    /// Every path of the tree, but for what every sandbox holds.
    pub(crate) fn tree(&self) -> Vec<String> {
        let mut paths = Vec::new();
        list(&self.root, &mut paths);
        let mut shown: Vec<_> = paths
            .iter()
            .map(|path| self.shown(path.as_os_str().as_bytes()))
            .collect();
        shown.retain(|path| !path.starts_with("[ROOT]/opt") && !path.starts_with("[ROOT]/lib"));
        shown.sort();
        shown
    }

    /// Text for the reader, the same on every run.
    fn shown(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&*self.root.to_string_lossy(), "[ROOT]")
    }

    /// Text for the command, with this run's paths.
    fn meant(&self, text: &OsStr) -> OsString {
        let (mut meant, mut rest) = (Vec::new(), text.as_bytes());
        while let Some(at) = rest.windows(6).position(|word| word == b"[ROOT]") {
            meant.extend_from_slice(&rest[..at]);
            meant.extend_from_slice(self.root.as_os_str().as_bytes());
            rest = &rest[at + 6..];
        }
        meant.extend_from_slice(rest);
        OsString::from_vec(meant)
    }
}

fn list(dir: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(&entry.path(), paths);
        }
        paths.push(entry.path());
    }
}
