//! The lines of --export and -n, read by the shells that they are for, with all that a path may hold.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::pythons;
use crate::shells::{NAMES, POSIX, Place, SEEN, on_path};

/// The places of every name, fresh and used, in both kinds of locale.
fn places() -> impl Iterator<Item = (&'static [u8], Place)> {
    let fresh = NAMES.iter().map(|name| (*name, Place::new(name)));
    let used = NAMES.iter().map(|name| (*name, Place::new(name).used()));
    let locales = ["C", "C.UTF-8"].iter().cycle();
    let places = fresh.chain(used).zip(locales);
    places.map(|((name, place), locale)| (name, place.var("LC_ALL", locale)))
}

/// That the three lines that a shell printed are: as it was, the view, as it was.
#[track_caller]
fn assert_there_and_back(printed: &str, view: &str, what: &str) {
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 3, "{what}: {printed}");
    assert_eq!(lines[1], view.trim_end(), "{what}");
    assert_eq!(lines[0], lines[2], "{what}");
    assert_ne!(lines[0], lines[1], "{what}");
}

#[test]
fn sh_and_its_kin_get_the_view_and_go_back() {
    let see = "\"$python\" -I -c \"$seen\"";
    let line = format!(
        "set -eu; {see}; eval \"$($vrun --export sh)\"; eval \"$($vrun --export sh)\"; {see}; \
         eval \"$($vrun --export sh --undo)\"; {see}"
    );
    for (name, place) in places() {
        let view = place.view(name);
        for shell in POSIX {
            if let Some(printed) = place.shell(shell, &line, name) {
                assert_there_and_back(&printed, &view, &format!("{shell:?} {name:?}"));
            }
        }
    }
}

#[test]
fn fish_gets_the_view_and_goes_back() {
    let see = "$python -I -c $seen";
    for (name, place) in places() {
        // fish itself has a locale change the bytes of what it passes on, and makes `.` of nothing on PATH.
        let path = [
            place.root.as_os_str().as_bytes(),
            b"/old/bin:/usr/bin:/bin:/q\xff'\"x y",
        ]
        .concat();
        let place = place
            .var("PATH", OsStr::from_bytes(&path))
            .var("LC_ALL", "C.UTF-8");
        for (view, undo) in [
            (
                "$vrun --export fish | source",
                "$vrun --export fish --undo | source",
            ),
            (
                "eval ($vrun --export fish)",
                "eval ($vrun --export fish --undo)",
            ),
        ] {
            let line = format!(
                "{see}; {view}; {view}; {see}; {undo}; {see}; set -n | string match '_VRUN*'; true"
            );
            if let Some(printed) = place.shell(&["fish", "--no-config"], &line, name) {
                assert_there_and_back(&printed, &place.view(name), &format!("{view} {name:?}"));
            }
        }
    }
}

#[test]
fn a_program_that_the_shell_knows_elsewhere_is_the_environments_from_then_on() {
    let place = Place::new(b"app");
    let tools = place.root.join("tools");
    fs::create_dir(&tools).expect("a directory");
    symlink("/bin/echo", tools.join("tool")).expect("a link");
    symlink("/bin/true", place.root.join("app/.venv/bin/tool")).expect("a link");
    let place = place.var("PATH", format!("{}:/usr/bin:/bin", tools.display()));
    for shell in POSIX {
        let line = "tool 1; eval \"$($vrun --export sh)\"; tool 2; eval \"$($vrun --export sh --undo)\"; tool 3";
        if let Some(printed) = place.shell(shell, line, b"app") {
            assert_eq!(printed, "1\n3\n", "{shell:?}");
        }
    }
}

#[test]
fn the_line_of_a_dry_run_does_the_same_in_every_shell() {
    for (name, place) in places().skip(1).take(3) {
        let dir = place.root.join(OsStr::from_bytes(name));
        fs::write(dir.join("show.py"), SEEN).expect("a file");
        symlink(&pythons::newest().exe, dir.join("a=b")).expect("a link");
        let place = place
            .var("name", OsStr::from_bytes(name))
            .var("bytes", OsStr::from_bytes(b"\xe9' \xff"))
            .var("PYTHONDONTWRITEBYTECODE", "1");
        for typed in [
            "python -c \"$seen\" \"$name\" \"$bytes\" '' '=' '=ls' a=b -n '!x' '{a,b}' '\n' '~'",
            "-m show \"$name\"",
            "-s show.py \"$bytes\"",
            "-C \"$root/$name\" show.py",
            "./a=b -I -c \"$seen\"",
            "-C .venv ../a=b -I -c \"$seen\"",
        ] {
            let typed = format!("$vrun {typed}");
            let ran = place.shell(&["sh"], &typed, name).expect("there is a sh");
            for shell in POSIX {
                let line = format!("eval \"$({})\"", typed.replacen("$vrun", "$vrun -n", 1));
                if let Some(pasted) = place.shell(shell, &line, name) {
                    assert_eq!(pasted, ran, "{shell:?} {typed} {name:?}");
                }
            }
        }
    }
}

