//! What is installed for a project, in the order in which it is named, and as the installer's arguments.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::quote::{printable, summarize_names};

use super::manifest_index::ManifestIndex;
use super::pip_format::{is_blank, plain_requirements};
use super::script_list;

/// How many requirements of a file are installed one by one at most.
const MAX_SINGLES: usize = 20;

/// Everything that is installed for a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InstallPlan {
    /// What the project requires.
    pub required: Vec<Part>,
    /// What its developers need, and the project itself beside its requirements.txt. A part that cannot be installed is
    /// left out.
    pub additional: Vec<Part>,
    /// The versions that another tool's lock names, if there is one.
    pub pins: Option<Pins>,
    /// The index that the project names in place of PyPI.
    pub index: Option<ManifestIndex>,
    /// What developers need and is not in the plan, and why.
    pub left_out: Vec<String>,
    /// The project's own name as a package.
    pub project_name: Option<String>,
}

/// Something to install, and the file that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A file in pip's own format.
    RequirementsFile(PathBuf),
    /// A lock file (PEP 751).
    Pylock(PathBuf),
    /// The project that `file` (pyproject.toml, setup.py or setup.cfg) describes, editable, with these extras.
    Project { file: PathBuf, extras: Vec<String> },
    /// Requirements from a table of `file`.
    Dependencies {
        file: PathBuf,
        /// `group dev`; empty for the project's own.
        table: String,
        /// Each one as the installer's arguments: PEP 508, or `-e` and a directory.
        requirements: Vec<Vec<String>>,
    },
}

/// Versions from a lock. They say which version of a package is installed, not which packages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pins {
    pub lock: PathBuf,
    pub versions: Vec<Pin>,
}

/// One version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    /// `six==1.16 ; python_version < '3'`
    pub requirement: String,
    /// Of the files that it may be installed from: `sha256:...`
    pub hashes: Vec<String>,
}

impl Pins {
    /// The lines of a file of constraints. Only uv checks hashes there: pip would then want one of everything, the
    /// project included.
    pub(crate) fn constraints(&self, has_hashes: bool) -> Vec<String> {
        let line = |pin: &Pin| {
            let hashes = pin.hashes.iter().filter(|_| has_hashes);
            let hashes: String = hashes.map(|hash| format!(" --hash={hash}")).collect();
            format!("{}{hashes}", pin.requirement)
        };
        self.versions.iter().map(line).collect()
    }
}

impl Part {
    /// The file that says so.
    pub(crate) fn file(&self) -> &Path {
        match self {
            Part::RequirementsFile(file)
            | Part::Pylock(file)
            | Part::Project { file, .. }
            | Part::Dependencies { file, .. } => file,
        }
    }

    /// Whether there is nothing in it to install.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Part::RequirementsFile(file) => is_blank(file),
            Part::Dependencies { requirements, .. } => requirements.is_empty(),
            Part::Pylock(_) | Part::Project { .. } => false,
        }
    }

    /// Each requirement of a table or a file that has several by itself, and in words. A long file was written for one
    /// set of versions.
    pub(crate) fn split(&self) -> Vec<(Part, String)> {
        let (file, table, requirements) = match self {
            Part::Dependencies {
                file,
                table,
                requirements,
            } => (file, &**table, requirements.clone()),
            Part::RequirementsFile(file) => (file, "", plain_requirements(file)),
            Part::Pylock(_) | Part::Project { .. } => return Vec::new(),
        };
        let is_long = table.is_empty() && requirements.len() > MAX_SINGLES;
        if requirements.len() < 2 || is_long {
            return Vec::new();
        }
        let single = |requirement: &Vec<String>| {
            let part = Part::Dependencies {
                file: file.clone(),
                table: table.to_owned(),
                requirements: vec![requirement.clone()],
            };
            (part, printable(requirement.join(" ")))
        };
        requirements.iter().map(single).collect()
    }

    /// `requirements-dev.txt`, `group dev of pyproject.toml`.
    pub(crate) fn describe(&self, project: &Path) -> String {
        let file = relative(self.file(), project);
        match self {
            Part::RequirementsFile(_) | Part::Pylock(_) => printable(file),
            Part::Dependencies { table, .. } if table.is_empty() => printable(file),
            Part::Dependencies { table, .. } => printable(format!("{table} of {}", file.display())),
            Part::Project { extras, .. } if extras.is_empty() => {
                format!("the project ({})", printable(file))
            }
            Part::Project { extras, .. } => {
                let extras = summarize_names(extras);
                format!("the project ({}) with its extra {extras}", printable(file))
            }
        }
    }
}

