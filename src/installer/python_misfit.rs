//! The output of a failed installer -> which Pythons it would have worked with, if the Python is why it failed.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::manifest::is_same_name;
use crate::quote::printable;

use super::python_minors::{minors_in, summarize_minors};
use super::wheel_files::{Release, fitting_minors, minor_of_tag};

/// The environment's Python does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PythonMisfit {
    /// A clause that says so.
    pub cause: String,
    /// The minor versions of Python 3 that do.
    pub minors: Vec<u64>,
}

/// What the output of a build shows where it uses something that Python has no longer, and since when.
const REMOVED: [(&str, &str, u64); 15] = [
    ("No module named 'distutils", "distutils", 12),
    ("No module named 'imp'", "imp", 12),
    ("No module named 'asyncore'", "asyncore", 12),
    ("No module named 'asynchat'", "asynchat", 12),
    ("No module named 'smtpd'", "smtpd", 12),
    ("No module named 'pkg_resources'", "pkg_resources", 12),
    ("has no attribute 'ImpImporter'", "pkgutil.ImpImporter", 12),
    (
        "has no attribute 'SafeConfigParser'",
        "configparser.SafeConfigParser",
        12,
    ),
    ("has no attribute 'readfp'", "configparser's readfp", 12),
    ("Cannot import 'setuptools.build_meta'", "distutils", 12),
    ("has no attribute 'getargspec'", "inspect.getargspec", 11),
    ("longintrepr.h: No such file", "longintrepr.h", 11),
    ("No module named 'cgi'", "cgi", 13),
    ("No module named 'pipes'", "pipes", 13),
    ("No module named 'telnetlib'", "telnetlib", 13),
];

/// Why the output says that the Python, 3.`current`, does not fit.
pub(super) fn find_misfit(output: &str, current: u64) -> Option<PythonMisfit> {
    let found = output
        .lines()
        .find_map(stated_requirement)
        .or_else(|| ignored_version(output))
        .or_else(|| uv_tags(output))
        .or_else(|| unsatisfied(output).and_then(|release| misfit_of_files(output, &release)))?;
    to_misfit(found, current)
}

/// The same where a build used something that Python has no longer. What has wheels is better asked for these.
pub(super) fn find_removed(output: &str, current: u64) -> Option<PythonMisfit> {
    to_misfit(removed_module(output, current)?, current)
}

fn to_misfit((what, minors): Finding, current: u64) -> Option<PythonMisfit> {
    let fits = !minors.is_empty() && !minors.contains(&current);
    fits.then(|| PythonMisfit {
        cause: format!("{what}, and this is Python 3.{current}"),
        minors,
    })
}

/// The same from the files of a release, which pip lists when asked with `-vv`.
pub(super) fn find_files_misfit(
    output: &str,
    release: &Release,
    current: u64,
) -> Option<PythonMisfit> {
    to_misfit(misfit_of_files(output, release)?, current)
}

/// The pinned release that could not be found, or built.
pub(super) fn failed_release(output: &str) -> Option<Release> {
    unsatisfied(output).or_else(|| failed_build(output))
}

type Finding = (String, Vec<u64>);

/// `Package 'x' requires a different Python: 3.12.1 not in '>=3.14'` and how older pips and uv say it.
fn stated_requirement(line: &str) -> Option<Finding> {
    let quoted = |text: &str| text.split('\'').nth(1).map(str::to_owned);
    if let Some((before, after)) = line.split_once(" requires a different Python: ") {
        return required(before.trim_start_matches("ERROR: "), &quoted(after)?);
    }
    if let Some((before, after)) = line.split_once(" requires Python '") {
        return required(
            before.trim_start_matches("ERROR: "),
            after.split('\'').next()?,
        );
    }
    let (_, rest) = line.split_once("does not satisfy Python")?;
    let (specifiers, rest) = rest.split_once(" and ")?;
    let name = rest.split(" depends on").next()?;
    required(name, specifiers)
}

fn required(name: &str, specifiers: &str) -> Option<Finding> {
    let range = VersionSpecifiers::from_str(specifiers).ok()?;
    let name = name.trim().trim_start_matches("Package ").replace('\'', "");
    let what = format!(
        "{} requires Python {specifiers}",
        printable(name.replace("==", " "))
    );
    Some((what, minors_in(&range)))
}