#[test]
fn direnv_gives_and_takes_the_view() {
    let Some(direnv) = on_path("direnv") else {
        return;
    };
    for name in [&b"app"[..], b"it's a\nb"] {
        let place = Place::new(name)
            .used()
            .var("direnv", &direnv)
            .var("LC_ALL", "C.UTF-8");
        let place = place.var("DIRENV_LOG_FORMAT", "");
        let place = place.var("PYTHONHOME", "/x").var("PATH", "/usr/bin:/bin");
        let dir = place.root.join(OsStr::from_bytes(name));
        let [recipe] = &blocks("direnv")[..1] else {
            panic!("a recipe");
        };
        let recipe = recipe.replace("vrun", "\"$vrun\"");
        fs::write(dir.join(".envrc"), recipe).expect("a file");
        let see = "\"$python\" -I -c \"$seen\"";
        let turn = "eval \"$(\"$direnv\" export bash)\"";
        let line = format!(
            "\"$direnv\" allow .; {see}; {turn}; {see}; cd /; {turn}; cd \"$OLDPWD\"; {see}"
        );
        let printed = place.shell(&["bash", "--norc"], &line, name);
        assert_there_and_back(
            &printed.expect("there is a bash"),
            &place.view(name),
            "direnv",
        );
    }
}

#[test]
fn powershell_gets_the_view_and_goes_back() {
    // It holds text, not bytes, and nothing of what is empty.
    let names = NAMES.iter().filter(|name| str::from_utf8(name).is_ok());
    for name in names {
        let place = Place::new(name)
            .var("PATH", "/usr/bin:/bin")
            .var("PYTHONHOME", "/x");
        let see = "& $env:python -I -c $env:seen";
        let line = format!(
            "{see}; & $env:vrun --export powershell | Out-String | Invoke-Expression; {see}; \
             Invoke-Expression (& $env:vrun --export powershell --undo); {see}"
        );
        let printed = place.shell(&["pwsh", "-NoProfile", "-NonInteractive"], &line, name);
        if let Some(printed) = printed {
            assert_there_and_back(&printed, &place.view(name), &format!("{name:?}"));
        }
    }
}

/// The blocks of code in the chapter's section of that name.
fn blocks(section: &str) -> Vec<String> {
    let chapter = include_str!("../../src/cli/chapters/export.md");
    let (_, section) = chapter
        .split_once(&format!("## {section}\n"))
        .expect("a section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let parts = section.split("```").skip(1).step_by(2);
    let code = parts.filter_map(|part| part.split_once('\n'));
    code.map(|(_, code)| code.to_owned()).collect()
}

#[test]
fn the_prompts_of_the_chapter_say_where_one_is() {
    let place = Place::new(b"100% $app").var("LC_ALL", "C.UTF-8");
    let [bash, zsh, fish] = &blocks("The prompt")[..] else {
        panic!("three shells");
    };
    for (shell, line) in [
        (
            &["bash", "--norc"][..],
            format!(
                "PS1='$ '\n{bash}\necho \"${{PS1@P}}\"; eval \"$($vrun --export bash)\"; echo \"${{PS1@P}}\""
            ),
        ),
        (
            &["zsh", "-f"],
            format!(
                "PROMPT='$ '\n{zsh}\nprint -P \"$PROMPT\"; eval \"$($vrun --export zsh)\"; print -P \"$PROMPT\""
            ),
        ),
        (
            &["fish", "--no-config"],
            format!(
                "function fish_prompt; echo '$ '; end\n{fish}\nfish_prompt; $vrun --export fish | source; fish_prompt"
            ),
        ),
    ] {
        if let Some(printed) = place.shell(shell, &line, b"100% $app") {
            assert_eq!(printed, "$ \n(100% $app) $ \n", "{shell:?}");
        }
    }
}
