//! `--create` with real Pythons: what it makes, and what becomes of what was there.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use crate::mounts::{can_mount, in_mounts};
use crate::project::{Project, tell};
use crate::pythons;
use crate::stripped::python_without;

const PREFIX: [&str; 3] = ["python", "-c", "import sys; print(sys.prefix)"];

/// Puts a package into the environment, as a person would see it.
fn install(project: &Project) {
    let (_, site) = site_packages(project);
    fs::write(site.join("mine.py"), "word = 'still here'\n").expect("a file");
}

fn site_packages(project: &Project) -> (String, std::path::PathBuf) {
    let code = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let site = project.run(["python", "-c", code]).code(0).stdout;
    let site = site.trim_end().to_owned();
    (site.clone(), site.into())
}

fn says(project: &Project, code: &str) -> String {
    let said = project.run(["python", "-c", code]).code(0).stdout;
    said.trim_end().to_owned()
}

fn cfg(project: &Project) -> String {
    fs::read_to_string(project.path("app/.venv/pyvenv.cfg")).expect("a pyvenv.cfg")
}

#[test]
fn it_makes_the_environment_prints_its_path_and_does_nothing_the_second_time() {
    let project = Project::with_python();
    let venv = project.path("app/.venv").display().to_string();
    let made = project.run(["--create"]).code(0).stdout(&venv);
    assert!(made.stderr.contains("vrun: created "), "{made}");
    project.assert_only(&[".venv", "setup.py"]);
    install(&project);
    let again = project.run(["--create"]).code(0).stdout(&venv);
    assert_eq!(again.stderr, "");
    assert_eq!(
        says(&project, "import mine; print(mine.word)"),
        "still here"
    );
    let elsewhere = project.path("app/a/b").display().to_string();
    let named = ["--create", "--env", "a/b"];
    project.run(named).code(0).stdout(&elsewhere);
    project
        .run(["-p", "2.7", "--create"])
        .code(125)
        .says(&["2.7"]);
}

