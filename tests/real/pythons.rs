//! Which Pythons this system has: found as a person would, never by a path that the test knows.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::project::tell;

/// An interpreter that was asked.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    /// Its file, no link.
    pub exe: PathBuf,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    pub version: (u32, u32, u32),
}

impl Python {
    /// `3.12`
    pub(crate) fn short(&self) -> String {
        let (major, minor, _) = self.version;
        format!("{major}.{minor}")
    }

    /// `3.12.1`
    pub(crate) fn full(&self) -> String {
        format!("{}.{}", self.short(), self.version.2)
    }

    /// Whether an environment on a link to it finds its library. Where the system's own library of that version
    /// lies above every link, Python takes that for its own, and an environment is made on the file itself.
    pub(crate) fn can_be_linked(&self) -> bool {
        let library = format!("lib/python{}", self.short());
        let system = Path::new("/").join(&library);
        let real = |dir: &Path| dir.canonicalize().ok();
        !system.join("os.py").exists() || real(&system) == real(&self.prefix.join(&library))
    }

    /// What a line of Python prints, without the user's packages.
    pub(crate) fn says(&self, code: &str) -> String {
        let output = Command::new(&self.exe)
            .args(["-I", "-c", code])
            .current_dir("/")
            .output()
            .expect("a Python that starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{:?}: {error}", self.exe);
        String::from_utf8(output.stdout)
            .expect("UTF-8")
            .trim_end()
            .to_owned()
    }
}

/// Those that can make an environment, oldest first, each version once.
pub(crate) fn all() -> &'static [Python] {
    static FOUND: OnceLock<Vec<Python>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut able: Vec<_> = seen()
            .iter()
            .filter(|python| is_able(python))
            .cloned()
            .collect();
        able.sort_by_key(|python| python.version);
        able.dedup_by_key(|python| python.version);
        let names: Vec<_> = able
            .iter()
            .map(|python| (python.full(), &python.exe))
            .collect();
        tell(format_args!("Pythons found: {names:?}"));
        assert!(
            !able.is_empty(),
            "no Python 3 with venv and ensurepip was found"
        );
        able
    })
}

/// The one that most tests are content with: the newest.
pub(crate) fn newest() -> &'static Python {
    all().last().expect("at least one")
}

/// One without virtual environments.
pub(crate) fn python_2() -> Option<&'static Python> {
    seen().iter().find(|python| python.version.0 == 2)
}

/// PyPy, where it can make an environment.
pub(crate) fn pypy() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut files = env::split_paths(&path).map(|dir| dir.join("pypy3"));
    files.find(|file| {
        let imported = Command::new(file)
            .args(["-I", "-c", "import venv, ensurepip"])
            .output();
        imported.is_ok_and(|output| output.status.success())
    })
}

/// Two of different minor versions, older first; None where there is but one, which is said.
pub(crate) fn two() -> Option<(&'static Python, &'static Python)> {
    let (old, new) = (all().first()?, newest());
    if old.short() == new.short() {
        tell("not tested: it takes two versions of Python, and there is one");
        return None;
    }
    Some((old, new))
}

/// pyenv's directory.
pub(crate) fn pyenv_root() -> Option<PathBuf> {
    let named = env::var_os("PYENV_ROOT").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv")))
}

fn is_able(python: &Python) -> bool {
    let import = Command::new(&python.exe)
        .args(["-I", "-c", "import venv, ensurepip"])
        .output();
    python.version >= (3, 4, 0) && import.is_ok_and(|output| output.status.success())
}

fn seen() -> &'static [Python] {
    static SEEN: OnceLock<Vec<Python>> = OnceLock::new();
    SEEN.get_or_init(|| {
        let mut files = Vec::new();
        for dir in env::split_paths(&env::var_os("PATH").unwrap_or_default()) {
            files.extend(list(&dir).into_iter().filter(|file| is_name(file)));
        }
        for dir in pyenv_root()
            .iter()
            .flat_map(|root| list(&root.join("versions")))
        {
            files.push(dir.join("bin/python"));
        }
        let mut pythons: Vec<Python> = Vec::new();
        for python in files.iter().filter_map(|file| ask(file)) {
            if !pythons.iter().any(|known| known.exe == python.exe) {
                pythons.push(python);
            }
        }
        pythons
    })
}

fn list(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// `python`, `python3`, `python3.12`
fn is_name(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.strip_prefix("python").is_some_and(|rest| {
        rest.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

/// None for a shim that leads nowhere, and for an environment's Python.
fn ask(file: &Path) -> Option<Python> {
    let code = "import os, sys\n\
        env = getattr(sys, 'base_prefix', sys.prefix) != sys.prefix\n\
        print('\\n'.join([os.path.realpath(sys.executable), sys.prefix] + ['%d' % n for n in sys.version_info[:3]] + [str(env)]))";
    let output = Command::new(file)
        .args(["-E", "-s", "-c", code])
        .current_dir("/")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let lines: Vec<_> = text.lines().collect();
    let [exe, prefix, major, minor, micro, "False"] = lines[..] else {
        return None;
    };
    Some(Python {
        exe: exe.into(),
        prefix: prefix.into(),
        version: (
            major.parse().ok()?,
            minor.parse().ok()?,
            micro.parse().ok()?,
        ),
    })
}
