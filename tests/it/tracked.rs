//! An environment that is tracked by git, which `-v` tells.

use crate::sandbox::Sandbox;

const TOLD: &str = "git tracks [ROOT]/app/.venv";

/// A repository with an environment in it, and real git on PATH.
fn app() -> Sandbox {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app");
    sandbox.sh("git init -q").code(0);
    sandbox
}

#[track_caller]
fn untold(sandbox: &Sandbox, typed: &[&str]) {
    let said = sandbox.run(typed).code(0).said();
    assert!(!said.contains("tracked"), "{said}");
}

#[test]
fn verbose_says_that_git_tracks_it_and_what_ends_that() {
    let sandbox = app();
    untold(&sandbox, &["-v", "probe"]);
    sandbox.sh("git add -f .venv/pyvenv.cfg").code(0);
    sandbox.run(["-v", "probe"]).says(TOLD);
    sandbox.run(["-v", "--create"]).says(TOLD);
    untold(&sandbox, &["probe"]);
    sandbox.sh("git rm -rq --cached \"$PWD/.venv\"").code(0);
    untold(&sandbox, &["-v", "probe"]);
}

/// The project's files are not the environment's.
#[test]
fn of_an_environment_that_is_a_projects_root_only_its_own_files_count() {
    let sandbox = Sandbox::new()
        .venv("app")
        .file("app/setup.py", "")
        .cwd("app");
    sandbox.sh("cd .. && git init -q && git add app/setup.py app/bin");
    untold(&sandbox, &["-v", "true"]);
    let found = sandbox.run(["--doctor", "--json"]).text();
    assert!(!found.contains("git"), "{found}");
    sandbox.sh("git add pyvenv.cfg");
    let said = sandbox.run(["-v", "true"]).said();
    let told = "vrun: git tracks [ROOT]/app/pyvenv.cfg; `git rm -r --cached [ROOT]/app/pyvenv.cfg` untracks it";
    assert!(said.contains(told), "{said}");
}

#[test]
fn nothing_of_the_project_is_started_to_find_that_out() {
    let sandbox = app()
        .script("app/.venv/bin/git", "#!/bin/sh\n: >[ROOT]/started\n")
        .script("app/monitor", "#!/bin/sh\n: >[ROOT]/started\n");
    let monitor = sandbox.path("app/monitor").display().to_string();
    sandbox.sh("git add -f .venv/pyvenv.cfg").code(0);
    sandbox
        .sh(&format!("git config core.fsmonitor {monitor}"))
        .code(0);
    let path = "[ROOT]/app/.venv/bin:/usr/local/bin:/usr/bin:/bin";
    let sandbox = sandbox.var("PATH", path);
    sandbox.run(["-nv", "probe"]).says(TOLD);
    assert!(!sandbox.path("started").exists());
}

#[test]
fn a_git_of_the_repository_is_not_asked_about_an_environment_further_down() {
    let sandbox = Sandbox::new()
        .venv("app/sub/.venv")
        .script("app/tools/git", "#!/bin/sh\n: >[ROOT]/started\n")
        .cwd("app");
    sandbox
        .sh("git init -q && git add -f sub/.venv/pyvenv.cfg")
        .code(0);
    let path = "[ROOT]/app/tools:/usr/local/bin:/usr/bin:/bin";
    let sandbox = sandbox.var("PATH", path).cwd("app/sub");
    sandbox
        .run(["-nv", "probe"])
        .says("git tracks [ROOT]/app/sub/.venv");
    assert!(!sandbox.path("started").exists());
}

/// What a git directory says that has git start a program where it misses a file: the program leaves `started`.
const FETCHES: &str = "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tworktree = ..\n\tsparseCheckout = true\n\
    \tsparseCheckoutCone = true\n[index]\n\tsparse = true\n[extensions]\n\tpartialClone = origin\n\
    [protocol \"ext\"]\n\tallow = always\n[remote \"origin\"]\n\turl = \"ext::sh -c echo% ran% >>[ROOT]/started\"\n\
    \tpromisor = true\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n";

