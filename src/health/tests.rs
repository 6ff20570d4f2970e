//! Environments with one thing wrong, laid out by hand, and what is found.

use std::fs;
use std::path::{Path, PathBuf};

use crate::os;
use crate::venv::PyvenvCfg;
use crate::venv::pyvenv_cfg::SIZE_LIMIT;

use super::environment::*;
use super::executable::Machine;

struct Tree {
    root: PathBuf,
    _temp_dir: tempfile::TempDir,
}

impl Tree {
    fn new(cfg: &str) -> Tree {
        let owner = tempfile::tempdir().expect("a directory");
        let root = dunce::canonicalize(owner.path()).expect("its real path");
        let tree = Tree {
            root,
            _temp_dir: owner,
        };
        let root = tree.root.to_string_lossy();
        let cfg = cfg.replace("ROOT", &root) + "include-system-site-packages = false\n";
        // Where there is no version in its name.
        tree.file("env/pyvenv.cfg", cfg)
            .file("env/Lib/site-packages/x", "")
    }

    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Tree {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
        self
    }

    fn link(self, path: &str, target: &str) -> Tree {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        os::symlink_or_copy(Path::new(target), &path).expect("a link");
        self
    }

    fn problem_causes(&self) -> Vec<String> {
        let problems = find_problems(&self.root.join("env"));
        let root = format!("{}/", self.root.display());
        let causes = problems
            .iter()
            .map(|problem| problem.cause().replace(&root, ""));
        causes.collect()
    }
}

/// What is laid out here is what Unix has: links to a base, and packages below `lib`.
fn has_links() -> bool {
    if !os::HAS_SYMLINKS {
        eprintln!("not tested: links to a base, which are not made as a matter of course here");
    }
    os::HAS_SYMLINKS
}

const VALID_CFG: &str = "home = ROOT/usr/bin\nversion = 3.12.1\n";

fn valid_env() -> Tree {
    Tree::new(VALID_CFG)
        .file("usr/bin/python3.12", "")
        .link("usr/bin/python3", "python3.12")
        .link("env/bin/python", "python3")
        .link("env/bin/python3", "../../usr/bin/python3")
}

#[test]
fn an_environment_with_its_base_is_sound() {
    if !has_links() {
        return;
    }
    assert_eq!(valid_env().problem_causes(), [""; 0]);
    assert_eq!(
        valid_env()
            .file("env/lib/python3.12/x", "")
            .problem_causes(),
        [""; 0]
    );
    let emptied = valid_env();
    fs::remove_dir_all(emptied.root.join("env/Lib")).expect("removed");
    let gone = "there is no env/lib/python3.12/site-packages";
    assert_eq!(emptied.problem_causes(), [gone]);
    assert_eq!(fatal(&emptied.root.join("env")), None);
}

#[test]
fn each_lack_of_pyvenv_cfg_is_told_apart() {
    if !has_links() {
        return;
    }
    for (cfg, cause) in [
        (
            &b""[..],
            "env/pyvenv.cfg is empty, and Python sees the base interpreter's packages too",
        ),
        (
            b"home = /\nversion = 3.12.1\n",
            "env/pyvenv.cfg has no `include-system-site-packages`, which Python takes for true",
        ),
        (
            b"include-system-site-packages = true\n",
            "env/pyvenv.cfg has no `home`, the place of the base Python",
        ),
        (b"home = \xff\n", "env/pyvenv.cfg is not UTF-8"),
        (
            &[b'#'; SIZE_LIMIT][..],
            "env/pyvenv.cfg is larger than the 32 KiB that Python reads",
        ),
    ] {
        assert_eq!(
            valid_env().file("env/pyvenv.cfg", cfg).problem_causes(),
            [cause]
        );
    }
}

#[test]
fn the_link_that_leads_nowhere_is_named() {
    if !has_links() {
        return;
    }
    let tree = Tree::new(VALID_CFG)
        .link("env/bin/python", "python3")
        .link("env/bin/python3", "/nonexist/python3.12")
        .file("usr/bin/x", "");
    assert_eq!(
        tree.problem_causes(),
        ["env/bin/python3 points to /nonexist/python3.12, which does not exist"]
    );
    let circle = Tree::new(VALID_CFG)
        .link("env/bin/python", "python3")
        .link("env/bin/python3", "python")
        .file("usr/bin/x", "");
    assert_eq!(
        circle.problem_causes(),
        ["the links from env/bin/python lead in a circle"]
    );
    let none = Tree::new(VALID_CFG)
        .file("usr/bin/x", "")
        .file("env/bin/x", "");
    assert_eq!(none.problem_causes(), ["there is no `python` in env/bin"]);
}

