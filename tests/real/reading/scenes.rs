//! What a clone may hold: an environment that is sound, broken or hostile, and what stands around it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::project::{Outcome, Project, program};
use crate::pythons;

type Make = fn(Project) -> Project;

pub(super) const SCENES: [(&str, Make); 31] = [
    ("a sound environment", |project| project),
    ("no environment", without_env),
    (
        "no environment, and a script beside it that asks for a Python",
        |project| without_env(project).file("app/.python-version", "./evil/python3\n"),
    ),
    ("a `.venv` that leads nowhere", |project| {
        without_env(project).link("app/.venv", "nowhere")
    }),
    ("a `.venv` that is full of other things", |project| {
        without_env(project).file("app/.venv/mine", "")
    }),
    ("a `.venv` that is a file", redirected),
    ("an environment that was moved", moved),
    ("an environment that a killed vrun left", |project| {
        project
            .file("app/.venv.vrun-lock", "")
            .file("app/.venv.vrun-Ab12Cd/.venv/x", "")
    }),
    ("requirements that have changed", |project| {
        let project = project.file("app/requirements.txt", "# none\n");
        project.run(["-q", "--sync"]).code(0);
        project.file("app/requirements.txt", "alpha\n")
    }),
    ("an empty pyvenv.cfg", |project| {
        project.file("app/.venv/pyvenv.cfg", "")
    }),
    ("an empty pyvenv.cfg, and no Python", |project| {
        lost(project, "/nonexist").file("app/.venv/pyvenv.cfg", "")
    }),
    ("no pyvenv.cfg", |project| {
        fs::remove_file(project.path("app/.venv/pyvenv.cfg")).expect("a file");
        project
    }),
    ("a pyvenv.cfg that is not UTF-8", |project| {
        fs::write(project.path("app/.venv/pyvenv.cfg"), b"home = \xff\n").expect("a file");
        project
    }),
    ("a Python that is lost", |project| {
        lost(project, "/nonexist")
    }),
    ("a lost Python, `home` in the project", |project| {
        lost(project, "ROOT/app/evil")
    }),
    (
        "a lost Python, `home` in the working directory",
        |project| lost(project, "/proc/self/cwd/evil"),
    ),
    ("a lost Python, `home` in the environment", |project| {
        fs::rename(project.path("app/evil"), project.path("app/.venv/evil")).expect("moved");
        lost(project.dir("app/evil"), "ROOT/app/.venv/evil")
    }),
    ("a lost Python, `home` on PATH in the project", |project| {
        on_path(lost(project, "ROOT/app/evil"), "app/evil")
    }),
    ("a lost Python, `home` on PATH by a link", |project| {
        let project = lost(project, "ROOT/app/evil");
        symlink(project.path("app/evil"), project.path("tools")).expect("a link");
        on_path(project, "tools")
    }),
    (
        "a lost Python, and a shim that starts what the project says",
        shimmed,
    ),
    ("no Python", |project| remove_pythons(project)),
    ("a Python that is a directory", |project| {
        remove_pythons(project).dir("app/.venv/bin/python")
    }),
    ("a Python that is a link to itself", |project| {
        remove_pythons(project).link("app/.venv/bin/python", "python")
    }),
    ("a Python that is not a program", |project| {
        remove_pythons(project).script("app/.venv/bin/python", "\x7fELF")
    }),
    ("a Python of the project's", |project| {
        remove_pythons(project).link("app/.venv/bin/python", "../../evil/python3")
    }),
    ("a copy of a Python whose home is gone", copied),
    (
        "a `.python-version` with a script of the project's",
        |project| project.file("app/.python-version", "./evil/python3\n"),
    ),
    ("a scripts directory that is a link", |project| {
        fs::rename(project.path("app/.venv/bin"), project.path("app/scripts")).expect("moved");
        project.link("app/.venv/bin", "../scripts")
    }),
    (
        "an active environment whose programs hide the system's",
        active,
    ),
    ("a `.venv` that is a git directory", |project| {
        git(&project, ".venv", &["init", "-q", "--bare"]);
        hostile_settings(project, "app/.venv/config")
    }),
    ("a repository that says what to start", |project| {
        git(&project, ".", &["init", "-q"]);
        git(&project, ".", &["add", "-f", "."]);
        hostile_settings(project, "app/.git/config")
    }),
];

