//! What the first `vrun pytest` does in projects that people have: sdists from the package index, of all shapes.
//!
//! Only `scripts/test --all` fetches them. It prints a table; to look at one again, `NAME` in VRUN_TEST_SDIST picks it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::index::{installs, vrun_command};
use crate::project::{Outcome, Project, tell};
use crate::wheels::installers;

/// What the first command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// pytest starts: whether it finds that all is there depends on what is on the index today.
    Starts,
    /// There is no pytest, and nothing in the sdist says that one is needed.
    Unnamed,
}
use Expected::{Starts, Unnamed};

/// A release, where it says what its developers need, and what comes of it.
const SDISTS: [(&str, &str, Expected); 42] = [
    ("requests==2.31.0", "setup.py, requirements-dev.txt", Starts),
    ("flask==3.1.1", "flit, groups, uv.lock", Starts),
    (
        "click==8.1.7",
        "setup.cfg, requirements/*.txt that pin click",
        Starts,
    ),
    (
        "jinja2==3.1.4",
        "flit, requirements/*.txt that pin jinja2",
        Starts,
    ),
    (
        "markupsafe==2.1.5",
        "C, requirements/*.txt that pin markupsafe",
        Starts,
    ),
    ("itsdangerous==2.2.0", "flit, requirements/*.txt", Starts),
    ("attrs==24.2.0", "hatchling, extras dev and tests", Starts),
    (
        "pluggy==1.5.0",
        "setuptools-scm, extras dev and testing",
        Starts,
    ),
    ("packaging==24.1", "flit, tests/requirements.txt", Starts),
    ("platformdirs==4.2.2", "hatchling, extra test", Starts),
    ("filelock==3.15.4", "hatchling, extra testing", Starts),
    ("httpx==0.27.2", "hatchling, requirements.txt", Starts),
    ("h11==0.14.0", "setup.py", Unnamed),
    (
        "python-dateutil==2.9.0.post0",
        "setup.py, requirements-dev.txt",
        Starts,
    ),
    ("six==1.16.0", "setup.py, tox.ini", Starts),
    ("marshmallow==3.21.3", "flit, extras dev and tests", Starts),
    (
        "cattrs==24.1.0",
        "hatchling, pdm.lock, groups of PDM's",
        Starts,
    ),
    (
        "structlog==24.4.0",
        "hatchling, extras dev and tests",
        Starts,
    ),
    ("multidict==6.0.5", "C, requirements/*.txt", Starts),
    ("msgpack==1.0.8", "C by Cython", Unnamed),
    ("toolz==0.12.1", "setup.py, versioneer", Unnamed),
    (
        "more-itertools==10.3.0",
        "flit, requirements/development.txt",
        Unnamed,
    ),
    (
        "boltons==24.0.0",
        "setup.py, tox.ini that names a lost file",
        Unnamed,
    ),
    ("arrow==1.3.0", "flit, requirements/*.txt", Starts),
    ("freezegun==1.5.1", "setup.py, requirements.txt", Starts),
    (
        "responses==0.25.3",
        "setup.py, an extra of setup.py",
        Starts,
    ),
    ("humanize==4.10.0", "hatchling, extra tests", Starts),
    ("loguru==0.7.2", "setup.py, extra dev", Starts),
    (
        "typer==0.12.5",
        "PDM's backend, requirements-tests.txt",
        Starts,
    ),
    ("starlette==0.38.2", "hatchling, requirements.txt", Starts),
    ("tenacity==8.5.0", "setup.cfg, extra test", Starts),
    ("cachetools==5.4.0", "setup.cfg, tox.ini", Starts),
    ("sqlparse==0.5.1", "hatchling, extra dev", Starts),
    ("mistune==3.0.2", "setuptools", Unnamed),
    ("python-dotenv==1.0.1", "setup.py, requirements.txt", Starts),
    (
        "apscheduler==3.10.4",
        "setuptools-scm, extra testing",
        Starts,
    ),
    ("tomlkit==0.13.0", "Poetry, dev group", Starts),
    ("unearth==0.17.0", "PDM's backend, group of PDM's", Starts),
    (
        "urllib3==2.2.2",
        "hatchling, dev-requirements.txt with a repository",
        Starts,
    ),
    ("isodate==0.6.1", "setup.py", Unnamed),
    (
        "aiofiles==24.1.0",
        "hatchling, environments of hatch",
        Starts,
    ),
    (
        "uvicorn==0.30.6",
        "hatchling, no requirements.txt in it",
        Unnamed,
    ),
];

