//! Which Python is taken: each kind of request, each source, in order.

use std::fs;

use crate::project::{Project, tell};
use crate::pythons::{self, Python};

/// A project with `python3` the older, and both under their versioned names.
fn both(old: &Python, new: &Python) -> Project {
    Project::new()
        .python("python3", old)
        .python(&format!("python{}", old.short()), old)
        .python(&format!("python{}", new.short()), new)
}

#[track_caller]
fn assert_taken(project: &Project, args: &[&str], name: &str, python: &Python) {
    let exe = project.path("bin").join(name);
    let expected = format!("{} (Python {}): ", exe.display(), python.full());
    let chosen = project.chosen(args);
    assert!(
        chosen.starts_with(&expected),
        "{args:?}: {chosen}\nexpected {expected}"
    );
}

#[test]
fn without_a_request_python3_on_path_is_taken() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    assert_taken(&both(old, new), &[], "python3", old);
}

#[test]
fn a_request_takes_the_first_that_fits() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let project = both(old, new);
    let (is_old, is_new) = ("python3".to_owned(), format!("python{}", new.short()));
    for (request, name, python) in [
        ("3".to_owned(), &is_old, old),
        (old.short(), &is_old, old),
        (new.short(), &is_new, new),
        (new.full(), &is_new, new),
        (format!("python{}", new.short()), &is_new, new),
        (format!("cpython{}", new.short()), &is_new, new),
        (format!(" Python{} ", new.short()), &is_new, new),
        (
            format!("cpython-{}-linux-x86_64-gnu", new.full()),
            &is_new,
            new,
        ),
        (format!(">={}", new.short()), &is_new, new),
        (format!(">={},<{}", old.short(), new.short()), &is_old, old),
        (format!("=={}.*", new.short()), &is_new, new),
        (format!("../bin/{is_new}"), &is_new, new),
    ] {
        assert_taken(&project, &["-p", &request], name, python);
    }
}

#[test]
fn a_directory_is_the_installation_in_it() {
    let newest = pythons::newest();
    let project = Project::new()
        .dir("opt/bin")
        .link("opt/bin/python", &newest.exe);
    for request in ["../opt", "../opt/bin"] {
        let chosen = project.chosen(&["-p", request]);
        let exe = project.path("opt/bin/python").display().to_string();
        assert!(chosen.starts_with(&exe), "{chosen}");
    }
    let home = project.path("opt");
    let chosen = project.var("HOME", home).chosen(&["-p", "~/bin/python"]);
    assert!(chosen.contains("opt/bin/python (Python "), "{chosen}");
}

#[test]
fn the_wish_comes_before_the_version_file_and_that_before_requires_python() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let is_new = format!("python{}", new.short());
    let pyproject = format!(
        "[project]\nname = \"app\"\nrequires-python = \">={}\"\n",
        new.short()
    );
    let project = both(old, new).file("app/pyproject.toml", &pyproject);
    assert_taken(&project, &[], &is_new, new);
    let project = project.file("app/.python-version", "# none\nsystem\n");
    assert_taken(&project, &[], &is_new, new);
    let project = project.file(
        "app/.python-version",
        &format!("# ours\n\n{}\n", old.full()),
    );
    assert_taken(&project, &[], "python3", old);
    assert_taken(&project, &["-p", &new.short()], &is_new, new);
    let project = project.var("VRUN_PYTHON", new.short());
    assert_taken(&project, &[], &is_new, new);
    assert_taken(&project, &["-p", &old.short()], "python3", old);
}

#[test]
fn other_tools_files_say_it_too() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let (series, is_new) = (new.short(), format!("python{}", new.short()));
    for (name, text) in [
        (
            "pyproject.toml",
            format!("[tool.poetry.dependencies]\npython = '^{series}'\n"),
        ),
        (
            "Pipfile",
            format!("[requires]\npython_version = '{series}'\n"),
        ),
        (
            "Pipfile",
            format!("[requires]\npython_full_version = '{}'\n", new.full()),
        ),
        // A host has another patch.
        ("runtime.txt", format!("python-{series}.99\n")),
        (
            "setup.cfg",
            format!("[options]\npython_requires = >={series}\n"),
        ),
        (
            "setup.py",
            format!("from setuptools import setup\nsetup(python_requires='>={series}')\n"),
        ),
        (
            "uv.lock",
            format!("version = 1\nrequires-python = '>={series}'\n"),
        ),
        (".python-version", format!("\u{feff}{series}\n")),
    ] {
        let project = both(old, new).file(&format!("app/{name}"), &text);
        assert_taken(&project, &["--no-install"], &is_new, new);
        let project = project.file("app/.python-version", &old.full());
        assert_taken(&project, &["--no-install"], "python3", old);
    }
    // As PowerShell writes it.
    let text = format!("\u{feff}{series}\r\n");
    let bytes: Vec<_> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let project = both(old, new);
    std::fs::write(project.path("app/.python-version"), bytes).expect("a file");
    assert_taken(&project, &[], &is_new, new);
}

