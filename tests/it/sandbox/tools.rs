//! What a sandbox is built with: the two programs in it, and the care that files want which are to be run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What makes a directory an environment, the home of one, or a project.
const MARKERS: [&str; 14] = [
    "pyvenv.cfg",
    ".venv",
    "venv",
    "env",
    "pyproject.toml",
    "pylock.toml",
    "requirements.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "tox.ini",
    ".python-version",
    ".git",
    ".hg",
];

/// A project or an environment above the sandbox would have a say in every test.
pub(super) fn assert_lies_nowhere(root: &Path) {
    for dir in root.ancestors().skip(1) {
        let found = MARKERS
            .iter()
            .map(|name| dir.join(name))
            .find(|path| path.exists());
        assert!(
            found.is_none(),
            "{found:?} lies above the sandboxes; set TMPDIR to another place"
        );
    }
}

/// A file that is open for writing cannot be run, and a process that another test starts just then
/// holds it open for a moment more. So the two never happen at once.
pub(super) fn no_process_starts() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy is made by `cp`, for the same reason.
pub(super) fn link_or_copy(from: &Path, to: &Path) {
    if fs::hard_link(from, to).is_err() {
        must_do(Command::new("/bin/cp").arg(from).arg(to));
    }
}

fn must_do(command: &mut Command) {
    let quiet = no_process_starts();
    let child = command.spawn();
    drop(quiet);
    let status = child.and_then(|mut child| child.wait());
    assert!(
        status.as_ref().is_ok_and(|status| status.success()),
        "{command:?}: {status:?}"
    );
}

/// The probe, compiled when the first test asks for it; on a machine that is emulated it is there.
pub(super) fn probe() -> &'static Path {
    static PROBE: OnceLock<PathBuf> = OnceLock::new();
    PROBE.get_or_init(|| {
        if let Some(built) = std::env::var_os("VRUN_TEST_PROBE") {
            return built.into();
        }
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let built = dir.join("probe");
        // Another run of the tests may be using the old one.
        let new = dir.join(format!("probe.{}", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/probe.rs");
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command.args([
            "--edition=2024",
            "-Cstrip=symbols",
            "-Cpanic=abort",
            "-Dwarnings",
            "-o",
        ]);
        must_do(command.arg(&new).arg(source));
        fs::rename(&new, &built).expect("the probe in its place");
        built
    })
}