#[test]
fn another_minor_is_told_by_the_name_at_the_end_of_the_links() {
    if !has_links() {
        return;
    }
    let upgraded = |version: &str| {
        Tree::new(&VALID_CFG.replace("3.12.1", version))
            .file("usr/bin/python3.12", "")
            .link("usr/bin/python3", "python3.12")
            .link("env/bin/python", "python3")
            .link("env/bin/python3.11", "python3")
            .link("env/bin/python3", "../../usr/bin/python3")
    };
    let tree = upgraded("3.11.7");
    let [cause] = &tree.problem_causes()[..] else {
        panic!("one ill: {:?}", tree.problem_causes());
    };
    assert!(cause.starts_with("env/bin/python leads to "), "{cause}");
    assert!(cause.ends_with("usr/bin/python3.12, which would see none of the packages for 3.11"));
    let env = tree.root.join("env");
    let own = env.join("bin/python3.11");
    let cfg = |version: &str| PyvenvCfg {
        version: Some(version.to_owned()),
        ..PyvenvCfg::default()
    };
    assert!(check_before_exec(&env, &own, &cfg("3.11.7")).is_some());
    assert!(check_before_exec(&env, &own, &cfg("3.12.9")).is_none());
    // Its packages are there, whatever pyvenv.cfg says.
    assert_eq!(
        upgraded("3.11.7")
            .file("env/lib/python3.12/x", "")
            .problem_causes(),
        [""; 0]
    );
    // Where it does not say, the one library does.
    let silent = upgraded("").file("env/lib/python3.11/x", "");
    assert_eq!(silent.problem_causes().len(), 1);
    assert_eq!(upgraded("").problem_causes(), [""; 0]);
}

#[test]
fn names_within_the_environment_are_as_old_as_it_and_tell_nothing() {
    if !has_links() {
        return;
    }
    let tree = Tree::new(VALID_CFG)
        .file("usr/bin/python3", "")
        .link("env/bin/python", "python3.11")
        .link("env/bin/python3.11", "../../usr/bin/python3");
    assert_eq!(tree.problem_causes(), [""; 0]);
    let made_there = tree.file("env/lib/python3.11/x", "");
    assert_eq!(made_there.problem_causes(), [""; 0]);
}

#[test]
fn another_systems_environment_is_told_by_its_layout_its_paths_and_its_packages() {
    if !has_links() {
        return;
    }
    let windows = Tree::new("home = C:\\Python312\n").file("env/Scripts/python.exe", "MZ");
    assert_eq!(
        windows.problem_causes(),
        ["its Python is env/Scripts/python.exe"]
    );
    for home in [
        "/opt/homebrew/opt/python@3.12/bin",
        "/Library/Frameworks/Python.framework/Versions/3.12/bin",
        "C:\\Python312",
    ] {
        let mac =
            Tree::new(&format!("home = {home}\n")).link("env/bin/python", "/nonexist/python3.12");
        assert_eq!(
            mac.problem_causes(),
            [format!("its pyvenv.cfg names {home}")]
        );
    }
    for (file, text) in [
        ("_cffi_backend.cpython-312-darwin.so", ""),
        ("_x.cp312-win_amd64.pyd", ""),
        (
            "numpy-2.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nTag: cp312-cp312-macosx_11_0_arm64\n",
        ),
        ("_y.cpython-312-s390x-linux-gnu.so", ""),
        (
            "x-1.dist-info/WHEEL",
            "Tag: cp312-cp312-manylinux_2_17_s390x\n",
        ),
    ] {
        let path = format!("env/lib/python3.12/site-packages/{file}");
        let tree = valid_env().file(&path, text);
        let name = file.split('/').next().expect("a name");
        assert_eq!(
            tree.problem_causes(),
            [format!("{name}, which is installed there, is built for it")]
        );
        let pure = "env/lib/python3.12/site-packages/pure-1.dist-info/WHEEL";
        assert_eq!(
            tree.file(pure, "Tag: py3-none-any\n")
                .problem_causes()
                .len(),
            1
        );
    }
}

