//! Actions that only read, in clones that hold whatever they like: every program that is started and every file that
//! is opened to be written, as strace(1) sees them. Nothing of the project's is started, and nothing is written.

use tempfile::TempDir;

use crate::project::tell;

/// What a clone may hold.
mod scenes;
/// A file -> what it is, so that a change is seen.
mod snapshot;
/// What a traced program does that an action that only reads may not.
mod trace;

use scenes::SCENES;
use snapshot::Snapshot;

/// Every action that changes nothing, as a shell reads it. EVIL is a program in the project, SCRIPT one that says what
/// it requires.
const READING: &str = "\
--info|-v --info|--info --json|--info --json-schema|--doctor|-v --doctor|--doctor --json\
|--which python|-v --which python|--which pip|--which -a python|--which tool|--which nowhere|--which EVIL\
|--export sh|-v --export bash|--export zsh|--export fish|--export powershell|--export cmd|--export dotenv\
|--export sh --undo|--export fish --undo|-n --export github\
|-n python -c pass|-nv python3 -c pass|-n pip list|-n tool|-nv true|-n nowhere|-n -m pip|-n -c 'python x.py'\
|-n x.py|-n -s x.py|-n SCRIPT|-n -p 3.99 python|-n -p EVIL python|-n --isolated python|-n --outside python\
|-n --create|-nv --create|-n --create --clear|-n --create --upgrade|-n --create -p EVIL|-n --repair|-nv --repair\
|-n --repair -p EVIL|-n --repair -p 3|-n --env .venv python|-n --env ./none python|-n --sync|-n --sync --exact|-n --sync python|-n --sync SCRIPT|-n --shims shims python\
|--complete zsh p|--complete zsh -m p|--complete zsh -p 3|--complete zsh --env=.|--complete zsh --info --|--completions bash|--completions nushell\
|--help|-h|--version|--man";

#[test]
fn nothing_of_the_project_is_started_and_nothing_is_written() {
    if let Some(why) = trace::lacks() {
        return tell(format_args!("not tested: what is started, for {why}"));
    }
    let lines = READING
        .replace("EVIL", "./evil/python3")
        .replace("SCRIPT", "needs.py");
    let lines: Vec<_> = lines.split('|').map(str::to_owned).collect();
    let cache = TempDir::new().expect("a directory");
    let mut wrong = Vec::new();
    for (name, make) in SCENES {
        let project = make(scenes::app(cache.path()));
        let before = Snapshot::of(&project.path(""));
        let deeds = trace::deeds(&project, &lines);
        wrong.extend(deeds.iter().map(|deed| format!("{name}: {deed}")));
        let changes = before.changes(&Snapshot::of(&project.path("")));
        wrong.extend(changes.iter().map(|change| format!("{name}: {change}")));
    }
    assert!(
        wrong.is_empty(),
        "{} deeds:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    tell(format_args!(
        "traced: {} actions that only read, each in {} clones",
        lines.len(),
        SCENES.len()
    ));
}

/// A command that runs trusts the project no more than `-n` where it takes another Python for a lost one: what they
/// say is what is started.
#[test]
fn a_lost_python_is_replaced_by_none_that_only_the_environment_names() {
    let cache = TempDir::new().expect("a directory");
    for home in ["ROOT/app/evil", "/proc/self/cwd/evil"] {
        let project = scenes::lost(scenes::app(cache.path()), home);
        let started = project.path("home/started");
        for typed in [
            &["-n", "python", "-c", ""][..],
            &["python", "-c", ""],
            &["-m", "pip"],
        ] {
            let ran = project.run(typed);
            assert!(!started.exists(), "{home}: {typed:?}: {ran}");
            assert_eq!(ran.status.code(), Some(0), "{home}: {typed:?}: {ran}");
        }
    }
}
