//! The last word of a command line -> what completes it. Whatever fails offers nothing: the person is still typing.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::cli::{Completion, Subject};
use crate::error::Error;
use crate::find::{FoundEnv, Outcome};
use crate::process::Process;
use crate::{os, python, venv};

use super::super::context::{find_environment, prepare_search};
use super::environments::environments_at;
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
            add_env_programs(env.as_ref(), &mut reply);
            add_path_programs(env.as_ref(), process, &mut reply);
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
        Subject::Environment => {
            // Relative to the directory of -C.
            selected_env(completion, process);
            for path in environments_at(&completion.typed, process) {
                reply.add(path, ENVIRONMENT);
            }
            ShellPart::Directories
        }
        Subject::Directory => ShellPart::Directories,
        Subject::File => ShellPart::Files,
        Subject::Argument(count) => ShellPart::Command(*count),
    };
    reply.print(part)
}

fn selected_env(completion: &Completion, process: &mut Process) -> Option<FoundEnv> {
    let settings = completion.settings.as_ref()?;
    let search = prepare_search(settings, process).ok()?;
    match find_environment(settings, &search, process).ok()? {
        Outcome::Found(found) => Some(found),
        Outcome::Missing(_) => None,
    }
}

fn add_env_programs(env: Option<&FoundEnv>, reply: &mut Reply<'_>) {
    let dir = env.map(|env| venv::scripts_dir(&env.root));
    let names = dir.map(|dir| program_names(&dir, |name| reply.accepts(name)));
    for name in names.into_iter().flatten() {
        reply.add(name, ENVIRONMENT);
    }
}

/// Those that are on the PATH of the programs that vrun runs, and not in the environment.
fn add_path_programs(env: Option<&FoundEnv>, process: &Process, reply: &mut Reply<'_>) {
    let scripts = env.map(|env| venv::scripts_dir(&env.root));
    let accepts = |name: &OsStr| {
        let is_there = |dir: &PathBuf| dir.join(name).is_file();
        reply.accepts(name) && !scripts.as_ref().is_some_and(is_there)
    };
    let deactivated = env.and_then(|env| env.deactivated.as_deref());
    let left = deactivated.map(venv::scripts_dir);
    let path = process.var("PATH").into_iter().flat_map(os::split_paths);
    let dirs = path.filter(|dir| dir.is_absolute() && Some(dir) != left.as_ref());
    let names = dirs.map(|dir| program_names(&dir, accepts));
    let names = names.reduce(|all, more| &all | &more);
    for name in names.into_iter().flatten() {
        reply.add(name, "");
    }
}
