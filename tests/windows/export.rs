//! `--export`, read by the shells of Windows.

use std::process::Command;

use crate::project::{Outcome, Project, started, tell, vrun};

/// Names that hold what cmd or PowerShell reads as something else.
const NAMES: [&str; 3] = ["app", "a & b%PATH%^(x)!y=", "it's $a `b {c} @d"];

/// An environment in a directory of that name, which no Python has to start; and what cmd is to see there.
fn place(name: &str) -> (Project, [String; 3]) {
    let project = Project::new()
        .file(&format!("{name}/.venv/pyvenv.cfg"), "home = C:\\none\r\n")
        .file(&format!("{name}/.venv/Scripts/python.exe"), "")
        .var("PYTHONHOME", "C:\\none")
        .cwd(name);
    let env = project.shown(&format!("{name}\\.venv"));
    let scripts = format!("PATH={env}\\Scripts");
    (
        project,
        [
            format!("VIRTUAL_ENV={env}"),
            format!("VIRTUAL_ENV_PROMPT={name}"),
            scripts,
        ],
    )
}

/// The variables of a view that `set` prints, each time that a line says `--`.
fn seen(printed: &str) -> Vec<Vec<&str>> {
    let names = ["PATH=", "VIRTUAL_ENV", "PYTHONHOME=", "_VRUN"];
    let parts = printed.split("--").skip(1);
    let is_one = |line: &&str| {
        names
            .iter()
            .any(|name| line.to_uppercase().starts_with(name))
    };
    parts
        .map(|part| part.lines().filter(is_one).collect())
        .collect()
}

#[test]
fn cmd_gets_the_view_and_goes_back() {
    for name in NAMES {
        let (project, view) = place(name);
        let own = vrun().display().to_string();
        let turn = |undo: &str| {
            format!("for /f \"delims=\" %%i in ('{own} --export cmd{undo}') do @set \"%%i\"\r\n")
        };
        let (to, back) = (turn(""), turn(" --undo"));
        let lines = format!(
            "@echo off\r\necho --\r\nset\r\n{to}{to}echo --\r\nset\r\n{back}{back}echo --\r\nset\r\n"
        );
        let project = project.file("turn.cmd", lines);
        let mut cmd = Command::new(std::env::var_os("ComSpec").expect("ComSpec is set"));
        cmd.arg("/c").arg(project.path("turn.cmd"));
        project.place(&mut cmd);
        let printed = Outcome::of(started(&mut cmd)).code(0).stdout;
        let seen = seen(&printed);
        assert_eq!(seen[0], seen[2], "{printed}");
        for line in view {
            assert!(
                seen[1].iter().any(|other| other.starts_with(&line)),
                "{line}: {printed}"
            );
        }
        assert!(
            !seen[1].iter().any(|line| line.starts_with("PYTHONHOME")),
            "{printed}"
        );
    }
}

#[test]
fn powershell_gets_the_view_and_goes_back() {
    for name in NAMES {
        let (project, view) = place(name);
        let own = vrun().display().to_string().replace('\'', "''");
        let turn = |undo: &str| {
            format!("& '{own}' --export powershell {undo} | Out-String | Invoke-Expression; ")
        };
        let see = "'--'; Get-ChildItem env: | ForEach-Object { $_.Name + '=' + $_.Value }; ";
        let line = format!("{see}{}{see}{}{see}", turn(""), turn("--undo"));
        let mut powershell = Command::new("powershell");
        powershell.args(["-NoProfile", "-NonInteractive", "-Command", &line]);
        project.place(&mut powershell);
        let printed = Outcome::of(started(&mut powershell)).stdout;
        let seen = seen(&printed);
        // wine has a program of that name that does nothing.
        if seen.len() < 3 {
            tell(format_args!(
                "not tested: --export in PowerShell, for there is none"
            ));
            return;
        }
        assert_eq!(seen[0], seen[2], "{printed}");
        for line in view {
            assert!(
                seen[1].iter().any(|other| other.starts_with(&line)),
                "{line}: {printed}"
            );
        }
    }
}

#[test]
fn shells_with_cygpath_ask_it_for_their_path() {
    let (project, [_, _, scripts]) = place("app");
    let scripts = scripts.replace("PATH=", "");
    for (shell, start) in [
        ("bash", "PATH=\"$(cygpath -u -p -- '"),
        ("fish", "set -gx PATH (cygpath -u -p -- '"),
    ] {
        let printed = project.run(["--export", shell]).code(0).stdout;
        let is_asked = |line: &str| {
            let list = line.strip_prefix(start);
            list.is_some_and(|list| list.replace("\\\\", "\\").starts_with(&scripts))
        };
        assert!(printed.lines().any(is_asked), "{printed}");
    }
}