/// Makes a repository whose index needs a directory that is missed, and copies it to `$1`.
const AS_GIT_DIR: &str = "git init -q seed && cd seed && mkdir -p keep .venv/sub && echo 1 >keep/a && echo 2 >.venv/sub/b && \
    git add -f . && git -c user.name=a -c user.email=a@b commit -qm seed && git sparse-checkout init --cone --sparse-index && \
    git sparse-checkout set keep && tree=$(git ls-tree HEAD .venv | cut -f1 | cut -d' ' -f3) && cd .git && \
    rm -f objects/${tree%\"${tree#??}\"}/${tree#??} && mkdir -p $to/info && cp -r HEAD index objects refs $to && \
    cp info/sparse-checkout $to/info";

/// A project that is no repository of ours, whose directory at `git_dir` is one of a stranger's.
fn strangers(git_dir: &str) -> Sandbox {
    let sandbox = Sandbox::new()
        .file("app/pyproject.toml", "")
        .venv("app/.venv")
        .var("GIT_CONFIG_NOSYSTEM", "1")
        .var("PATH", "/usr/local/bin:/usr/bin:/bin");
    let to = sandbox.path(git_dir).display().to_string();
    let _ = sandbox.sh(&format!("to={to}; {AS_GIT_DIR}")).whole();
    assert!(sandbox.path(git_dir).join("index").is_file());
    sandbox
        .file(format!("{git_dir}/config"), FETCHES)
        .cwd("app")
}

#[test]
fn an_environment_or_a_project_that_is_a_git_directory_starts_nothing() {
    for git_dir in ["app/.venv", "app"] {
        let sandbox = strangers(git_dir);
        for typed in [
            &["--doctor"][..],
            &["-n", "--repair"],
            &["-vn", "probe"],
            &["-v", "--export", "sh"],
            &["-v", "--create"],
        ] {
            let said = sandbox.run(typed).whole();
            assert!(
                !sandbox.path("started").exists(),
                "{git_dir}: {typed:?}: {said:?}"
            );
        }
    }
}

#[test]
fn variables_that_name_another_repository_do_not_count() {
    let sandbox = app().dir("other").var("GIT_DIR", "[ROOT]/other/.git");
    sandbox
        .sh("unset GIT_DIR; git add -f .venv/pyvenv.cfg")
        .code(0);
    sandbox.run(["-v", "probe"]).says(TOLD);
}

const WINDOWS: &str =
    "home = C:\\Python312\ninclude-system-site-packages = false\nversion = 3.12.1\n";

/// A repository in which someone committed an environment of Windows at `root`.
fn clone_with_windows_env(root: &str) -> Sandbox {
    let sandbox = Sandbox::new()
        .file("app/requirements.txt", "")
        .file(format!("{root}/pyvenv.cfg"), WINDOWS)
        .file(format!("{root}/Scripts/python.exe"), "MZ")
        .cwd("app");
    sandbox.sh("git init -q").code(0);
    sandbox
}

#[test]
fn another_systems_that_came_with_the_clone_gets_one_for_this_system_beside_it() {
    for name in ["venv", "env", "myenv"] {
        let root = format!("app/{name}");
        let sandbox = clone_with_windows_env(&root);
        let refused = format!("[ROOT]/{root} is for another system: it was created on Windows");
        sandbox.run(["python"]).error(126, &[&refused]);
        sandbox.sh(&format!("git add -f {name}")).code(0);
        let before = sandbox.tree();
        let said = sandbox.run(["-n", "python"]).code(0).said();
        let skipped =
            "it came with the clone, and it is for another system: it was created on Windows";
        let lines = format!(
            "vrun: skipped [ROOT]/{root}: {skipped}\nvrun: would create [ROOT]/app/.venv\n"
        );
        assert_eq!(said, lines);
        assert_eq!(sandbox.tree(), before);
        // From then on the search ends there.
        let sandbox = sandbox.venv("app/.venv");
        sandbox.run(["probe"]).in_env("app/.venv");
    }
}

#[test]
fn where_the_project_is_another_systems_environment_the_hint_works() {
    let sandbox = clone_with_windows_env("app");
    let hint = "hint: `export VRUN_ENV=.venv` lets vrun create one for this system in it";
    sandbox.run(["python"]).error(126, &[hint]);
    let sandbox = sandbox.var("VRUN_ENV", ".venv");
    let said = sandbox.run(["-n", "python"]).code(0).said();
    assert_eq!(said, "vrun: would create [ROOT]/app/.venv\n");
    let sandbox = sandbox.venv("app/.venv");
    sandbox.run(["probe"]).in_env("app/.venv");
}
