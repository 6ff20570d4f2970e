//! A place for a shell to stand in, with an environment whose name holds what shells read as something else.
//!
//! What a program sees is told by a Python, byte for byte; what vrun says that it sees, by the same Python under vrun.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::project::{Outcome, tell};
use crate::pythons;

/// sh and its kin, each as it is called.
pub(crate) const POSIX: [&[&str]; 8] = [
    &["sh"],
    &["dash"],
    &["bash"],
    &["bash", "--posix"],
    &["zsh", "-f"],
    &["zsh", "-f", "-o", "sh_word_split"],
    &["ksh"],
    &["busybox", "sh"],
];

/// Names that hold what some shell reads as something else, and all that shells read so.
pub(crate) const NAMES: [&[u8]; 5] = [
    b"plain",
    b"it's !x ^y $HOME`id` %PATH% &{a,b}(c)[d]*? \\\\n \"q\"\nl\r\t\x01\x1b\x7f#~",
    b"-x\n",
    b"=\xc3\xa9\xff\xe9'\xe2\x80\x98\xc2\xa0\xe3\x80\x80",
    b"\\",
];

/// Prints the arguments, the directory and the variables of a view; and what no program should see.
pub(crate) const SEEN: &str = "import os, sys
names = 'VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH PYTHONHOME __PYVENV_LAUNCHER__ PYTHONEXECUTABLE'.split()
seen = [(name, os.environb.get(name.encode())) for name in names]
print([os.fsencode(arg) for arg in sys.argv], os.getcwdb(), seen, [n for n in os.environ if n[:5] == '_VRUN'])";

/// A place with environments, for a shell to stand in.
pub(crate) struct Place {
    pub root: PathBuf,
    vars: BTreeMap<OsString, OsString>,
    _owner: TempDir,
}

impl Place {
    /// One environment, in a directory of that name, and another, `old`.
    pub(crate) fn new(name: &[u8]) -> Place {
        let owner = tempfile::tempdir().expect("a temporary directory");
        let root = owner.path().canonicalize().expect("its real path");
        let mut vars = BTreeMap::new();
        let path = [
            root.as_os_str().as_bytes(),
            b"/old/bin:/usr/bin::/bin:/q\xff'\"x y",
        ]
        .concat();
        vars.insert("PATH".into(), OsStr::from_bytes(&path).to_owned());
        vars.insert("HOME".into(), root.clone().into());
        for (name, value) in [
            ("vrun", Path::new(env!("CARGO_BIN_EXE_vrun"))),
            ("python", &pythons::newest().exe),
            ("seen", Path::new(SEEN)),
            ("root", &root),
        ] {
            vars.insert(name.into(), value.into());
        }
        let place = Place {
            root,
            vars,
            _owner: owner,
        };
        place.venv(&place.at(name));
        place.venv(&place.root.join("old"));
        place
    }

    /// As `python -m venv` makes it, without packages.
    fn venv(&self, at: &Path) {
        let base = &pythons::newest().exe;
        fs::create_dir_all(at.join("bin")).expect("a directory");
        symlink(base, at.join("bin/python")).expect("a link");
        let home = base.parent().expect("a directory").display();
        let cfg = format!("home = {home}\ninclude-system-site-packages = false\n");
        fs::write(at.join("pyvenv.cfg"), cfg).expect("a file");
    }

    /// The environment in the directory of that name.
    pub(crate) fn at(&self, name: &[u8]) -> PathBuf {
        self.root.join(OsStr::from_bytes(name)).join(".venv")
    }

    pub(crate) fn var(mut self, name: &str, value: impl AsRef<OsStr>) -> Place {
        self.vars.insert(name.into(), value.as_ref().into());
        self
    }

    /// Something was active, and more.
    pub(crate) fn used(self) -> Place {
        let old = self.root.join("old");
        self.var("VIRTUAL_ENV", old)
            .var("VIRTUAL_ENV_PROMPT", "\n\n")
            .var("PYTHONHOME", OsStr::from_bytes(b"h'\xff\n"))
            .var("PYTHONEXECUTABLE", "")
    }

    fn start(&self, program: &Path, args: &[&str], name: &[u8]) -> Outcome {
        let dir = self.root.join(OsStr::from_bytes(name));
        let mut command = Command::new(program);
        command.args(args).env_clear().envs(&self.vars);
        Outcome::of(command.env("PWD", &dir).current_dir(dir))
    }

    /// What a line of a shell prints there. None where there is no such shell.
    #[track_caller]
    pub(crate) fn shell(&self, shell: &[&str], line: &str, name: &[u8]) -> Option<String> {
        let program = on_path(shell[0])?;
        let args: Vec<_> = shell[1..].iter().copied().chain(["-c", line]).collect();
        let outcome = self.start(&program, &args, name).code(0);
        assert_eq!(outcome.stderr, "", "{shell:?}: {outcome}");
        Some(outcome.stdout)
    }

    /// What vrun's own program sees there.
    pub(crate) fn view(&self, name: &[u8]) -> String {
        let python = pythons::newest().exe.to_string_lossy();
        let args = [&*python, "-I", "-c", SEEN];
        let vrun = Path::new(env!("CARGO_BIN_EXE_vrun"));
        let told = self.start(vrun, &args, name).code(0);
        told.stdout
    }
}

/// A program on this run's own PATH; where there is none, that is said.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file());
    if found.is_none() {
        tell(format_args!("not tested: {name}, for there is none"));
    }
    found
}
