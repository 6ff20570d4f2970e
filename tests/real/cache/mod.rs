//! The cache: what later environments have of earlier ones, and what becomes of one that is damaged, another's,
//! or on another file system.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What an environment must not be given.
mod given;
/// `--cache` and `--cache --clear`.
mod kept;
/// Files of several users.
mod users;

use crate::mounts::{can_mount, in_mounts};
use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// A project for each of the directories, all with one cache.
fn projects(names: &[&str]) -> Project {
    let add = |project: Project, name: &&str| project.file(&format!("{name}/setup.py"), "");
    names.iter().fold(Project::with_python(), add)
}

fn in_dir(project: &Project, name: &str, args: &[&str]) -> Outcome {
    let dir = project.path(name);
    let at = ["-q", "-C", dir.to_str().expect("UTF-8")];
    project.run([&at, args].concat()).code(0)
}

/// Every file below a directory, with what tells one file from another: its inode.
fn files(dir: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    let mut directories = vec![dir.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            let kind = fs::symlink_metadata(&path).expect("a file");
            if kind.is_dir() {
                directories.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(dir).expect("below").to_owned();
                found.insert(name, kind.ino());
            }
        }
    }
    found
}

/// The `.pyc` files in an environment.
fn compiled(project: &Project, name: &str) -> BTreeMap<PathBuf, u64> {
    let mut found = files(&project.path(name).join(".venv/lib"));
    found.retain(|file, _| file.extension().is_some_and(|end| end == "pyc"));
    found
}

/// Which of the files `from` are not the same in `of`.
fn missing<'a>(from: &'a BTreeMap<PathBuf, u64>, of: &BTreeMap<PathBuf, u64>) -> Vec<&'a PathBuf> {
    let files = from
        .iter()
        .filter(|(file, inode)| of.get(*file) != Some(*inode));
    files.map(|(file, _)| file).collect()
}

/// The directory of the unpacked wheel of pip.
fn entry(project: &Project) -> PathBuf {
    let wheels = project.path("home/.cache/vrun/wheels");
    let entries = fs::read_dir(wheels).expect("a store").flatten();
    let mut entries = entries.map(|entry| entry.path());
    entries
        .find(|entry| entry.join("files/pip").is_dir())
        .expect("an entry")
}

#[test]
fn what_pip_compiled_in_one_environment_later_ones_have_for_every_python_found() {
    for python in pythons::all() {
        let exe = &python.exe;
        let project = projects(&["b", "c"]).var("VRUN_PYTHON", exe);
        in_dir(&project, "app", &["pip", "--version"]);
        let first = compiled(&project, "app");
        assert!(!first.is_empty(), "{} compiles nothing", python.full());
        in_dir(&project, "b", &["python", "-c", ""]);
        let made = compiled(&project, "b");
        let lacking: Vec<_> = first
            .keys()
            .filter(|file| !made.contains_key(*file))
            .collect();
        assert!(lacking.is_empty(), "{}: {lacking:?}", python.full());
        // What Python does not take as it is, it writes anew.
        in_dir(&project, "b", &["pip", "--version"]);
        let after = compiled(&project, "b");
        let written = missing(&after, &made);
        assert!(written.is_empty(), "{}: {written:?}", python.full());
        in_dir(&project, "c", &["pip", "check"]);
    }
}

#[test]
fn pip_goes_with_all_that_came_with_it_and_the_others_keep_theirs() {
    let project = projects(&["b", "c"]);
    in_dir(&project, "app", &["pip", "--version"]);
    in_dir(&project, "b", &["pip", "uninstall", "-y", "pip"]);
    let left = files(&project.path("b/.venv/lib"));
    assert!(
        left.keys()
            .all(|file| !file.to_string_lossy().contains("/pip")),
        "{left:?}"
    );
    in_dir(&project, "app", &["pip", "--version"]);
    in_dir(&project, "c", &["pip", "--version"]);
}

#[test]
fn what_tools_write_to_in_place_is_each_environments_own() {
    let project = projects(&["b"]);
    in_dir(&project, "app", &["pip", "--version"]);
    in_dir(&project, "b", &["pip", "--version"]);
    let venv = project.path("b/.venv");
    for (file, _) in files(&venv) {
        let links = fs::metadata(venv.join(&file)).expect("a file").nlink();
        let name = file
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let is_own = [
            "RECORD",
            "INSTALLER",
            "REQUESTED",
            "pyvenv.cfg",
            ".gitignore",
        ]
        .contains(&name.as_str())
            || file.starts_with("bin");
        assert!(links == 1 || !is_own, "{file:?} is shared");
    }
}

