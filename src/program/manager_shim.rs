//! A native program -> what it is a shim of. Nothing in the file says so, only its place and what is beside it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::read::{MAX_LINE_FILE, read_text};

/// Whether `file` is one of mise's shims, links to mise itself, for a program of one of its Pythons:
/// `mise/shims/pytest` and `mise/installs/python/3.12/bin/pytest`.
pub(super) fn is_mise_shim_for_python(file: &Path) -> bool {
    let shims = file.parent().filter(|dir| dir.ends_with("shims"));
    let (Some(data), Some(name)) = (shims.and_then(Path::parent), file.file_name()) else {
        return false;
    };
    let is_mise = fs::read_link(file).is_ok_and(|target| target.ends_with("mise"));
    let pythons = || fs::read_dir(data.join("installs/python"));
    is_mise
        && pythons().is_ok_and(|pythons| {
            let mut bins = pythons.flatten().map(|python| python.path().join("bin"));
            bins.any(|bin| bin.join(name).exists())
        })
}

/// The program that a trampoline of `pixi global` runs: `.pixi/bin/pytest`, for which
/// `.pixi/bin/trampoline_configuration/pytest.json` says it.
pub(super) fn pixi_target(file: &Path) -> Option<PathBuf> {
    let dir = file.parent().filter(|dir| dir.ends_with(".pixi/bin"))?;
    let mut name = file.file_stem()?.to_owned();
    name.push(".json");
    let configuration = dir.join("trampoline_configuration").join(name);
    let text = read_text(&configuration, MAX_LINE_FILE).ok()?;
    let configuration: serde_json::Value = serde_json::from_str(&text).ok()?;
    let target = configuration.get("exe")?.as_str()?;
    Some(target.into())
}
