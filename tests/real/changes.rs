//! Whatever file says what is installed: a change of it is noticed, and `--sync` installs what a fresh clone would.

use std::fs;
use std::process::Command;

use crate::project::Project;
use crate::pythons;
use crate::wheels::{ANY, BACKEND, PYPROJECT, VERSIONS, app, installers, versions, wheel};

/// A project of this name, which requires nothing.
fn with_lib(project: Project, name: &str) -> Project {
    let backend = BACKEND.replace("Requires-Dist: alpha\\n", "");
    let backend = backend.replace("app-1", &format!("{name}-1"));
    let backend = backend.replace("Name: app", &format!("Name: {name}"));
    let pyproject = PYPROJECT.replace("dependencies = ['alpha']\n", "");
    let pyproject = pyproject.replace("'app'", &format!("'{name}'"));
    project
        .file(&format!("app/{name}/backend.py"), &backend)
        .file(&format!("app/{name}/pyproject.toml"), &pyproject)
}

/// UTF-16, as PowerShell writes it.
fn utf_16(text: &str) -> Vec<u8> {
    let text = format!("\u{feff}{text}");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Notices a change of `name`, and nothing once it is taken back.
fn assert_noticed(project: &Project, name: &str) {
    let file = project.path(format!("app/{name}"));
    let was = fs::read(&file).expect("a file");
    let more = match name.ends_with("pyproject.toml") {
        true => b"dependencies = []\n".to_vec(),
        false => b"# more\n".to_vec(),
    };
    fs::write(&file, [&was[..], &more].concat()).expect("a file");
    let said = format!("vrun: {name} changed since the last install: run `vrun --sync`\n");
    assert_eq!(versions(project).code(0).stderr, said);
    fs::write(&file, was).expect("a file");
    assert_eq!(versions(project).code(0).stderr, "", "{name}");
}

#[test]
fn what_a_requirement_file_names_in_any_spelling_counts() {
    let lines = "-r requirements/dev.txt\t# for all\n-r \\\n more.txt\n-e file:one\n\
                 -e ./two --config-settings a=b\n-e ./three ; python_version > '3'\n./four\n";
    let project = app("pip")
        .file("app/requirements.txt", &format!("\u{feff}{lines}"))
        .file(
            "app/requirements/dev.txt",
            "-e .\n-r ../utf16.txt\r-c limits.txt\r",
        )
        .file("app/requirements/limits.txt", "alpha<2\n")
        .file("app/more.txt", "gamma\n")
        .file(
            "app/pyproject.toml",
            &PYPROJECT.replace("dependencies = ['alpha']\n", ""),
        )
        .file("app/setup.cfg", "[metadata]\nname = app\n")
        .file("app/backend.py", BACKEND);
    let project = ["one", "two", "three", "four"]
        .into_iter()
        .fold(project, with_lib);
    fs::write(
        project.path("app/utf16.txt"),
        utf_16("alpha\r\n-r last.txt\r\n"),
    )
    .expect("a file");
    let project = project.file("app/last.txt", "beta\n");
    wheel(&project, &["gamma", "1.0", ANY]);
    let first = versions(&project).code(0);
    first.stdout("alpha 1.0\nbeta 1.0\ngamma 1.0");
    assert_eq!(versions(&project).code(0).stderr, "");
    for name in [
        "requirements/dev.txt",
        "requirements/limits.txt",
        "more.txt",
        "last.txt",
        "pyproject.toml",
        "setup.cfg",
        "one/pyproject.toml",
        "two/pyproject.toml",
        "three/pyproject.toml",
        "four/pyproject.toml",
    ] {
        assert_noticed(&project, name);
    }
}

#[test]
fn what_the_project_reads_its_requirements_from_counts() {
    let dynamic = "[tool.setuptools.dynamic]\ndependencies = {file = ['deps.txt']}\n";
    let project = app("pip")
        .file("app/pyproject.toml", &format!("{PYPROJECT}{dynamic}"))
        .file("app/deps.txt", "alpha\n")
        .file("app/backend.py", BACKEND);
    versions(&project).code(0).stdout("alpha 2.0");
    assert_noticed(&project, "deps.txt");
    let project = project.file("app/setup.cfg", "[metadata]\nname = app\n");
    let said = "vrun: setup.cfg is new since the last install: run `vrun --sync`\n";
    assert_eq!(versions(&project).code(0).stderr, said);
}

#[test]
fn sync_installs_what_a_fresh_clone_would() {
    let files = |project: Project| {
        project
            .file("app/requirements.txt", "alpha==1.0\n")
            .file("app/requirements-dev.txt", "gamma\n")
    };
    let project = app("pip").file("app/requirements.txt", "alpha==1.0\n");
    wheel(&project, &["gamma", "1.0", ANY]);
    versions(&project).code(0).stdout("alpha 1.0");
    let project = files(project);
    let said = "vrun: requirements-dev.txt is new since the last install: run `vrun --sync`\n";
    assert_eq!(versions(&project).code(0).stderr, said);
    let project = project.var("VRUN_SYNC", "1");
    let synced = versions(&project).code(0).stdout("alpha 1.0\ngamma 1.0");
    synced.says(&["installed requirements.txt and requirements-dev.txt"]);
    assert_eq!(versions(&project).code(0).stderr, "");
}

#[test]
fn sync_reinstalls_a_package_whose_modules_were_removed() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "alpha==1.0\n");
        versions(&project).code(0).stdout("alpha 1.0");
        let lib = fs::read_dir(project.path("app/.venv/lib")).expect("a directory");
        for entry in lib.map(|entry| entry.expect("an entry")) {
            let module = entry.path().join("site-packages/alpha.py");
            fs::remove_file(module).expect("a module");
        }
        versions(&project).code(0).stdout("");
        project.run(["--doctor"]).code(1);
        let synced = project.run(["--sync"]).code(0);
        synced.says(&["vrun: reinstalling alpha==1.0: files are missing"]);
        versions(&project).code(0).stdout("alpha 1.0");
        project.run(["--doctor"]).code(0);
    }
}

