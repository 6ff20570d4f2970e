//! What the builder will create, from which base interpreter, and where its parts go.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::python::BytecodeFormat;
use crate::{os, venv};

use super::super::options::VenvOptions;

/// A base interpreter whose environments vrun knows how to create.
#[derive(Debug)]
pub(crate) struct SupportedBase<'a> {
    /// The file to link to: absolute, as it was found, links kept.
    pub exe: &'a Path,
    /// 3.13 is (3, 13).
    pub version: (u64, u64),
    /// `3.13.0`.
    pub full_version: String,
    pub free_threaded: bool,
    /// The directory of its standard library.
    pub stdlib: &'a Path,
    /// Which `.pyc` files it takes.
    pub bytecode: Option<&'a BytecodeFormat>,
}

impl SupportedBase<'_> {
    /// Where packages are installed in an environment at `root` (sysconfig's `venv` scheme).
    fn site_packages(&self, root: &Path) -> PathBuf {
        os::lib_dir(root, &self.lib_dir_name()).join("site-packages")
    }

    /// `python3.13`; `python3.13t` for a free-threaded build.
    pub(super) fn lib_dir_name(&self) -> String {
        let (major, minor) = self.version;
        let suffix = if self.free_threaded { "t" } else { "" };
        format!("python{major}.{minor}{suffix}")
    }
}

#[derive(Debug)]
pub(crate) struct BuildPlan<'a> {
    pub base: &'a SupportedBase<'a>,
    /// Where it is written.
    pub root: &'a Path,
    /// Where it will be in the end; its files contain this path.
    pub final_root: &'a Path,
    pub options: &'a VenvOptions,
    /// The shell's prompt, if it was given.
    pub prompt: Option<String>,
}

impl BuildPlan<'_> {
    pub(crate) fn site_packages(&self) -> PathBuf {
        self.base.site_packages(self.root)
    }

    pub(super) fn final_site_packages(&self) -> PathBuf {
        self.base.site_packages(self.final_root)
    }

    /// The Python that its scripts will start. It is named like the base's executable, except on Windows from Python
    /// 3.13 on (EnvBuilder.ensure_directories).
    pub(super) fn final_python(&self) -> PathBuf {
        let name = match os::HAS_SYMLINKS || self.base.version < (3, 13) {
            true => self.base.exe.file_name().unwrap_or_default(),
            false => OsStr::new("python.exe"),
        };
        venv::scripts_dir(self.final_root).join(name)
    }

    /// A script's path in RECORD.
    pub(super) fn script_record_path(&self, script: &str) -> String {
        let depth = self.site_packages().components().count() - self.root.components().count();
        format!("{}{}/{script}", "../".repeat(depth), os::SCRIPTS_DIR)
    }
}