#[test]
fn a_python_that_is_not_there_can_be_installed_with_what_is_on_path() {
    let ask = |project: &Project, text: &str| {
        let text = format!("[project]\nrequires-python = \"{text}\"\n");
        std::fs::write(project.path("app/pyproject.toml"), text).expect("a file");
        project.run(["python", "-V"]).code(125)
    };
    if let Some(python) = pythons::all().iter().find(|python| python.version.2 > 0) {
        let series = python.short();
        let project = Project::new().python("python3", python);
        ask(&project, &format!("=={series}")).says(&[
            &format!("cause: `=={series}` is {series}.0 alone; the series is `=={series}.*`"),
            "hint: install one, or name one that fits with `-p PATH`",
        ]);
    }
    let project = Project::with_python();
    let project = project.script("bin/pyenv", "");
    ask(&project, "<3.7").says(&["hint: `pyenv install 3.6` installs one, or "]);
    let project = project.script("bin/uv", "");
    ask(&project, "==3.6.3").says(&["hint: `uv python install 3.6.3` installs one, or "]);
    let explicit = project.run(["-p", "3.6.3", "python", "-V"]).code(125);
    explicit.says(&["hint: `uv python install 3.6.3` installs one, or use another with "]);
}

#[test]
fn a_version_file_may_name_what_pyenv_keeps() {
    let newest = pythons::newest();
    let project = Project::new()
        .dir("home/.pyenv/versions/my-own-3/bin")
        .link("home/.pyenv/versions/my-own-3/bin/python", &newest.exe)
        .file("app/.python-version", "my-own-3\n");
    let chosen = project.chosen(&[]);
    assert!(
        chosen.contains("versions/my-own-3/bin/python (Python "),
        "{chosen}"
    );
    let project = project.file("app/.python-version", "their-own-3\n");
    let ignored = "`their-own-3` is neither a version nor one of pyenv's names here";
    project.run(["python", "-V"]).code(0).says(&[ignored]);
    let project = Project::new().file("app/.python-version", "pypy3.10-7.3.99\n");
    project.run(["python", "-V"]).code(125).says(&[
        "`pypy3.10-7.3.99`",
        "app/.python-version asks for",
        "pyenv has no version of that name",
    ]);
}

#[test]
fn what_pyenv_and_uv_keep_comes_after_path_newest_first() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let pyenv = |python: &Python| format!("home/.pyenv/versions/{}/bin", python.full());
    let uv = format!("home/.local/share/uv/python/cpython-{}-any/bin", new.full());
    let project = Project::new()
        .dir(&uv)
        .link(&format!("{uv}/python"), &new.exe);
    let chosen = project.chosen(&[]);
    assert!(
        chosen.contains("uv/python/cpython-") && chosen.ends_with("installed by uv"),
        "{chosen}"
    );
    let project = [old, new].into_iter().fold(project, |project, python| {
        let dir = pyenv(python);
        project
            .dir(&dir)
            .link(&format!("{dir}/python"), &python.exe)
    });
    let chosen = project.chosen(&[]);
    assert!(
        chosen.contains(&pyenv(new)) && chosen.ends_with("installed by pyenv"),
        "{chosen}"
    );
    let chosen = project.chosen(&["-p", &old.short()]);
    assert!(chosen.contains(&pyenv(old)), "{chosen}");
    let project = project.python("python3.4", old);
    let chosen = project.chosen(&[]);
    assert!(chosen.contains("bin/python3.4 ("), "{chosen}");
}

