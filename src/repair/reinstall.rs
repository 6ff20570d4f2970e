//! The packages in an environment -> the same packages in another: names and versions, or the URL if they did not come
//! from an index (PEP 610).

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::create::{self, BuildContext};
use crate::error::{Error, io_reason};
use crate::quote::{printable, shell_word, summarize_names};
use crate::read::{MAX_TEXT, read_text};
use crate::{installer, installer_errors, process, python, venv};

use super::input::RepairInput;

/// What reinstalls a package.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requirement {
    line: String,
    /// The package's name.
    name: String,
}

/// One for each package in the environment at `root`, sorted, but not for pip, which every environment gets.
pub(super) fn installed_requirements(root: &Path) -> Vec<Requirement> {
    let mut lines = Vec::new();
    for site in venv::site_packages(root) {
        let entries = fs::read_dir(site).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        lines.extend(paths.filter_map(|path| match path.extension()?.to_str()? {
            "dist-info" => dist_requirement(&path, &path.join("METADATA")),
            // Older than wheels: a directory of setuptools, a file of distutils.
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

/// An editable install by setuptools' `develop`: the path of the code, and from there that of its setup.py.
fn egg_link_requirement(file: &Path) -> Option<Requirement> {
    let text = read_text(file, MAX_TEXT).ok()?;
    let mut lines = text.lines().map(str::trim);
    let (code, project) = (lines.next()?, lines.next().unwrap_or("."));
    let project = process::normalize(Path::new(code).join(project));
    Some(Requirement {
        line: format!("-e {}", project.to_str()?),
        name: file.file_stem()?.to_str()?.to_owned(),
    })
}

fn dist_requirement(info: &Path, metadata: &Path) -> Option<Requirement> {
    let metadata = read_text(metadata, MAX_TEXT).ok()?;
    let header = metadata.split("\n\n").next().unwrap_or_default();
    let field = |name: &str| {
        let mut values = header.lines().filter_map(|line| line.strip_prefix(name));
        let value = values.find_map(|rest| rest.strip_prefix(':'));
        value.map(str::trim)
    };
    let (name, version) = (field("Name")?, field("Version")?);
    if name.eq_ignore_ascii_case("pip") {
        return None;
    }
    // Pythons before 3.12 bundle it, and an old version does not run on a newer Python: any version will do.
    let requirement = |line: String| Requirement {
        line,
        name: name.to_owned(),
    };
    if name.eq_ignore_ascii_case("setuptools") {
        return Some(requirement(name.to_owned()));
    }
    let direct = venv::direct_reference(name, info);
    let line = direct.unwrap_or_else(|| format!("{name}=={version}"));
    Some(requirement(line))
}

/// Installs exactly `requirements` into the environment at `staged`.
///
/// # Errors
/// pip fails: a package does not support this Python, or the index is unreachable. It succeeds, and a package is not
/// there. Ctrl-C.
pub(super) fn install_requirements(
    requirements: &[Requirement],
    staged: &Path,
    input: &RepairInput<'_>,
    build_context: &BuildContext<'_>,
) -> Result<(), Error> {
    let count = requirements.len();
    if count == 0 {
        return Ok(());
    }
    let failure = || Error::failed(format!("cannot rebuild {}", printable(input.root)));
    let write = || {
        let mut file = tempfile::NamedTempFile::new()?;
        for Requirement { line, .. } in requirements {
            writeln!(file, "{line}")?;
        }
        Ok(file)
    };
    let file = write().map_err(|error: io::Error| failure().with_cause(io_reason(&error)))?;
    let packages = if count == 1 { "package" } else { "packages" };
    input
        .process
        .verbosity
        .notice(format_args!("reinstalling {count} {packages}"));
    let words = "-m pip install --no-deps --disable-pip-version-check";
    let args = words.split(' ').map(OsString::from);
    let args = args
        .chain(python::pip_target_args(staged))
        .chain(["-r".into(), file.path().into()]);
    let run_python = |args| create::run_pip(staged, args, input.process, build_context);
    let output = run_python(args.collect())?;
    if output.status.success() {
        let names = requirements.iter().map(|it| it.name.clone()).collect();
        let stdout = |args| Some(String::from_utf8_lossy(&run_python(args).ok()?.stdout).into());
        let absent = installer::find_absent(names, staged, stdout);
        return match &absent[..] {
            [] => Ok(()),
            absent => Err(absent_error(absent, failure())),
        };
    }
    let text = [&output.stdout[..], &output.stderr].join(&b'\n');
    let lines = installer_errors::installer_error_lines(&String::from_utf8_lossy(&text));
    let error = lines.into_iter().fold(failure(), Error::with_cause);
    let root = shell_word(input.root);
    Err(create::old_environment_stays(error).with_hint(format!(
        "`vrun --repair --env {root} -p REQUEST` tries another Python"
    )))
}

fn absent_error(absent: &[String], error: Error) -> Error {
    let (names, verb) = match absent {
        [name] => (printable(name), "is"),
        _ => (summarize_names(absent), "are"),
    };
    let error = error.with_cause(format_args!(
        "pip succeeds, but {names} {verb} not in the new environment"
    ));
    create::old_environment_stays(error)
        .with_hint("look for target, root, prefix, user and dry-run in pip.conf and `PIP_...`")
}
