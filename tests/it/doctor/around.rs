//! Where an environment stands, and what is found before it: each told by `--doctor`.

use std::path::Path;

use super::{CFG, answer, app, finds};

#[test]
fn an_environment_that_any_user_may_write_to() {
    for dir in ["", "bin", "lib/python3.12/site-packages"] {
        let sandbox = app().dir("app/.venv/lib/python3.12/site-packages");
        // Not used by itself.
        let sandbox = sandbox.var("VRUN_ENV", "[ROOT]/app/.venv");
        let open = Path::new("app/.venv").join(dir);
        sandbox.chmod(&open, 0o777);
        let at = format!("[ROOT]/{}", open.display());
        let cause = format!("{} is writable by all users", at.trim_end_matches('/'));
        finds(
            &sandbox,
            ("wrong", "world-writable"),
            [
                "any user may write to it",
                &cause,
                "`chmod -R o-w [ROOT]/app/.venv`",
            ],
        );
        sandbox.sh("chmod -R o-w .venv");
        sandbox.run(["--doctor"]).code(0);
    }
}

#[test]
fn an_environment_that_git_tracks_or_would_take() {
    let sandbox = app();
    sandbox.sh("git init -q");
    let ignore = "[ROOT]/app/.venv/.gitignore";
    finds(
        &sandbox,
        ("note", "not-ignored"),
        [
            "git does not ignore it",
            &format!("no ignore pattern matches it, and {ignore} does not contain the line `*`"),
            &format!("`echo '*' >>{ignore}`"),
        ],
    );
    sandbox.sh("echo '*' >>.venv/.gitignore");
    sandbox
        .run(["--doctor"])
        .stdout("[ROOT]/app/.venv is sound\n");
    sandbox.sh("git add -f .venv/pyvenv.cfg");
    finds(
        &sandbox,
        ("wrong", "tracked-by-git"),
        [
            "git tracks it",
            "every clone has its files, with paths of this machine in them",
            "`git rm -r --cached [ROOT]/app/.venv` untracks it and keeps the files",
        ],
    );
    sandbox.sh("git rm -rq --cached \"$PWD/.venv\"");
    sandbox.run(["--doctor"]).code(0);
}

#[test]
fn an_environment_that_the_project_itself_ignores_needs_no_line_of_its_own() {
    let sandbox = app().file("app/.gitignore", ".venv/\n");
    sandbox.sh("git init -q");
    sandbox
        .run(["--doctor"])
        .stdout("[ROOT]/app/.venv is sound\n");
}

#[test]
fn where_it_stands_and_what_is_active() {
    finds(
        &app().file("pyvenv.cfg", CFG),
        ("note", "nested"),
        [
            "it is inside another environment",
            "[ROOT] is one",
            "keep it elsewhere: clearing [ROOT] deletes it too",
        ],
    );
    finds(
        &app()
            .venv("other/.venv")
            .file("other/setup.py", "")
            .var("VIRTUAL_ENV", "[ROOT]/other/.venv"),
        ("note", "another-active"),
        [
            "another environment is active in this shell",
            "VIRTUAL_ENV is [ROOT]/other/.venv",
            "`deactivate`; programs that vrun runs see the right one",
        ],
    );
    app()
        .var("VIRTUAL_ENV", "[ROOT]/app/.venv")
        .run(["--doctor"])
        .stdout("[ROOT]/app/.venv is sound\n");
}

#[test]
fn what_a_vrun_that_was_killed_left() {
    let sandbox = app()
        .file("app/.venv.vrun-lock", "")
        .dir("app/.venv.vrun-Ab12Cd/.venv");
    finds(
        &sandbox,
        ("note", "leftovers"),
        [
            "an interrupted vrun left files behind",
            "[ROOT]/app/.venv.vrun-Ab12Cd was not removed",
            "`rm -r [ROOT]/app/.venv.vrun-Ab12Cd [ROOT]/app/.venv.vrun-lock`, if no vrun is running",
        ],
    );
}

