//! What is installed in an environment -> the same, installed in another: names and versions, and where those
//! came from that came from no index (PEP 610).

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use super::Case;
use crate::create::{self, Workshop};
use crate::error::{Error, reason, shown, typed};
use crate::venv;
use crate::world;

/// A line of a requirements file for each project that is installed in the environment at `root`, sorted. Not
/// for pip, which comes with every environment.
pub fn installed(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for site in venv::site_packages(root) {
        let entries = fs::read_dir(site).into_iter().flatten().flatten();
        let found = entries.map(|entry| entry.path());
        lines.extend(found.filter_map(|path| match path.extension()?.to_str()? {
            "dist-info" => requirement(&path, &path.join("METADATA")),
            // Before wheels: setuptools' are directories, distutils' files.
            "egg-info" if path.is_dir() => requirement(&path, &path.join("PKG-INFO")),
            "egg-info" => requirement(&path, &path),
            "egg-link" => linked(&path),
            _ => None,
        }));
    }
    lines.sort();
    lines.dedup();
    lines
}

/// What setuptools' `develop` left of an editable install: where the code is, and from there its setup.py.
fn linked(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().map(str::trim);
    let (code, project) = (lines.next()?, lines.next().unwrap_or("."));
    let project = world::tidy(Path::new(code).join(project));
    Some(format!("-e {}", project.to_str()?))
}

fn requirement(info: &Path, metadata: &Path) -> Option<String> {
    let metadata = fs::read_to_string(metadata).ok()?;
    let head = metadata.split("\n\n").next().unwrap_or_default();
    let field = |name: &str| {
        let mut values = head.lines().filter_map(|line| line.strip_prefix(name));
        values
            .find_map(|rest| rest.strip_prefix(':'))
            .map(str::trim)
    };
    let (name, version) = (field("Name")?, field("Version")?);
    if name.eq_ignore_ascii_case("pip") {
        return None;
    }
    // Pythons before 3.12 bring one along, and an old one does not run on a newer Python: the one that is there,
    // or else the newest.
    if name.eq_ignore_ascii_case("setuptools") {
        return Some(name.to_owned());
    }
    let origin = fs::read_to_string(info.join("direct_url.json")).ok();
    let origin = origin.and_then(|text| serde_json::from_str(&text).ok());
    let direct = origin.and_then(|origin: Value| direct(name, &origin));
    Some(direct.unwrap_or_else(|| format!("{name}=={version}")))
}

/// `-e file:///home/ada/app`, `name @ git+https://host/it@commit`, `name @ https://host/it.whl`
fn direct(name: &str, origin: &Value) -> Option<String> {
    let url = origin["url"].as_str()?;
    if origin["dir_info"]["editable"] == true {
        return Some(format!("-e {url}"));
    }
    let below = origin["subdirectory"].as_str();
    let below = below
        .map(|dir| format!("#subdirectory={dir}"))
        .unwrap_or_default();
    let vcs = &origin["vcs_info"];
    match (vcs["vcs"].as_str(), vcs["commit_id"].as_str()) {
        (Some(vcs), Some(commit)) => Some(format!("{name} @ {vcs}+{url}@{commit}{below}")),
        _ => Some(format!("{name} @ {url}{below}")),
    }
}

/// Installs what `lines` name into the environment at `staged`, and nothing else.
///
/// # Errors
/// Its pip cannot: a package is not to be had for this Python, or the index is out of reach. Ctrl-C.
pub fn install(
    lines: &[String],
    staged: &Path,
    case: &Case<'_>,
    workshop: &Workshop<'_>,
) -> Result<(), Error> {
    if lines.is_empty() {
        return Ok(());
    }
    let cannot = || Error::failed(format!("cannot rebuild {}", shown(case.root)));
    let written = || {
        let mut file = tempfile::NamedTempFile::new()?;
        writeln!(file, "{}", lines.join("\n"))?;
        Ok(file)
    };
    let file = written().map_err(|error: std::io::Error| cannot().cause(reason(&error)))?;
    let count = lines.len();
    let packages = if count == 1 { "package" } else { "packages" };
    case.voice.tell(format_args!(
        "installing the {count} {packages} that it had"
    ));
    let words = [
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--disable-pip-version-check",
        "-r",
    ];
    let args = words.iter().map(OsString::from).chain([file.path().into()]);
    let output = create::run_pip(staged, args.collect(), case.world, workshop)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [&output.stdout[..], &output.stderr].join(&b'\n');
    let told = create::telling(&String::from_utf8_lossy(&said));
    let told = told.into_iter().fold(cannot(), Error::cause);
    Err(told.cause("the old environment is as it was").hint(format!(
        "`vrun --repair --env {} -p REQUEST` tries it with another Python",
        typed(case.root)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_no_index_comes_from_where_it_came() {
        for (origin, line) in [
            (
                r#"{"url": "file:///a", "dir_info": {"editable": true}}"#,
                "-e file:///a",
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
            assert_eq!(direct("x", &origin).as_deref(), Some(line));
        }
    }
}
