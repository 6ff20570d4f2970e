//! The last word of a command line -> what completes it. Whatever fails offers nothing: the person is still typing.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::cli::{Completion, Subject};
use crate::error::Error;
use crate::find::{FoundEnv, Outcome};
use crate::manifest::Pyproject;
use crate::process::Process;
use crate::{os, python, venv};

use super::super::context::{apply_settings, find_environment, prepare_search};
use super::environments::environments_at;
use super::files::files_at;
use super::modules::modules_at;
use super::programs::program_names;
use super::reply::{Reply, ShellPart};

/// How what an environment holds is described.
const ENVIRONMENT: &str = "environment";

/// # Errors
/// The answer cannot be written.
pub(crate) fn complete(completion: &Completion, process: &mut Process) -> Result<(), Error> {
    let mut reply = Reply::new(completion);
    let part = match &completion.subject {
        Subject::OneOf(values) => {
            for (value, description) in values {
                reply.add(value, description);
            }
            ShellPart::Nothing
        }
        Subject::Command => {
            let env = selected_env(completion, process);
            let own = add_env_programs(env.as_ref(), &mut reply);
            add_path_programs(env.as_ref(), &own, process, &mut reply);
            ShellPart::PythonFiles
        }
        Subject::ProgramName => {
            let env = selected_env(completion, process);
            add_env_programs(env.as_ref(), &mut reply);
            ShellPart::Nothing
        }
        Subject::Module => {
            let env = selected_env(completion, process);
            for (module, place) in modules_at(completion, env.as_ref(), process) {
                reply.add(module, place);
            }
            ShellPart::Nothing
        }
        Subject::PythonRequest => {
            for (request, path) in python::installed_requests(process) {
                reply.add(request, &path.to_string_lossy());
            }
            ShellPart::Files
        }
        Subject::Group | Subject::Extra => {
            let pyproject = pyproject(completion, process);
            let names = pyproject.iter().flat_map(|it| match completion.subject {
                Subject::Group => it.group_names(),
                _ => it.extras(),
            });
            for name in names {
                reply.add(name, "");
            }
            ShellPart::Nothing
        }
        Subject::Environment => {
            enter_directory(completion, process);
            for path in environments_at(&completion.typed, process) {
                reply.add(path, ENVIRONMENT);
            }
            ShellPart::Directories
        }
        Subject::Directory => ShellPart::Directories,
        Subject::File => ShellPart::Files,
        Subject::Argument(count) => ShellPart::Command(*count),
    };
    let part = match is_elsewhere(completion) {
        true => add_files(part, &mut reply, completion, process),
        false => part,
    };
    reply.print(part)
}

/// Whether paths are relative to the directory of `-C`, which the shell does not know of.
fn is_elsewhere(completion: &Completion) -> bool {
    let settings = completion.settings.as_ref();
    settings.is_some_and(|settings| !settings.directories.is_empty())
}

fn enter_directory(completion: &Completion, process: &mut Process) {
    if let Some(settings) = &completion.settings {
        let _ = apply_settings(settings, process);
    }
}

/// What the shell would add, from the directory of `-C`.
fn add_files(
    part: ShellPart,
    reply: &mut Reply<'_>,
    completion: &Completion,
    process: &mut Process,
) -> ShellPart {
    let is_offered = match part {
        ShellPart::Files => |_: &Path| true,
        ShellPart::Directories => |_: &Path| false,
        ShellPart::PythonFiles => |file: &Path| {
            let extension = file.extension();
            extension.is_some_and(|extension| extension == "py" || extension == "pyw")
        },
        ShellPart::Nothing | ShellPart::Command(_) => return part,
    };
    if !matches!(completion.subject, Subject::Command | Subject::Environment) {
        enter_directory(completion, process);
    }
    let is_env = |path: &PathBuf| process.absolute(path).is_ok_and(|path| venv::is_env(&path));
    for path in files_at(&completion.typed, is_offered, process) {
        // Environments are offered already.
        if !matches!(completion.subject, Subject::Environment) || !is_env(&path) {
            reply.add(path, "");
        }
    }
    ShellPart::Nothing
}

fn pyproject(completion: &Completion, process: &mut Process) -> Option<Pyproject> {
    let search = prepare_search(completion.settings.as_ref()?, process).ok()?;
    Pyproject::read_valid(search.project()?)
}

fn selected_env(completion: &Completion, process: &mut Process) -> Option<FoundEnv> {
    let settings = completion.settings.as_ref()?;
    let search = prepare_search(settings, process).ok()?;
    match find_environment(settings, &search, process).ok()? {
        Outcome::Found(found) => Some(found),
        Outcome::Missing(_) => None,
    }
}

/// The programs of the environment, which are added.
fn add_env_programs(env: Option<&FoundEnv>, reply: &mut Reply<'_>) -> BTreeSet<OsString> {
    let dir = env.map(|env| venv::scripts_dir(&env.root));
    let names = dir.map(|dir| program_names(&dir, |name| reply.accepts(name)));
    let names = names.unwrap_or_default();
    for name in &names {
        reply.add(name, ENVIRONMENT);
    }
    names
}

/// Those that are on the PATH of the programs that vrun runs, and not in the environment, whose are `own`.
fn add_path_programs(
    env: Option<&FoundEnv>,
    own: &BTreeSet<OsString>,
    process: &Process,
    reply: &mut Reply<'_>,
) {
    let deactivated = env.and_then(|env| env.deactivated.as_deref());
    let left = deactivated.map(venv::scripts_dir);
    let path = process.var("PATH").into_iter().flat_map(os::split_paths);
    let dirs = path.filter(|dir| dir.is_absolute() && Some(dir) != left.as_ref());
    let mut found = BTreeSet::new();
    for dir in dirs {
        // /bin is often /usr/bin: looking at each file takes the time.
        let is_new = |name: &OsStr| !own.contains(name) && !found.contains(name);
        let names = program_names(&dir, |name| reply.accepts(name) && is_new(name));
        found.extend(names);
    }
    for name in found.difference(own) {
        reply.add(name, "");
    }
}