#[test]
fn variables_that_lead_python_astray() {
    let path = "PYTHONPATH is /x: its directories come before the environment's packages";
    let home = "PYTHONHOME is /y: without vrun, Python looks for its standard library there";
    let id = ("note", "python-variables");
    let sandbox = app().var("PYTHONPATH", "/x");
    finds(
        &sandbox,
        id,
        ["PYTHONPATH is set", path, "`unset PYTHONPATH`"],
    );
    let sandbox = app().var("PYTHONHOME", "/y");
    finds(
        &sandbox,
        id,
        ["PYTHONHOME is set", home, "`unset PYTHONHOME`"],
    );
    let both = app().var("PYTHONPATH", "/x").var("PYTHONHOME", "/y");
    finds(
        &both,
        id,
        [
            "PYTHONPATH and PYTHONHOME are set",
            &format!("{path}\n  cause: {home}"),
            "`unset PYTHONPATH PYTHONHOME`",
        ],
    );
}

#[test]
fn a_version_managers_shim_before_all_others_on_path() {
    let shim = "#!/usr/bin/env bash\nset -e\nexec \"/p/libexec/pyenv\" exec \"$program\" \"$@\"\n";
    let sandbox = app()
        .script("shims/python", shim)
        .var("PATH", "[ROOT]/shims:/usr/bin:/bin");
    finds(
        &sandbox,
        ("note", "shim-first"),
        [
            "a bare `python` in this shell is a shim of pyenv",
            "[ROOT]/shims/python comes first on PATH",
            "`vrun python` runs the Python of this environment",
        ],
    );
    let sandbox = sandbox
        .probe("usr/python")
        .var("PATH", "[ROOT]/usr:[ROOT]/shims:/usr/bin:/bin");
    sandbox
        .run(["--doctor"])
        .stdout("[ROOT]/app/.venv is sound\n");
}

#[test]
fn a_python_that_the_project_does_not_ask_for() {
    let mend = "`vrun --create --clear --env [ROOT]/app/.venv` recreates it, with what the project requires and no other packages";
    for (file, text, asked) in [
        (".python-version", "3.11\n", "asks for 3.11"),
        (
            "pyproject.toml",
            "[project]\nrequires-python = \">=3.13\"\n",
            "asks for >=3.13",
        ),
    ] {
        let sandbox = app().file(format!("app/{file}"), text);
        let value = answer(&sandbox, &[]);
        let finding = &value["findings"][0];
        assert_eq!(finding["id"], "python-mismatch", "{value:#}");
        let cause = finding["causes"][0].as_str().expect("text");
        assert!(cause.starts_with("it is for Python 3.12.1; "), "{cause}");
        assert!(cause.contains(file) && cause.ends_with(asked), "{cause}");
        sandbox
            .run(["--doctor"])
            .code(1)
            .line("wrong: it is for a different Python than the project asks for")
            .line(&format!("  fix: {mend}"));
    }
    let sandbox = app().file("app/.python-version", "3.12\n");
    sandbox.run(["--doctor"]).code(0);
}

#[test]
fn shims_whose_vrun_is_gone() {
    let sandbox = app()
        .dir("shims")
        .link("shims/python", "/old/vrun")
        .link("shims/pip", "/old/vrun-1.0")
        .link("shims/pytest", "[ROOT]/opt/vrun")
        .link("shims/other", "/old/other")
        .var("PATH", "/none:[ROOT]/shims:/usr/bin:/bin");
    finds(
        &sandbox,
        ("note", "broken-shims"),
        [
            "shims in [ROOT]/shims lead to a vrun that is gone",
            "[ROOT]/shims/pip leads to /old/vrun-1.0, which does not exist",
            "`vrun --shims [ROOT]/shims pip python`",
        ],
    );
    sandbox
        .run(["--shims", "../shims", "pip", "python"])
        .code(0);
    sandbox
        .run(["--doctor"])
        .stdout("[ROOT]/app/.venv is sound\n");
}
