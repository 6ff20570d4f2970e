//! The path of a Python -> the path of the interpreter behind it: a virtual environment's Python stands
//! for its base.
//!
//! Told from files alone: 3.8 to 3.10, asked from inside an environment, name that environment's own
//! link, so what is made with it would die with it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::os;
use crate::quote::printable;
use crate::venv::{self, Venv};

/// An environment made from inside an environment made from inside an environment.
const MAX_DEPTH: usize = 5;

/// The interpreter that `path` stands for: itself, unless it is an environment's.
///
/// # Errors
/// It is an environment's, and its base is gone; the reason is a clause for a message.
pub(crate) fn resolve_base(path: &Path) -> Result<PathBuf, String> {
    let mut path = path.to_owned();
    for _ in 0..MAX_DEPTH {
        let Some(root) = venv::env_of_python(&path) else {
            return Ok(path);
        };
        path = find_base(&path, root)
            .ok_or_else(|| format!("the base of the environment {} is gone", printable(root)))?;
    }
    Err("it is an environment within an environment, too many times".to_owned())
}

fn find_base(exe: &Path, root: &Path) -> Option<PathBuf> {
    base_from_links(exe, root).or_else(|| base_from_config(exe, root))
}

/// Where the links lead: the base as it was found when the environment was made.
fn base_from_links(exe: &Path, root: &Path) -> Option<PathBuf> {
    let mut path = exe.to_owned();
    for _ in 0..MAX_DEPTH {
        path = path.parent()?.join(fs::read_link(&path).ok()?);
        if !path.starts_with(root) {
            return Some(path).filter(|path| path.is_file());
        }
    }
    None
}

/// Where its pyvenv.cfg says that the base is: for copies, and for links that dangle.
fn base_from_config(exe: &Path, root: &Path) -> Option<PathBuf> {
    let cfg = Venv::open(root).ok()?.cfg;
    let home = cfg.home.filter(|home| home.is_absolute())?;
    let version: Vec<_> = cfg
        .version
        .iter()
        .flat_map(|text| text.split('.'))
        .collect();
    let versioned = match version[..] {
        [major, minor, ..] => format!("python{major}.{minor}"),
        _ => "python3".to_owned(),
    };
    let target = fs::read_link(exe).ok();
    let target = target.as_deref().and_then(Path::file_name);
    let names = [versioned, "python3".to_owned(), "python".to_owned()];
    let names = names.map(|name| format!("{name}{}", os::EXE_SUFFIX).into());
    target
        .map(Into::into)
        .into_iter()
        .chain(names)
        .map(|name: std::ffi::OsString| home.join(name))
        .find(|path| path.is_file() && !path.starts_with(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dunce::canonicalize(dir.path()).expect("its real path");
        (dir, root)
    }

    fn file(path: PathBuf, text: impl AsRef<[u8]>) -> PathBuf {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(&path, text).expect("a file");
        path
    }

    /// Whether what is made here is a link, which it is not where links are for administrators.
    fn has_links() -> bool {
        if !os::HAS_SYMLINKS {
            eprintln!("not tested: links, which are not made as a matter of course here");
        }
        os::HAS_SYMLINKS
    }

    #[test]
    fn an_interpreter_stands_for_itself() {
        let (_dir, root) = tree();
        let base = file(root.join("usr/bin/python3"), "");
        assert_eq!(resolve_base(&base), Ok(base));
    }

    #[test]
    fn an_environments_python_stands_for_what_it_links_to() {
        let (_dir, root) = tree();
        if !has_links() {
            return;
        }
        let base = file(root.join("usr/bin/pypy3"), "");
        file(root.join("usr/bin/python3.10"), "");
        let cfg = format!(
            "home = {}\nversion = 3.10.14\n",
            printable(root.join("usr/bin"))
        );
        file(root.join("env/pyvenv.cfg"), cfg);
        fs::create_dir(root.join("env/bin")).expect("a directory");
        os::symlink_or_copy(&base, &root.join("env/bin/pypy3")).expect("a link");
        os::symlink_or_copy(Path::new("pypy3"), &root.join("env/bin/python")).expect("a link");
        assert_eq!(resolve_base(&root.join("env/bin/python")), Ok(base));
    }

    #[test]
    fn a_copy_stands_for_what_its_home_holds() {
        let (_dir, root) = tree();
        let program = |name: &str| {
            root.join("usr/bin")
                .join(format!("{name}{}", os::EXE_SUFFIX))
        };
        file(program("python3"), "");
        let base = file(program("python3.12"), "");
        let cfg = format!(
            "home = {}\nversion = 3.12.1\n",
            printable(root.join("usr/bin"))
        );
        file(root.join("env/pyvenv.cfg"), cfg);
        let copy = file(root.join("env/bin/python"), "");
        assert_eq!(resolve_base(&copy), Ok(base));
    }

    #[test]
    fn an_environment_made_from_another_stands_for_the_base_of_both() {
        let (_dir, root) = tree();
        if !has_links() {
            return;
        }
        let base = file(root.join("usr/bin/python3"), "");
        for (env, link) in [("outer", "usr/bin"), ("inner", "outer/bin")] {
            file(root.join(env).join("pyvenv.cfg"), "version = 3.9.18\n");
            fs::create_dir(root.join(env).join("bin")).expect("a directory");
            let target = root.join(link).join("python3");
            os::symlink_or_copy(&target, &root.join(env).join("bin/python3")).expect("a link");
        }
        assert_eq!(resolve_base(&root.join("inner/bin/python3")), Ok(base));
    }

    #[test]
    fn an_environment_without_its_base_stands_for_nothing() {
        let (_dir, root) = tree();
        file(root.join("env/pyvenv.cfg"), "home = /nowhere\n");
        let copy = file(root.join("env/bin/python"), "");
        assert!(resolve_base(&copy).is_err_and(|why| why.ends_with("is gone")));
    }
}
