//! An environment is given nothing of the store that is not right for it.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use super::{entry, files, in_dir, projects};
use crate::project::{Project, tell};

/// Another user's number, and a group's that no test runs with.
const OTHER: u32 = 65534;

pub(super) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
}

/// The set of `.pyc` files that pip's entry has.
pub(super) fn set(project: &Project) -> PathBuf {
    let sets = fs::read_dir(entry(project).join("compiled")).expect("compiled");
    sets.flatten().next().expect("a set").path()
}

#[test]
fn a_list_of_the_stores_that_is_another_than_it_was_counts_for_nothing() {
    let damages: [fn(&str) -> String; 4] = [
        |text| text[..text.len() - 7].to_owned(),
        |text| {
            format!(
                "{}{text}",
                text.lines()
                    .next()
                    .map_or(String::new(), |line| format!("{line}\n"))
            )
        },
        |text| text.replacen("pip/", "../../../../../evil/", 1),
        |text| format!("{}end\n", &text[..text.len() / 2]),
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        for of_compiled in [false, true] {
            let project = projects(&["b", "c"]);
            in_dir(&project, "app", &["pip", "--version"]);
            in_dir(&project, "b", &["pip", "--version"]);
            let dir = if of_compiled {
                set(&project)
            } else {
                entry(&project)
            };
            let list = dir.join("manifest");
            let text = fs::read_to_string(&list).expect("a list");
            fs::write(&list, damage(&text)).expect("a list");
            in_dir(&project, "c", &["pip", "check"]);
            assert!(!project.path("evil").exists() && !project.path("c/evil").exists());
            // The same sources as in an environment that was made before; and RECORD lists them.
            let sources = |name: &str| -> Vec<PathBuf> {
                let mut found = files(&project.path(name).join(".venv/lib"));
                found.retain(|file, _| file.extension().is_none_or(|end| end != "pyc"));
                found.into_keys().collect()
            };
            assert_eq!(sources("c"), sources("b"), "damage {number}, {of_compiled}");
        }
    }
}

#[test]
fn what_is_compiled_of_an_edited_source_stays_where_it_is() {
    let project = projects(&["b"]);
    in_dir(&project, "app", &["python", "-c", ""]);
    let site = project.path("app/.venv/lib");
    let [python] = &fs::read_dir(&site)
        .expect("lib")
        .flatten()
        .collect::<Vec<_>>()[..]
    else {
        panic!("one Python");
    };
    let source = python
        .path()
        .join("site-packages/pip/_internal/cli/main.py");
    let kept = fs::metadata(&source).expect("a file");
    let text = fs::read_to_string(&source).expect("a file");
    let edited = text.replacen("application", "APPLICATION", 1);
    assert_ne!(edited, text);
    // As an editor writes it, which leaves other links to it alone; of the same size, in the same second.
    fs::remove_file(&source).expect("a file");
    fs::write(&source, edited).expect("a file");
    let second = UNIX_EPOCH + Duration::from_secs(kept.mtime().unsigned_abs());
    let file = fs::File::options().write(true).open(&source);
    file.and_then(|file| file.set_modified(second))
        .expect("a time");
    in_dir(&project, "app", &["pip", "--version"]);
    in_dir(&project, "b", &["python", "-c", ""]);
    let compiled: Vec<_> = files(&project.path("b/.venv/lib")).into_keys().collect();
    let is_of = |name: &str| {
        compiled
            .iter()
            .any(|file| file.to_string_lossy().contains(name))
    };
    assert!(is_of("cli/__pycache__/parser.cpython-"), "{compiled:?}");
    assert!(!is_of("cli/__pycache__/main.cpython-"), "{compiled:?}");
}

#[test]
fn in_a_directory_that_hands_its_group_on_every_file_has_that_group() {
    if !is_root() {
        return tell("not tested: a directory that hands its group on, for that takes root");
    }
    let project = projects(&["b"]);
    in_dir(&project, "app", &["pip", "--version"]);
    let shared = project.path("b");
    chown(&shared, None, Some(OTHER)).expect("a group");
    let set = Command::new("chmod").arg("g+s").arg(&shared).status();
    assert!(set.expect("chmod").success());
    in_dir(&project, "b", &["pip", "--version"]);
    let venv = shared.join(".venv");
    for file in files(&venv).keys() {
        let group = fs::metadata(venv.join(file)).expect("a file").gid();
        assert_eq!(group, OTHER, "{}", file.display());
    }
}

#[test]
fn verbose_names_a_directory_of_the_cache_that_cannot_be_used() {
    let project = Project::with_python().file("home/.cache/vrun/wheels", "no directory");
    let cache = project.path("home/.cache/vrun");
    fs::set_permissions(&cache, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .expect("a mode");
    let made = project.run(["-v", "pip", "--version"]).code(0);
    let line = format!("vrun: the cache {} is not used: ", cache.display());
    assert_eq!(made.stderr.matches(&line).count(), 1, "{made}");
    let project = Project::with_python().dir("home/.cache");
    symlink("nowhere", project.path("home/.cache/vrun")).expect("a link");
    project.run(["pip", "--version"]).code(0);
}

#[test]
fn root_does_not_take_a_users_cache_from_him() {
    if !is_root() {
        return tell("not tested: root with another's home, for that takes root");
    }
    let project = Project::with_python();
    let home = project.path("home");
    chown(&home, Some(OTHER), None).expect("an owner");
    let made = project.run(["-v", "pip", "--version"]).code(0);
    made.says(&["is not used: it would be in another user's directory"]);
    assert!(!home.join(".cache").exists());
}
