//! Environments whose base interpreter was taken away or replaced. Bases are private: links to a real Python, and
//! copies of one, made here; what is installed is never touched.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::project::{Outcome, Project, tell};
use crate::pythons::{self, Python};

/// What other programs start as `python` there.
mod started;

/// Prints where Python takes itself to be, and whether it sees the environment's packages.
const PLACE: &str = "import sys, pip; print(sys.prefix); print(sys.executable); \
    print(pip.__file__.startswith(sys.prefix)); print([p for p in sys.path if p.endswith('site-packages')])";

/// A project whose environment is made with `base/bin/python3`, a link to a real Python.
pub(crate) fn project(python: &Python) -> Project {
    let project = Project::new()
        .dir("base/bin")
        .link("base/bin/python3", &python.exe);
    let base = project.path("base/bin");
    let project = project.first_on_path(&base);
    project.run(["-q", "python", "-c", ""]).code(0);
    project
}

/// What an environment consists of.
fn files(dir: &Path, found: &mut Vec<(PathBuf, u64, Option<SystemTime>)>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.metadata().expect("an entry");
        if kind.is_dir() {
            files(&path, found);
        }
        let is_cache = path
            .components()
            .any(|part| part.as_os_str() == "__pycache__");
        if !is_cache && !kind.is_dir() {
            found.push((path, kind.ino(), kind.modified().ok()));
        }
    }
    found.sort();
}

/// Whatever is run by the environment's Python works as if that were still there; one line says what was
/// done, and no file is written.
#[track_caller]
fn works(project: &Project, stand_in: &Path, python: &Python) {
    let env = project.path("app/.venv");
    let (prefix, short) = (env.display().to_string(), python.short());
    let mut before = Vec::new();
    files(&env, &mut before);
    let site = env.join(format!("lib/python{short}/site-packages"));
    let expected = |name: &str| {
        let exe = env.join("bin").join(name);
        format!("{prefix}\n{}\nTrue\n['{}']", exe.display(), site.display())
    };
    fs::write(project.path("app/place.py"), PLACE).expect("a file");
    let told = project.run(["--info", "--json"]).code(0).stdout;
    let said = format!("\"substitute\": \"{}\"", stand_in.display());
    assert!(told.contains(&said), "{said}: {told}");
    for (typed, name) in [
        (&["python", "-c", PLACE][..], "python"),
        (&["python3", "-c", PLACE], "python3"),
        (&["place.py"], "python"),
        (&["-s", "place.py"], "python"),
        (&["-m", "place"], "python"),
        (&[".venv/bin/python3", "place.py"], "python3"),
    ] {
        let ran = project.run(typed).code(0).stdout(&expected(name));
        let said = format!(
            "using {} instead; programs that this one starts still need `vrun --repair`",
            stand_in.display()
        );
        assert_eq!(ran.stderr.lines().count(), 1, "{ran}");
        assert!(ran.stderr.contains(&said), "{said} in {ran}");
    }
    says_under_dry_run_what_does_the_same(project, &["python", "place.py"], &expected("python"));
    let pip = project.run(["pip", "--version"]).code(0).stdout;
    assert!(pip.contains(&format!("{}/pip", site.display())), "{pip}");
    let mut after = Vec::new();
    files(&env, &mut after);
    assert!(before == after, "files were written for {}", python.full());
}

/// The line of `-n`, given to sh, prints the same.
#[track_caller]
fn says_under_dry_run_what_does_the_same(project: &Project, typed: &[&str], printed: &str) {
    let line = project.run([&["-qn"], typed].concat()).code(0).stdout;
    let bin = project.path("app/.venv/bin").display().to_string();
    // This project's PATH has no bash, which the line needs.
    let line = line.replace(
        &format!(" PATH={bin}:"),
        &format!(" PATH={bin}:/usr/bin:/bin:"),
    );
    let mut shell = Command::new("/bin/sh");
    project.place(&mut shell);
    Outcome::of(shell.env("PATH", "/usr/bin:/bin").args(["-c", &line]))
        .code(0)
        .stdout(printed);
}

