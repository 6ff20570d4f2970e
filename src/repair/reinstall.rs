//! What is installed in an environment -> the same, installed in another: names and versions, and where those
//! came from that came from no index (PEP 610).

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::create::{self, BuildContext};
use crate::error::{Error, io_reason};
use crate::quote::{printable, shell_word};
use crate::{installer_errors, process, venv};

use super::input::RepairInput;

/// A line of a requirements file for each project that is installed in the environment at `root`, sorted. Not
/// for pip, which comes with every environment.
pub(super) fn installed_requirements(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for site in venv::site_packages(root) {
        let entries = fs::read_dir(site).into_iter().flatten().flatten();
        let found = entries.map(|entry| entry.path());
        lines.extend(found.filter_map(|path| match path.extension()?.to_str()? {
            "dist-info" => dist_requirement(&path, &path.join("METADATA")),
            // Before wheels: setuptools' are directories, distutils' files.
            "egg-info" if path.is_dir() => dist_requirement(&path, &path.join("PKG-INFO")),
            "egg-info" => dist_requirement(&path, &path),
            "egg-link" => egg_link_requirement(&path),
            _ => None,
        }));
    }
    lines.sort();
    lines.dedup();
    lines
}

/// What setuptools' `develop` left of an editable install: where the code is, and from there its setup.py.
fn egg_link_requirement(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().map(str::trim);
    let (code, project) = (lines.next()?, lines.next().unwrap_or("."));
    let project = process::normalize(Path::new(code).join(project));
    Some(format!("-e {}", project.to_str()?))
}

fn dist_requirement(info: &Path, metadata: &Path) -> Option<String> {
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
    let direct = origin.and_then(|origin: Value| direct_reference(name, &origin));
    Some(direct.unwrap_or_else(|| format!("{name}=={version}")))
}

/// `-e file:///home/ada/app`, `name @ git+https://host/it@commit`, `name @ https://host/it.whl`
fn direct_reference(name: &str, origin: &Value) -> Option<String> {
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
pub(super) fn install_requirements(
    lines: &[String],
    staged: &Path,
    case: &RepairInput<'_>,
    workshop: &BuildContext<'_>,
) -> Result<(), Error> {
    if lines.is_empty() {
        return Ok(());
    }
    let cannot = || Error::failed(format!("cannot rebuild {}", printable(case.root)));
    let written = || {
        let mut file = tempfile::NamedTempFile::new()?;
        writeln!(file, "{}", lines.join("\n"))?;
        Ok(file)
    };
    let file = written().map_err(|error: std::io::Error| cannot().with_cause(io_reason(&error)))?;
    let count = lines.len();
    let packages = if count == 1 { "package" } else { "packages" };
    case.verbosity.notice(format_args!(
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
    let output = create::run_pip(staged, args.collect(), case.process, workshop)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [&output.stdout[..], &output.stderr].join(&b'\n');
    let told = installer_errors::installer_error_lines(&String::from_utf8_lossy(&said));
    let told = told.into_iter().fold(cannot(), Error::with_cause);
    Err(told
        .with_cause("the old environment is as it was")
        .with_hint(format!(
            "`vrun --repair --env {} -p REQUEST` tries it with another Python",
            shell_word(case.root)
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
            assert_eq!(direct_reference("x", &origin).as_deref(), Some(line));
        }
    }
}
