//! An environment is the one that the base interpreter's own `-m venv` would have made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Outcome, Project, base, started};

/// The files and directories below `root`, with `/`; but for what is compiled, of which vrun gives what it has.
fn tree(root: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut dirs = vec![(String::new(), root.to_owned())];
    while let Some((name, dir)) = dirs.pop() {
        for entry in fs::read_dir(dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            let called = path.file_name().expect("a name").to_string_lossy();
            let name = format!("{name}/{called}");
            if called == "__pycache__" {
                continue;
            }
            if path.is_dir() {
                dirs.push((name.clone(), path.clone()));
            }
            found.insert(name, path);
        }
    }
    found
}

fn names(tree: &BTreeMap<String, PathBuf>) -> BTreeSet<&str> {
    tree.keys().map(String::as_str).collect()
}

/// What a script starts by and with, and the code that it runs; the time in the zip file between is its making's.
fn launched(script: &Path) -> (Vec<u8>, String) {
    let bytes = fs::read(script).expect("a file");
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).expect("a zip file");
    let start = usize::try_from(archive.offset()).expect("a place in the file");
    let mut code = String::new();
    let mut file = archive.by_index(0).expect("a file");
    assert_eq!(file.name().expect("a name"), "__main__.py");
    file.read_to_string(&mut code).expect("text");
    (bytes[..start].to_vec(), code)
}

/// RECORD without what is compiled, and without the digests of scripts, which hold a time.
fn record(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a file");
    let lines = text.lines().filter(|line| !line.contains("__pycache__"));
    let told = lines.map(|line| match line.starts_with("../") {
        true => line.split(',').next().unwrap_or_default().to_owned(),
        false => line.to_owned(),
    });
    told.collect()
}

#[test]
fn it_is_venvs_but_for_a_gitignore_and_a_line_in_pyvenv_cfg() {
    for app in ["app", "my app"] {
        let project = Project::new().file(&format!("{app}/setup.py"), "").cwd(app);
        let made = project.run(["-v", "--create"]).code(0);
        assert!(!made.stderr.contains("-m venv creates it"), "{made}");
        let (env, ours) = (project.path(app).join(".venv"), project.path("ours"));
        fs::rename(&env, &ours).expect("renamed");
        let mut venv = Command::new(base().join("python.exe"));
        project.place(venv.args(["-m", "venv", ".venv"]));
        Outcome::of(started(&mut venv)).code(0);
        let (ours, theirs) = (tree(&ours), tree(&env));
        let more: Vec<_> = names(&ours).difference(&names(&theirs)).copied().collect();
        let less: Vec<_> = names(&theirs).difference(&names(&ours)).copied().collect();
        assert!(less.is_empty(), "{less:?}");
        assert!(more.is_empty() || more == ["/.gitignore"], "{more:?}");
        for (name, theirs) in theirs.iter().filter(|(_, path)| path.is_file()) {
            let ours = &ours[name];
            let (our_bytes, their_bytes) = (fs::read(ours), fs::read(theirs));
            let (our_bytes, their_bytes) = (our_bytes.expect("ours"), their_bytes.expect("theirs"));
            if name == "/pyvenv.cfg" {
                let version = env!("CARGO_PKG_VERSION");
                let line = format!("vrun = {version}\r\n");
                assert!(our_bytes == [&their_bytes[..], line.as_bytes()].concat());
            } else if name.starts_with("/Scripts/pip") {
                assert!(launched(ours) == launched(theirs), "{name}");
            } else if name.ends_with("/RECORD") {
                assert_eq!(record(ours), record(theirs), "{name}");
            } else {
                assert!(our_bytes == their_bytes, "{name}");
            }
        }
    }
}

/// Counts the files that a RECORD lists with a digest, each of which has it.
const VERIFY: &str = "
import base64, csv, glob, hashlib, os, sys
site = os.path.join(sys.prefix, 'Lib', 'site-packages')
[record] = glob.glob(os.path.join(site, 'pip-*', 'RECORD'))
listed = [row for row in csv.reader(open(record, encoding='utf-8')) if row[1]]
for path, digest, size in listed:
    data = open(os.path.join(site, path), 'rb').read()
    found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')
    assert digest == 'sha256=' + found and int(size) == len(data), path
print(sum(path.startswith('../../Scripts/pip') for path, _, _ in listed), len(listed) > 400)
";

#[test]
fn pips_record_holds_and_what_is_compiled_in_one_environment_the_next_has() {
    let project = Project::new().file("next/setup.py", "");
    assert_eq!(project.python(VERIFY), "3 True");
    project.run(["pip", "--version"]).code(0);
    let project = project.cwd("next");
    assert_eq!(project.python(VERIFY), "3 True");
    let compiled = project.path("next/.venv/Lib/site-packages/pip/_internal/cli/__pycache__");
    let compiled = fs::read_dir(compiled).expect("a directory").flatten();
    let mut names = compiled.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert!(names.any(|name| name.starts_with("main.cpython-")));
}
