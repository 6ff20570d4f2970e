//! The directories of metadata that installed packages have in site-packages (the `.dist-info` of PEP 376).

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::read::{MAX_TEXT, read_text};

use super::site_packages::site_packages;

/// One package's.
#[derive(Debug)]
pub(super) struct DistInfo {
    pub dir: PathBuf,
    /// Its RECORD; empty if it has none.
    record: String,
}

impl DistInfo {
    /// The package, as pip takes it: `demo==1.0`.
    pub(super) fn package(&self) -> String {
        let stem = self.dir.file_stem().unwrap_or_default().to_string_lossy();
        let (name, version) = stem.split_once('-').unwrap_or((&stem, ""));
        direct_reference(name, &self.dir).unwrap_or_else(|| format!("{name}=={version}"))
    }

    /// Whether an index has it: it was installed from no URL and no directory (PEP 610).
    pub(super) fn is_from_index(&self) -> bool {
        !self.dir.join("direct_url.json").exists()
    }

    /// What RECORD lists, relative to site-packages. A path with a comma is quoted there, and passed over here.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let rows = self.record.lines().filter_map(|line| line.split_once(','));
        rows.map(|(path, _)| path)
    }

    /// The site-packages that holds it.
    pub(super) fn site(&self) -> &Path {
        self.dir.parent().unwrap_or(&self.dir)
    }
}

/// How pip takes a package from where it was installed from, if that was no index, as `direct_url.json` in its directory of
/// metadata says (PEP 610): `--editable=file:///home/ada/app`, `name @ git+https://host/it@commit`,
/// `name @ https://host/it.whl`.
pub(crate) fn direct_reference(name: &str, dist_info: &Path) -> Option<String> {
    let text = read_text(&dist_info.join("direct_url.json"), MAX_TEXT).ok()?;
    parse_origin(name, &serde_json::from_str(&text).ok()?)
}

fn parse_origin(name: &str, origin: &Value) -> Option<String> {
    let url = origin["url"].as_str()?;
    if origin["dir_info"]["editable"] == true {
        return Some(format!("--editable={url}"));
    }
    let subdir = origin["subdirectory"].as_str();
    let subdir = subdir.map_or(String::new(), |dir| format!("#subdirectory={dir}"));
    let vcs = &origin["vcs_info"];
    match (vcs["vcs"].as_str(), vcs["commit_id"].as_str()) {
        (Some(vcs), Some(commit)) => Some(format!("{name} @ {vcs}+{url}@{commit}{subdir}")),
        _ => Some(format!("{name} @ {url}{subdir}")),
    }
}

/// Those of the environment at `root`.
pub(super) fn dist_infos(root: &Path) -> Vec<DistInfo> {
    let sites = site_packages(root).into_iter();
    let entries = sites.flat_map(|site| fs::read_dir(site).into_iter().flatten().flatten());
    let paths = entries.map(|entry| entry.path());
    let dirs = paths.filter(|path| path.extension().is_some_and(|end| end == "dist-info"));
    dirs.map(|dir| DistInfo {
        record: read_text(&dir.join("RECORD"), MAX_TEXT).unwrap_or_default(),
        dir,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn packages_not_from_an_index_keep_their_url() {
        for (origin, line) in [
            (
                r#"{"url": "file:///a", "dir_info": {"editable": true}}"#,
                "--editable=file:///a",
            ),
            (r#"{"url": "file:///a", "dir_info": {}}"#, "x @ file:///a"),
            (
                r#"{"url": "https://h/x", "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "v1"}}"#,
                "x @ git+https://h/x@abc",
            ),
            (
                r#"{"url": "https://h/x", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "sub"}"#,
                "x @ git+https://h/x@abc#subdirectory=sub",
            ),
            (
                r#"{"url": "https://h/x.whl", "archive_info": {}}"#,
                "x @ https://h/x.whl",
            ),
        ] {
            let origin = serde_json::from_str(origin).expect("JSON");
            assert_eq!(parse_origin("x", &origin).as_deref(), Some(line));
        }
    }

    #[test]
    fn any_origin_is_a_line_or_none() {
        fuzz("direct_url", 2000, |bytes| {
            if let Ok(origin) = serde_json::from_slice(bytes) {
                let _ = parse_origin("x", &origin);
            }
        });
    }
}