#[test]
fn a_damaged_entry_is_noticed_and_made_anew() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 6] = [
        ("files/pip/__init__.py", |file| {
            fs::write(file, "raise SystemExit('altered')\n").expect("a file")
        }),
        ("files/pip/_internal/__init__.py", |file| {
            fs::remove_file(file).expect("a file")
        }),
        ("manifest", |file| {
            let text = fs::read_to_string(file).expect("a file");
            fs::write(file, &text[..text.len() / 2]).expect("a file");
        }),
        ("files/pip/__main__.py", |file| {
            fs::remove_file(file).expect("a file");
            fs::create_dir(file).expect("a directory");
        }),
        ("files", |dir| fs::remove_dir_all(dir).expect("a directory")),
        ("", |dir| {
            fs::remove_dir_all(dir).expect("a directory");
            fs::write(dir, "no directory").expect("a file");
        }),
    ];
    for (name, damage) in damages {
        let project = projects(&["b"]);
        in_dir(&project, "app", &["python", "-c", ""]);
        let good = entry(&project);
        let whole = files(&good.join("files"));
        let damaged = good.join(name);
        // Without the separator that an empty name leaves at the end.
        damage(&damaged.components().collect::<PathBuf>());
        in_dir(&project, "b", &["pip", "check"]);
        let mended = files(&entry(&project).join("files"));
        assert_eq!(
            mended.keys().collect::<Vec<_>>(),
            whole.keys().collect::<Vec<_>>(),
            "{name}"
        );
        let strays: Vec<_> = fs::read_dir(good.parent().expect("a store"))
            .expect("a store")
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with('.'))
            .collect();
        assert!(strays.is_empty(), "{name} leaves {strays:?}");
    }
}

#[test]
fn a_damaged_pyc_is_never_handed_on() {
    let project = projects(&["b", "c", "d"]);
    in_dir(&project, "app", &["pip", "--version"]);
    in_dir(&project, "b", &["python", "-c", ""]);
    let sets = fs::read_dir(entry(&project).join("compiled")).expect("compiled");
    let set = sets.flatten().next().expect("a set").path();
    let main = set.join("pip._internal.cli.main.pyc");
    let bytes = fs::read(&main).expect("a .pyc");
    // Not through the link, which would reach the environments that have it.
    fs::remove_file(&main).expect("a .pyc");
    fs::write(&main, &bytes[..bytes.len() / 2]).expect("a .pyc");
    in_dir(&project, "c", &["pip", "--version"]);
    fs::remove_dir_all(&set).expect("a set");
    fs::write(&set, "no directory").expect("a file");
    in_dir(&project, "d", &["pip", "--version"]);
}

#[test]
fn what_killed_processes_left_in_the_cache_goes_with_the_next_write() {
    let project = projects(&["b", "c"]);
    in_dir(&project, "app", &["pip", "--version"]);
    in_dir(&project, "b", &["pip", "--version"]);
    let cache = project.path("home/.cache/vrun");
    let dirs = [
        cache.join("interpreters"),
        cache.join("wheels"),
        given::set(&project),
    ];
    let old = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    for dir in &dirs {
        for (name, time) in [
            (".vrun-newA", old),
            (".tmpA", old),
            (".vrun-newB", SystemTime::now()),
        ] {
            let file = fs::File::create(dir.join(name)).expect("a file");
            file.set_modified(time).expect("a time");
        }
        // Has the next run write there.
        for entry in fs::read_dir(dir).expect("a directory").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".digest") || name == "sites" || name.len() == 16 {
                fs::remove_file(entry.path()).expect("a file");
            }
        }
    }
    in_dir(&project, "c", &["python", "-c", ""]);
    for dir in &dirs {
        let is_there = |name: &str| dir.join(name).exists();
        let found = [".vrun-newA", ".tmpA", ".vrun-newB"].map(is_there);
        assert_eq!(found, [false, false, true], "{}", dir.display());
    }
}