/// Gets a release and unpacks it in `dir`: the directory that it is in then.
fn fetch(project: &Project, dir: &Path, release: &str) -> Option<PathBuf> {
    let options = "pip download -q --no-binary :all: --no-deps -d";
    let mut download = vrun_command(&project.path("app"));
    let fetched = download.args(options.split(' ')).arg(dir).arg(release);
    if !fetched.output().ok()?.status.success() {
        return None;
    }
    let only_entry = || Some(fs::read_dir(dir).ok()?.flatten().next()?.path());
    let archive = only_entry()?;
    let mut unpack = Command::new("tar");
    let unpacked = unpack.arg("-xf").arg(&archive).current_dir(dir).status();
    fs::remove_file(archive).ok()?;
    unpacked.ok()?.success().then(only_entry)?
}

/// A row of the table, and whether it is as expected.
fn try_one(
    project: &Project,
    (release, shape, expected): (&str, &str, Expected),
    installer: &str,
) -> (String, bool) {
    let name = release.split('=').next().unwrap_or(release);
    let dir = project.path(format!("sdists/{installer}/{name}"));
    let Some(top) = fetch(project, &dir, release) else {
        return (format!("{release}: not tested: pip does not get it"), true);
    };
    let mut command = vrun_command(&top);
    let pytest = ["pytest", "-q", "-p", "no:cacheprovider", "--collect-only"];
    let outcome = Outcome::of(command.env("VRUN_INSTALLER", installer).args(pytest));
    let code = outcome.status.code().unwrap_or(-1);
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    let last = outcome.stdout.lines().rfind(|line| !line.trim().is_empty());
    let said = text
        .lines()
        .filter(|line| line.starts_with("vrun: ") && line.contains("left out"));
    let more: Vec<_> = last.into_iter().chain(said).collect();
    let is_expected = match expected {
        Starts => !(125..=127).contains(&code),
        Unnamed => code == 127,
    };
    let mut row = format!(
        "{release} ({shape}), {installer}: {code} {}",
        more.join("; ")
    );
    if !is_expected {
        row.push_str(&format!("\n{text}"));
    }
    (row, is_expected)
}

#[test]
fn pytest_starts_in_the_sdists_that_name_it() {
    if std::env::var_os("VRUN_TEST_ALL").is_none() {
        return tell("not tested: sdists of forty projects, which scripts/test --all fetches");
    }
    let project = Project::new();
    if !installs(&project, "app", &["idna"]) {
        return;
    }
    let picked = std::env::var("VRUN_TEST_SDIST").unwrap_or_default();
    let installers = installers();
    let runs = installers.iter().flat_map(|installer| {
        let picked = SDISTS
            .iter()
            .filter(|(release, ..)| release.starts_with(&*picked));
        picked.map(move |sdist| (*sdist, *installer))
    });
    let runs: Vec<_> = runs.collect();
    let rows: Vec<_> = std::thread::scope(|scope| {
        let parts = runs.chunks(runs.len().div_ceil(2).max(1));
        let threads: Vec<_> = parts
            .map(|part| {
                let project = &project;
                let try_part = move || {
                    part.iter()
                        .map(|(sdist, installer)| try_one(project, *sdist, installer))
                        .collect::<Vec<_>>()
                };
                scope.spawn(try_part)
            })
            .collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().expect("an end"));
        joined.flatten().collect()
    });
    for (row, _) in &rows {
        tell(row);
    }
    let wrong: Vec<_> = rows
        .iter()
        .filter(|(_, is_expected)| !is_expected)
        .map(|(row, _)| &**row)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
