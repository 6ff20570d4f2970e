//! VS Code's tasks, by the JSON of the chapter, started as VS Code starts a task of type `shell` on Unix: the
//! `executable`, its `args`, and the command line as one more argument, on a terminal of its own, in the folder.

use std::process::Command;

use super::{recipe, with_pytest};
use crate::project::{Outcome, Project};
use crate::pythons;

/// Reads the tasks, and runs the one that is named (terminalTaskSystem.ts, `_createShellLaunchConfig`).
const RUN_TASK: &str = r#"
import json, os, pty, sys
tasks = json.load(open('.vscode/tasks.json'))
task = [task for task in tasks['tasks'] if task['label'] == sys.argv[1]][0]
assert task['type'] == 'shell'
shell = dict(tasks.get('options', {}), **task.get('options', {}))['shell']
line = ' '.join([task['command']] + task.get('args', []))
status = pty.spawn([shell['executable']] + shell['args'] + [line])
sys.exit(os.WEXITSTATUS(status))
"#;

fn run_task(project: &Project, label: &str) -> Outcome {
    let mut code = Command::new(&pythons::newest().exe);
    project.place(&mut code);
    Outcome::of(code.args(["-I", "-c", RUN_TASK, label]))
}

#[test]
fn the_tasks_of_readme_run_in_the_environment() {
    let json = recipe("json", "{\n    \"version\": \"2.0.0\"");
    let project = with_pytest().file("app/.vscode/tasks.json", &json);
    let told = project.by_pytest("['-q']");
    run_task(&project, "test").code(0).stdout(&told);
    // A line with more in it, that fails.
    let json = json.replace("pytest -q", "test -t 1 && pytest 'fail' | cat; exit 5");
    let project = project.file("app/.vscode/tasks.json", &json);
    let told = project.by_pytest("['fail']");
    run_task(&project, "test").code(5).stdout(&told);
}
