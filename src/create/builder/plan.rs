//! What the builder is to create, and where its parts go.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::{os, venv};

use super::super::options::VenvOptions;
use super::supported::SupportedBase;

/// An environment to be made.
#[derive(Debug)]
pub(crate) struct BuildPlan<'a> {
    /// Its base interpreter.
    pub base: &'a SupportedBase<'a>,
    /// Where it is written: a directory that is there and empty.
    pub root: &'a Path,
    /// Where it will stand; its files say so.
    pub final_root: &'a Path,
    /// What it is to be like.
    pub options: &'a VenvOptions,
    /// What a shell's prompt is to show, where that was said.
    pub prompt: Option<String>,
}

impl BuildPlan<'_> {
    /// Where packages are installed.
    pub(crate) fn site_packages(&self) -> PathBuf {
        self.base.site_packages(self.root)
    }

    /// Where they will be.
    pub(crate) fn final_site_packages(&self) -> PathBuf {
        self.base.site_packages(self.final_root)
    }

    /// The Python that its scripts will start: by the name that the base was called by, but for Windows' newer
    /// ones (EnvBuilder.ensure_directories).
    pub(crate) fn final_python(&self) -> PathBuf {
        let called = self.base.exe.file_name().unwrap_or_default();
        let name = match os::HAS_SYMLINKS || self.base.version < (3, 13) {
            true => called,
            false => OsStr::new("python.exe"),
        };
        venv::scripts_dir(self.final_root).join(name)
    }

    /// A script's path as RECORD has it.
    pub(crate) fn script_record_path(&self, script: &str) -> String {
        let site = self.site_packages();
        let depth = site
            .strip_prefix(self.root)
            .map_or(0, |path| path.components().count());
        format!("{}{}/{script}", "../".repeat(depth), os::SCRIPTS_DIR)
    }
}
