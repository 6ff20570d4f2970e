//! What real shells offer where a person types a command of vrun's. PowerShell is rarely there; what it is handed is
//! looked at in `text`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::npm;
use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// How long it takes.
mod speed;

/// Has a shell complete lines.
const SHELLS: &str = include_str!("shells.py");

/// A line, what is offered first, what else is offered, and what is not. What is offered may be the last part alone of a
/// path, or of an option with its value.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const CASES: &[Case] = &[
    ("vrun pyo", &["pyown", "pyonpath"], &["pyother"]),
    ("vrun -q pyo", &["pyown", "pyonpath"], &[]),
    ("vrun -- pyo", &["pyown", "pyonpath"], &[]),
    (
        "vrun --no-create --python 3 pyo",
        &["pyown", "pyonpath"],
        &[],
    ),
    ("vrun -qp 3 pyo", &["pyown", "pyonpath"], &[]),
    ("vrun -C ../other pyo", &["pyother", "pyonpath"], &["pyown"]),
    ("vrun --env=../other/.venv pyo", &["pyother"], &["pyown"]),
    ("vrun hel", &["hello.py"], &[]),
    ("vrun --proj", &["--project"], &[]),
    ("vrun --compl", &["--completions"], &["--complete"]),
    ("vrun --info --js", &["--json"], &[]),
    ("vrun --info --cl", &[], &["--clear"]),
    ("vrun --create --cl", &["--clear"], &[]),
    ("vrun --cache --clear --un", &["--unused"], &[]),
    (
        "vrun --cache --clear --pro",
        &[],
        &["--prompt", "--project"],
    ),
    ("vrun --group d", &["docs"], &["deep"]),
    ("vrun --sync --extra d", &["deep"], &["docs"]),
    ("vrun --export sh --un", &["--undo"], &[]),
    ("vrun --which pyo", &["pyown"], &["pyonpath"]),
    ("vrun -m ownmod", &["ownmodule"], &[]),
    ("vrun -m json.to", &["json.tool"], &[]),
    ("vrun -p 3", &["3.42"], &[]),
    (
        "vrun --env ../ot",
        &["../other/.venv", "other"],
        &["../other.txt", "other.txt"],
    ),
    ("vrun --requirements not", &["notes.txt"], &[]),
    ("vrun -C ../other --env .v", &[".venv"], &[]),
    ("vrun -C ../other --env e", &[], &["elsewhere"]),
    ("vrun -C ../other -s oth", &["other.py"], &["other.txt"]),
    ("vrun -C .. oth", &["other"], &["other.txt"]),
    ("vrun --completions fi", &["fish"], &[]),
    ("vrun --help tru", &["trust"], &["true"]),
    ("vrun -q --help exit", &["exit-status"], &[]),
    ("vrun -s hel", &["hello.py"], &[]),
    ("vrun pyonpath hel", &["hello.py"], &[]),
    ("vrun pyown --ver", &[], &["--version"]),
    ("vrun -m json --ver", &[], &["--version"]),
    ("vrun -s hello.py --ver", &[], &["--version"]),
];

/// Where the shell completes the value of an option in one word with it to files of its own.
const JOINED: &[Case] = &[("vrun --env=../ot", &["../other/.venv", "other"], &[])];

/// Where the shell completes what follows a command as if it stood alone.
const OWN: &[Case] = &[
    ("vrun pyown --w", &["--wanted"], &[]),
    ("vrun -q -- pyown --w", &["--wanted"], &[]),
    ("vrun -C ../app pyown --w", &["--wanted"], &[]),
    ("vrun pyown -q -C ../other --w", &["--wanted"], &[]),
    ("vrun pyown --env --w", &["--wanted"], &[]),
];

const PYPROJECT: &str = "[project]\nname = 'app'\nversion = '1'\noptional-dependencies.deep = []\n\n\
                         [dependency-groups]\ndocs = []\n";

/// Two projects with environments; programs of each and one on PATH.
fn project() -> Project {
    let project = Project::with_python()
        .file("other/setup.py", "")
        .file("other/other.py", "")
        .dir("app/elsewhere")
        .file("other.txt", "")
        .file("app/hello.py", "")
        .file("app/notes.txt", "");
    for dir in ["../app", "../other"] {
        project.run(["-q", "-C", dir, "--create"]).code(0);
    }
    let site = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let site = project
        .run(["-C", "../app", "python", "-c", site])
        .code(0)
        .stdout;
    let project = project.file(&format!("{}/ownmodule.py", site.trim_end()), "");
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    project
        .file("app/pyproject.toml", PYPROJECT)
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"))
        .script("bin/pyonpath", "#!/bin/sh\n")
        .script("bin/python3.42", "#!/bin/sh\n")
        .script("app/.venv/bin/pyown", "#!/bin/sh\n")
        .script("app/.venv/bin/$(touch pwned)", "#!/bin/sh\n")
        .script("other/.venv/bin/pyother", "#!/bin/sh\n")
        .var("PATH", path)
        .var("TERM", "dumb")
}

