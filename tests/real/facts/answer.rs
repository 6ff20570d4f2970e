//! What `--info --json` tells, and what that Python says of itself, in one form to compare.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::scene::Scene;
use crate::project::Outcome;

/// Names, and values or lists of values as bytes in hexadecimal.
pub(super) type Said = BTreeMap<String, Vec<String>>;

const ASK: &str = "
import os, site, sys, sysconfig
paths = sysconfig.get_paths()
safe = bool(getattr(sys.flags, 'safe_path', False))
entries = list(sys.path)
if not safe:
    assert entries.pop(0) == '', sys.path
said = {name: [paths[name]] for name in ('stdlib', 'purelib', 'platlib', 'scripts', 'include')}
for name in ('executable', 'prefix', 'exec_prefix', 'base_prefix', 'base_exec_prefix'):
    said[name] = [getattr(sys, name)]
said['platlibdir'] = [getattr(sys, 'platlibdir', 'lib')]
said['path'] = entries
said['user_base'] = [site.getuserbase()]
said['user_site'] = [site.getusersitepackages()]
said['user_site_enabled'] = [str(site.ENABLE_USER_SITE).lower()]
said['safe_path'] = [str(safe).lower()]
said['implementation'] = [sys.implementation.name]
said['version'] = ['%d.%d.%d' % sys.version_info[:3]]
said['abiflags'] = [getattr(sys, 'abiflags', '')]
said['ran'] = sorted(set(getattr(sys, 'ran', [])))
for name in said:
    print(' '.join([name] + [os.fsencode(value).hex() or '-' for value in said[name]]))
";

/// What Python says; the error where it does not start.
pub(super) fn of_python(scene: &Scene) -> Result<Said, String> {
    let asked = Outcome::of(&mut scene.vrun(&["python", "-c", ASK]));
    if !asked.status.success() {
        return Err(asked.to_string());
    }
    let words = asked
        .stdout
        .lines()
        .map(|line| line.split(' ').map(str::to_owned));
    let pairs = words.filter_map(|mut words| Some((words.next()?, words.collect())));
    Ok(pairs.collect())
}

/// What vrun tells: None where it says that nothing can be told; and what it warns of.
pub(super) fn of_vrun(scene: &Scene) -> (Option<Said>, BTreeSet<String>) {
    let told = Outcome::of(&mut scene.vrun(&["--info", "--json"])).code(0);
    assert_eq!(told.stderr, "", "{told}");
    let answer: Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(answer["version"], 1);
    let sys = &answer["sys"];
    let caveats = sys["caveats"].as_array().cloned().unwrap_or_default();
    let kinds = caveats
        .iter()
        .map(|caveat| caveat["kind"].as_str().expect("text").to_owned());
    let kinds = kinds.collect();
    if sys.is_null() {
        return (None, kinds);
    }
    let mut said = Said::new();
    for name in [
        "stdlib",
        "purelib",
        "platlib",
        "scripts",
        "include",
        "executable",
        "prefix",
        "exec_prefix",
        "base_prefix",
        "base_exec_prefix",
        "platlibdir",
        "user_base",
        "user_site",
        "user_site_enabled",
        "safe_path",
    ] {
        said.insert(name.to_owned(), vec![hex(&answer, &format!("/sys/{name}"))]);
    }
    let count = sys["path"].as_array().expect("a list").len();
    let path = (0..count).map(|at| hex(&answer, &format!("/sys/path/{at}")));
    said.insert("path".to_owned(), path.collect());
    for name in ["implementation", "version", "abiflags"] {
        let text = answer["python"][name]
            .as_str()
            .expect("text")
            .to_lowercase();
        said.insert(name.to_owned(), vec![hexadecimal(text.as_bytes())]);
    }
    let mut ran: BTreeSet<Vec<u8>> = BTreeSet::new();
    let root = scene.project.path("");
    for (at, caveat) in caveats.iter().enumerate() {
        // The base's packages have code in their files too.
        if let Some(code) = caveat["code"]
            .as_str()
            .filter(|code| code.contains("sys.ran"))
        {
            ran.extend(code.split('\'').nth(3).map(|name| name.as_bytes().to_vec()));
        } else if caveat["kind"] == "module" {
            let file = bytes(&answer, &format!("/sys/caveats/{at}/file"));
            let is_ours = file.starts_with(root.as_os_str().as_encoded_bytes());
            ran.extend(is_ours.then_some(file));
        }
    }
    said.insert(
        "ran".to_owned(),
        ran.iter().map(|name| hexadecimal(name)).collect(),
    );
    (Some(said), kinds)
}

fn hex(answer: &Value, at: &str) -> String {
    hexadecimal(&bytes(answer, at))
}

/// The bytes of the string at that place.
fn bytes(answer: &Value, at: &str) -> Vec<u8> {
    if let Some(real) = answer["bytes"][at].as_str() {
        return STANDARD.decode(real).expect("base64");
    }
    match answer.pointer(at).expect("a value") {
        Value::String(text) => text.as_bytes().to_vec(),
        other => other.to_string().into_bytes(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_owned();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The differences, in words.
pub(super) fn differences(told: &Said, says: &Said) -> String {
    let plain = |values: Option<&Vec<String>>| -> Vec<String> {
        let values = values.into_iter().flatten();
        values
            .map(|value| format!("{:?}", String::from_utf8_lossy(&unhex(value))))
            .collect()
    };
    let mut text = String::new();
    for name in says.keys() {
        if told.get(name) != says.get(name) {
            let (told, says) = (plain(told.get(name)), plain(says.get(name)));
            text.push_str(&format!(
                "{name}:\n  told {}\n  says {}\n",
                told.join(" "),
                says.join(" ")
            ));
        }
    }
    text
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let bytes = digits.map(|pair| {
        str::from_utf8(pair)
            .ok()
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    });
    bytes.collect::<Option<_>>().unwrap_or_default()
}
