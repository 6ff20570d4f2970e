//! What one user writes never reaches another's environment through the cache.
//!
//! Here are real other users, so only root can run these tests.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::given::{is_root, set};
use super::{entry, files, in_dir, projects};
use crate::project::{Outcome, Project, program, tell};

const ROOT: u32 = 0;
/// Who has a cache.
const ADA: u32 = 12345;
/// Who would like to be in it.
const MALLORY: u32 = 12346;
/// A group that he is in.
const GROUP: u32 = 12347;

/// In site-packages, and run by each use of pip.
const MAIN: &str = "pip/__main__.py";

/// What runs it.
const PIP: [&str; 4] = ["python", "-m", "pip", "--version"];

/// What it is to be, without a change of its size and time.
const EVIL: &str = "import sys; sys.exit('altered') #";

/// A project for each of the directories, all of this user's. None where this cannot be tested.
fn projects_of(user: u32, names: &[&str]) -> Option<Project> {
    if !is_root() || program("setpriv").is_none() {
        tell("not tested: what other users write, for that takes root and setpriv");
        return None;
    }
    let project = projects(names);
    run_sh(
        &project,
        ROOT,
        ROOT,
        &format!("chmod 755 . .. && chown -R {user}:{user} ../*"),
    )
    .code(0);
    Some(project)
}

/// A line of sh as this user, in `app`; `$vrun` is vrun. They may read everything: the Python may lie in root's home.
fn run_sh(project: &Project, user: u32, group: u32, line: &str) -> Outcome {
    let mut command = Command::new(program("setpriv").expect("setpriv"));
    project.place(&mut command);
    let path = project.path("bin").display().to_string() + ":/usr/bin:/bin";
    let line = format!("vrun='{} -q'; {line}", env!("CARGO_BIN_EXE_vrun"));
    command
        .env("PATH", path)
        .args([format!("--reuid={user}"), format!("--regid={group}")])
        .args(["--clear-groups", "--inh-caps=+dac_read_search"])
        .args(["--ambient-caps=+dac_read_search", "/bin/sh", "-ec", &line]);
    Outcome::of(&mut command)
}

fn site_packages(project: &Project, name: &str) -> PathBuf {
    let lib = project.path(name).join(".venv/lib");
    let mut pythons = fs::read_dir(lib).expect("lib").flatten();
    pythons
        .next()
        .expect("one Python")
        .path()
        .join("site-packages")
}

/// Has Mallory, who was given the environment, write to a file of it in place.
fn hand_over_and_alter(project: &Project, name: &str) {
    let main = site_packages(project, name).join(MAIN);
    let line = format!("chown -R {MALLORY} '{}'", project.path(name).display());
    run_sh(project, ROOT, ROOT, &line).code(0);
    let main = main.display();
    let line = format!(
        "cp -p '{main}' ../{name}/old; printf %s \"{EVIL}\" | dd of='{main}' conv=notrunc status=none; touch -r ../{name}/old '{main}'"
    );
    run_sh(project, MALLORY, MALLORY, &line).code(0);
}

#[test]
fn an_environment_that_root_gave_away_alters_no_later_one() {
    let Some(project) = projects_of(ROOT, &["b", "c"]) else {
        return;
    };
    in_dir(&project, "app", &["pip", "--version"]);
    hand_over_and_alter(&project, "app");
    in_dir(&project, "b", &PIP);
    // And taken back, when nothing tells whose it was.
    let line = format!("chown -R 0:0 '{}'", project.path("app").display());
    run_sh(&project, ROOT, ROOT, &line).code(0);
    in_dir(&project, "c", &PIP);
}

#[test]
fn what_root_makes_shares_no_file_with_anything() {
    let Some(project) = projects_of(ROOT, &["b"]) else {
        return;
    };
    in_dir(&project, "app", &["pip", "--version"]);
    in_dir(&project, "b", &["pip", "--version"]);
    for dir in ["app/.venv", "b/.venv", "home"].map(|dir| project.path(dir)) {
        for file in files(&dir).into_keys() {
            let links = fs::metadata(dir.join(&file)).expect("a file").nlink();
            assert_eq!(links, 1, "{}", file.display());
        }
    }
}

#[test]
fn a_file_that_root_once_linked_is_used_no_more() {
    let Some(project) = projects_of(ROOT, &["b"]) else {
        return;
    };
    in_dir(&project, "app", &["pip", "--version"]);
    // As an older vrun did, for an environment that is another's by now.
    let cached = entry(&project).join("files").join(MAIN);
    fs::hard_link(&cached, project.path("app/link")).expect("a link");
    let text = fs::read_to_string(&cached).expect("a file");
    let time = fs::metadata(&cached)
        .and_then(|found| found.modified())
        .expect("a time");
    fs::write(&cached, text.replacen(&text[..EVIL.len()], EVIL, 1)).expect("a file");
    let file = fs::File::options().write(true).open(&cached);
    file.and_then(|file| file.set_modified(time))
        .expect("a time");
    in_dir(&project, "b", &PIP);
}

