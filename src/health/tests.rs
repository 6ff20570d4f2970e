//! Environments with one problem, laid out by hand, and what is found.

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
        let temp_dir = tempfile::tempdir().expect("a directory");
        let root = dunce::canonicalize(temp_dir.path()).expect("its real path");
        let cfg = cfg.replace("ROOT", &root.to_string_lossy());
        let tree = Tree {
            root,
            _temp_dir: temp_dir,
        };
        let cfg = cfg + "include-system-site-packages = false\n";
        // A library without a version in its name.
        tree.file("env/pyvenv.cfg", cfg)
            .file("env/Lib/site-packages/x", "")
    }

    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Tree {
        let path = self.create_parent(path);
        fs::write(path, text).expect("a file");
        self
    }

    fn link(self, path: &str, target: &str) -> Tree {
        let path = self.create_parent(path);
        os::symlink_or_copy(Path::new(target), &path).expect("a link");
        self
    }

    fn create_parent(&self, path: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        path
    }

    fn causes(&self) -> Vec<String> {
        let root = format!("{}/", self.root.display());
        let problems = find_problems(&self.root.join("env")).into_iter();
        problems.map(|it| it.cause().replace(&root, "")).collect()
    }

    #[track_caller]
    fn assert_cause(&self, cause: &str) {
        assert_eq!(self.causes(), [cause]);
    }

    #[track_caller]
    fn assert_sound(&self) {
        assert_eq!(self.causes(), [""; 0]);
    }
}

/// These trees are what Unix has: links to a base, and packages below `lib`.
fn links_exist() -> Option<()> {
    if !os::HAS_SYMLINKS {
        eprintln!("not tested: links to a base, which are not usually created here");
    }
    os::HAS_SYMLINKS.then_some(())
}

const VALID_CFG: &str = "home = ROOT/usr/bin\nversion = 3.12.1\n";
const SITE: &str = "env/lib/python3.12/site-packages";

fn valid_env() -> Tree {
    Tree::new(VALID_CFG)
        .file("usr/bin/python3.12", "")
        .link("usr/bin/python3", "python3.12")
        .link("env/bin/python", "python3")
        .link("env/bin/python3", "../../usr/bin/python3")
}

#[test]
fn an_environment_with_its_base_is_sound() {
    let Some(()) = links_exist() else { return };
    valid_env().assert_sound();
    valid_env().file("env/lib/python3.12/x", "").assert_sound();
    let emptied = valid_env();
    fs::remove_dir_all(emptied.root.join("env/Lib")).expect("removed");
    emptied.assert_cause(&format!("there is no {SITE}"));
    assert_eq!(fatal(&emptied.root.join("env")), None);
}

#[test]
fn each_fault_of_pyvenv_cfg_is_reported() {
    let Some(()) = links_exist() else { return };
    for (cfg, cause) in [
        (
            &b""[..],
            "is empty, and Python sees the base interpreter's packages too",
        ),
        (
            b"home = /\nversion = 3.12.1\n",
            "has no `include-system-site-packages`, which Python takes for true",
        ),
        (
            b"include-system-site-packages = true\n",
            "has no `home`, the directory of the base interpreter",
        ),
        (b"home = \xff\n", "is not UTF-8"),
        (
            &[b'#'; SIZE_LIMIT],
            "is larger than the 32 KiB that Python reads",
        ),
    ] {
        let tree = valid_env().file("env/pyvenv.cfg", cfg);
        tree.assert_cause(&format!("env/pyvenv.cfg {cause}"));
    }
}

#[test]
fn a_dangling_link_is_named() {
    let Some(()) = links_exist() else { return };
    let env = || Tree::new(VALID_CFG).file("usr/bin/x", "");
    env()
        .link("env/bin/python", "python3")
        .link("env/bin/python3", "/nonexist/python3.12")
        .assert_cause("env/bin/python3 points to /nonexist/python3.12, which does not exist");
    env()
        .link("env/bin/python", "python3")
        .link("env/bin/python3", "python")
        .assert_cause("env/bin/python is a link that leads back to itself");
    let empty = env().file("env/bin/x", "");
    empty.assert_cause("env/bin has no `python`");
}

#[test]
fn another_minor_version_is_known_by_the_last_link_target() {
    let Some(()) = links_exist() else { return };
    let upgraded = |version: &str| {
        Tree::new(&VALID_CFG.replace("3.12.1", version))
            .file("usr/bin/python3.12", "")
            .link("usr/bin/python3", "python3.12")
            .link("env/bin/python", "python3")
            .link("env/bin/python3.11", "python3")
            .link("env/bin/python3", "../../usr/bin/python3")
    };
    let tree = upgraded("3.11.7");
    let target = "env/bin/../../usr/bin/python3.12";
    tree.assert_cause(&format!(
        "env/bin/python leads to {target}, which would see none of the packages for 3.11"
    ));
    let env = tree.root.join("env");
    let python = env.join("bin/python3.11");
    let cfg = |version: &str| PyvenvCfg {
        version: Some(version.to_owned()),
        ..PyvenvCfg::default()
    };
    assert!(check_before_exec(&env, &python, &cfg("3.11.7")).is_some());
    assert!(check_before_exec(&env, &python, &cfg("3.12.9")).is_none());
    // Its packages are there, whatever pyvenv.cfg says.
    tree.file("env/lib/python3.12/x", "").assert_sound();
    // If it does not say, the only library does.
    let unversioned = upgraded("").file("env/lib/python3.11/x", "");
    assert_eq!(unversioned.causes().len(), 1);
    upgraded("").assert_sound();
}