#[test]
fn a_link_whose_name_is_gone_where_home_still_has_the_same_minor_version() {
    for python in pythons::all()
        .iter()
        .filter(|python| python.can_be_linked())
    {
        let project = project(python);
        let name = format!("base/bin/python{}", python.short());
        let rename = fs::rename(project.path("base/bin/python3"), project.path(&name));
        rename.expect("another name");
        let project = project.python("python3", pythons::newest());
        works(&project, &project.path(&name), python);
        let pip = project.run(["-q", ".venv/bin/pip", "list"]).code(0);
        assert!(pip.stdout.contains("pip "), "{pip}");
    }
}

#[test]
fn a_base_that_is_gone_where_another_installation_of_the_same_minor_version_is_found() {
    for python in pythons::all()
        .iter()
        .filter(|python| python.can_be_linked())
    {
        let project = project(python);
        fs::remove_dir_all(project.path("base")).expect("gone");
        let name = format!("python{}", python.short());
        let project = project.python(&name, python);
        works(&project, &project.path("bin").join(&name), python);
    }
}

/// An installation of its own that shares its files with a real one by links: its executable is a copy, so
/// it finds its library beside itself, where it was not configured to be.
pub(crate) fn relocated(python: &Python, at: &Path) -> PathBuf {
    let exe = at.join(format!("bin/python{}", python.short()));
    fs::create_dir_all(at.join("bin")).expect("a directory");
    let copied = Command::new("/bin/cp").args([&python.exe, &exe]).status();
    assert!(copied.is_ok_and(|status| status.success()));
    let stdlib = python.says("import os; print(os.path.dirname(os.__file__))");
    let library = at.join("lib").join(format!("python{}", python.short()));
    link_all(Path::new(&stdlib), &library);
    exe
}

fn link_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        if ["test", "site-packages", "dist-packages", "__pycache__"]
            .iter()
            .any(|skipped| name == *skipped)
        {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => link_all(&path, &to.join(name)),
            _ => symlink(path, to.join(name)).expect("a link"),
        }
    }
}

#[test]
fn the_error_for_a_moved_base_says_where_it_is() {
    for python in pythons::all()
        .iter()
        .filter(|python| python.can_be_linked())
    {
        let project = project(python);
        fs::remove_dir_all(project.path("base")).expect("gone");
        let exe = relocated(python, &project.path("moved"));
        let bin = project.path("moved/bin");
        let project = project.first_on_path(&bin);
        works(&project, &exe, python);
        let code = "import sys; print(sys.base_prefix)";
        let ran = project.run(["-q", "python", "-c", code]).code(0);
        ran.stdout(&project.path("moved").display().to_string());
        let line = project.run(["-qn", "python"]).code(0).stdout;
        assert!(line.contains(" PYTHONHOME="), "{line}");
        // Which -I would keep from it.
        project.run(["python", "-I", "-c", code]).code(126).says(&[
            "its Python is gone",
            &format!(
                "cause: {} could be used instead, but not with -E or -I",
                exe.display()
            ),
        ]);
    }
}

#[test]
fn copies_whose_home_is_gone() {
    // Of either era of getpath, which 3.11 parts.
    for python in [&pythons::all()[0], pythons::newest()] {
        let project = Project::new()
            .dir("base/bin")
            .link("base/bin/python3", &python.exe);
        let base = project.path("base/bin");
        let project = project.first_on_path(&base);
        project.run(["-q", "--create", "--copies"]).code(0);
        project.run(["python", "-c", ""]).code(0);
        fs::remove_dir_all(project.path("base")).expect("gone");
        let exe = relocated(python, &project.path("moved"));
        let bin = project.path("moved/bin");
        let project = project.first_on_path(&bin);
        works(&project, &exe, python);
    }
}

