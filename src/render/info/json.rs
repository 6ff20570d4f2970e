//! What is known of an environment -> JSON for programs: one object, whose `version` changes when what is there now
//! changes its meaning.
//!
//! A string is a string: a path that is no UTF-8 stands with U+FFFD in it, and `bytes` has the real ones in base64,
//! under the JSON Pointer (RFC 6901) of the string.

use std::ffi::OsStr;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::find::{Reason, Skipped};
use crate::introspect::{Caveat, PythonInfo, VersionSource};
use crate::requirements::{InstallProgress, InstallStatus};

use super::model::{EnvDiff, EnvInfo, InfoOutcome, ProblemReport, SearchContext, describe_unknown};

/// The answer, with its newline.
pub(crate) fn render_json(place: &InfoOutcome<'_>, around: &SearchContext<'_>) -> String {
    let mut answer = json!({
        "version": 1,
        "start": os_str_json(around.start),
        "project": around.project.map(os_str_json),
        "passed_over": around.skipped.iter().copied().map(skipped_json).collect::<Vec<_>>(),
        "environment": null,
        "missing": null,
        "python": null,
        "problem": null,
        "variables": null,
        "sys": null,
        "requirements": null,
    });
    match place {
        InfoOutcome::Found(env) => {
            let facts = env.python_info.as_ref();
            answer["environment"] = environment_json(env);
            answer["python"] = facts.map(python_json).unwrap_or_default();
            answer["problem"] = python_problem(env).unwrap_or_default();
            answer["variables"] = variables_json(&env.diff);
            answer["sys"] = facts.map(sys_json).unwrap_or_default();
            answer["requirements"] = env
                .requirements
                .as_ref()
                .map(requirements_json)
                .unwrap_or_default();
        }
        InfoOutcome::Missing {
            at,
            refusal,
            problem: why,
        } => {
            answer["missing"] = json!({ "path": os_str_json(at), "refusal": refusal });
            answer["problem"] = problem_json(why);
        }
        InfoOutcome::Unknown(why) => answer["problem"] = problem_json(why),
    }
    let mut bytes = Map::new();
    extract_bytes(&mut answer, &mut String::new(), &mut bytes);
    answer["bytes"] = bytes.into();
    format!("{answer:#}\n")
}

fn skipped_json(passed: &Skipped) -> Value {
    json!({ "path": os_str_json(&passed.path), "why": passed.reason })
}

fn environment_json(env: &EnvInfo<'_>) -> Value {
    json!({
        "path": os_str_json(env.root),
        "prompt": env.prompt,
        "maker": env.creator.as_ref().map(|maker| json!({
            "name": maker.name,
            "version": maker.version,
        })),
        "why": {
            "rule": env.reason.id(),
            "by": match env.reason {
                Reason::Explicit(by) => Some(*by),
                _ => None,
            },
            "path": env.reason.path().map(os_str_json),
            "text": env.reason.to_string(),
        },
    })
}

/// What keeps the Python from being run, or from being told of.
fn python_problem(env: &EnvInfo<'_>) -> Option<Value> {
    if let Some(told) = &env.problem {
        return Some(problem_json(told));
    }
    let why = env.python_info.as_ref().err()?;
    Some(problem_json(&ProblemReport {
        id: "unknown",
        message: describe_unknown(why),
        ..ProblemReport::default()
    }))
}

fn problem_json(problem: &ProblemReport) -> Value {
    json!({
        "id": problem.id,
        "what": problem.message,
        "causes": problem.causes,
        "mend": problem.fix,
        "stand_in": problem.substitute.as_ref().map(os_str_json),
    })
}

fn variables_json(change: &EnvDiff) -> Value {
    let set = change
        .set
        .iter()
        .map(|(name, value)| ((*name).to_owned(), os_str_json(value)));
    let unset = change.unset.iter();
    let unset = unset.map(|(name, was)| ((*name).to_owned(), was.as_ref().map(os_str_json).into()));
    json!({
        "set": set.collect::<Map<_, _>>(),
        "unset": unset.collect::<Map<_, _>>(),
        "path": { "first": os_str_json(&change.path_first), "removed": paths_json(&change.path_removed) },
    })
}