#[test]
fn names_of_links_within_the_environment_do_not_count() {
    let Some(()) = links_exist() else { return };
    let tree = Tree::new(VALID_CFG)
        .file("usr/bin/python3", "")
        .link("env/bin/python", "python3.11")
        .link("env/bin/python3.11", "../../usr/bin/python3");
    tree.assert_sound();
    tree.file("env/lib/python3.11/x", "").assert_sound();
}

#[test]
fn another_system_is_known_by_layout_paths_and_packages() {
    let Some(()) = links_exist() else { return };
    Tree::new("home = C:\\Python312\n")
        .file("env/Scripts/python.exe", "MZ")
        .assert_cause("its Python is env/Scripts/python.exe");
    for home in [
        "/opt/homebrew/opt/python@3.12/bin",
        "/Library/Frameworks/Python.framework/Versions/3.12/bin",
        "C:\\Python312",
    ] {
        Tree::new(&format!("home = {home}\n"))
            .link("env/bin/python", "/nonexist/python3.12")
            .assert_cause(&format!("its pyvenv.cfg names {home}"));
    }
    for (file, tag) in [
        ("_cffi_backend.cpython-312-darwin.so", ""),
        ("_x.cp312-win_amd64.pyd", ""),
        ("numpy-2.0.dist-info/WHEEL", "macosx_11_0_arm64"),
        ("_y.cpython-312-riscv64-linux-gnu.so", ""),
        ("x-1.dist-info/WHEEL", "manylinux_2_31_riscv64"),
    ] {
        let text = format!("Wheel-Version: 1.0\nTag: cp312-cp312-{tag}\n");
        let tree = valid_env().file(&format!("{SITE}/{file}"), text);
        let name = file.split('/').next().expect("a name");
        tree.assert_cause(&format!("{name}, installed there, is built for it"));
        let pure = format!("{SITE}/pure-1.dist-info/WHEEL");
        let tree = tree.file(&pure, "Tag: py3-none-any\n");
        assert_eq!(tree.causes().len(), 1);
    }
}

#[test]
fn packages_for_this_system_too_are_no_evidence() {
    let Some(()) = links_exist() else { return };
    let native = native_machine();
    valid_env()
        .file(&format!("{SITE}/a.cpython-312-darwin.so"), "")
        .file(&format!("{SITE}/b.cpython-312-{native}-linux-gnu.so"), "")
        .file(&format!("{SITE}/c.abi3.so"), "")
        .assert_sound();
}

fn native_machine() -> String {
    Machine::NATIVE.map_or(String::new(), |machine| machine.to_string())
}

const NATIVE_NUMBER: u16 = if cfg!(target_arch = "x86_64") {
    62
} else if cfg!(target_arch = "s390x") {
    22
} else {
    183
};

/// The header of a program for a machine, and its loader.
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
fn a_base_for_another_machine_or_loader_is_known_by_its_header() {
    let Some(()) = links_exist() else { return };
    let tree = |bytes: &[u8]| valid_env().file("usr/bin/python3.12", bytes);
    let check = |bytes: Vec<u8>, end: &str| {
        let causes = tree(&bytes).causes();
        assert_eq!(causes.len(), 1, "{causes:?}");
        assert!(causes[0].ends_with(end), "{causes:?}");
    };
    let program = elf_bytes(243, "/lib/ld-linux-riscv64-lp64d.so.1");
    check(program, "usr/bin/python3.12 is a program for riscv64");
    let program = elf_bytes(NATIVE_NUMBER, "/nonexist/ld-musl.so.1");
    let cause = "is started by /nonexist/ld-musl.so.1, which does not exist";
    check(program, cause);
    tree(&elf_bytes(NATIVE_NUMBER, "/")).assert_sound();
    // Cut short.
    for end in [5, 17, 40, 63, 70, 118] {
        tree(&elf_bytes(NATIVE_NUMBER, "/nonexist")[..end]).assert_sound();
    }
}

#[test]
fn packages_for_the_other_c_library_are_known_by_their_tags() {
    let Some(()) = links_exist() else { return };
    let native = native_machine();
    let (musl, glibc) = ("ld-musl", "ld-linux");
    for (file, text, right, wrong) in [
        ("a.cpython-312-OWN-linux-musl.so", "", musl, glibc),
        ("b.cpython-312-OWN-linux-gnu.so", "", glibc, musl),
        ("x-1.dist-info/WHEEL", "musllinux_1_2_OWN", musl, glibc),
        ("x-1.dist-info/WHEEL", "manylinux_2_17_OWN", glibc, musl),
    ] {
        let causes = |loader: &str| {
            let tree = valid_env();
            let loader_path = tree.root.join(loader).display().to_string();
            let path = format!("{SITE}/{file}").replace("OWN", &native);
            let text = format!("Tag: cp312-cp312-{text}").replace("OWN", &native);
            tree.file(loader, "")
                .file("usr/bin/python3.12", elf_bytes(NATIVE_NUMBER, &loader_path))
                .file(&path, text)
                .causes()
        };
        assert_eq!(causes(right), [""; 0], "{file} {text}");
        assert_eq!(causes(wrong).len(), 1, "{file} {text}");
    }
}

#[test]
fn a_copy_whose_home_is_gone_is_reported() {
    let Some(()) = links_exist() else { return };
    Tree::new("home = /nonexist/bin\nversion = 3.12.1\n")
        .file("env/bin/python", "")
        .assert_cause("pyvenv.cfg says `home = /nonexist/bin`, which does not exist");
}
