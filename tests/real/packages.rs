//! What counts as a package is what the build backends build: the real ones, from the index, tried on many shapes.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use crate::index::{installs, vrun_command};
use crate::project::{Outcome, Project, tell};

/// Builds each directory that is named, as an editable install does it, and says whether that succeeds.
const BUILD: &str = "\
import concurrent.futures, os, subprocess, sys, tempfile, tomllib
code = 'import importlib, sys; importlib.import_module(sys.argv[1]).build_editable(sys.argv[2])'
def is_built(dir):
    with open(dir + '/pyproject.toml', 'rb') as file:
        backend = tomllib.load(file)['build-system']['build-backend']
    path = os.path.dirname(sys.executable) + ':' + os.environ['PATH']
    with tempfile.TemporaryDirectory() as wheels:
        words = [sys.executable, '-c', code, backend, wheels]
        built = subprocess.run(words, cwd=dir, env=dict(os.environ, PATH=path), capture_output=True)
    return built.returncode == 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    print(*pool.map(is_built, sys.argv[1:]), sep='\\n')
";

const BACKENDS: [(&str, &str); 5] = [
    ("setuptools", "setuptools.build_meta"),
    ("hatchling", "hatchling.build"),
    ("poetry-core", "poetry.core.masonry.api"),
    ("uv_build", "uv_build"),
    ("pdm-backend", "pdm.backend"),
];

/// The files of a project called My.app-x.
const FILES: [&str; 16] = [
    "my_app_x/__init__.py",
    "my_app_x/a.py",
    "My_app_x/__init__.py",
    "My.app_x/__init__.py",
    "my_app_x.py",
    "src/my_app_x/__init__.py",
    "src/my_app_x/a.py",
    "src/my_app_x.py",
    "ns/my_app_x/__init__.py",
    "a/my_app_x/__init__.py b/my_app_x/__init__.py",
    "src/ns/my_app_x/__init__.py",
    "other/__init__.py",
    "a.py b.py",
    "a/x.py tests/x.py",
    "a/__init__.py data/x.csv",
    "src/setup.py",
];

/// The same, with what a backend is told.
const TOLD: [(&str, &str, &str); 13] = [
    ("pdm-backend", "other/__init__.py", ""),
    ("pdm-backend", "a.py b.py", ""),
    (
        "hatchling",
        "other/__init__.py",
        "[tool.hatch.build.targets.sdist]\ninclude = ['other']\n",
    ),
    (
        "hatchling",
        "other/__init__.py",
        "[tool.hatch.build.targets.wheel]\nexclude = ['x']\n",
    ),
    (
        "hatchling",
        "other/__init__.py",
        "[tool.hatch.build.targets.wheel]\npackages = ['other']\n",
    ),
    (
        "hatchling",
        "other/__init__.py",
        "[tool.hatch.build]\nonly-include = ['other']\n",
    ),
    (
        "poetry-core",
        "other/__init__.py",
        "[tool.poetry]\npackages = [{include = 'other'}]\n",
    ),
    (
        "uv_build",
        "my_app_x/__init__.py",
        "[tool.uv.build-backend]\nmodule-root = ''\n",
    ),
    (
        "uv_build",
        "my_app_x/__init__.py",
        "[tool.uv.build-backend]\ndata = {}\n",
    ),
    (
        "uv_build",
        "src/a/b/__init__.py",
        "[tool.uv.build-backend]\nmodule-name = 'a.b'\n",
    ),
    (
        "uv_build",
        "src/a/__init__.py",
        "[tool.uv.build-backend]\nmodule-name = ['a', 'b']\n",
    ),
    (
        "uv_build",
        "src/my_app_x/a.py",
        "[tool.uv.build-backend]\nnamespace = true\n",
    ),
    (
        "setuptools",
        "a/x.py b/x.py",
        "[tool.setuptools]\npackages = ['a']\n",
    ),
];

fn with_shape(project: Project, dir: &str, backend: &str, files: &str, told: &str) -> Project {
    let (_, module) = BACKENDS
        .iter()
        .find(|(name, _)| *name == backend)
        .expect("known");
    let mut text =
        "[project]\nname = 'My.app-x'\nversion = '1'\ndependencies = ['six']\n".to_owned();
    let _ = write!(
        text,
        "[build-system]\nrequires = []\nbuild-backend = '{module}'\n{told}"
    );
    let project = project.file(&format!("{dir}/pyproject.toml"), &text);
    files.split(' ').fold(project, |project, file| {
        project.file(&format!("{dir}/{file}"), "")
    })
}

#[test]
fn what_counts_as_a_package_is_what_its_backend_builds() {
    let project = Project::new();
    let wanted: Vec<_> = BACKENDS.iter().map(|(name, _)| *name).collect();
    let wanted = [&wanted[..], &["editables"]].concat();
    if !installs(&project, "app", &wanted) {
        return;
    }
    // PDM's builds whatever there is.
    let plain = BACKENDS[..4]
        .iter()
        .flat_map(|(name, _)| FILES.map(|files| (*name, files, "")));
    let shapes: Vec<_> = plain.chain(TOLD).collect();
    let dirs: Vec<_> = (0..shapes.len()).map(|at| format!("shapes/{at}")).collect();
    let project = shapes
        .iter()
        .zip(&dirs)
        .fold(project, |project, (shape, dir)| {
            with_shape(project, dir, shape.0, shape.1, shape.2)
        });
    // What a backend leaves behind would be found by the look that follows, so that comes first.
    let planned = dirs.iter().map(|dir| {
        let said = project
            .run(["-n", "--sync", "-C", "..", "--project", dir])
            .code(0)
            .stderr;
        said.contains("would install the project (pyproject.toml)")
    });
    let planned: Vec<_> = planned.collect();
    let mut build = Command::new(project.path("app/.venv/bin/python"));
    build
        .args(["-c", BUILD])
        .args(&dirs)
        .current_dir(project.path(""));
    let built = Outcome::of(&mut build).code(0).stdout;
    let wrong = shapes.iter().zip(planned).zip(built.lines());
    let wrong: Vec<_> = wrong
        .filter(|((_, planned), built)| *planned != (*built == "True"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A directory of data is a package to setuptools, which then builds nothing.
#[test]
fn a_project_that_is_not_built_any_more_stays_installed_and_a_line_says_so() {
    let project = Project::with_python()
        .dir("app/mypk")
        .file("app/mypk/__init__.py", "")
        .file(
            "app/pyproject.toml",
            "[project]\nname = 'mypk'\nversion = '1'\n\
             [build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n",
        );
    fs::remove_file(project.path("app/setup.py")).expect("a file");
    let run = |args: &[&str]| Outcome::of(vrun_command(&project.path("app")).args(args));
    let import = ["python", "-I", "-c", "import mypk"];
    let first = run(&import);
    if first.stderr.contains("cannot be reached") {
        return tell(format_args!(
            "not tested: a project that setuptools builds: {first}"
        ));
    }
    first.code(0);
    fs::create_dir(project.path("app/data")).expect("a directory");
    let told = "the project itself: setuptools builds nothing where it finds several packages (data, mypk)";
    run(&["--sync", "--exact"]).code(0).says(&[told]);
    run(&import).code(0);
    run(&["-n", "--sync"]).code(0).says(&[told]);
    let doctor = run(&["--doctor"]).code(1);
    assert!(doctor.stdout.contains(told), "{doctor}");
}