#[test]
fn the_first_requirement_file_beside_an_environment_is_noticed() {
    for installer in installers() {
        let project = app(installer);
        assert!(!versions(&project).code(0).stderr.contains("install"));
        // What sets up tools requires nothing, until it does.
        let project = project.file("app/pyproject.toml", "[tool.ruff]\n");
        assert_eq!(versions(&project).code(0).stderr, "");
        let project = project.file("app/requirements.txt", "alpha<2\n");
        let venv = project.path("app/.venv").display().to_string();
        let said = format!(
            "vrun: requirements.txt is not installed in {venv}: `vrun --sync` installs it\n"
        );
        assert_eq!(versions(&project).code(0).stderr, said);
        assert_eq!(versions(&project).code(0).stderr, "");
        let doctor = project.run(["--doctor"]).code(1).stdout;
        assert!(
            doctor.contains("requirements.txt is not installed"),
            "{doctor}"
        );
        let synced = project.run(["--sync", "python", "-c", VERSIONS]).code(0);
        synced.stdout("alpha 1.0");
        assert_eq!(versions(&project).code(0).stderr, "");
    }
}

#[test]
fn the_first_requirement_file_is_noticed_only_where_something_is_missing() {
    let frozen = || app("pip").file("app/notes.txt", "");
    // It lists what is installed.
    let project = frozen();
    project.run(["pip", "install", "-q", "alpha"]).code(0);
    let project = project.file("app/requirements.txt", "alpha\n");
    assert_eq!(versions(&project).code(0).stderr, "");
    // Someone installs it by hand.
    let project = frozen();
    versions(&project).code(0);
    let project = project.file("app/requirements.txt", "alpha\n");
    versions(&project)
        .code(0)
        .says(&["`vrun --sync` installs it"]);
    project.run(["--doctor"]).code(1);
    project.run(["pip", "install", "-q", "alpha"]).code(0);
    project.run(["--doctor"]).code(0);
    // It is installed unasked with VRUN_SYNC.
    let project = frozen();
    versions(&project).code(0);
    let project = project
        .file("app/requirements.txt", "alpha\n")
        .var("VRUN_SYNC", "1");
    versions(&project).code(0).stdout("alpha 2.0");
    // It was there, and nobody wanted it.
    let project = frozen().file("app/requirements.txt", "alpha\n");
    project.run(["--create", "--no-install"]).code(0);
    assert_eq!(versions(&project).code(0).stderr, "");
    // Somebody installs it otherwise.
    let project = frozen();
    versions(&project).code(0);
    let project = project.file("app/requirements.txt", "alpha\n");
    project
        .run(["pip", "install", "-q", "-r", "requirements.txt"])
        .code(0);
    assert_eq!(versions(&project).code(0).stderr, "");
}

/// A wheel of a package with a submodule, tests and a console script.
const BUILD_DELTA: &str = "\
import sys, zipfile
info = 'delta-1.0.dist-info/'
with zipfile.ZipFile(sys.argv[1] + '/delta-1.0-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('delta/__init__.py', '')
    wheel.writestr('delta/inner.py', 'def main():\\n    print(1)\\n')
    wheel.writestr('delta/tests/a.py', '')
    wheel.writestr(info + 'entry_points.txt', '[console_scripts]\\ndelta = delta.inner:main\\n')
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: delta\\nVersion: 1.0\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', ''.join(name + ',,\\n' for name in wheel.namelist()) + info + 'RECORD,,\\n')
";

#[test]
fn sync_brings_back_a_module_or_a_script_that_was_removed() {
    for installer in installers() {
        let project = app(installer).file("app/requirements.txt", "delta\n");
        let built = Command::new(&pythons::newest().exe)
            .args(["-I", "-c", BUILD_DELTA])
            .arg(project.path("links"))
            .status();
        assert!(built.expect("a Python").success());
        project.run(["delta"]).code(0).stdout("1");
        let up_to_date = "vrun: up to date with requirements.txt\n";
        assert_eq!(project.run(["--sync"]).code(0).stderr, up_to_date);
        let mut lib = fs::read_dir(project.path("app/.venv/lib")).expect("a directory");
        let lib = lib.next().expect("one").expect("an entry").path();
        let site = lib.join("site-packages");
        // Images are made smaller in this way.
        fs::remove_dir_all(site.join("delta/tests")).expect("tests");
        assert_eq!(project.run(["--sync"]).code(0).stderr, up_to_date);
        let removed = [
            (
                site.join("delta/inner.py"),
                "reinstalling delta==1.0: files are missing",
            ),
            (
                project.path("app/.venv/bin/delta"),
                "vrun: restored delta in ",
            ),
        ];
        for (file, line) in removed {
            fs::remove_file(&file).expect("a file");
            let doctor = project.run(["--doctor"]).code(1);
            let name = file.file_name().and_then(|name| name.to_str());
            assert!(doctor.stdout.contains(name.expect("a name")), "{doctor}");
            project.run(["--sync"]).code(0).says(&[line]);
            project.run(["delta"]).code(0).stdout("1");
            assert_eq!(project.run(["--sync"]).code(0).stderr, up_to_date);
            project.run(["--doctor"]).code(0);
        }
    }
}
