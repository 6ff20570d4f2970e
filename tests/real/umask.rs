//! Who may write to what vrun makes, where the umask lets others.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::project::{Outcome, Project};
use crate::wheels;

/// A line of sh under this umask; `$vrun` is vrun.
fn under(umask: &str, line: &str, project: &Project) -> Outcome {
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let line = format!("vrun='{vrun}'; umask {umask}; {line}");
    let mut command = std::process::Command::new("/bin/sh");
    project.place(&mut command);
    Outcome::of(command.args(["-ec", &line]))
}

fn mode(project: &Project, path: &str) -> u32 {
    let found = fs::metadata(project.path(path)).expect("a directory");
    found.mode() & 0o777
}

#[test]
fn everyone_is_kept_out_and_the_program_has_the_umask_that_vrun_had() {
    for line in [
        "$vrun /bin/sh -c umask",
        "$vrun --create >/dev/null; umask",
        "$vrun --create >/dev/null; $vrun --create --clear >/dev/null; umask",
    ] {
        let project = Project::with_python();
        let made = under("000", line, &project).code(0);
        assert_eq!(made.stdout.trim().trim_start_matches('0'), "", "{made}");
        for path in ["app/.venv", "app/.venv/bin", "app/.venv/lib"] {
            assert_eq!(mode(&project, path) & 0o002, 0, "{path}");
        }
        // It is not refused for that.
        under("000", "$vrun pip --version", &project).code(0);
    }
}

#[test]
fn what_is_named_or_listed_has_the_modes_that_the_umask_gives() {
    for line in [
        "$vrun --create --env .venv",
        "VRUN_TRUST=$PWD $vrun --create",
        "CI=1 $vrun --create",
    ] {
        let project = Project::with_python();
        under("000", line, &project).code(0);
        assert_eq!(mode(&project, "app/.venv/bin"), 0o777, "{line}");
    }
}

#[test]
fn what_is_installed_is_closed_to_others_too() {
    let project = wheels::app("pip").file("app/requirements.txt", "alpha\n");
    let line = "$vrun python -V >/dev/null; /usr/bin/find .venv ! -type l -perm -002";
    under("000", line, &project).code(0).stdout("");
    let project = project.file("app/requirements.txt", "alpha\nbeta\n");
    let line = "$vrun --sync; /usr/bin/find .venv ! -type l -perm -002";
    under("000", line, &project).code(0).stdout("");
}