#[test]
fn what_is_for_this_system_too_is_not_another_systems() {
    if !has_links() {
        return;
    }
    let own = Machine::native().map_or(String::new(), |own| own.to_string());
    let site = "env/lib/python3.12/site-packages";
    let tree = valid_env()
        .file(&format!("{site}/a.cpython-312-darwin.so"), "")
        .file(&format!("{site}/b.cpython-312-{own}-linux-gnu.so"), "")
        .file(&format!("{site}/c.abi3.so"), "");
    assert_eq!(tree.problem_causes(), [""; 0]);
}

/// The head of a program for a machine, with or without a loader.
fn elf_bytes(machine: u16, loader: &str) -> Vec<u8> {
    let mut bytes = vec![0; 64 + 56];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18..20].copy_from_slice(&machine.to_le_bytes());
    bytes[32] = 64;
    bytes[54] = 56;
    bytes[56] = 1;
    bytes[64] = 3;
    bytes[64 + 8] = 120;
    bytes[64 + 32] = u8::try_from(loader.len() + 1).expect("a short path");
    bytes.extend_from_slice(loader.as_bytes());
    bytes.push(0);
    bytes
}

#[test]
fn a_base_for_another_machine_or_loader_is_told_by_its_header() {
    if !has_links() {
        return;
    }
    let own = if cfg!(target_arch = "x86_64") {
        62
    } else {
        183
    };
    let tree = |bytes: Vec<u8>| valid_env().file("usr/bin/python3.12", bytes);
    let cause = &tree(elf_bytes(22, "/lib/ld64.so.1")).problem_causes()[..];
    assert!(
        matches!(cause, [cause] if cause.ends_with("usr/bin/python3.12 is a program for s390x")),
        "{cause:?}"
    );
    let cause = &tree(elf_bytes(own, "/nonexist/ld-musl.so.1")).problem_causes()[..];
    assert!(
        matches!(cause, [cause] if cause.ends_with("is started by /nonexist/ld-musl.so.1, which does not exist")),
        "{cause:?}"
    );
    assert_eq!(tree(elf_bytes(own, "/")).problem_causes(), [""; 0]);
    // Cut short.
    for end in [5, 17, 40, 63, 70, 118] {
        assert_eq!(
            tree(elf_bytes(own, "/nonexist")[..end].to_vec()).problem_causes(),
            [""; 0],
            "{end}"
        );
    }
}

#[test]
fn packages_for_the_other_c_library_are_told_by_their_tags() {
    if !has_links() {
        return;
    }
    let own = Machine::native().map_or(String::new(), |own| own.to_string());
    let number = if cfg!(target_arch = "x86_64") {
        62
    } else {
        183
    };
    let site = "env/lib/python3.12/site-packages";
    for (file, text, theirs, others) in [
        ("a.cpython-312-OWN-linux-musl.so", "", "ld-musl", "ld-linux"),
        ("b.cpython-312-OWN-linux-gnu.so", "", "ld-linux", "ld-musl"),
        (
            "x-1.dist-info/WHEEL",
            "Tag: cp312-cp312-musllinux_1_2_OWN",
            "ld-musl",
            "ld-linux",
        ),
        (
            "x-1.dist-info/WHEEL",
            "Tag: cp312-cp312-manylinux_2_17_OWN",
            "ld-linux",
            "ld-musl",
        ),
    ] {
        let with = |loader: &str| {
            let tree = valid_env();
            let at = tree.root.join(loader).display().to_string();
            let path = format!("{site}/{file}").replace("OWN", &own);
            tree.file(loader, "")
                .file("usr/bin/python3.12", elf_bytes(number, &at))
                .file(&path, text.replace("OWN", &own))
        };
        let told = |loader: &str| with(loader).problem_causes();
        assert_eq!(told(theirs), [""; 0], "{file} {text}");
        assert_eq!(told(others).len(), 1, "{file} {text}");
    }
}

#[test]
fn a_copy_whose_home_is_gone_is_told() {
    if !has_links() {
        return;
    }
    let tree = Tree::new("home = /nonexist/bin\nversion = 3.12.1\n").file("env/bin/python", "");
    assert_eq!(
        tree.problem_causes(),
        ["pyvenv.cfg says `home = /nonexist/bin`, which does not exist"]
    );
}