#[test]
fn many_at_once_make_one_and_all_print_it() {
    let project = Project::with_python();
    let venv = project.path("app/.venv").display().to_string();
    let start = |_| {
        let mut command = project.vrun(["--create"]);
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        command.spawn().expect("vrun")
    };
    let children: Vec<_> = (0..20).map(start).collect();
    let mut makers = 0;
    for child in children {
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), venv);
        makers += usize::from(String::from_utf8_lossy(&output.stderr).contains("vrun: created"));
    }
    assert_eq!(makers, 1);
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn clear_makes_an_environment_anew_and_keeps_the_old_one_where_it_fails() {
    let project = Project::with_python();
    project.run(["--create"]).code(0);
    install(&project);
    let gone = ["--create", "--clear", "-p", "./gone"];
    project.run(gone).code(125);
    assert_eq!(
        says(&project, "import mine; print(mine.word)"),
        "still here"
    );
    project.run(["--create", "--clear"]).code(0);
    project.run(["python", "-c", "import mine"]).code(1);
    project.run(["pip", "--version"]).code(0);
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn clear_takes_the_place_of_a_mount_point_by_filling_it() {
    let project = Project::with_python().dir("app/.venv");
    let mount = format!(
        "/bin/mount -t tmpfs none '{}'",
        project.path("app/.venv").display()
    );
    if !can_mount(&mount) {
        tell("not tested: nothing can be mounted here");
        return;
    }
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let line = format!(
        "{mount} && '{vrun}' --create && : >.venv/stale && : >.venv/lib/stale &&
         '{vrun}' --create --clear && '{vrun}' pip --version &&
         test ! -e .venv/stale && test ! -e .venv/lib/stale && /bin/ls -A .venv"
    );
    let made = in_mounts(&project, &line).code(0);
    assert!(!made.stdout.contains(".vrun"), "{made}");
}

#[test]
fn upgrade_leads_the_links_to_the_base_as_it_is_now_and_keeps_the_packages() {
    let exe = pythons::newest().exe.clone();
    let project = Project::new().dir("old").link("old/python3", &exe);
    let old = project.path("old/python3").display().to_string();
    let make = [
        "--create",
        "-p",
        &old,
        "--prompt",
        "it's",
        "--system-site-packages",
    ];
    project.run(make).code(0);
    install(&project);
    let venv = project.path("app/.venv");
    let own = format!("{}custom = kept\n", cfg(&project));
    fs::write(venv.join("pyvenv.cfg"), own).expect("a file");
    fs::remove_file(&old).expect("a link");
    project.run(PREFIX).code(126);

    let project = project.python("python3", pythons::newest());
    project.run(["--create", "--upgrade"]).code(0);
    let link = fs::read_link(venv.join("bin/python3")).expect("a link");
    assert_eq!(link, project.path("bin/python3"));
    assert_eq!(
        says(&project, "import mine; print(mine.word)"),
        "still here"
    );
    let cfg = cfg(&project);
    for line in [
        format!("home = {}", project.path("bin").display()),
        "include-system-site-packages = true".to_owned(),
        "prompt = \"it's\"".to_owned(),
        "custom = kept".to_owned(),
    ] {
        assert!(cfg.lines().any(|there| there == line), "{line} in {cfg}");
    }
    project.run(["pip", "--version"]).code(0);
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn upgrade_brings_pip_where_there_is_none() {
    let project = Project::with_python();
    project.run(["--create", "--without-pip"]).code(0);
    project.run(["pip", "--version"]).code(127);
    project
        .run(["--create", "--upgrade", "--without-pip"])
        .code(0);
    project.run(["pip", "--version"]).code(127);
    project.run(["--create", "--upgrade"]).code(0);
    project.run(["pip", "--version"]).code(0);
}

#[test]
fn upgrade_keeps_copies_copies_and_takes_the_new_one() {
    let project = Project::with_python();
    project
        .run(["--create", "--copies", "--without-pip"])
        .code(0);
    let python = project.path("app/.venv/bin/python");
    fs::write(&python, b"\x7fELF\0, but an old one").expect("a file");
    project.run(PREFIX).code(126);
    let upgrade = ["--create", "--upgrade", "--without-pip"];
    project.run(upgrade).code(0);
    assert!(fs::symlink_metadata(&python).expect("a file").is_file());
    project.run(PREFIX).code(0);
    assert!(cfg(&project).contains(" --copies --without-pip --upgrade "));
    project
        .run([&upgrade[..], &["--symlinks"]].concat())
        .code(0);
    assert!(python.is_symlink());
    project.run(PREFIX).code(0);
}

#[test]
fn upgrade_to_another_minor_version_is_refused_and_says_how_to_have_it() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let project = Project::new()
        .python("python-old", old)
        .python("python-new", new);
    let (old_exe, new_exe) = (
        project.path("bin/python-old"),
        project.path("bin/python-new"),
    );
    let (old_exe, new_exe) = (
        old_exe.to_str().expect("UTF-8"),
        new_exe.to_str().expect("UTF-8"),
    );
    project
        .run(["--create", "--without-pip", "-p", old_exe])
        .code(0);
    let before = cfg(&project);
    project
        .run(["--create", "--upgrade", "-p", new_exe])
        .code(125)
        .says(&[&new.full(), &old.short(), "hint: `vrun --create --clear"]);
    assert_eq!(cfg(&project), before);
    project
        .run(["--create", "--clear", "--without-pip", "-p", new_exe])
        .code(0);
    let version = "import sys; print('%d.%d' % sys.version_info[:2])";
    assert_eq!(says(&project, version), new.short());
}

#[test]
fn a_directory_of_other_things_keeps_them_unless_they_are_in_the_way() {
    let project = Project::with_python()
        .file("app/env/bin/mine", "mine")
        .file("app/env/.gitignore", "# mine\n")
        .file("app/env/notes", "mine");
    let create = ["--create", "--env", "env", "--without-pip"];
    project.run(create).code(0);
    for file in ["bin/mine", "notes"] {
        let text = fs::read_to_string(project.path("app/env").join(file)).expect("a file");
        assert_eq!(text, "mine");
    }
    let ignore = fs::read_to_string(project.path("app/env/.gitignore")).expect("a file");
    assert_eq!(ignore, "# mine\n");
    let run = [
        "--env",
        "env",
        "python",
        "-c",
        "import sys; print(sys.prefix)",
    ];
    let env = project.path("app/env").display().to_string();
    project.run(run).code(0).stdout(&env);
    project.assert_only(&["env", "setup.py"]);

    let project = Project::with_python()
        .file("app/env/bin/activate", "mine")
        .file("app/env/lib", "mine");
    let refused = project.run(create).code(125);
    refused.says(&["env/bin/activate is in the way", "env/lib is in the way"]);
    assert_eq!(project.names("app/env"), ["bin", "lib"]);
    assert_eq!(project.names("app/env/bin"), ["activate"]);
    project.assert_only(&["env", "setup.py"]);
}

#[test]
fn a_base_that_makes_its_own_is_handed_the_options() {
    // vrun itself needs the templates of the activation scripts.
    let project = python_without("venv/scripts");
    let python = project.path("poor/bin/python3").display().to_string();
    let words = ["-v", "-p", &python, "--create", "--prompt", "my env"];
    let more = ["--system-site-packages", "--copies", "--without-pip"];
    let made = project.run([&words[..], &more].concat()).code(0);
    made.says(&["-m venv creates it"]);
    let cfg = cfg(&project);
    assert!(cfg.contains("include-system-site-packages = true"), "{cfg}");
    assert!(cfg.contains("prompt = 'my env'"), "{cfg}");
    let exe = fs::symlink_metadata(project.path("app/.venv/bin/python")).expect("a file");
    assert!(exe.is_file());
    project.run(["pip", "--version"]).code(127);
}

#[test]
fn a_file_that_tools_change_in_place_shares_nothing_with_the_base() {
    let project = Project::with_python();
    project.run(["--create", "--copies"]).code(0);
    let bin = project.path("app/.venv/bin");
    let inode = |path: &Path| fs::metadata(path).expect("a file").ino();
    let base = &pythons::newest().exe;
    assert_ne!(inode(&bin.join("python")), inode(base));
    assert_ne!(inode(&bin.join("python3")), inode(&bin.join("python")));
}

#[test]
fn an_environment_behind_a_link_is_found_and_never_cleared_through_it() {
    let project = Project::with_python();
    let far = project.path("far").display().to_string();
    project.run(["--create", "--env", &far]).code(0);
    symlink(&far, project.path("app/.venv")).expect("a link");
    let near = project.path("app/.venv").display().to_string();
    project.run(["--create"]).code(0).stdout(&near);
    let hint = format!("`--env {far}` names the directory itself");
    project
        .run(["--create", "--clear"])
        .code(125)
        .says(&[&hint]);
    project.run(PREFIX).code(0).stdout(&near);
}

#[test]
fn what_has_only_the_name_of_an_environment_is_not_cleared() {
    let create = ["--create", "--without-pip", "--clear", "--env", "env"];
    for cfg in ["", "version = 3.12\n", "home =\n"] {
        let project = Project::with_python()
            .file("app/env/pyvenv.cfg", cfg)
            .file("app/env/thesis.tex", "mine");
        let refused = project.run(create).code(125);
        refused.says(&[
            "other things in it: pyvenv.cfg, thesis.tex",
            "hint: choose another path with `--env PATH`",
        ]);
        assert_eq!(project.names("app/env"), ["pyvenv.cfg", "thesis.tex"]);
    }
    // One whose pyvenv.cfg was emptied has a Python yet.
    let project = Project::with_python();
    project
        .run(["--create", "--without-pip", "--env", "env"])
        .code(0);
    fs::write(project.path("app/env/pyvenv.cfg"), "").expect("a file");
    project.run(create).code(0);
}

#[test]
fn the_error_says_that_a_name_is_too_long() {
    let project = Project::with_python();
    let long = "a".repeat(300);
    let refused = project.run(["--create", "--env", &long]).code(125);
    refused.says(&["hint: give it a shorter name with `--env PATH`"]);
}