fn requirements_json(account: &InstallStatus) -> Value {
    json!({
        "file": os_str_json(&account.file),
        "state": match account.progress {
            InstallProgress::Installed => "installed",
            InstallProgress::Unfinished => "unfinished",
            InstallProgress::Failed => "refused",
            InstallProgress::Changed => "changed",
        },
        "lacking": account.shortfall.as_ref().map(|lacking| &lacking.description),
    })
}

fn python_json(facts: &PythonInfo) -> Value {
    json!({
        "interpreter": os_str_json(&facts.python.file),
        "implementation": facts.python.implementation.to_string(),
        "version": facts.version.number,
        "version_from": match facts.version.source {
            VersionSource::Headers => "headers",
            VersionSource::PyvenvCfg => "pyvenv.cfg",
            VersionSource::FileName => "name",
        },
        "abiflags": facts.python.abiflags,
    })
}

fn sys_json(facts: &PythonInfo) -> Value {
    json!({
        "executable": os_str_json(&facts.executable),
        "prefix": os_str_json(&facts.prefix),
        "exec_prefix": os_str_json(&facts.exec_prefix),
        "base_prefix": os_str_json(&facts.base_prefix),
        "base_exec_prefix": os_str_json(&facts.base_exec_prefix),
        "platlibdir": facts.platlibdir,
        "path": paths_json(&facts.path),
        "stdlib": os_str_json(&facts.install_paths.stdlib),
        "purelib": os_str_json(&facts.install_paths.purelib),
        "platlib": os_str_json(&facts.install_paths.platlib),
        "scripts": os_str_json(&facts.install_paths.scripts),
        "include": os_str_json(&facts.install_paths.include),
        "system_site_packages": facts.has_system_site,
        "user_site_enabled": facts.user.is_enabled,
        "user_base": os_str_json(&facts.user.base),
        "user_site": os_str_json(&facts.user.site),
        "safe_path": facts.is_safe_path,
        "caveats": facts.caveats.iter().map(caveat_json).collect::<Vec<_>>(),
    })
}

fn caveat_json(caveat: &Caveat) -> Value {
    let (kind, file) = match caveat {
        Caveat::ExecutedLine {
            file,
            line,
            text: code,
        } => {
            return json!({ "kind": "code", "file": os_str_json(file), "line": line, "code": code });
        }
        Caveat::BuildPrefix { home, prefix } => {
            return json!({ "kind": "home", "file": os_str_json(home), "prefix": os_str_json(prefix) });
        }
        Caveat::StartupModule(file) => ("module", file),
        Caveat::Undecodable(file) => ("pth-encoding", file),
        Caveat::PthOverride(file) => ("path-file", file),
    };
    json!({ "kind": kind, "file": os_str_json(file) })
}

/// The key of an object that stands for a string which is no UTF-8, until `settle` has found its place. No other
/// object has it.
const BYTES_KEY: &str = "\0bytes";

fn os_str_json(text: impl AsRef<OsStr>) -> Value {
    let text = text.as_ref();
    match text.to_str() {
        Some(text) => text.into(),
        None => {
            json!({ BYTES_KEY: STANDARD.encode(text.as_encoded_bytes()), "": text.to_string_lossy() })
        }
    }
}

fn paths_json(all: &[PathBuf]) -> Value {
    all.iter().map(os_str_json).collect()
}

/// Puts the strings that `text` could not make in their places, and notes what they really are.
fn extract_bytes(value: &mut Value, at: &mut String, bytes: &mut Map<String, Value>) {
    let length = at.len();
    match value {
        Value::Object(object) if object.contains_key(BYTES_KEY) => {
            let real = object.remove(BYTES_KEY).unwrap_or_default();
            bytes.insert(at.clone(), real);
            *value = object.remove("").unwrap_or_default();
        }
        Value::Object(object) => {
            for (key, value) in object {
                at.push('/');
                at.push_str(&key.replace('~', "~0").replace('/', "~1"));
                extract_bytes(value, at, bytes);
                at.truncate(length);
            }
        }
        Value::Array(array) => {
            for (index, value) in array.iter_mut().enumerate() {
                at.push_str(&format!("/{index}"));
                extract_bytes(value, at, bytes);
                at.truncate(length);
            }
        }
        _ => {}
    }
}
