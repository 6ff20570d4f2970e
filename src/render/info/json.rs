//! `--info` as JSON: one object, whose `version` changes when the meaning of an existing member does.
//!
//! A path that is not UTF-8 is a string with U+FFFD, and `bytes` maps the string's JSON Pointer (RFC 6901) to its real
//! bytes in base64.

use std::ffi::OsStr;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::find::{Reason, Skipped};
use crate::introspect::{Caveat, PythonInfo, VersionSource};
use crate::requirements::{InstallProgress, InstallStatus, PartReport, PlanReport};

use super::model::{EnvDiff, EnvInfo, InfoOutcome, ProblemReport, SearchContext, describe_unknown};

pub(crate) fn render_json(outcome: &InfoOutcome<'_>, context: &SearchContext<'_>) -> String {
    let mut answer = json!({
        "version": 1,
        "start": os_str_json(context.start),
        "project": context.project.map(os_str_json),
        "passed_over": context.skipped.iter().copied().map(skipped_json).collect::<Vec<_>>(),
        "environment": null,
        "missing": null,
        "python": null,
        "problem": null,
        "variables": null,
        "sys": null,
        "requirements": null,
        "plan": plan_json(&context.plan),
    });
    match outcome {
        InfoOutcome::Found(env) => {
            let info = env.python_info.as_ref();
            answer["environment"] = environment_json(env);
            answer["python"] = info.map(python_json).unwrap_or_default();
            answer["problem"] = python_problem(env).unwrap_or_default();
            answer["variables"] = variables_json(&env.diff);
            answer["sys"] = info.map(sys_json).unwrap_or_default();
            answer["requirements"] = env.requirements.as_ref().map(requirements_json).into();
        }
        InfoOutcome::Missing {
            at,
            refusal,
            problem,
        } => {
            answer["missing"] = json!({ "path": os_str_json(at), "refusal": refusal });
            answer["problem"] = problem_json(problem);
        }
        InfoOutcome::Unknown(problem) => answer["problem"] = problem_json(problem),
    }
    let mut bytes = Map::new();
    extract_bytes(&mut answer, &mut String::new(), &mut bytes);
    answer["bytes"] = bytes.into();
    format!("{answer:#}\n")
}

fn skipped_json(skipped: &Skipped) -> Value {
    json!({ "path": os_str_json(&skipped.path), "why": skipped.reason })
}

fn environment_json(env: &EnvInfo<'_>) -> Value {
    json!({
        "path": os_str_json(env.root),
        "prompt": env.prompt,
        "maker": env.creator.as_ref().map(|creator| json!({
            "name": creator.name,
            "version": creator.version,
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

/// What keeps the Python from running, or `sys` from being known.
fn python_problem(env: &EnvInfo<'_>) -> Option<Value> {
    if let Some(problem) = &env.problem {
        return Some(problem_json(problem));
    }
    let error = env.python_info.as_ref().err()?;
    Some(problem_json(&ProblemReport {
        id: "unknown",
        message: describe_unknown(error),
        ..ProblemReport::default()
    }))
}

fn problem_json(problem: &ProblemReport) -> Value {
    json!({
        "id": problem.id,
        "what": problem.message,
        "causes": problem.causes,
        "fix": problem.fix,
        "substitute": problem.substitute.as_ref().map(os_str_json),
    })
}

fn variables_json(diff: &EnvDiff) -> Value {
    let set = diff.set.iter();
    let set = set.map(|(name, value)| ((*name).to_owned(), os_str_json(value)));
    let unset = diff.unset.iter();
    let unset = unset.map(|(name, old)| ((*name).to_owned(), old.as_ref().map(os_str_json).into()));
    json!({
        "set": set.collect::<Map<_, _>>(),
        "unset": unset.collect::<Map<_, _>>(),
        "path": { "first": os_str_json(&diff.path_first), "removed": paths_json(&diff.path_removed) },
    })
}

fn requirements_json(status: &InstallStatus) -> Value {
    json!({
        "file": os_str_json(&status.file),
        "state": match status.progress {
            InstallProgress::Installed => "installed",
            InstallProgress::Unfinished => "unfinished",
            InstallProgress::Failed => "refused",
            InstallProgress::Changed => "changed",
        },
        "lacking": status.shortfall.as_ref().map(|shortfall| &shortfall.description),
    })
}

fn plan_json(plan: &Result<Option<PlanReport>, String>) -> Value {
    let no_plan = PlanReport::default();
    let (plan, problem) = match plan {
        Ok(None) => return Value::Null,
        Ok(Some(plan)) => (plan, None),
        Err(error) => (&no_plan, Some(error)),
    };
    let part_json = |part: &PartReport| {
        json!({
            "name": part.name,
            "file": os_str_json(&part.file),
            "requirements": part.requirements,
            "required": part.is_required,
        })
    };
    json!({
        "parts": plan.parts.iter().map(part_json).collect::<Vec<_>>(),
        "lock": plan.lock.as_ref().map(os_str_json),
        "left_out": plan.left_out,
        "problem": problem,
    })
}

fn python_json(info: &PythonInfo) -> Value {
    json!({
        "interpreter": os_str_json(&info.python.file),
        "implementation": info.python.implementation.to_string(),
        "version": info.version.number,
        "version_from": match info.version.source {
            VersionSource::Headers => "headers",
            VersionSource::PyvenvCfg => "pyvenv.cfg",
            VersionSource::FileName => "name",
        },
        "abiflags": info.python.abiflags,
    })
}

fn sys_json(info: &PythonInfo) -> Value {
    json!({
        "executable": os_str_json(&info.executable),
        "prefix": os_str_json(&info.prefix),
        "exec_prefix": os_str_json(&info.exec_prefix),
        "base_prefix": os_str_json(&info.base_prefix),
        "base_exec_prefix": os_str_json(&info.base_exec_prefix),
        "platlibdir": info.platlibdir,
        "path": paths_json(&info.path),
        "stdlib": os_str_json(&info.install_paths.stdlib),
        "purelib": os_str_json(&info.install_paths.purelib),
        "platlib": os_str_json(&info.install_paths.platlib),
        "scripts": os_str_json(&info.install_paths.scripts),
        "include": os_str_json(&info.install_paths.include),
        "system_site_packages": info.has_system_site,
        "user_site_enabled": info.user.is_enabled,
        "user_base": os_str_json(&info.user.base),
        "user_site": os_str_json(&info.user.site),
        "safe_path": info.is_safe_path,
        "caveats": info.caveats.iter().map(caveat_json).collect::<Vec<_>>(),
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

/// Marks a placeholder object for a string that is not UTF-8; `extract_bytes` replaces it once the JSON Pointer is
/// known.
const BYTES_KEY: &str = "\0bytes";

fn os_str_json(text: impl AsRef<OsStr>) -> Value {
    let text = text.as_ref();
    match text.to_str() {
        Some(text) => text.into(),
        None => json!({
            BYTES_KEY: STANDARD.encode(text.as_encoded_bytes()),
            "": text.to_string_lossy(),
        }),
    }
}

fn paths_json(paths: &[PathBuf]) -> Value {
    paths.iter().map(os_str_json).collect()
}

/// Replaces the objects of `os_str_json` with their strings, and collects the real bytes.
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
                at.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")));
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
