//! An environment that is made anew -> what is in the old one and belongs to no package and no maker: the user's own,
//! which comes along.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::error::io_reason;
use crate::process::normalize;
use crate::quote::printable;
use crate::{os, venv};

/// What makers write at the top, or vrun notes there.
const GENERATED_ROOT_NAMES: [&str; 9] = [
    "bin",
    "Scripts",
    "lib",
    "lib64",
    "Lib",
    "pyvenv.cfg",
    "pyvenv.cfg.old",
    ".gitignore",
    "CACHEDIR.TAG",
];

/// How the names start that makers give in the scripts directory.
const GENERATED_SCRIPT_PREFIXES: [&str; 9] = [
    "python",
    "pypy",
    "\u{1d70b}",
    "activate",
    "deactivate",
    "pip",
    "easy_install",
    "wheel",
    "pydoc",
];

/// What comes into site-packages with pip, setuptools and virtualenv, or is written anew with what is installed.
const GENERATED_SITE_NAMES: [&str; 10] = [
    "__pycache__",
    "pip",
    "setuptools",
    "pkg_resources",
    "_distutils_hack",
    "distutils-precedence.pth",
    "easy-install.pth",
    "easy_install.py",
    "_virtualenv.pth",
    "_virtualenv.py",
];

/// How an activation script ends that somebody has edited: what it said does not fit the new environment.
const OLD_SUFFIX: &str = ".old";

/// Makers write them all at one time.
const CREATION_WINDOW: Duration = Duration::from_secs(60);

/// Copies it from the environment at `old` to the new one at `new`, where nothing of that name is yet. What came along,
/// from the root of the environment.
///
/// # Errors
/// It cannot be copied.
pub(super) fn copy_user_files(old: &Path, new: &Path) -> io::Result<Vec<PathBuf>> {
    let mut move_in = UserFiles {
        package_files: recorded_files(old),
        old,
        new,
        copied: Vec::new(),
    };
    for name in sorted_names(old)? {
        let text = name.to_string_lossy();
        if !GENERATED_ROOT_NAMES.contains(&&*text) && !text.contains("vrun-") {
            move_in.copy_relative(Path::new(&name))?;
        }
    }
    for name in sorted_names(&venv::scripts_dir(old))? {
        let text = name.to_string_lossy().to_lowercase();
        let is_makers = GENERATED_SCRIPT_PREFIXES
            .iter()
            .any(|start| text.starts_with(start));
        if !is_makers || text.ends_with(OLD_SUFFIX) || venv::scripts_dir(old).join(&name).is_dir() {
            move_in.copy_relative(&Path::new(os::SCRIPTS_DIR).join(&name))?;
        }
    }
    for name in edited_activation_scripts(&venv::scripts_dir(old))? {
        let mut kept = name.clone();
        kept.push(OLD_SUFFIX);
        let (from, to) = (venv::scripts_dir(old), venv::scripts_dir(new));
        move_in.copy(&from.join(name), &to.join(kept))?;
    }
    let (from, to) = (venv::site_packages(old), venv::site_packages(new));
    if let (Some(from), Some(to)) = (from.first(), to.first()) {
        let of_old = top_level_modules(from);
        for name in sorted_names(from)? {
            let text = name.to_string_lossy();
            let is_of_package = [".dist-info", ".egg-info", ".egg-link", ".egg"]
                .iter()
                .any(|end| text.ends_with(end));
            if !is_of_package && !GENERATED_SITE_NAMES.contains(&&*text) && !of_old.contains(&*text)
            {
                move_in.copy(&from.join(&name), &to.join(&name))?;
            }
        }
    }
    Ok(move_in.copied)
}

/// What came along, in a line.
pub(super) fn describe_copied(came: &[PathBuf]) -> String {
    let names: Vec<_> = came.iter().take(3).map(printable).collect();
    let more = match came.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more} came along, being no package's", names.join(", "))
}

struct UserFiles<'a> {
    /// The files that packages list.
    package_files: HashSet<PathBuf>,
    old: &'a Path,
    new: &'a Path,
    copied: Vec<PathBuf>,
}

impl UserFiles<'_> {
    fn copy_relative(&mut self, path: &Path) -> io::Result<()> {
        self.copy(&self.old.join(path), &self.new.join(path))
    }

    fn copy(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let found = fs::symlink_metadata(from)?;
        if found.is_dir() {
            for name in sorted_names(from)?
                .iter()
                .filter(|name| *name != "__pycache__")
            {
                self.copy(&from.join(name), &to.join(name))?;
            }
            return Ok(());
        }
        if self.package_files.contains(from) || fs::symlink_metadata(to).is_ok() {
            return Ok(());
        }
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        if found.is_symlink() {
            os::symlink_or_copy(&fs::read_link(from)?, to)?;
        } else if found.is_file() {
            let unread = |error: io::Error| {
                io::Error::new(
                    error.kind(),
                    format!("{}: {}", printable(from), io_reason(&error)),
                )
            };
            fs::copy(from, to).map_err(unread)?;
        }
        let short = to.strip_prefix(self.new).unwrap_or(to);
        self.copied.push(short.to_owned());
        Ok(())
    }
}