#[test]
fn where_none_fits_the_error_names_the_request_its_source_and_what_was_seen() {
    let newest = pythons::newest();
    let pyproject = "[project]\nname = \"app\"\nrequires-python = \">=3.99\"\n";
    let project = Project::with_python().file("app/pyproject.toml", pyproject);
    let exe = project.path("bin/python3").display().to_string();
    let seen = format!("cause: {exe} is Python {}\n", newest.full());
    let source = project.path("app/pyproject.toml").display().to_string();
    let refused = project
        .run(["python", "-V"])
        .code(125)
        .says(&[&seen, "hint: "]);
    let first =
        format!("vrun: no Python matches `>=3.99`, which `requires-python` in {source} asks for\n");
    assert!(refused.stderr.starts_with(&first), "{refused}");
    project
        .run(["-p", "pypy3.99", "python", "-V"])
        .code(125)
        .says(&["`pypy3.99`, which --python asks for", &seen]);
    project.assert_only(&["pyproject.toml", "setup.py"]);
}

#[test]
fn where_there_is_no_python_at_all_the_error_says_so() {
    let project = Project::new();
    project.run(["python", "-V"]).code(125).says(&[
        "vrun: found no Python 3 to create an environment with\n",
        "hint: install Python 3",
    ]);
    project.assert_only(&["setup.py"]);
}

#[test]
fn a_broken_pyproject_stops_first_use_only_where_it_has_to_be_read() {
    let project = Project::with_python().file("app/pyproject.toml", "[project\n");
    let file = project.path("app/pyproject.toml").display().to_string();
    project
        .run(["python", "-V"])
        .code(125)
        .says(&[&file, "cause: line 1: "]);
    // It also says what to install.
    project.run(["-p", "3", "python", "-V"]).code(125).says(&[
        &file,
        "what to install",
        "cause: line 1: ",
        "--no-install",
    ]);
    let args = ["--no-install", "-p", "3"];
    assert_taken(&project, &args, "python3", pythons::newest());
}

#[test]
fn an_environment_that_is_there_is_never_changed_for_a_wish() {
    let newest = pythons::newest();
    let project = Project::with_python();
    let venv = project.path("app/.venv").display().to_string();
    newest.says(&format!(
        "import venv; venv.create({venv:?}, symlinks=True)"
    ));
    let path = newest.exe.display().to_string();
    for request in [
        newest.short(),
        ">=3.4".to_owned(),
        path,
        "../bin/python3".to_owned(),
    ] {
        project.run(["-p", &request, "python", "-c", ""]).code(0);
    }
    let hint = format!("hint: `vrun --create --clear --env {venv} -p ");
    let uses = format!("uses Python {}, but --python asks for `3.4`", newest.full());
    project
        .run(["-p", "3.4", "python", "-c", ""])
        .code(125)
        .says(&[&uses, &hint]);
    project
        .run(["-p", "3.4", "--sync"])
        .code(125)
        .says(&[&uses, &hint]);
    let Some((old, _)) = pythons::two() else {
        return;
    };
    let other = old.exe.display().to_string();
    project
        .run(["-p", &other, "python", "-c", ""])
        .code(125)
        .says(&[&hint]);
}

/// PyPy is first on PATH, and CPython of the same version is where pyenv has it.
#[test]
fn a_version_alone_is_cpythons_if_there_is_one() {
    let pypy = pythons::pypy();
    let in_pyenv = pythons::all().iter().find_map(|python| {
        let root = python.prefix.parent()?.parent()?;
        let is_pyenvs = root.join("versions") == python.prefix.parent()?;
        let name = format!("pypy{}", python.short());
        let pypy = pypy.as_ref()?.with_file_name(&name);
        (is_pyenvs && pypy.is_file()).then(|| (python, root.to_owned(), pypy))
    });
    let Some((python, root, pypy)) = in_pyenv else {
        return tell("not tested: a PyPy before a CPython of its version, for that takes both");
    };
    let name = format!("bin/pypy{}", python.short());
    let project = Project::new().link(&name, pypy).var("PYENV_ROOT", root);
    let kind = ["python", "-c", "import sys; print(sys.implementation.name)"];
    let ask = |request: &str| {
        let words = ["-q", "-p", request].into_iter().chain(kind);
        project.run(words).code(0)
    };
    ask(&python.short()).stdout("cpython");
    fs::remove_dir_all(project.path("app/.venv")).expect("an environment");
    ask("pypy").stdout("pypy");
}