/// The shell, if there is one. npm has Nushell.
fn find_shell(shell: &str, project: &Project) -> Option<PathBuf> {
    if shell == "nushell" {
        let packages = npm::install("nushell", project)?.join("@nushell");
        let mut packages = packages.read_dir().ok()?.flatten();
        return packages.find_map(|package| {
            let nu = package.path().join("bin/nu");
            nu.is_file().then_some(nu)
        });
    }
    let found = ["/usr/bin", "/bin"].map(|dir| Path::new(dir).join(shell));
    let found = found.into_iter().find(|file| file.is_file());
    if found.is_none() {
        tell(format!(
            "not tested: completion in {shell}, for there is none"
        ));
    }
    found
}

/// What the shell offers for each line, after `setup`. None where there is no such shell.
fn offered(
    project: &Project,
    shell: &str,
    setup: &str,
    lines: &[&str],
) -> Option<Vec<Vec<String>>> {
    let program = find_shell(shell, project)?;
    let script = project.run(["--completions", shell]).code(0).stdout;
    let work = tempfile::tempdir().expect("a directory");
    for (name, text) in [
        ("script", &*script),
        ("setup", setup),
        ("lines", &lines.join("\n")),
    ] {
        fs::write(work.path().join(name), text).expect("a file");
    }
    let mut person = Command::new(&pythons::newest().exe);
    project.place(&mut person);
    person.args(["-I", "-c", SHELLS, shell]);
    person.arg(work.path()).arg(program);
    let said = Outcome::of(&mut person).code(0).stdout;
    let offers = said
        .lines()
        .map(|line| line.split('\t').map(str::to_owned).collect());
    Some(offers.collect())
}

#[track_caller]
fn check(shell: &str, setup: &str, cases: &[Case]) {
    let project = project();
    let lines: Vec<_> = cases.iter().map(|(line, ..)| *line).collect();
    let Some(offers) = offered(&project, shell, setup, &lines) else {
        return;
    };
    for ((line, wanted, unwanted), offers) in cases.iter().zip(&offers) {
        let plain: Vec<_> = offers
            .iter()
            .map(|offer| offer.trim_end_matches('/'))
            .collect();
        let places = wanted
            .iter()
            .map(|word| plain.iter().position(|offer| offer.ends_with(word)));
        let places: Vec<_> = places.collect();
        assert!(
            places.iter().all(Option::is_some),
            "{shell}: `{line}`: {offers:?}"
        );
        assert!(places.is_sorted(), "{shell}: `{line}`: {offers:?}");
        assert!(
            !unwanted.iter().any(|word| plain.contains(word)),
            "{shell}: `{line}`: {offers:?}"
        );
    }
    assert_eq!(offers.len(), cases.len());
    let left = ["app/pwned", "other/pwned"].map(|path| project.path(path).exists());
    assert_eq!(left, [false, false], "a file's name was run");
}

#[test]
fn bash_offers_what_vrun_takes() {
    check("bash", "", &[CASES, JOINED].concat());
}

#[test]
fn bash_completes_a_commands_own_arguments_where_bash_completion_is_there() {
    let file = "/usr/share/bash-completion/bash_completion";
    if !Path::new(file).is_file() {
        return tell("not tested: bash-completion, for there is none");
    }
    let setup = format!(". {file}\ncomplete -W '--wanted --other' pyown\n");
    check("bash", &setup, &[CASES, JOINED, OWN].concat());
}

#[test]
fn zsh_offers_what_vrun_takes_and_a_commands_own_arguments() {
    let setup = "_pyown() { compadd -- --wanted --other }\ncompdef _pyown pyown\n";
    check("zsh", setup, &[CASES, JOINED, OWN].concat());
}

#[test]
fn fish_offers_what_vrun_takes_and_a_commands_own_arguments() {
    check(
        "fish",
        "complete -c pyown -l wanted\n",
        &[CASES, JOINED, OWN].concat(),
    );
}

#[test]
fn elvish_offers_what_vrun_takes_and_a_commands_own_arguments() {
    let setup = "set edit:completion:arg-completer[pyown] = {|@words| put --wanted }\n";
    check("elvish", setup, &[CASES, OWN].concat());
}

#[test]
fn nushell_offers_what_vrun_takes() {
    check(
        "nushell",
        "",
        &[CASES, &[("vrun --env=../ot", &["../other/.venv"], &[])]].concat(),
    );
}

#[test]
fn completion_makes_no_environment_and_says_nothing() {
    let project = Project::with_python().link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    let path = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let project = project.var("PATH", path).var("TERM", "dumb");
    let lines = ["vrun vru", "vrun -C nowhere vru", "vrun -V vru"];
    for shell in ["bash", "zsh", "fish", "elvish", "nushell"] {
        let offers = offered(&project, shell, "", &lines).unwrap_or_default();
        for (line, offers) in lines.iter().zip(offers) {
            assert!(
                offers.iter().any(|offer| offer == "vrun"),
                "{shell}: `{line}`: {offers:?}"
            );
        }
    }
    project.assert_only(&["setup.py"]);
}
