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

use super::{Around, Change, Environment, Place, Problem, unknown};
use crate::facts::{Caveat, Facts, Source};
use crate::find::{Passed, Why};
use crate::requirements::{Account, Progress};

/// The answer, with its newline.
pub fn json(place: &Place<'_>, around: &Around<'_>) -> String {
    let mut answer = json!({
        "version": 1,
        "start": text(around.start),
        "project": around.project.map(text),
        "passed_over": around.passed.iter().copied().map(passed).collect::<Vec<_>>(),
        "environment": null,
        "missing": null,
        "python": null,
        "problem": null,
        "variables": null,
        "sys": null,
        "requirements": null,
    });
    match place {
        Place::Here(env) => {
            let facts = env.facts.as_ref();
            answer["environment"] = environment(env);
            answer["python"] = facts.map(python).unwrap_or_default();
            answer["problem"] = of_python(env).unwrap_or_default();
            answer["variables"] = variables(&env.change);
            answer["sys"] = facts.map(sys).unwrap_or_default();
            answer["requirements"] = env
                .requirements
                .as_ref()
                .map(requirements)
                .unwrap_or_default();
        }
        Place::Missing {
            at,
            refusal,
            problem: why,
        } => {
            answer["missing"] = json!({ "path": text(at), "refusal": refusal });
            answer["problem"] = problem(why);
        }
        Place::Unknown(why) => answer["problem"] = problem(why),
    }
    let mut bytes = Map::new();
    settle(&mut answer, &mut String::new(), &mut bytes);
    answer["bytes"] = bytes.into();
    format!("{answer:#}\n")
}

fn passed(passed: &Passed) -> Value {
    json!({ "path": text(&passed.path), "why": passed.why })
}

fn environment(env: &Environment<'_>) -> Value {
    json!({
        "path": text(env.root),
        "prompt": env.prompt,
        "maker": env.maker.as_ref().map(|maker| json!({
            "name": maker.name,
            "version": maker.version,
        })),
        "why": {
            "rule": env.why.id(),
            "by": match env.why {
                Why::Named(by) => Some(*by),
                _ => None,
            },
            "path": env.why.at().map(text),
            "text": env.why.to_string(),
        },
    })
}

/// What keeps the Python from being run, or from being told of.
fn of_python(env: &Environment<'_>) -> Option<Value> {
    if let Some(told) = &env.problem {
        return Some(problem(told));
    }
    let why = env.facts.as_ref().err()?;
    Some(problem(&Problem {
        id: "unknown",
        what: unknown(why),
        ..Problem::default()
    }))
}

fn problem(problem: &Problem) -> Value {
    json!({
        "id": problem.id,
        "what": problem.what,
        "causes": problem.causes,
        "mend": problem.mend,
        "stand_in": problem.stand_in.as_ref().map(text),
    })
}

fn variables(change: &Change) -> Value {
    let set = change
        .set
        .iter()
        .map(|(name, value)| ((*name).to_owned(), text(value)));
    let unset = change.unset.iter();
    let unset = unset.map(|(name, was)| ((*name).to_owned(), was.as_ref().map(text).into()));
    json!({
        "set": set.collect::<Map<_, _>>(),
        "unset": unset.collect::<Map<_, _>>(),
        "path": { "first": text(&change.first), "removed": texts(&change.removed) },
    })
}

fn requirements(account: &Account) -> Value {
    json!({
        "file": text(&account.file),
        "state": match account.progress {
            Progress::Installed => "installed",
            Progress::Unfinished => "unfinished",
            Progress::Refused => "refused",
            Progress::Changed => "changed",
        },
        "lacking": account.lacking.as_ref().map(|lacking| &lacking.what),
    })
}

fn python(facts: &Facts) -> Value {
    json!({
        "interpreter": text(&facts.python.file),
        "implementation": facts.python.implementation.to_string(),
        "version": facts.version.text,
        "version_from": match facts.version.from {
            Source::Headers => "headers",
            Source::Cfg => "pyvenv.cfg",
            Source::Name => "name",
        },
        "abiflags": facts.python.abi,
    })
}

fn sys(facts: &Facts) -> Value {
    json!({
        "executable": text(&facts.executable),
        "prefix": text(&facts.prefix),
        "exec_prefix": text(&facts.exec_prefix),
        "base_prefix": text(&facts.base_prefix),
        "base_exec_prefix": text(&facts.base_exec_prefix),
        "platlibdir": facts.platlibdir,
        "path": texts(&facts.path),
        "stdlib": text(&facts.schemes.stdlib),
        "purelib": text(&facts.schemes.purelib),
        "platlib": text(&facts.schemes.platlib),
        "scripts": text(&facts.schemes.scripts),
        "include": text(&facts.schemes.include),
        "system_site_packages": facts.is_system_seen,
        "user_site_enabled": facts.user.is_enabled,
        "user_base": text(&facts.user.base),
        "user_site": text(&facts.user.site),
        "safe_path": facts.is_path_safe,
        "caveats": facts.caveats.iter().map(caveat).collect::<Vec<_>>(),
    })
}

fn caveat(caveat: &Caveat) -> Value {
    let (kind, file) = match caveat {
        Caveat::Code {
            file,
            line,
            text: code,
        } => {
            return json!({ "kind": "code", "file": text(file), "line": line, "code": code });
        }
        Caveat::Configured { home, prefix } => {
            return json!({ "kind": "home", "file": text(home), "prefix": text(prefix) });
        }
        Caveat::Module(file) => ("module", file),
        Caveat::Undecodable(file) => ("pth-encoding", file),
        Caveat::Replaced(file) => ("path-file", file),
    };
    json!({ "kind": kind, "file": text(file) })
}

/// The key of an object that stands for a string which is no UTF-8, until `settle` has found its place. No other
/// object has it.
const BYTES: &str = "\0bytes";

fn text(text: impl AsRef<OsStr>) -> Value {
    let text = text.as_ref();
    match text.to_str() {
        Some(text) => text.into(),
        None => {
            json!({ BYTES: STANDARD.encode(text.as_encoded_bytes()), "": text.to_string_lossy() })
        }
    }
}

fn texts(all: &[PathBuf]) -> Value {
    all.iter().map(text).collect()
}

/// Puts the strings that `text` could not make in their places, and notes what they really are.
fn settle(value: &mut Value, at: &mut String, bytes: &mut Map<String, Value>) {
    let length = at.len();
    match value {
        Value::Object(object) if object.contains_key(BYTES) => {
            let real = object.remove(BYTES).unwrap_or_default();
            bytes.insert(at.clone(), real);
            *value = object.remove("").unwrap_or_default();
        }
        Value::Object(object) => {
            for (key, value) in object {
                at.push('/');
                at.push_str(&key.replace('~', "~0").replace('/', "~1"));
                settle(value, at, bytes);
                at.truncate(length);
            }
        }
        Value::Array(array) => {
            for (index, value) in array.iter_mut().enumerate() {
                at.push_str(&format!("/{index}"));
                settle(value, at, bytes);
                at.truncate(length);
            }
        }
        _ => {}
    }
}
