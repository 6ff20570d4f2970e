//! Environments of each maker for each Python, made once; a case takes a copy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use crate::moved;
use crate::project::{Outcome, Project, tell};

/// Who makes an environment, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Making {
    pub maker: Maker,
    pub has_system_site: bool,
    pub is_copied: bool,
    pub has_prompt: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Maker {
    Vrun,
    Venv,
    Virtualenv,
    Uv,
}

/// The directories where virtualenv and uv are, where they can be had.
struct Tools {
    virtualenv: Option<PathBuf>,
    uv: Option<PathBuf>,
    _project: Project,
}

fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let project = Project::with_python();
        Tools {
            virtualenv: moved::tool(&project, "virtualenv"),
            uv: moved::tool(&project, "uv"),
            _project: project,
        }
    })
}

/// The command that makes an environment at `at` on `python`; None where that maker is not to be had.
fn command(making: &Making, python: &Path, at: &Path) -> Option<Command> {
    let mut command;
    match making.maker {
        Maker::Vrun => {
            command = Command::new(env!("CARGO_BIN_EXE_vrun"));
            command
                .args(["--create", "--without-pip", "-p"])
                .arg(python);
            if making.is_copied {
                command.arg("--copies");
            }
        }
        Maker::Venv => {
            command = Command::new(python);
            command.args(["-I", "-m", "venv", "--without-pip"]);
            if making.is_copied {
                command.arg("--copies");
            }
        }
        Maker::Virtualenv => {
            command = Command::new(tools().virtualenv.as_ref()?.join("virtualenv"));
            command
                .args(["-q", "--no-periodic-update", "--no-seed", "-p"])
                .arg(python);
            if making.is_copied {
                command.arg("--copies");
            }
        }
        Maker::Uv => {
            command = Command::new(tools().uv.as_ref()?.join("uv"));
            command
                .args(["venv", "-q", "--offline", "--no-config", "-p"])
                .arg(python);
        }
    }
    if making.has_system_site {
        command.arg("--system-site-packages");
    }
    if making.has_prompt && making.maker != Maker::Venv {
        command.args(["--prompt", "it's \"me\""]);
    }
    if making.maker == Maker::Vrun {
        command.arg("--env");
    }
    command.arg(at);
    Some(command)
}

/// Makes one at `at`. Where that maker does not serve that Python, which is said once, it is false.
pub(super) fn make(making: &Making, python: &Path, at: &Path, project: &Project) -> bool {
    let Some(mut command) = command(making, python, at) else {
        return false;
    };
    project.place(&mut command);
    let made = Outcome::of(&mut command);
    if !made.status.success() {
        unable(making, python, &made);
    }
    made.status.success()
}

fn unable(making: &Making, python: &Path, made: &Outcome) {
    static SAID: Mutex<BTreeMap<(Maker, bool, PathBuf), ()>> = Mutex::new(BTreeMap::new());
    let mut said = SAID.lock().expect("no panic before");
    let key = (making.maker, making.is_copied, python.to_owned());
    if said.insert(key, ()).is_none() {
        let why = made.stderr.lines().last().unwrap_or_default();
        tell(format_args!("not tested: {making:?} on {python:?}: {why}"));
    }
}

/// One that lies elsewhere, to be copied.
pub(super) fn kept(making: &Making, python: &Path) -> Option<PathBuf> {
    static KEPT: Mutex<BTreeMap<(Making, PathBuf), Option<PathBuf>>> = Mutex::new(BTreeMap::new());
    static PLACE: OnceLock<Project> = OnceLock::new();
    let mut kept = KEPT.lock().expect("no panic before");
    let number = kept.len();
    let entry = kept.entry((making.clone(), python.to_owned()));
    let made = entry.or_insert_with(|| {
        let place = PLACE.get_or_init(Project::new);
        let at = place.path(format!("kept{number}"));
        make(making, python, &at, place).then_some(at)
    });
    made.clone()
}