/// The requirement that pip found no version for, as it stands there.
fn unsatisfied_requirement(output: &str) -> Option<&str> {
    let (_, rest) = output.split_once("satisfies the requirement ")?;
    let line = rest.lines().next()?;
    let requirement = line.split(" (from").next().unwrap_or(line);
    Some(requirement.split(';').next().unwrap_or(requirement).trim())
}

fn unsatisfied(output: &str) -> Option<Release> {
    Release::parse(unsatisfied_requirement(output)?)
}

/// `Ignored the following versions that require a different python version: 3.6 Requires-Python >=3.11; ...`
fn ignored_version(output: &str) -> Option<Finding> {
    let requirement = unsatisfied_requirement(output)?;
    let start = requirement.find(['=', '<', '>', '!', '~'])?;
    let (name, wanted) = requirement.split_at(start);
    let wanted = VersionSpecifiers::from_str(wanted).ok()?;
    let (_, list) = output.split_once("that require a different python version: ")?;
    let entries = list.lines().next()?.split("; ");
    let mut entries = entries.filter_map(|entry| entry.split_once(" Requires-Python "));
    entries.find_map(|(version, specifiers)| {
        let parsed = Version::from_str(version).ok()?;
        let is_wanted = wanted.contains(&parsed);
        is_wanted.then(|| required(&format!("{} {version}", name.trim()), specifiers))?
    })
}

/// ``we only found wheels for `x` (v1.0) with the following Python ABI tags: `cp35m`, `cp36m` ``
fn uv_tags(output: &str) -> Option<Finding> {
    let (_, rest) = output.split_once("we only found wheels for `")?;
    let (name, rest) = rest.split_once("` (v")?;
    let (version, rest) = rest.split_once(')')?;
    let tags = rest.lines().next()?.split('`').skip(1).step_by(2);
    let minors: Vec<_> = tags.filter_map(minor_of_tag).collect();
    Some(has_wheels(&format!("{name} {version}"), minors))
}

fn misfit_of_files(output: &str, release: &Release) -> Option<Finding> {
    let minors = fitting_minors(output, release)?;
    Some(has_wheels(&release.to_string(), minors))
}

fn has_wheels(release: &str, mut minors: Vec<u64>) -> Finding {
    minors.sort_unstable();
    minors.dedup();
    let what = format!(
        "{} has wheels for Python {}",
        printable(release),
        summarize_minors(&minors)
    );
    (what, minors)
}

fn removed_module(output: &str, current: u64) -> Option<Finding> {
    let mut removed = REMOVED.iter().filter(|(words, ..)| output.contains(words));
    let (_, module, since) = removed.find(|(.., since)| *since <= current)?;
    let package =
        failed_build(output).map_or("a package".to_owned(), |release| release.to_string());
    let what = format!("{package} uses {module}, which was removed from Python in 3.{since}");
    Some((what, (6..*since).collect()))
}

