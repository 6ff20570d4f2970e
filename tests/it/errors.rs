//! The shape of what vrun says when it cannot. (Every error in the other files is checked for its form.)

use crate::sandbox::Sandbox;

#[test]
fn an_error_is_what_could_not_be_done_why_and_something_to_type() {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app");
    let said = sandbox.run(["pytset"]).error(127, &[]).said();
    assert_eq!(
        said,
        "vrun: no program named `pytset` in [ROOT]/app/.venv or on PATH\n  \
         hint: `vrun pip install PACKAGE` installs the package that has it\n"
    );
}

#[test]
fn every_error_of_the_search_has_a_hint() {
    for sandbox in [
        Sandbox::new().cwd("home"),
        Sandbox::new().cwd("tmp"),
        Sandbox::new().file("app/.venv", "").cwd("app"),
        Sandbox::new().file("app/.venv", "../gone").cwd("app"),
        Sandbox::new()
            .file("app/setup.py", "")
            .venv("app/a")
            .venv("app/b")
            .cwd("app"),
        Sandbox::new()
            .dir("app")
            .cwd("app")
            .var("VRUN_NO_CREATE", "1"),
        Sandbox::new().venv("a:b/.venv").cwd("a:b"),
        Sandbox::new().var("VRUN_NAME", "a/b"),
        Sandbox::new().var("VRUN_OUTSIDE", "maybe"),
    ] {
        let said = sandbox.run(["true"]).complaint();
        assert!(said.contains("\n  hint: "), "{said}");
    }
}

#[test]
fn a_path_in_an_error_stays_on_its_line() {
    let sandbox = Sandbox::new().venv("new\nline/.venv").cwd("new\nline");
    sandbox
        .run(["pytset"])
        .error(127, &["[ROOT]/new\\nline/.venv"]);
    sandbox
        .run(["./a\u{1b}[31mb"])
        .error(127, &["./a\\u{1b}[31mb"]);
    sandbox.run(["-C", "a\nb", "true"]).error(125, &["a\\nb"]);
    sandbox.run(["--ty\npo", "true"]).error(125, &[]);
}

#[test]
fn a_hint_can_be_pasted_whatever_the_path_holds_and_wherever_we_stand() {
    for cwd in ["it's mine", "it's mine/src/deep"] {
        let sandbox = Sandbox::new()
            .file("it's mine/setup.py", "")
            .venv("it's mine/a b")
            .venv("it's mine/c d");
        let sandbox = sandbox.dir("it's mine/src/deep").cwd(cwd);
        let said = sandbox.run(["probe"]).error(125, &[]).said();
        let hint = said
            .lines()
            .find_map(|line| line.strip_prefix("  hint: "))
            .expect("a hint");
        let command = hint
            .split('`')
            .find(|part| part.starts_with("vrun --env"))
            .expect("a command");
        let command = command.replace("[ROOT]", &sandbox.path("").to_string_lossy());
        let pasted = command
            .replacen("vrun", "$vrun --no-create", 1)
            .replace("...", "probe");
        sandbox.sh(&pasted).in_env("it's mine/a b");
    }
}

#[test]
fn a_name_that_is_no_packages_is_not_to_be_pasted_into_an_install_command() {
    for name in ["a b", "x;rm", "$(x)", "--upgrade", "-x", "."] {
        let said = Sandbox::new()
            .venv(".venv")
            .run(["--", name])
            .error(127, &[])
            .said();
        assert!(!said.contains("pip install"), "{said}");
    }
}

#[test]
fn there_are_no_colours_where_there_is_no_terminal() {
    for name in ["TERM", "CI", "NO_COLOR", "CLICOLOR", "FORCE_COLOR"] {
        let sandbox = Sandbox::new().venv(".venv").var(name, "xterm-256color");
        sandbox.run(["no-such-program"]).error(127, &[]);
        sandbox.run(["--typo"]).error(125, &[]);
    }
}

#[test]
fn an_error_has_colour_only_where_that_is_wanted() {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app");
    let coloured = "\x1b[1m\x1b[31mvrun:\x1b[0m no program named `nowhere` in ";
    for (vars, is_coloured) in [
        ("CLICOLOR_FORCE=1", true),
        ("CLICOLOR_FORCE=1 NO_COLOR=1", false),
        ("CLICOLOR_FORCE=0", false),
        ("TERM=xterm", false),
    ] {
        let said = sandbox
            .sh(&format!("{vars} $vrun nowhere"))
            .code(127)
            .said();
        let is = said.starts_with(coloured) && said.contains("\n\x1b[1m\x1b[36m  hint:\x1b[0m ");
        assert_eq!(is, is_coloured, "{vars}: {said:?}");
        assert_eq!(said.contains('\x1b'), is_coloured, "{said:?}");
        let notice = sandbox.sh(&format!("{vars} $vrun -v true")).code(0).said();
        let is = notice.starts_with("\x1b[1m\x1b[32mvrun:\x1b[0m environment ");
        assert_eq!(is, is_coloured, "{vars}: {notice:?}");
    }
}
