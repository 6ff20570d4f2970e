//! `-c LINE`: cmd's command line, in the environment.

use crate::project::Project;

#[test]
fn a_line_is_cmds() {
    let project = Project::with_venv();
    let env = project.shown("app\\.venv");
    for (line, printed, code) in [
        ("echo a b", "a b", 0),
        ("echo %VIRTUAL_ENV%", &*env, 0),
        ("echo one& echo two", "one\ntwo", 0),
        ("echo \"a  b\" c", "\"a  b\" c", 0),
        ("\"python\" -c \"print('a b')\"", "a b", 0),
        ("python -c \"print(1)\" && exit 7", "1", 7),
        (
            "python -c \"import sys; print(sys.prefix)\" | python -c \"print(input())\"",
            &*env,
            0,
        ),
        ("exit 300", "", 300),
    ] {
        let outcome = project.run(["-c", line]).code(code);
        assert_eq!(outcome.stdout, printed, "{line}");
    }
}

#[test]
fn what_cmd_has_no_use_for_is_an_error() {
    let project = Project::with_venv();
    for typed in [
        &["-ec", "echo a"][..],
        &["-euo", "pipefail", "-c", "echo a"],
        &["-c", "echo a", "b"],
    ] {
        let error = project.run(typed).code(125);
        error
            .stdout("")
            .says(&["vrun: cmd takes no `", "VRUN_SHELL"]);
    }
    let error = project.run(["-e", "echo"]).code(125);
    error.says(&["-e is an option of the shell"]);
}

#[test]
fn vrun_shell_names_another_shell() {
    let shell = "import sys; print(sys.argv[1:])";
    let project = Project::with_venv()
        .file(
            "tools/myshell.bat",
            format!("@python -c \"{shell}\" %*\r\n"),
        )
        .var("VRUN_SHELL", "myshell");
    let printed = "['-e', '-c', 'echo', 'a']";
    project
        .run(["-e", "-c", "echo", "a"])
        .code(0)
        .stdout(printed);
    let cmd = project.var("VRUN_SHELL", "CMD");
    cmd.run(["-c", "echo a| python -c \"print(input())\""])
        .code(0)
        .stdout("a");
    let none = cmd.var("VRUN_SHELL", "no-such-shell");
    none.run(["-c", "echo a"]).code(127).says(&["VRUN_SHELL"]);
}