#[test]
fn a_cache_that_others_may_write_to_is_not_used_and_v_says_so() {
    let project = Project::with_python().dir("home/.cache/vrun");
    let cache = project.path("home/.cache/vrun");
    fs::set_permissions(&cache, Permissions::from_mode(0o777)).expect("a mode");
    let made = project.run(["-v", "pip", "--version"]).code(0);
    let line = format!("vrun: the cache {} is not used: ", cache.display());
    assert_eq!(made.stderr.matches(&line).count(), 1, "{made}");
    assert_eq!(fs::read_dir(&cache).expect("a directory").count(), 0);
}

#[test]
fn the_cache_is_for_its_user_alone() {
    let project = Project::with_python();
    project.run(["python", "-c", ""]).code(0);
    for dir in ["", "wheels", "interpreters"] {
        let dir = project.path("home/.cache/vrun").join(dir);
        let mode = fs::metadata(&dir).expect("a directory").mode();
        assert_eq!(mode & 0o777, 0o700, "{dir:?}");
    }
}

#[test]
fn many_first_uses_at_once_share_an_empty_cache() {
    let names = ["b", "c", "d", "e", "f", "g", "h"];
    let project = projects(&names);
    let start = |name: &&str| {
        let mut command = project.vrun(["-q", "pip", "--version"]);
        command
            .current_dir(project.path(name))
            .spawn()
            .expect("vrun")
    };
    let makers: Vec<_> = names.iter().map(start).collect();
    for mut maker in makers {
        assert!(maker.wait().expect("an end").success());
    }
    for name in names {
        in_dir(&project, name, &["pip", "check"]);
    }
}

#[test]
fn on_another_file_system_than_the_cache_files_are_copied_and_as_good() {
    let project = projects(&["b"]);
    in_dir(&project, "app", &["pip", "--version"]);
    let there = project.path("b").display().to_string();
    let mount = format!("/bin/mount -t tmpfs none '{there}'");
    if !can_mount(&mount) {
        tell("not tested: a project on another file system, for nothing can be mounted");
        return;
    }
    let vrun = env!("CARGO_BIN_EXE_vrun");
    // What Python would not take it would write, with another inode.
    let code = "import os, sys\n\
        print(sorted((name, os.stat(os.path.join(at, name)).st_ino) for at, _, names in os.walk(sys.prefix) \
        for name in names if name.endswith('.pyc')))";
    let list = format!("'{vrun}' python -c \"{code}\"");
    let script = format!(
        "{mount} && cd '{there}' && '{vrun}' -q --create >made && {list} >before \
         && '{vrun}' pip --version && {list} >after && read before <before && read after <after \
         && [ \"$before\" = \"$after\" ] && echo \"$before\""
    );
    let made = in_mounts(&project, &script).code(0);
    assert!(made.stdout.contains("main.cpython-"), "{made}");
}

#[test]
fn where_the_file_system_has_clones_nothing_is_shared_but_blocks() {
    let project = Project::with_python().dir("disk");
    let (image, disk) = (project.path("image"), project.path("disk"));
    let (image, disk) = (image.display(), disk.display());
    let path = std::env::var("PATH").unwrap_or_default();
    let mount = format!(
        "PATH='{path}':/usr/sbin:/sbin; truncate -s 256M '{image}' && mkfs.btrfs -q '{image}' && mount -o loop '{image}' '{disk}'"
    );
    if !can_mount(&mount) {
        tell("not tested: clones, for no btrfs can be made and mounted");
        return;
    }
    let _ = fs::remove_file(project.path("image"));
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let python = project.path("bin/python3");
    let script = format!(
        "{mount} && cd '{disk}' && export VRUN_CACHE_DIR='{disk}/cache' && mkdir a b && touch a/setup.py b/setup.py \
         && '{vrun}' -q -C a -p '{0}' pip --version && '{vrun}' -q -C b -p '{0}' python -c '' \
         && find b -name '*.pyc' -printf '%P %n %i\\n' | sort >before && '{vrun}' -C b pip --version \
         && find b -name '*.pyc' -printf '%P %n %i\\n' | sort >after && cmp before after && cat before \
         && find b -type f -links +1 && cd b && sync && filefrag -v .venv/lib/*/site-packages/pip/_internal/exceptions.py",
        python.display()
    );
    let made = in_mounts(&project, &script).code(0);
    assert!(made.stdout.contains("main.cpython-"), "{made}");
    let shared = made.stdout.lines().filter(|line| line.starts_with("b/"));
    assert_eq!(shared.count(), 0, "{made}");
    assert!(made.stdout.contains("shared"), "{made}");
}
