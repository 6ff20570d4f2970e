//! pyvenv.cfg, read as CPython reads it, and an environment whose parts are missing.

use crate::sandbox::Sandbox;

fn prompt_of(cfg: &[u8]) -> String {
    let text = Sandbox::new()
        .venv_with("app/.venv", cfg)
        .cwd("app")
        .run(["probe"])
        .text();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("VIRTUAL_ENV_PROMPT="));
    line.unwrap_or_else(|| panic!("no prompt in\n{text}"))
        .to_owned()
}

#[test]
fn it_is_key_and_value_whatever_the_case_the_spaces_and_the_ends_of_lines() {
    for cfg in [
        "home = /usr/bin\nprompt = x\n",
        "home=/usr/bin\nprompt=x",
        "prompt = x\nhome = /usr/bin\n",
        "  HOME  =  /usr/bin  \n\tPrompt\t=\tx\t\n",
        "home = /usr/bin\r\nprompt = x\r\n",
        "\n\nno equals sign\nhome = /usr/bin\n\n# a comment\nprompt = x\n",
        "home = /usr/bin\nprompt = first\nprompt = x\n",
        "home = /usr/bin\nunknown = key\nprompt = x\n",
        "prompt = x\n",
    ] {
        assert_eq!(prompt_of(cfg.as_bytes()), "x", "{cfg:?}");
    }
}

#[test]
fn a_byte_order_mark_is_part_of_the_first_key_as_it_is_for_python() {
    assert_eq!(
        prompt_of("\u{feff}prompt = x\nhome = /usr/bin\n".as_bytes()),
        "app"
    );
    assert_eq!(
        prompt_of("\u{feff}home = /usr/bin\nprompt = x\n".as_bytes()),
        "x"
    );
}

#[test]
fn a_prompt_is_read_as_venv_virtualenv_and_uv_write_it() {
    for (written, prompt) in [
        ("'my env'", "my env"),
        ("\"my env\"", "my env"),
        ("my env", "my env"),
        ("'it\\'s'", "it's"),
        ("\"it's\"", "it's"),
        ("a = b", "a = b"),
        ("'é🐍'", "é🐍"),
        ("''", "app"),
        ("", "app"),
    ] {
        let cfg = format!("home = /usr/bin\nprompt = {written}\n");
        assert_eq!(prompt_of(cfg.as_bytes()), prompt, "{written}");
    }
}

#[test]
fn one_that_python_would_stop_at_is_an_error_that_names_the_file() {
    let large = format!("home = /usr/bin\n{}", "# and so on\n".repeat(4000));
    for cfg in [
        &b"home = /\xff\n"[..],
        b"\xff\xfeh\0o\0m\0e\0",
        large.as_bytes(),
    ] {
        let sandbox = Sandbox::new().venv_with("app/.venv", cfg).cwd("app");
        sandbox.run(["probe"]).error(
            125,
            &[
                "[ROOT]/app/.venv/pyvenv.cfg",
                "`vrun --env [ROOT]/app/.venv --repair`",
            ],
        );
    }
}

#[test]
fn one_that_may_not_be_read_is_an_error_that_names_the_file() {
    let sandbox = Sandbox::new().venv("app/.venv").cwd("app").by_nobody("app");
    sandbox.chmod("app/.venv/pyvenv.cfg", 0o000);
    sandbox
        .run(["probe"])
        .error(125, &["[ROOT]/app/.venv/pyvenv.cfg"]);
}

#[test]
fn an_environment_whose_python_is_gone_is_an_error_that_says_what_it_points_to() {
    let sandbox = Sandbox::new()
        .file("app/.venv/pyvenv.cfg", "home = /gone/bin\n")
        .dir("app/.venv/bin")
        .link("app/.venv/bin/python", "/gone/bin/python3.12")
        .cwd("app");
    for typed in [&["python"][..], &["-m", "x"]] {
        sandbox
            .run(typed)
            .error(126, &["[ROOT]/app/.venv", "/gone/bin/python3.12"]);
    }
}

#[test]
fn an_environment_without_a_python_is_an_error_that_names_it() {
    let sandbox = Sandbox::new()
        .file("app/.venv/pyvenv.cfg", "home = /usr/bin\n")
        .cwd("app");
    for typed in [&["python"][..], &["-m", "x"]] {
        sandbox
            .run(typed)
            .error(127, &["`python`", "[ROOT]/app/.venv"]);
    }
}

#[test]
fn an_existing_environment_that_fits_the_request_is_used() {
    for request in [
        "3.12",
        "3",
        "3.12.1",
        ">=3.10",
        ">=3.10,<3.13",
        "python3.12",
    ] {
        let sandbox = || Sandbox::new().venv("app/.venv").cwd("app");
        sandbox().run(["-p", request, "probe"]).in_env("app/.venv");
        sandbox()
            .var("VRUN_PYTHON", request)
            .run(["probe"])
            .in_env("app/.venv");
    }
}

#[test]
fn an_existing_environment_that_does_not_fit_the_request_is_an_error_that_says_how_to_rebuild_it() {
    for request in ["3.9", "2.7", "3.12.7", "<3.12", "pypy3.12"] {
        let sandbox = || Sandbox::new().venv("app/.venv").cwd("app");
        let parts = ["[ROOT]/app/.venv", "3.12.1", request, "hint: "];
        sandbox().run(["-p", request, "probe"]).error(125, &parts);
        sandbox()
            .var("VRUN_PYTHON", request)
            .run(["probe"])
            .error(125, &["VRUN_PYTHON", "[ROOT]/app/.venv"]);
    }
}

#[test]
fn what_the_project_asks_of_an_existing_environment_is_not_looked_at() {
    let sandbox = Sandbox::new()
        .venv("app/.venv")
        .file("app/.python-version", "3.9\n")
        .cwd("app");
    let sandbox = sandbox.file(
        "app/pyproject.toml",
        "[project]\nrequires-python = '>=3.99'\n",
    );
    sandbox.run(["probe"]).in_env("app/.venv");
}