/// The pinned release that uv or pip could not build.
fn failed_build(output: &str) -> Option<Release> {
    let by_uv = ["Failed to build `", "Failed to download and build `"];
    let by_uv = by_uv.iter().find_map(|words| output.split_once(words));
    if let Some((_, rest)) = by_uv {
        return Release::parse(rest.split('`').next()?);
    }
    if let Some((before, _)) = output.split_once(" has no wheels with a matching ") {
        return Release::parse(before.rsplit(' ').next()?);
    }
    let is_failure = [
        "Failed to build",
        "metadata-generation-failed",
        "build dependencies",
        "ERROR: Exception:",
    ];
    if !is_failure.iter().any(|words| output.contains(words)) {
        return None;
    }
    let collected = output
        .lines()
        .filter_map(|line| line.strip_prefix("Collecting "));
    let collected = collected.filter_map(|line| Release::parse(line.split(" (from").next()?));
    let mut collected: Vec<_> = collected.collect();
    let name = output.split_once("Failed building wheel for ");
    let name = name.and_then(|(_, rest)| rest.lines().next());
    match name {
        Some(name) => collected
            .into_iter()
            .find(|release| is_same_name(&release.name, name)),
        None => collected.pop(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(output: &str, current: u64) -> Option<String> {
        find_misfit(output, current).map(|misfit| misfit.cause)
    }

    #[test]
    fn a_required_python_is_understood() {
        for output in [
            "ERROR: Package 'pp' requires a different Python: 3.12.1 not in '>=3.14'",
            "pp requires Python '>=3.14' but the running Python is 3.12.1",
            "  cause: Because the current Python version (3.12.1) does not satisfy Python>=3.14 and pp depends on \
             Python>=3.14, we can conclude that pp==1 cannot be used.",
        ] {
            let expected = "pp requires Python >=3.14, and this is Python 3.12";
            assert_eq!(cause(output, 12).as_deref(), Some(expected), "{output}");
            assert_eq!(cause(output, 14), None);
        }
        let ignored = "ERROR: Ignored the following versions that require a different python version: 3.5 Requires-Python \
            >=3.11; 3.6 Requires-Python !=3.14.1,>=3.11\nERROR: Could not find a version that satisfies the requirement \
            networkx==3.6 (from -r requirements.txt (line 1)) (from versions: 2.0, 2.1)\n";
        let misfit = find_misfit(ignored, 8).expect("a misfit");
        assert_eq!(
            misfit.cause,
            "networkx 3.6 requires Python !=3.14.1,>=3.11, and this is Python 3.8"
        );
        assert_eq!(misfit.minors.first(), Some(&11));
    }

    #[test]
    fn wheels_for_other_pythons_are_listed() {
        let uv = "hint: You require CPython 3.13 (`cp313`), but we only found wheels for `tensorflow` (v2.3.0) with the \
            following Python ABI tags: `cp35m`, `cp36m`, `cp37m`, `cp38`";
        let expected = "tensorflow 2.3.0 has wheels for Python 3.5 to 3.8, and this is Python 3.13";
        assert_eq!(cause(uv, 13).as_deref(), Some(expected));
        let release = Release::parse("numpy==1.19.5").expect("a release");
        let any = |name: &str| {
            format!(
                "Skipping link: none of the tags: https://h/x/{name}#sha256=0 (from h) (requires-python:>=3.6)\n"
            )
        };
        let listed = any(
            "numpy-1.19.5-cp38-cp38-win_amd64.manylinux1_x86_64.manylinux2014_aarch64.macosx_11_0_universal2.whl",
        );
        let misfit = find_files_misfit(&listed, &release, 12).expect("a misfit");
        assert_eq!(
            misfit.cause,
            "numpy 1.19.5 has wheels for Python 3.8, and this is Python 3.12"
        );
        assert_eq!(find_files_misfit(&listed, &release, 8), None);
        assert_eq!(
            find_files_misfit(&any("numpy-1.19.4-cp38-cp38-any.whl"), &release, 12),
            None
        );
    }

    #[test]
    fn what_python_has_no_longer_is_named() {
        let uv = "error: Failed to build `numpy==1.19.5`\n  ModuleNotFoundError: No module named 'distutils'\n";
        let pip = "Collecting numpy==1.19.5\nERROR: Exception:\nModuleNotFoundError: No module named 'distutils'\n";
        let expected = "numpy 1.19.5 uses distutils, which was removed from Python in 3.12, and this is Python 3.12";
        for output in [uv, pip] {
            let cause = |minor| find_removed(output, minor).map(|misfit| misfit.cause);
            assert_eq!(cause(12).as_deref(), Some(expected));
            assert_eq!(cause(11), None);
        }
        assert_eq!(
            failed_release(pip)
                .map(|release| release.to_string())
                .as_deref(),
            Some("numpy 1.19.5")
        );
    }

    #[test]
    fn any_output_is_read() {
        crate::fuzz::fuzz("installer_output", 2000, |bytes| {
            let output = String::from_utf8_lossy(bytes);
            let _ = find_misfit(&output, 12).or_else(|| find_removed(&output, 12));
            let _ = failed_release(&output);
            let _ = super::super::index_failure::find_index_failure(&output);
        });
    }
}
