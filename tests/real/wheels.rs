//! Projects with an index of their own, made of wheels that the test builds, for a real pip and a real uv. Nothing here
//! needs a network, but for uv where none is installed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// A wheel that holds one module of its own name, which knows its version, and requires others. No two versions are of
/// one size: they may be of one second, and Python would not know that what it has compiled is another's.
const BUILD_WHEEL: &str = "\
import os, sys, zipfile
dir, name, version, tag = sys.argv[1:5]
os.makedirs(dir, exist_ok=True)
info = '%s-%s.dist-info/' % (name, version)
with zipfile.ZipFile('%s/%s-%s-%s.whl' % (dir, name, version, tag), 'w') as wheel:
    wheel.writestr(name + '.py', 'VERSION = %r' % version + '\\n' * int(version[0]))
    requires = ''.join('Requires-Dist: %s\\n' % word for word in sys.argv[5:])
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n%s' % (name, version, requires))
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: %s\\n' % tag)
    wheel.writestr(info + 'RECORD', ''.join(name + ',,\\n' for name in wheel.namelist()) + info + 'RECORD,,\\n')
";

/// A build backend (PEP 517, PEP 660) that needs nothing but Python. It waits as long as there is a file `wait`.
pub(crate) const BACKEND: &str = "\
import os, time, zipfile
def build_editable(dir, config_settings=None, metadata_directory=None):
    open('begun', 'w').close()
    while os.path.exists('wait'):
        time.sleep(0.05)
    info = 'app-1.dist-info/'
    with zipfile.ZipFile(os.path.join(dir, 'app-1-py3-none-any.whl'), 'w') as wheel:
        wheel.writestr('app.pth', os.getcwd() + '\\n')
        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: app\\nVersion: 1\\nRequires-Dist: alpha\\n')
        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr(info + 'RECORD', ''.join(name + ',,\\n' for name in wheel.namelist()) + info + 'RECORD,,\\n')
    return 'app-1-py3-none-any.whl'
build_wheel = build_editable
";

/// A project that takes it, and requires alpha.
pub(crate) const PYPROJECT: &str = "\
[build-system]
requires = []
build-backend = 'backend'
backend-path = ['.']
[project]
name = 'app'
version = '1'
dependencies = ['alpha']
";

/// Says which versions there are of the packages that these tests know.
pub(crate) const VERSIONS: &str = "\
for name in 'alpha', 'beta', 'gamma':
    try:
        print(name, __import__(name).VERSION)
    except ImportError:
        pass
";

/// The tag of a wheel for every Python.
pub(crate) const ANY: &str = "py3-none-any";

/// A project, and an index of its own: alpha 1.0 and 2.0, and beta, which takes alpha below 2.
pub(crate) fn app(installer: &str) -> Project {
    let project = Project::with_python();
    let links = project.path("links").display().to_string();
    wheel(&project, &["alpha", "1.0", ANY]);
    wheel(&project, &["alpha", "2.0", ANY]);
    wheel(&project, &["beta", "1.0", ANY, "alpha<2"]);
    let project = match uv() {
        Some(uv) if installer == "uv" => project.link("bin/uv", uv),
        _ => project,
    };
    project
        .var("VRUN_INSTALLER", installer)
        .var("PIP_NO_INDEX", "1")
        .var("PIP_FIND_LINKS", &links)
        .var("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .var("UV_OFFLINE", "1")
        .var("UV_FIND_LINKS", &links)
}

/// The arguments after the directory are those of BUILD_WHEEL.
pub(crate) fn wheel(project: &Project, args: &[&str]) {
    let mut build = Command::new(&pythons::newest().exe);
    build
        .args(["-I", "-c", BUILD_WHEEL])
        .arg(project.path("links"));
    assert!(build.args(args).status().expect("a Python").success());
}

/// A package index (PEP 503) on this machine.
pub(crate) struct Index {
    server: Child,
    pub url: String,
}

impl Drop for Index {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Serves these packages from a directory of the project's.
pub(crate) fn index(project: &Project, name: &str, packages: &[[&str; 2]]) -> Index {
    for [package, version] in packages {
        wheel(project, &[package, version, ANY]);
        let dir = project.path(name).join(package);
        fs::create_dir_all(&dir).expect("a directory");
        let file = format!("{package}-{version}-{ANY}.whl");
        let built = project.path("links").join(&file);
        fs::rename(built, dir.join(&file)).expect("a wheel");
    }
    let mut server = Command::new(&pythons::newest().exe)
        .args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "0"])
        .current_dir(project.path(name))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let mut line = String::new();
    let stdout = server.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let port = line
        .split(" port ")
        .nth(1)
        .and_then(|it| it.split(' ').next());
    let url = format!("http://127.0.0.1:{}/", port.expect("a port"));
    Index { server, url }
}

/// The installers that there are.
pub(crate) fn installers() -> Vec<&'static str> {
    match uv() {
        Some(_) => vec!["pip", "uv"],
        None => {
            tell("not tested: uv, of which there is none, and pip gets none");
            vec!["pip"]
        }
    }
}

/// A uv that works without its user's variables: one on PATH or in pyenv's directory, else one that pip gets.
pub(crate) fn uv() -> Option<&'static PathBuf> {
    static UV: OnceLock<Option<PathBuf>> = OnceLock::new();
    let works = |uv: &PathBuf| {
        let mut command = Command::new(uv);
        // A version manager's shim needs more than that.
        let command = command.arg("--version").env_clear().env("PATH", "/");
        let output = command.output();
        output.is_ok_and(|output| output.status.success() && output.stdout.starts_with(b"uv "))
    };
    UV.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut dirs: Vec<_> = std::env::split_paths(&path).collect();
        let kept = pythons::pyenv_root().map(|root| fs::read_dir(root.join("versions")));
        for entry in kept.into_iter().flatten().flatten().flatten() {
            dirs.push(entry.path().join("bin"));
        }
        let found = dirs.into_iter().map(|dir| dir.join("uv")).find(works);
        found.or_else(|| Some(from_pypi("uv", "uv")).filter(works))
    })
    .as_ref()
}

/// Where a program of a package on PyPI is, if pip gets it; later runs find it again. It is the pip of an environment,
/// for Debian's Python has none of its own.
pub(crate) fn from_pypi(package: &str, program: &str) -> PathBuf {
    let env = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(package);
    let file = env.join("bin").join(program);
    if !file.exists() {
        let mut make = Command::new(&pythons::newest().exe);
        let made = make.args(["-I", "-m", "venv"]).arg(&env).status();
        assert!(made.is_ok_and(|status| status.success()), "{env:?}");
        let mut pip = Command::new(env.join("bin/python"));
        let _ = pip.args(["-m", "pip", "install", "-q", package]).status();
    }
    file
}

/// What VERSIONS says in the project's environment.
pub(crate) fn versions(project: &Project) -> Outcome {
    project.run(["python", "-c", VERSIONS])
}
