//! Hints are commands for PowerShell.

use crate::project::Project;

#[test]
fn variables_are_set_and_unset_as_in_powershell() {
    let project = Project::with_venv().var("PYTHONPATH", "C:\\none");
    let one = project.run(["--doctor"]);
    assert!(one.stdout.contains("`$env:PYTHONPATH = $null`"), "{one}");
    let two = project.var("PYTHONHOME", "C:\\none").run(["--doctor"]);
    let unset = "`$env:PYTHONPATH = $null; $env:PYTHONHOME = $null`";
    assert!(two.stdout.contains(unset), "{two}");
    let project = Project::with_venv();
    project
        .run(["A=1", "python"])
        .code(127)
        .says(&["hint: `$env:NAME = 'VALUE'; vrun COMMAND` sets a variable for a command"]);
    project
        .file("app/requirements.txt", "hello\n")
        .var("VRUN_INSTALLER", "conda")
        .run(["--sync"])
        .code(125)
        .says(&["hint: `$env:VRUN_INSTALLER = 'pip'; vrun ...` uses"]);
}

#[test]
fn a_shell_is_powershell_and_files_are_written_by_its_commands() {
    let project = Project::with_venv();
    let error = project.run(["shell"]).code(127);
    error.says(&["hint: `vrun powershell` starts a shell in the environment"]);
    let error = project.run(["--sync"]).code(125);
    error.says(&["hint: `vrun pip freeze | Set-Content requirements.txt` records"]);
}

#[test]
fn a_path_is_one_word_of_powershell() {
    for (name, quoted) in [
        ("my app", "\"{}\""),
        ("it's $a", "'{}'"),
        ("a,b @c", "'{}'"),
    ] {
        let project = Project::new()
            .file(&format!("{name}/setup.py"), "")
            .cwd(name);
        let env = project.shown(&format!("{name}\\.venv")).replace('\'', "''");
        let word = quoted.replace("{}", &env);
        project
            .run(["--which", "python"])
            .code(125)
            .says(&[&format!("hint: `vrun --create --env {word}` creates it")]);
    }
}