#[test]
fn an_environment_of_a_users_that_root_gave_away_alters_no_later_one() {
    let Some(project) = projects_of(ADA, &["b"]) else {
        return;
    };
    run_sh(&project, ADA, ADA, "$vrun pip --version").code(0);
    let linked = fs::metadata(site_packages(&project, "app").join(MAIN)).expect("a file");
    assert!(
        linked.nlink() > 1 && linked.uid() == ADA,
        "nothing is linked"
    );
    hand_over_and_alter(&project, "app");
    run_sh(
        &project,
        ADA,
        ADA,
        "cd ../b; $vrun pip --version; .venv/bin/python -m pip --version",
    )
    .code(0);
}

#[test]
fn bytecode_that_a_group_may_write_to_stays_where_it_is() {
    let Some(project) = projects_of(ROOT, &["b", "c"]) else {
        return;
    };
    chown(project.path("app"), None, Some(GROUP)).expect("a group");
    run_sh(
        &project,
        ROOT,
        ROOT,
        "chmod g+s .; umask 002; $vrun pip --version; chmod -R g+w .venv",
    )
    .code(0);
    let alter = "\
import glob, marshal, sys
[name] = glob.glob(sys.argv[1] + \"/pip/_internal/cli/__pycache__/main.cpython-*.pyc\")
with open(name, \"r+b\") as file:
    file.seek(16)
    file.write(marshal.dumps(compile(\"import sys; sys.exit(1)\", name, \"exec\")))
";
    let site = site_packages(&project, "app");
    let line = format!("python3 -IBc '{alter}' '{}'", site.display());
    run_sh(&project, MALLORY, GROUP, &line).code(0);
    in_dir(&project, "b", &["pip", "--version"]);
    in_dir(&project, "c", &["pip", "--version"]);
}

#[test]
fn bytecode_is_copied_into_the_cache() {
    let Some(project) = projects_of(ADA, &["b"]) else {
        return;
    };
    run_sh(
        &project,
        ADA,
        ADA,
        "$vrun pip --version; cd ../b; $vrun --create",
    )
    .code(0);
    let cached = files(&set(&project));
    let own = files(&site_packages(&project, "app"));
    let is_linked = |inode: &u64| own.values().any(|known| known == inode);
    let compiled = cached
        .iter()
        .filter(|(file, _)| file.extension().is_some_and(|end| end == "pyc"));
    let linked: Vec<_> = compiled
        .clone()
        .filter(|(_, inode)| is_linked(inode))
        .collect();
    let (count, linked) = (compiled.count(), linked.len());
    assert!(count > 0 && linked == 0, "{linked} of {count} are linked");
}

#[test]
fn under_every_umask_files_have_the_modes_that_pip_gives() {
    for (umask, mode, is_linked) in [
        ("002", 0o664, false),
        ("022", 0o644, true),
        ("077", 0o600, true),
    ] {
        let Some(project) = projects_of(ADA, &["b"]) else {
            return;
        };
        let line = format!("umask {umask}; $vrun pip --version; cd ../b; $vrun pip --version");
        run_sh(&project, ADA, ADA, &line).code(0);
        for name in ["app", "b"] {
            let site = site_packages(&project, name);
            for file in files(&site).into_keys().filter(|file| !is_program(file)) {
                let found = fs::metadata(site.join(&file)).expect("a file");
                assert_eq!(found.mode() & 0o777, mode, "{umask} {}", file.display());
            }
            let links = fs::metadata(site.join(MAIN)).expect("a file").nlink();
            assert_eq!(links > 1, is_linked, "{umask}: {links} links");
        }
        let cache = project.path("home/.cache/vrun");
        for file in files(&cache).into_keys() {
            let mode = fs::metadata(cache.join(&file)).expect("a file").mode() & 0o777;
            let is_content = file.components().any(|part| part.as_os_str() == "files")
                || file.extension().is_some_and(|end| end == "pyc");
            let is_private = if is_content {
                mode & 0o022 == 0
            } else {
                mode == 0o600
            };
            assert!(is_private, "{umask} {} {mode:o}", file.display());
        }
    }
}

/// Some of pip's files are programs in its wheel.
fn is_program(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "exe")
}
