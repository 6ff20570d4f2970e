//! An environment that is recreated -> the user's own files in the old one, which belong to no package, are copied.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::error::io_reason;
use crate::fs::{copy_new, is_really_within, look_at};
use crate::process::normalize;
use crate::quote::{printable, summarize_names};
use crate::read::{MAX_TEXT, read_text};
use crate::{os, venv};

/// What tools and vrun write in the environment's directory.
const GENERATED_ROOT_NAMES: &str =
    "bin Scripts lib lib64 Lib pyvenv.cfg pyvenv.cfg.old .gitignore CACHEDIR.TAG";

/// How the names of generated files in the scripts directory start.
const GENERATED_SCRIPT_PREFIXES: &str =
    "python pypy \u{1d70b} activate deactivate pip easy_install wheel pydoc";

/// What pip, setuptools and virtualenv write in site-packages, or an install writes again.
const GENERATED_SITE_NAMES: &str = "__pycache__ pip setuptools pkg_resources _distutils_hack distutils-precedence.pth \
    easy-install.pth easy_install.py _virtualenv.pth _virtualenv.py";

/// Added to the name of an activation script that the user has edited: its content does not fit the new environment.
const OLD_SUFFIX: &str = ".old";

/// The time within which a tool writes all activation scripts.
const CREATION_WINDOW: Duration = Duration::from_secs(60);

/// Copies the user's files from the environment at `old` to the new one at `new`, except over existing files. Returns
/// the copied files, relative to `new`.
pub(super) fn copy_user_files(old: &Path, new: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = UserFiles {
        package_files: recorded_files(old),
        new,
        copied: Vec::new(),
    };
    for name in sorted_names(old)? {
        let text = name.to_string_lossy();
        if !lists(GENERATED_ROOT_NAMES, &text) && !text.contains("vrun-") {
            files.copy(&old.join(&name), &new.join(&name))?;
        }
    }
    // If the scripts directory is a link, its files do not belong to the environment.
    if is_really_within(&venv::python_path(old), old) {
        files.copy_scripts(&venv::scripts_dir(old), &venv::scripts_dir(new))?;
    }
    let (from, to) = (venv::site_packages(old), venv::site_packages(new));
    if let (Some(from), Some(to)) = (from.first(), to.first()) {
        let modules = top_level_modules(from);
        for name in sorted_names(from)? {
            let text = name.to_string_lossy();
            let mut suffixes = [".dist-info", ".egg-info", ".egg-link", ".egg"].iter();
            if !suffixes.any(|suffix| text.ends_with(suffix))
                && !lists(GENERATED_SITE_NAMES, &text)
                && !modules.contains(&*text)
            {
                files.copy(&from.join(&name), &to.join(&name))?;
            }
        }
    }
    Ok(files.copied)
}

fn lists(names: &str, name: &str) -> bool {
    names.split(' ').any(|listed| listed == name)
}

/// The notice about copied files.
pub(super) fn describe_copied(copied: &[PathBuf]) -> String {
    format!("kept {} of the old environment", summarize_names(copied))
}

struct UserFiles<'a> {
    /// The files of packages.
    package_files: HashSet<PathBuf>,
    new: &'a Path,
    copied: Vec<PathBuf>,
}

impl UserFiles<'_> {
    fn copy_scripts(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        for name in sorted_names(from)? {
            let text = name.to_string_lossy().to_lowercase();
            let mut prefixes = GENERATED_SCRIPT_PREFIXES.split(' ');
            let is_generated = prefixes.any(|prefix| text.starts_with(prefix));
            if !is_generated || text.ends_with(OLD_SUFFIX) || from.join(&name).is_dir() {
                self.copy(&from.join(&name), &to.join(&name))?;
            }
        }
        for name in edited_activation_scripts(from)? {
            let mut old_name = name.clone();
            old_name.push(OLD_SUFFIX);
            self.copy(&from.join(name), &to.join(old_name))?;
        }
        Ok(())
    }

    fn copy(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let found = fs::symlink_metadata(from)?;
        if found.is_dir() {
            let names = sorted_names(from)?.into_iter();
            return names
                .filter(|name| name != "__pycache__")
                .try_for_each(|name| self.copy(&from.join(&name), &to.join(&name)));
        }
        if self.package_files.contains(from) || look_at(to)?.is_some() {
            return Ok(());
        }
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        if found.is_symlink() {
            os::symlink_or_copy(&fs::read_link(from)?, to)?;
        } else if found.is_file() {
            copy_new(from, to).map_err(|error| {
                let reason = format!("{}: {}", printable(from), io_reason(&error));
                io::Error::new(error.kind(), reason)
            })?;
        }
        let path = to.strip_prefix(self.new).unwrap_or(to);
        self.copied.push(path.to_owned());
        Ok(())
    }
}

