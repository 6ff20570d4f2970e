//! What vrun makes is what the base interpreter's own `-m venv` makes: tree against tree, byte for byte, for
//! every Python found. The differences that are meant are listed here, each with its reason.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Outcome, Project};
use crate::pythons::{self, Python};
use crate::stripped::python_without;

/// A file of an environment.
#[derive(PartialEq)]
enum Kind {
    Link(PathBuf),
    Directory { mode: u32 },
    File { mode: u32, content: Vec<u8> },
}

#[test]
fn the_tree_is_that_of_the_bases_own_venv_for_every_python_found() {
    for python in pythons::all() {
        let project = Project::new();
        let venv = project.path("app/.venv");
        let exe = python.exe.to_str().expect("a plain path");
        let made = project.run(["-v", "-p", exe, "python", "-c", ""]).code(0);
        assert!(!made.stderr.contains("-m venv creates it"), "{made}");
        let ours = without_pyc(tree(&venv));
        fs::remove_dir_all(&venv).expect("made by this test");
        by_venv(&project, python, &[], &venv);
        let theirs = without_pyc(tree(&venv));
        assert_eq!(
            differences(ours, theirs),
            meant(python),
            "{}",
            python.full()
        );
    }
}

#[test]
fn each_option_of_create_makes_what_it_makes_in_the_bases_own_venv() {
    for python in pythons::all() {
        let mut sets = vec![
            vec!["--copies", "--system-site-packages", "--prompt=it's"],
            vec!["--symlinks", "--prompt", "."],
        ];
        if python.version >= (3, 13, 0) {
            sets.push(vec!["--without-scm-ignore-files"]);
        }
        for set in sets {
            let project = Project::new();
            let venv = project.path("app/.venv");
            let exe = python.exe.to_str().expect("a plain path");
            let options = [&set[..], &["--without-pip"]].concat();
            let create = [&["-v", "--create", "-p", exe], &options[..]].concat();
            let made = project.run(create).code(0);
            assert!(!made.stderr.contains("-m venv creates it"), "{made}");
            let ours = tree(&venv);
            fs::remove_dir_all(&venv).expect("made by this test");
            by_venv(&project, python, &options, &venv);
            assert_eq!(
                differences(ours, tree(&venv)),
                meant(python),
                "{} {options:?}",
                python.full()
            );
        }
    }
}

#[test]
fn what_a_distribution_put_beside_the_templates_comes_along_as_with_venv() {
    let project = python_without("venv/scripts/posix/activate.fish");
    let lib = project.path("poor/lib");
    let [library] = &fs::read_dir(lib)
        .expect("lib")
        .flatten()
        .collect::<Vec<_>>()[..]
    else {
        panic!("one library");
    };
    let templates = library.path().join("venv/scripts/posix");
    // venv passes over a folder that is a link.
    let common = templates.with_file_name("common");
    let real = fs::read_link(&common).expect("a link");
    fs::remove_file(&common).expect("a link");
    let mut copy = Command::new("cp");
    assert!(
        copy.arg("-r")
            .args([&real, &common])
            .status()
            .expect("cp")
            .success()
    );
    fs::create_dir(templates.join("more")).expect("a directory");
    fs::write(
        templates.join("more/activate.el"),
        "(setq env __VENV_DIR__)\n",
    )
    .expect("a file");
    fs::write(templates.join("no-text"), [0xff, 0xfe]).expect("a file");
    let exe = project.path("poor/bin/python3");
    let (venv, exe_name) = (project.path("app/.venv"), exe.to_str().expect("UTF-8"));
    let create = ["-v", "-p", exe_name, "--create", "--without-pip"];
    let made = project.run(create).code(0);
    assert!(!made.stderr.contains("-m venv creates it"), "{made}");
    let ours = tree(&venv);
    fs::remove_dir_all(&venv).expect("made by this test");
    let python = Python {
        exe,
        ..pythons::newest().clone()
    };
    by_venv(&project, &python, &["--without-pip"], &venv);
    let theirs = tree(&venv);
    assert!(theirs.contains_key("bin/more/activate.el"));
    assert!(!theirs.contains_key("bin/no-text"));
    assert_eq!(differences(ours, theirs), meant(&python));
}

/// Which files differ, on purpose.
fn meant(python: &Python) -> Vec<&'static str> {
    // From 3.13 on venv writes one too.
    let ignore = (python.version < (3, 13, 0)).then_some(".gitignore");
    // It says that vrun made it, and is the same but for that line.
    ignore.into_iter().chain(["pyvenv.cfg"]).collect()
}

fn by_venv(project: &Project, python: &Python, options: &[&str], at: &Path) {
    let mut command = Command::new(&python.exe);
    project.place(&mut command);
    Outcome::of(command.args(["-m", "venv"]).args(options).arg(at)).code(0);
}

fn tree(root: &Path) -> BTreeMap<String, Kind> {
    let mut tree = BTreeMap::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            let found = fs::symlink_metadata(&path).expect("a file");
            let mode = found.permissions().mode();
            let kind = if found.is_symlink() {
                Kind::Link(fs::read_link(&path).expect("a link"))
            } else if found.is_dir() {
                directories.push(path.clone());
                Kind::Directory { mode }
            } else {
                Kind::File {
                    mode,
                    content: fs::read(&path).expect("a file"),
                }
            };
            let name = path
                .strip_prefix(root)
                .expect("below the root")
                .to_str()
                .expect("UTF-8");
            tree.insert(name.to_owned(), kind);
        }
    }
    tree
}

/// venv's pip compiles what it installs; vrun leaves that to the first use of each module.
fn without_pyc(mut tree: BTreeMap<String, Kind>) -> BTreeMap<String, Kind> {
    tree.retain(|name, _| !name.contains("__pycache__"));
    for (name, kind) in &mut tree {
        if let Kind::File { content, .. } = kind
            && name.ends_with("dist-info/RECORD")
        {
            let text = String::from_utf8_lossy(content).into_owned();
            let rows = text
                .split_inclusive('\n')
                .filter(|row| !row.contains("__pycache__"));
            *content = rows.collect::<String>().into_bytes();
        }
    }
    tree
}

fn differences(ours: BTreeMap<String, Kind>, theirs: BTreeMap<String, Kind>) -> Vec<String> {
    let names = ours
        .keys()
        .chain(theirs.keys())
        .collect::<std::collections::BTreeSet<_>>();
    let differs = |name: &&String| ours.get(*name) != theirs.get(*name);
    if let (Some(Kind::File { content: our, .. }), Some(Kind::File { content: their, .. })) =
        (ours.get("pyvenv.cfg"), theirs.get("pyvenv.cfg"))
    {
        let signed = format!("vrun = {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!([&their[..], signed.as_bytes()].concat(), *our);
    }
    names.into_iter().filter(differs).cloned().collect()
}