/// A project with an environment, made with this cache, whose own programs all leave a mark. The home directory has no
/// cache.
pub(super) fn app(cache: &Path) -> Project {
    let project = Project::with_python().var("VRUN_CACHE_DIR", cache);
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let project = project.var("PATH", path);
    project.run(["-q", "--create"]).code(0);
    let short = pythons::newest().short();
    let names = [
        "python",
        "python3",
        &format!("python{short}"),
        "git",
        "sh",
        "bash",
        "env",
    ];
    let mark = format!(
        "#!/bin/sh\n: >'{}'\n",
        project.path("home/started").display()
    );
    let project = project.dir("app/evil").var("VRUN_CACHE_DIR", "");
    let project = names.iter().fold(project, |project, name| {
        project.script(&format!("app/evil/{name}"), &mark)
    });
    let github = [
        ("GITHUB_ENV", "home/github-env"),
        ("GITHUB_PATH", "home/github-path"),
    ];
    let project = github.into_iter().fold(project, |project, (name, file)| {
        let at = project.path(file);
        project.file(file, "").var(name, at)
    });
    project
        .script("app/.venv/bin/tool", &mark)
        .file("app/x.py", "print(1)\n")
        .file(
            "app/needs.py",
            "# /// script\n# dependencies = [\"alpha\"]\n# ///\n",
        )
}

/// The environment's Python leads nowhere, and its pyvenv.cfg names `home`, where ROOT is the directory of all.
pub(super) fn lost(project: Project, home: &str) -> Project {
    let version = pythons::newest().full();
    let root = project.path("app").with_file_name("");
    let home = home.replace("ROOT/", &root.display().to_string());
    let cfg = format!("home = {home}\ninclude-system-site-packages = false\nversion = {version}\n");
    remove_pythons(project)
        .link("app/.venv/bin/python", "/nonexist/python3")
        .link("app/.venv/bin/python3", "python")
        .file("app/.venv/pyvenv.cfg", &cfg)
}

fn remove_pythons(project: Project) -> Project {
    for entry in fs::read_dir(project.path("app/.venv/bin"))
        .expect("scripts")
        .flatten()
    {
        if entry.file_name().to_string_lossy().contains("thon") {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    project
}

fn without_env(project: Project) -> Project {
    fs::remove_dir_all(project.path("app/.venv")).expect("removed");
    project
}

/// A `.venv` that names an environment elsewhere, which has lost its Python.
fn redirected(project: Project) -> Project {
    let project = lost(project, "ROOT/app/evil").dir("home/envs");
    fs::rename(project.path("app/.venv"), project.path("home/envs/app")).expect("moved");
    project.file("app/.venv", "../home/envs/app\n")
}

fn moved(project: Project) -> Project {
    fs::rename(project.path("app/.venv"), project.path("app/venv")).expect("moved");
    project
}

/// A directory first on PATH.
fn on_path(project: Project, dir: &str) -> Project {
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        project.path(dir).display(),
        project.path("bin").display()
    );
    project.var("PATH", path)
}

/// As asdf's: it starts what a file of the working directory names.
fn shimmed(project: Project) -> Project {
    let shim = "#!/bin/sh\nread -r version <.tool-versions && exec \"$version\" \"$@\"\n";
    let project = lost(project.dir("shims"), "/nonexist")
        .script("shims/python3", shim)
        .file("app/.tool-versions", "./evil/python3\n");
    on_path(project, "shims")
}

fn copied(project: Project) -> Project {
    let project = without_env(project)
        .dir("base/bin")
        .link("base/bin/python3", &pythons::newest().exe);
    let python = project.path("base/bin/python3").display().to_string();
    project
        .run(["-q", "--create", "--copies", "-p", &python])
        .code(0);
    fs::remove_dir_all(project.path("base")).expect("removed");
    let _ = fs::remove_dir_all(project.path("home/.cache"));
    project
}

/// Its programs come first on PATH, as after `source activate`.
fn active(project: Project) -> Project {
    let project = lost(project, "ROOT/app/evil");
    for name in ["git", "sh", "bash", "env"] {
        fs::rename(
            project.path("app/evil").join(name),
            project.path("app/.venv/bin").join(name),
        )
        .expect("moved");
    }
    let env = project.path("app/.venv");
    on_path(project.var("VIRTUAL_ENV", env), "app/.venv/bin")
}

fn git(project: &Project, dir: &str, args: &[&str]) {
    let Some(git) = program("git") else {
        return;
    };
    let mut command = Command::new(git);
    project.place(&mut command);
    Outcome::of(command.args(["-C", dir]).args(args)).code(0);
}

/// Settings that have git start programs.
fn hostile_settings(project: Project, config: &str) -> Project {
    let evil = project.path("app/evil/python3").display().to_string();
    let mut text = fs::read_to_string(project.path(config)).unwrap_or_default();
    text.push_str(&format!(
        "[core]\n\tfsmonitor = {evil}\n\tpager = {evil}\n\tsshCommand = {evil}\n\thooksPath = {evil}\n\
         [alias]\n\tls-files = !{evil}\n\tcheck-ignore = !{evil}\n[credential]\n\thelper = !{evil}\n"
    ));
    project.file(config, &text)
}
