//! An interpreter's path -> its base interpreter: an environment's Python resolves to the one it was created from.
//!
//! Read from files, because Python 3.8 to 3.10, asked inside an environment, name that environment's own link, and
//! what is created from it would die with it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::os;
use crate::quote::printable;
use crate::venv::{self, MinorVersion, Venv};

/// How many environments may be nested, each created from inside the one before.
const MAX_DEPTH: usize = 5;

/// The base interpreter of `path`: `path` itself, unless it belongs to an environment.
///
/// # Errors
/// The base of its environment is missing; the reason is a clause for a message.
pub(crate) fn resolve_base(path: &Path) -> Result<PathBuf, String> {
    let mut path = path.to_owned();
    for _ in 0..MAX_DEPTH {
        let Some(root) = venv::env_of_python(&path) else {
            return Ok(path);
        };
        path = base_from_links(&path, root)
            .or_else(|| base_from_config(&path, root))
            .ok_or_else(|| format!("the base of the environment {} is gone", printable(root)))?;
    }
    Err("its environment is nested too deeply in others".to_owned())
}

/// Follows the links to the base, as it was found when the environment was created.
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

/// The base in the `home` of pyvenv.cfg: for copies, and for links that dangle.
fn base_from_config(exe: &Path, root: &Path) -> Option<PathBuf> {
    let cfg = Venv::open(root).ok()?.cfg;
    let home = cfg.home.filter(|home| home.is_absolute())?;
    let version = cfg.version.as_deref().and_then(MinorVersion::from_version);
    pythons_at_home(&home, root, fs::read_link(exe).ok(), version).next()
}

/// The interpreters in `home`, outside the environment `root`: the one called like the target of `link`, then by
/// version, of a free-threaded build first by its own name, then the others.
pub(super) fn pythons_at_home(
    home: &Path,
    root: &Path,
    link: Option<PathBuf>,
    version: Option<MinorVersion>,
) -> impl Iterator<Item = PathBuf> {
    let linked = link.and_then(|target| Some(home.join(target.file_name()?)));
    let threaded = version.filter(|version| version.is_free_threaded(root));
    let threaded = threaded.map(|version| format!("python{version}t"));
    let versioned = version.map(|version| format!("python{version}"));
    let names = threaded
        .into_iter()
        .chain(versioned)
        .chain(["python3", "python"].map(String::from))
        .map(|name| home.join(name + os::EXE_SUFFIX));
    let files = linked.into_iter().chain(names);
    files.filter(move |path| os::is_startable_file(path) && !path.starts_with(root))
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

    fn write_config(root: &Path, version: &str) {
        let home = printable(root.join("usr/bin"));
        let cfg = format!("home = {home}\nversion = {version}\n");
        file(root.join("env/pyvenv.cfg"), cfg);
    }

    fn has_links() -> bool {
        if !os::HAS_SYMLINKS {
            eprintln!("not tested: links, which not every user may create here");
        }
        os::HAS_SYMLINKS
    }

    #[test]
    fn an_interpreter_resolves_to_itself() {
        let (_dir, root) = tree();
        let base = file(root.join("usr/bin/python3"), "");
        assert_eq!(resolve_base(&base), Ok(base));
    }

    #[test]
    fn an_environments_python_resolves_to_the_target_of_its_link() {
        let (_dir, root) = tree();
        if !has_links() {
            return;
        }
        let base = file(root.join("usr/bin/pypy3"), "");
        file(root.join("usr/bin/python3.10"), "");
        write_config(&root, "3.10.14");
        fs::create_dir(root.join("env/bin")).expect("a directory");
        os::symlink_or_copy(&base, &root.join("env/bin/pypy3")).expect("a link");
        os::symlink_or_copy(Path::new("pypy3"), &root.join("env/bin/python")).expect("a link");
        assert_eq!(resolve_base(&root.join("env/bin/python")), Ok(base));
    }

    #[test]
    fn a_copy_resolves_to_the_interpreter_in_its_home() {
        let (_dir, root) = tree();
        let program = |name: &str| root.join(format!("usr/bin/{name}{}", os::EXE_SUFFIX));
        file(program("python3"), "");
        let base = file(program("python3.12"), "");
        write_config(&root, "3.12.1");
        let copy = file(root.join("env/bin/python"), "");
        assert_eq!(resolve_base(&copy), Ok(base));
    }

    #[test]
    fn a_copy_of_a_free_threaded_build_resolves_to_one_though_both_builds_are_there() {
        let (_dir, root) = tree();
        let program = |name: &str| root.join(format!("usr/bin/{name}{}", os::EXE_SUFFIX));
        for name in ["python", "python3", "python3.13"] {
            file(program(name), "");
        }
        let base = file(program("python3.13t"), "");
        write_config(&root, "3.13.0");
        let copy = file(root.join("env/bin/python"), "");
        assert_eq!(resolve_base(&copy), Ok(program("python3.13")));
        file(
            os::free_threaded_file(&root.join("env"), "python3.13t").join("x"),
            "",
        );
        assert_eq!(resolve_base(&copy), Ok(base));
    }

    #[test]
    fn a_nested_environment_resolves_to_the_base_of_the_outer_one() {
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
    fn an_environment_without_its_base_resolves_to_nothing() {
        let (_dir, root) = tree();
        file(root.join("env/pyvenv.cfg"), "home = /nowhere\n");
        let copy = file(root.join("env/bin/python"), "");
        assert!(resolve_base(&copy).is_err_and(|why| why.ends_with("is gone")));
    }
}