impl InstallPlan {
    pub(crate) fn is_empty(&self) -> bool {
        self.parts().all(Part::is_empty)
    }

    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part> + Clone {
        self.required.iter().chain(&self.additional)
    }

    /// The first file of the plan, which stands for it where there is room for one.
    pub(crate) fn source(&self) -> &Path {
        let part = self.parts().next();
        part.map_or(Path::new(""), Part::file)
    }

    /// All files, as [`display_name`].
    pub(crate) fn display_name(&self, project: &Path, root: &Path) -> String {
        display_name(
            self.parts().map(Part::file).chain(self.lock()),
            project,
            root,
        )
    }

    /// Another tool's lock, if there is one.
    pub(crate) fn lock(&self) -> Option<&Path> {
        self.pins.as_ref().map(|pins| &*pins.lock)
    }
}

/// Files in messages: relative to the project, each one once.
pub(crate) fn display_name<'a>(
    files: impl Iterator<Item = &'a Path>,
    project: &Path,
    root: &Path,
) -> String {
    let mut names: Vec<String> = Vec::new();
    for file in files {
        let name = script_list::display_name(file, project, root);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match &names[..] {
        [first, last] => format!("{first} and {last}"),
        _ => summarize_names(&names),
    }
}

/// The installer's arguments for `parts`, relative to `project`, where it works. A project that several parts name is
/// named once, with the extras of all.
pub(crate) fn install_args<'a>(
    parts: impl IntoIterator<Item = &'a Part>,
    project: &Path,
) -> Vec<OsString> {
    let mut args: Vec<OsString> = Vec::new();
    let mut projects: Vec<(&Path, Vec<&str>)> = Vec::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        match part {
            Part::RequirementsFile(file) | Part::Pylock(file) => {
                args.extend(["-r".into(), relative(file, project).into()]);
            }
            Part::Dependencies { requirements, .. } => {
                args.extend(requirements.iter().flatten().map(OsString::from));
            }
            Part::Project { file, extras } => {
                let dir = relative(file, project).parent().unwrap_or(Path::new(""));
                let known = projects.iter().position(|(known, _)| *known == dir);
                let at = known.unwrap_or_else(|| {
                    projects.push((dir, Vec::new()));
                    projects.len() - 1
                });
                for extra in extras {
                    if !projects[at].1.contains(&&**extra) {
                        projects[at].1.push(extra);
                    }
                }
            }
        }
    }
    for (dir, extras) in projects {
        let dir = if dir == Path::new("") {
            Path::new(".")
        } else {
            dir
        };
        let mut target: OsString = dir.into();
        if !extras.is_empty() {
            target.push(format!("[{}]", extras.join(",")));
        }
        args.extend(["-e".into(), target]);
    }
    args
}

fn relative<'a>(file: &'a Path, project: &Path) -> &'a Path {
    file.strip_prefix(project).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn install_args_are_relative_to_the_project() {
        let project = |file: &str, extras: &[&str]| Part::Project {
            file: file.into(),
            extras: extras.iter().map(|&extra| extra.to_owned()).collect(),
        };
        for (parts, expected) in [
            (
                vec![Part::Pylock("/app/pylock.toml".into())],
                "-r pylock.toml",
            ),
            (
                vec![Part::Pylock("/other/pylock.toml".into())],
                "-r /other/pylock.toml",
            ),
            (vec![project("/app/pyproject.toml", &[])], "-e ."),
            (vec![project("/app/lib/setup.py", &["dev"])], "-e lib[dev]"),
            (
                vec![
                    project("/app/pyproject.toml", &[]),
                    Part::Dependencies {
                        file: "/app/pyproject.toml".into(),
                        table: "group dev".into(),
                        requirements: vec![vec!["pytest".into()]],
                    },
                    project("/app/pyproject.toml", &["dev", "test"]),
                ],
                "pytest -e .[dev,test]",
            ),
        ] {
            let args = install_args(&parts, Path::new("/app")).join(" ".as_ref());
            assert_eq!(args.to_str(), Some(expected));
        }
    }
}