/// The activation scripts that were written to since they were made, which their times tell: each base has its own
/// text for them, and of a lost one nobody knows it.
fn edited_activation_scripts(scripts: &Path) -> io::Result<Vec<OsString>> {
    let mut times = Vec::new();
    for name in sorted_names(scripts)? {
        let text = name.to_string_lossy().to_lowercase();
        // PowerShell's does not name the environment, so a repair has not written it.
        if text.starts_with("activate") && !text.ends_with(OLD_SUFFIX) && !text.ends_with(".ps1") {
            let found = fs::symlink_metadata(scripts.join(&name))?;
            times.extend(found.is_file().then_some((found.modified()?, name)));
        }
    }
    let made = times.iter().map(|(time, _)| *time).min();
    let is_later = |time| made.is_some_and(|made| time > made + CREATION_WINDOW);
    times.retain(|(time, _)| is_later(*time));
    Ok(times.into_iter().map(|(_, name)| name).collect())
}

/// The names in a directory, sorted; of one that is not there, none.
fn sorted_names(dir: &Path) -> io::Result<Vec<OsString>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut names = entries
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Every file that RECORD lists, or what setuptools left of old (installed-files.txt).
fn recorded_files(root: &Path) -> HashSet<PathBuf> {
    let mut files = HashSet::new();
    for site in venv::site_packages(root) {
        for info in sorted_names(&site).unwrap_or_default() {
            let info = site.join(info);
            let record = fs::read_to_string(info.join("RECORD")).unwrap_or_default();
            let rows = record
                .lines()
                .filter_map(|line| Some(line.split_once(',')?.0));
            files.extend(rows.map(|path| normalize(site.join(path))));
            let old = fs::read_to_string(info.join("installed-files.txt")).unwrap_or_default();
            files.extend(old.lines().map(|path| normalize(info.join(path))));
        }
    }
    files
}

/// The modules of packages that list no files, by what they say is theirs (top_level.txt).
fn top_level_modules(site: &Path) -> HashSet<String> {
    let mut found = HashSet::new();
    for info in sorted_names(site).unwrap_or_default() {
        let text = fs::read_to_string(site.join(info).join("top_level.txt")).unwrap_or_default();
        for name in text.lines().map(str::trim) {
            found.extend([name.to_owned(), format!("{name}.py")]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activation_script_that_was_edited_is_kept_beside_the_new_one() {
        let dir = tempfile::tempdir().expect("a directory");
        let (old, new) = (dir.path().join("old"), dir.path().join("new"));
        for (root, text) in [(&old, "old"), (&new, "new")] {
            fs::create_dir_all(venv::scripts_dir(root)).expect("a directory");
            for name in ["activate", "activate.fish", "Activate.ps1"] {
                fs::write(venv::scripts_dir(root).join(name), text).expect("a file");
            }
        }
        assert!(copy_user_files(&old, &new).expect("copied").is_empty());
        let activate = venv::scripts_dir(&old).join("activate");
        let file = fs::File::options().append(true).open(activate);
        let later = std::time::SystemTime::now() + CREATION_WINDOW * 2;
        file.and_then(|file| file.set_modified(later))
            .expect("a time");
        let came = copy_user_files(&old, &new).expect("copied");
        assert_eq!(came, [Path::new(os::SCRIPTS_DIR).join("activate.old")]);
        for (name, text) in [("activate", "new"), ("activate.old", "old")] {
            let found = fs::read_to_string(venv::scripts_dir(&new).join(name));
            assert_eq!(found.expect("a file"), text);
        }
    }

    #[test]
    fn what_is_no_packages_and_no_makers_comes_along() {
        let dir = tempfile::tempdir().expect("a directory");
        let dir = dunce::canonicalize(dir.path()).expect("its real path");
        let (old, new) = (dir.join("old"), dir.join("new"));
        let site = "Lib/site-packages";
        let write = |path: String, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        };
        let record = "demo.py,,\n../../share/demo.txt,,\nlist.pth,,\n";
        for (path, text) in [
            ("demo-1.dist-info/RECORD", record),
            ("older.egg-info/top_level.txt", "older\n"),
        ] {
            write(format!("old/{site}/{path}"), text);
        }
        for name in [
            "demo.py",
            "list.pth",
            "older.py",
            "mine.pth",
            "sitecustomize.py",
        ] {
            write(format!("old/{site}/{name}"), "old");
        }
        for name in [
            "share/demo.txt",
            "share/mine.txt",
            ".env",
            "pyvenv.cfg",
            "pip.conf",
        ] {
            write(format!("old/{name}"), "old");
        }
        for name in [
            "activate",
            "python3.11",
            "pip",
            "postactivate",
            "activate.d/x",
        ] {
            write(format!("old/{}/{name}", os::SCRIPTS_DIR), "old");
        }
        write(format!("new/{site}/x"), "new");
        write("new/pip.conf".to_owned(), "new");
        let came = copy_user_files(&old, &new).expect("copied");
        let expected = [
            PathBuf::from(".env"),
            "share/mine.txt".into(),
            Path::new(os::SCRIPTS_DIR).join("activate.d").join("x"),
            Path::new(os::SCRIPTS_DIR).join("postactivate"),
            Path::new(site).join("mine.pth"),
            Path::new(site).join("sitecustomize.py"),
        ];
        assert_eq!(came, expected);
        for path in expected {
            assert_eq!(
                fs::read(new.join(&path)).expect("a file"),
                b"old",
                "{path:?}"
            );
        }
        assert_eq!(fs::read(new.join("pip.conf")).expect("a file"), b"new");
        assert_eq!(
            describe_copied(&came[..1]),
            ".env came along, being no package's"
        );
    }
}