/// The activation scripts that were written to after the environment was created, by their times: their original text
/// depends on the base interpreter, which may be gone.
fn edited_activation_scripts(scripts: &Path) -> io::Result<Vec<OsString>> {
    let mut times = Vec::new();
    for name in sorted_names(scripts)? {
        let text = name.to_string_lossy().to_lowercase();
        // The one for PowerShell does not name the environment, so a repair has not rewritten it.
        if text.starts_with("activate") && !text.ends_with(OLD_SUFFIX) && !text.ends_with(".ps1") {
            let found = fs::symlink_metadata(scripts.join(&name))?;
            times.extend(found.is_file().then_some((found.modified()?, name)));
        }
    }
    let created = times.iter().map(|(time, _)| *time).min();
    let is_edited = |time| created.is_some_and(|created| time > created + CREATION_WINDOW);
    times.retain(|(time, _)| is_edited(*time));
    Ok(times.into_iter().map(|(_, name)| name).collect())
}

/// The names in a directory, sorted. A missing directory has none.
fn sorted_names(dir: &Path) -> io::Result<Vec<OsString>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let names = entries.map(|entry| Ok(entry?.file_name()));
    let mut names: Vec<_> = names.collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

/// Every file that a RECORD or setuptools' older installed-files.txt lists.
fn recorded_files(root: &Path) -> HashSet<PathBuf> {
    let mut files = HashSet::new();
    for site in venv::site_packages(root) {
        for info in sorted_names(&site).unwrap_or_default() {
            let info = site.join(info);
            let record = read_text(&info.join("RECORD"), MAX_TEXT).unwrap_or_default();
            let paths = record
                .lines()
                .filter_map(|line| Some(line.split_once(',')?.0));
            files.extend(paths.map(|path| normalize(site.join(path))));
            let old = read_text(&info.join("installed-files.txt"), MAX_TEXT).unwrap_or_default();
            files.extend(old.lines().map(|path| normalize(info.join(path))));
        }
    }
    files
}

/// The modules of packages that list no files, by their top_level.txt.
fn top_level_modules(site: &Path) -> HashSet<String> {
    let mut modules = HashSet::new();
    for info in sorted_names(site).unwrap_or_default() {
        let text = read_text(&site.join(info).join("top_level.txt"), MAX_TEXT).unwrap_or_default();
        for name in text.lines().map(str::trim) {
            modules.extend([name.to_owned(), format!("{name}.py")]);
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_activation_script_is_kept_beside_the_new_one() {
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
        let activate = fs::File::options().append(true).open(activate);
        let later = std::time::SystemTime::now() + CREATION_WINDOW * 2;
        let activate = activate.expect("a file");
        activate.set_modified(later).expect("a time");
        let copied = copy_user_files(&old, &new).expect("copied");
        assert_eq!(copied, [Path::new(os::SCRIPTS_DIR).join("activate.old")]);
        for (name, text) in [("activate", "new"), ("activate.old", "old")] {
            let found = fs::read_to_string(venv::scripts_dir(&new).join(name));
            assert_eq!(found.expect("a file"), text);
        }
    }

    #[test]
    fn files_of_no_package_are_copied() {
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
        write(format!("old/{site}/demo-1.dist-info/RECORD"), record);
        write(
            format!("old/{site}/older.egg-info/top_level.txt"),
            "older\n",
        );
        for (dir, names) in [
            (site, "demo.py list.pth older.py mine.pth sitecustomize.py"),
            (
                ".",
                "share/demo.txt share/mine.txt .env pyvenv.cfg pip.conf",
            ),
            (
                os::SCRIPTS_DIR,
                "activate python3.11 pip postactivate activate.d/x",
            ),
        ] {
            for name in names.split(' ') {
                write(format!("old/{dir}/{name}"), "old");
            }
        }
        write(format!("new/{site}/x"), "new");
        write("new/pip.conf".to_owned(), "new");
        let copied = copy_user_files(&old, &new).expect("copied");
        let expected = [
            PathBuf::from(".env"),
            "share/mine.txt".into(),
            Path::new(os::SCRIPTS_DIR).join("activate.d").join("x"),
            Path::new(os::SCRIPTS_DIR).join("postactivate"),
            Path::new(site).join("mine.pth"),
            Path::new(site).join("sitecustomize.py"),
        ];
        assert_eq!(copied, expected);
        for path in expected {
            let text = fs::read(new.join(&path)).expect("a file");
            assert_eq!(text, b"old", "{path:?}");
        }
        assert_eq!(fs::read(new.join("pip.conf")).expect("a file"), b"new");
        assert_eq!(
            describe_copied(&copied[..1]),
            "kept .env of the old environment"
        );
    }
}
