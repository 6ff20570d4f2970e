//! The files that make a directory a project, and those that say which Python it needs: another user's do not count, and
//! in a directory that all may write to only the user's own do.

use super::*;

const MARKERS: [&str; 8] = [
    "pyproject.toml",
    "pylock.toml",
    "requirements.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "tox.ini",
    ".python-version",
];
const VCS_MARKERS: [&str; 2] = [".git", ".hg"];

const START: &str = "[ROOT]/shared/ada/src/.venv";

#[test]
fn another_users_marker_makes_no_project() {
    for name in MARKERS {
        let Some(sandbox) = shared() else { return };
        let path = format!("shared/{name}");
        let sandbox = sandbox.file(&path, "").of(MALLORY, &path);
        assert_eq!(sandbox.plans(PLAIN), START, "{name}");
        let sandbox = sandbox.of(ADA, &path);
        assert_eq!(sandbox.plans(PLAIN), "[ROOT]/shared/.venv", "{name}");
    }
    for name in VCS_MARKERS {
        let Some(sandbox) = shared() else { return };
        let path = format!("shared/{name}");
        let sandbox = sandbox.dir(&path).of(MALLORY, &path);
        assert_eq!(sandbox.plans(PLAIN), START, "{name}");
    }
}

#[test]
fn in_a_world_writable_directory_not_even_roots_marker_counts() {
    for name in [".git", "pyproject.toml"] {
        let Some(sandbox) = shared() else { return };
        let sandbox = sandbox.file(format!("shared/{name}"), "");
        assert_eq!(sandbox.plans(PLAIN), START, "{name}");
        // It is the directory that is listed, not all that lies in it.
        let sandbox = sandbox.var("VRUN_TRUST", "[ROOT]/shared");
        assert_eq!(sandbox.plans(PLAIN), "[ROOT]/shared/.venv", "{name}");
        let sandbox = sandbox.of(MALLORY, &format!("shared/{name}"));
        assert_eq!(sandbox.plans(PLAIN), START, "{name}");
        let sandbox = sandbox.unset("VRUN_TRUST").of(0, &format!("shared/{name}"));
        sandbox.chmod("shared", 0o755);
        assert_eq!(sandbox.plans(PLAIN), "[ROOT]/shared/.venv", "{name}");
    }
}

#[test]
fn a_link_of_another_user_to_an_own_file_is_no_marker() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/ada/notes", "")
        .of(ADA, "shared/ada/notes")
        .link("shared/pyproject.toml", "ada/notes")
        .of(MALLORY, "shared/pyproject.toml");
    assert_eq!(sandbox.plans(PLAIN), START);
}

#[test]
fn where_an_environment_would_be_created_a_line_says_which_marker_does_not_count() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/pyproject.toml", "")
        .of(MALLORY, "shared/pyproject.toml");
    let line = "skipped [ROOT]/shared/pyproject.toml: it belongs to daemon, \
                in a world-writable directory\n";
    let said = sandbox.run(["-n", "sh"]).said();
    assert!(said.contains(line), "{said}");
    let sandbox = sandbox.of(0, "shared/pyproject.toml");
    sandbox.chmod("shared", 0o755);
    let said = sandbox.run(["-n", "sh"]).said();
    assert!(!said.contains("skipped"), "{said}");
}

#[test]
fn a_shared_temp_directory_with_another_users_marker_is_no_project() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/pyproject.toml", "")
        .of(MALLORY, "shared/pyproject.toml")
        .var("TMPDIR", "[ROOT]/shared")
        .cwd("shared");
    let refused = sandbox.run(["-n", "sh"]).code(126).said();
    assert!(refused.contains("which all users share"), "{refused}");
    assert!(!refused.contains("the nearest project is"), "{refused}");
}

#[test]
fn another_users_version_file_is_refused_before_it_is_read() {
    for (name, text) in [
        (".python-version", "./evil\n"),
        (
            "pyproject.toml",
            "[project]\nname = \"x\"\nrequires-python = \"<3\"\n",
        ),
    ] {
        let Some(sandbox) = shared() else { return };
        let path = format!("shared/ada/src/{name}");
        let sandbox = sandbox
            .file("shared/ada/src/setup.py", "")
            .script("shared/ada/src/evil", "#!/bin/sh\necho EVIL >&2\n")
            .file(&path, text)
            .of(ADA, "shared/ada/src")
            .of(MALLORY, &path);
        let told = format!("[ROOT]/{path} is not trusted");
        let told = [
            &*told,
            "it belongs to daemon",
            "`-p REQUEST` names a Python",
        ];
        for args in [&["probe"][..], &["--create"]] {
            let refused = sandbox.run(args).error(126, &told).said();
            assert!(!refused.contains("EVIL"), "{refused}");
        }
    }
}

#[test]
fn a_version_file_names_nothing_outside_the_project() {
    for word in [
        "../evil/python",
        "[ROOT]/evil/python",
        "~/evil/python",
        "way/python",
        "./way/python",
        "3.11.2/../../../../evil",
        "3.11.2/../../x",
        "..",
        ".hidden",
    ] {
        let sandbox = Sandbox::new()
            .script("evil/python", "#!/bin/sh\necho EVIL >&2\n")
            .script("evil/bin/python", "#!/bin/sh\necho EVIL >&2\n")
            .script("home/evil/python", "#!/bin/sh\necho EVIL >&2\n")
            .dir("home/.pyenv/versions/3.11.2")
            .file("app/.python-version", word)
            .link("app/way", "../evil")
            .cwd("app");
        let refused = sandbox.run(["probe"]).code(125).said();
        assert!(!refused.contains("EVIL"), "{word}: {refused}");
        let told = "cannot read which Python to use from [ROOT]/app/.python-version\n";
        assert!(refused.contains(told), "{word}: {refused}");
    }
}
