//! Homebrew's layout: what vrun links to is what its Python's own venv links to, and outlives an upgrade.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Outcome, Project};
use crate::pythons::{self, Python};

/// A Homebrew in `brew` with the newest Python in its Cellar, its `_sysconfigdata` patched to name another prefix, and
/// the sitecustomize.py of Homebrew's formula. `opt` and `bin` have links, as Homebrew makes them.
fn with_homebrew(python: &Python) -> Project {
    let (short, full) = (python.short(), python.full());
    let keg = format!("brew/Cellar/python@{short}/{full}");
    let library = format!("{keg}/lib/python{short}");
    let real = python.says("import os; print(os.path.dirname(os.__file__))");
    let mut project = Project::new()
        .dir(&format!("{keg}/bin"))
        .dir(&format!("{library}/site-packages"))
        .dir("brew/bin")
        .dir("brew/opt");
    for entry in fs::read_dir(&real).expect("a library").flatten() {
        let (name, at) = (entry.file_name(), project.path(&library));
        let name = name.to_str().expect("UTF-8");
        if name.starts_with("_sysconfigdata_") && name.ends_with(".py") {
            let text = fs::read_to_string(entry.path()).expect("what was configured");
            let prefix = format!(" 'prefix': '{}'", python.prefix.display());
            assert!(text.contains(&prefix), "no {prefix} in {name}");
            project = project.file(
                &format!("{library}/{name}"),
                &text.replace(&prefix, " 'prefix': '/nowhere'"),
            );
        } else if name != "site-packages" {
            std::os::unix::fs::symlink(entry.path(), at.join(name)).expect("a link");
        }
    }
    let opt = project.path(format!("brew/opt/python@{short}/bin/python{short}"));
    let customize = format!(
        "import os, sys
if 'PYTHONEXECUTABLE' not in os.environ and sys.prefix == sys.base_prefix:
    sys.executable = sys._base_executable = {opt:?}
"
    );
    let exe = project.path(format!("{keg}/bin/python{short}"));
    let copied = Command::new("/bin/cp").arg(&python.exe).arg(&exe).status();
    assert!(copied.is_ok_and(|status| status.success()));
    project
        .file(
            &format!("{library}/site-packages/sitecustomize.py"),
            &customize,
        )
        .link(&format!("{keg}/bin/python3"), format!("python{short}"))
        .link(
            &format!("brew/opt/python@{short}"),
            format!("../Cellar/python@{short}/{full}"),
        )
        .link(
            "brew/bin/python3",
            format!("../Cellar/python@{short}/{full}/bin/python3"),
        )
}

fn links_and_cfg(root: &Path) -> Vec<String> {
    let link = |name: &str| fs::read_link(root.join("bin").join(name)).unwrap_or_default();
    let names = [
        "python",
        "python3",
        &format!("python{}", pythons::newest().short()),
    ]
    .map(link);
    let cfg = fs::read_to_string(root.join("pyvenv.cfg")).expect("a pyvenv.cfg");
    let lines = cfg.lines().filter(|line| !line.starts_with("vrun = "));
    let shown = names.iter().map(|link| link.display().to_string());
    shown.chain(lines.map(str::to_owned)).collect()
}

#[test]
fn homebrews_python_is_linked_as_its_own_venv_links_it() {
    let python = pythons::newest();
    let project = with_homebrew(python);
    let path = project.path("brew/bin");
    let project = project.first_on_path(&path);
    let root = project.path("app/.venv");
    let opt = project.path(format!("brew/opt/python@{0}/bin/python{0}", python.short()));
    let venv = |exe: &PathBuf| {
        let mut command = Command::new(exe);
        project.place(&mut command);
        Outcome::of(command.args(["-m", "venv", "--without-pip", ".venv"])).code(0);
        let made = links_and_cfg(&root);
        fs::remove_dir_all(&root).expect("made by this test");
        made
    };
    let keg = project.path(format!(
        "brew/Cellar/python@{0}/{1}/bin/python{0}",
        python.short(),
        python.full()
    ));
    let theirs = venv(&path.join("python3"));
    assert_eq!(theirs, venv(&keg), "whatever path it is called by");
    assert!(theirs.contains(&opt.display().to_string()), "{theirs:?}");
    for request in [vec![], vec!["-p", keg.to_str().expect("UTF-8")]] {
        let create = [&["-v", "--create", "--without-pip"], &request[..]].concat();
        let made = project.run(create).code(0);
        assert!(!made.stderr.contains("-m venv creates it"), "{made}");
        assert_eq!(links_and_cfg(&root), theirs);
        fs::remove_dir_all(&root).expect("made by this test");
    }
}

#[test]
fn an_upgrade_unpins_an_environment_from_the_cellar() {
    let python = pythons::newest();
    let project = with_homebrew(python);
    let root = project.path("app/.venv");
    let [keg, opt] = ["Cellar/python@{0}/{1}", "opt/python@{0}"].map(|dir| {
        let dir = dir.replace("{0}", &python.short());
        project.path(format!("brew/{}", dir.replace("{1}", &python.full())))
    });
    let name = format!("bin/python{}", python.short());
    // As one that did not know of `opt`.
    let mut command = Command::new(keg.join(&name));
    project.place(&mut command);
    command.args(["-I", "-S", "-m", "venv", "--without-pip", ".venv"]);
    Outcome::of(&mut command).code(0);
    let made = links_and_cfg(&root);
    assert!(
        made.contains(&keg.join(&name).display().to_string()),
        "{made:?}"
    );
    project
        .run(["--create", "--upgrade", "--without-pip"])
        .code(0);
    let made = links_and_cfg(&root);
    assert!(
        made.contains(&opt.join(&name).display().to_string()),
        "{made:?}"
    );
}