#[test]
fn another_minor_version_never_stands_in() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let project = project(old);
    // Neither from `home` nor from PATH.
    fs::remove_file(project.path("base/bin/python3")).expect("gone");
    let project = project
        .link("base/bin/python", &new.exe)
        .python("python3", new);
    let gone = format!(
        "points to {}, which does not exist",
        project.path("base/bin/python3").display()
    );
    for typed in [&["python", "-V"][..], &["pip", "list"], &["-m", "pip"]] {
        let ran = project.run(typed).code(126);
        assert_eq!(ran.stdout, "");
        ran.says(&["its Python is gone", &gone, "hint: `vrun --repair`"]);
    }
}

#[test]
fn a_base_that_was_upgraded_to_another_minor_version_is_refused_before_it_runs() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    // As in a system's /usr/bin: python3 leads to a versioned name, and an upgrade replaces both.
    let versioned = format!("base/bin/python{}", new.short());
    let project = project(old);
    fs::remove_file(project.path("base/bin/python3")).expect("removed");
    let project = project
        .link(&versioned, &new.exe)
        .link("base/bin/python3", format!("python{}", new.short()));
    let broken = format!(
        "is broken: it was created with Python {}, and its Python is now {}",
        old.short(),
        new.short()
    );
    for typed in [
        &["python", "-c", "print(1)"][..],
        &["pip", "list"],
        &["-m", "pip", "list"],
    ] {
        let ran = project.run(typed).code(126);
        assert_eq!(ran.stdout, "");
        ran.says(&[&broken, "hint: `vrun --repair`"]);
    }
}

#[test]
fn a_base_that_was_upgraded_within_its_minor_version_is_fine() {
    let all = pythons::all();
    let mut pairs = all.windows(2).map(|pair| (&pair[0], &pair[1]));
    let Some((old, new)) = pairs.find(|(old, new)| old.short() == new.short()) else {
        return tell("not tested: no two patch releases of one Python were found");
    };
    let project = project(old);
    fs::remove_file(project.path("base/bin/python3")).expect("removed");
    let project = project.link("base/bin/python3", &new.exe);
    let ran = project.run([
        "python",
        "-c",
        "import sys, pip; print(sys.version.split()[0])",
    ]);
    let ran = ran.code(0);
    assert_eq!(ran.stderr, "");
    ran.stdout(&new.full());
}

#[test]
fn an_environment_that_lost_every_name_of_python_or_all_that_pyvenv_cfg_said() {
    let code = "import sys, pip; print(sys.prefix); print(pip.__file__.startswith(sys.prefix))";
    for python in pythons::all()
        .iter()
        .filter(|python| python.can_be_linked())
    {
        let project = project(python);
        let env = project.path("app/.venv");
        let printed = format!("{}\nTrue", env.display());
        for entry in fs::read_dir(env.join("bin")).expect("scripts").flatten() {
            if entry.file_name().to_string_lossy().contains("thon") {
                fs::remove_file(entry.path()).expect("removed");
            }
        }
        let ran = project.run(["python", "-c", code]).code(0);
        let said = format!("{} has no `python`; ", env.join("bin").display());
        ran.stdout(&printed)
            .says(&[&said, " instead; programs that this one starts"]);
        // Which Python it was, its library tells.
        let project = project.link("app/.venv/bin/python", "/nonexist/python3");
        fs::write(env.join("pyvenv.cfg"), "").expect("emptied");
        let ran = project.run(["python", "-c", code]).code(0);
        ran.stdout(&printed).says(&[
            "points to /nonexist/python3",
            "the base interpreter's packages are seen too: ",
        ]);
    }
}

#[test]
fn which_tells_what_would_stand_in_for_a_python_and_of_a_script_the_script() {
    let python = pythons::newest();
    let project = project(python);
    fs::remove_file(project.path("base/bin/python3")).expect("the base goes");
    let other = project
        .path("bin")
        .join(format!("python{}", python.short()));
    symlink(&python.exe, &other).expect("another of the same");
    for (name, file) in [
        ("python", other.clone()),
        ("pip", project.path("app/.venv/bin/pip")),
    ] {
        let told = project.run(["--which", name]).code(0);
        told.stdout(&file.display().to_string());
    }
    let said = project.run(["-v", "--which", "pip"]).code(0);
    said.says(&[
        "pip is in the environment",
        " instead; programs that this one starts",
    ]);
}
