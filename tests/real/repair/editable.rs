//! An editable install of the project: afterwards its code comes from where the project is now.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::lost::two;
use super::whole::{bare, files, repair};
use crate::broken;
use crate::moved;
use crate::project::{Outcome, Project, tell};
use crate::pythons;

const PYPROJECT: &str =
    "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n";

/// A build backend that needs nothing. What it writes is what others do: a path, and setuptools' finder.
const BACKEND: &str = r#"
import os, zipfile
FINDER = """import sys
MAPPING = {'vrun_more': %r}
def install():
    sys.path.extend(MAPPING.values())
"""
def build_editable(directory, config_settings=None, metadata_directory=None):
    here = os.getcwd()
    info = 'vrun_app-1.0.dist-info/'
    files = {
        'vrun_app.pth': os.path.join(here, 'src') + '\n',
        '__editable__.vrun_more.pth': 'import __editable___vrun_more_finder as it; it.install()\n',
        '__editable___vrun_more_finder.py': FINDER % os.path.join(here, 'more'),
        info + 'METADATA': 'Metadata-Version: 2.1\nName: vrun-app\nVersion: 1.0\n',
        info + 'WHEEL': 'Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }
    name = 'vrun_app-1.0-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
        wheel.writestr(info + 'RECORD', ''.join(file + ',,\n' for file in files) + info + 'RECORD,,\n')
    return name
"#;

/// Where the modules come from, and where pip takes the project to be.
const WHERE: &str = r#"
import glob, json, sysconfig, urllib.parse, vrun_app, vrun_more
print(vrun_app.__file__)
print(vrun_more.__file__)
[origin] = glob.glob(glob.escape(sysconfig.get_path('purelib')) + '/vrun_app-*/direct_url.json')
with open(origin) as file:
    print(urllib.parse.unquote(json.load(file)['url']))
"#;

#[track_caller]
fn comes_from(project: &Project, at: &Path) {
    let mut python = bare(project, &at.join(".venv/bin/python"));
    let place = at.display();
    Outcome::of(python.args(["-I", "-c", WHERE]))
        .code(0)
        .stdout(&format!(
            "{place}/src/vrun_app.py\n{place}/more/vrun_more.py\nfile://{place}"
        ));
}

/// A command there, which imports what is installed.
#[track_caller]
fn imported(project: &Project, at: &Path) -> Outcome {
    let mut vrun = project.vrun(["python", "-c", "import vrun_app; print(vrun_app.__file__)"]);
    Outcome::of(vrun.current_dir(at)).code(0)
}

#[track_caller]
fn says_nothing(project: &Project, at: &Path) {
    assert_eq!(imported(project, at).stderr, "");
}

/// The project, with an environment in which it is installed.
fn installed(project: Project) -> Project {
    let project = project
        .file("app/pyproject.toml", PYPROJECT)
        .file("app/backend.py", BACKEND)
        .file("app/src/vrun_app.py", "")
        .file("app/more/vrun_more.py", "");
    fs::remove_file(project.path("app/setup.py")).expect("removed");
    let options = ["--no-index", "--disable-pip-version-check", "-e", "."];
    project
        .run([&["python", "-m", "pip", "install", "-q"], &options[..]].concat())
        .code(0);
    project
}

#[test]
fn a_project_that_is_installed_in_its_own_environment() {
    let project = installed(Project::with_python());
    let original = project.path("app");
    comes_from(&project, &original);
    says_nothing(&project, &original);
    moved::copy(&original, &project.path("copy"));
    let before = files(&original.join(".venv"));
    let ran = imported(&project, &project.path("copy"));
    assert!(ran.stdout.starts_with(&*original.to_string_lossy()));
    assert_eq!(ran.stderr.lines().count(), 1, "{ran}");
    ran.says(&[
        "vrun: vrun_app is imported from ",
        "/app, not from ",
        "/copy; `vrun --repair` fixes it",
    ]);
    repair(&project, &project.path("copy/.venv"));
    comes_from(&project, &project.path("copy"));
    says_nothing(&project, &project.path("copy"));
    assert_eq!(before, files(&original.join(".venv")));
    for place in ["it's my $HOME \"new\"", "prøjekt", "new"] {
        let at = project.path(place);
        fs::rename(project.path("copy"), &at).expect("moved");
        repair(&project, &at.join(".venv"));
        comes_from(&project, &at);
        fs::rename(&at, project.path("copy")).expect("moved");
        repair(&project, &project.path("copy/.venv"));
    }
    let mut pip = bare(&project, &project.path("copy/.venv/bin/pip"));
    Outcome::of(pip.args(["uninstall", "-qy", "vrun-app"])).code(0);
}

const SETUP: &str = "from setuptools import setup\nsetup(name='vrun-app', version='1.0', \
    py_modules=['vrun_app'], package_dir={'': 'src'}, entry_points={'console_scripts': ['app = vrun_app:main']})\n";

/// With `.egg-link`, `easy-install.pth` and a script that looks for them.
#[test]
fn a_project_that_an_old_pip_installed() {
    let mut old = pythons::all()
        .iter()
        .filter(|python| python.version < (3, 10, 0));
    let (Some(python), Some(newer)) = (old.next(), old.next_back()) else {
        return tell(
            "not tested: editable installs of an old pip, for it takes two Pythons before 3.10",
        );
    };
    let project = broken::project(python)
        .file("app/setup.py", SETUP)
        .file("app/src/vrun_app.py", "def main():\n    print(__file__)\n");
    let options = ["--no-index", "--disable-pip-version-check", "-e", "."];
    project
        .run([&["python", "-m", "pip", "install", "-q"], &options[..]].concat())
        .code(0);
    let (app, moved) = (project.path("app"), project.path("my app"));
    script_comes_from(&project, &app);
    fs::rename(&app, &moved).expect("moved");
    repair(&project, &moved.join(".venv"));
    script_comes_from(&project, &moved);
    fs::rename(&moved, &app).expect("moved");
    repair(&project, &app.join(".venv"));
    script_comes_from(&project, &app);
    // And made anew with another Python, it is installed so again.
    fs::remove_dir_all(project.path("base")).expect("gone");
    let project = project.python("python3", newer).var("PIP_NO_INDEX", "1");
    repair(&project, &app.join(".venv"));
    script_comes_from(&project, &app);
}

#[track_caller]
fn script_comes_from(project: &Project, at: &Path) {
    let mut script = bare(project, &at.join(".venv/bin/app"));
    let code = at.join("src/vrun_app.py").display().to_string();
    Outcome::of(&mut script).code(0).stdout(&code);
}

#[test]
fn a_copy_whose_python_is_lost_too_is_made_anew_from_its_own_sources() {
    let Some((old, new)) = two() else { return };
    let project = installed(broken::project(old));
    let copy = project.path("copy");
    moved::copy(&project.path("app"), &copy);
    fs::remove_dir_all(project.path("base")).expect("gone");
    let project = project.python("python3", new).var("PIP_NO_INDEX", "1");
    let at = copy.to_str().expect("UTF-8");
    project.run(["-q", "-C", at, "--repair"]).code(0);
    comes_from(&project, &copy);
}

/// The settings with which each of these backends makes an import hook instead of a path.
const BACKENDS: [(&str, &str, &str); 3] = [
    (
        "hatchling",
        "hatchling.build",
        "[tool.hatch.build]\ndev-mode-exact = true\n[tool.hatch.build.targets.wheel]\npackages = ['src/vrun_app']\n",
    ),
    (
        "pdm-backend",
        "pdm.backend",
        "[tool.pdm.build]\neditable-backend = 'editables'\n",
    ),
    (
        "scikit-build-core",
        "scikit_build_core.build",
        "[tool.scikit-build]\nwheel.cmake = false\nwheel.packages = ['src/vrun_app']\n",
    ),
];

#[test]
fn a_project_whose_backend_makes_an_import_hook() {
    for (package, backend, settings) in BACKENDS {
        let pyproject = format!(
            "[project]\nname = 'vrun-app'\nversion = '1.0'\n{settings}\
             [build-system]\nrequires = ['{package}']\nbuild-backend = '{backend}'\n"
        );
        let project = Project::with_python()
            .file("app/pyproject.toml", &pyproject)
            .file("app/src/vrun_app/__init__.py", "");
        fs::remove_file(project.path("app/setup.py")).expect("removed");
        project.run(["--create", "--no-install"]).code(0);
        // The index is the user's, and so are its settings.
        let python = project.path("app/.venv/bin/python");
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "-e",
        ]);
        let outcome = Outcome::of(pip.arg(project.path("app")));
        if !outcome.status.success() {
            tell(format_args!(
                "not tested: an editable install by {package}: {outcome}"
            ));
            continue;
        }
        let (original, copy) = (project.path("app"), project.path("a copy"));
        moved::copy(&original, &copy);
        let at = |at: &Path| format!("{}/src/vrun_app/__init__.py", at.display());
        let ran = imported(&project, &copy).stdout(&at(&original));
        ran.says(&["is imported from ", "`vrun --repair` fixes it"]);
        repair(&project, &copy.join(".venv"));
        imported(&project, &copy).stdout(&at(&copy));
        says_nothing(&project, &copy);
        imported(&project, &original).stdout(&at(&original));
    }
}
