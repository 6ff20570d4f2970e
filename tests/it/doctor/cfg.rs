//! Its pyvenv.cfg: what it says that is not so, and what it does not say.

use super::{app, finds, linked};

#[test]
fn a_home_that_is_gone_is_wrong_for_a_copied_python_and_a_note_for_a_linked_one() {
    let cause = "pyvenv.cfg says `home = /nonexist`, which does not exist";
    let told = [
        "the directory of its base Python does not exist",
        cause,
        "`vrun --repair`",
    ];
    let cfg = "home = /nonexist\ninclude-system-site-packages = false\nversion = 3.12.1\n";
    let copied = app().file("app/.venv/pyvenv.cfg", cfg);
    finds(&copied, ("wrong", "home-gone"), told);
    let sandbox = linked("[ROOT]/usr/python3.12").probe("usr/python3.12");
    let sandbox = sandbox.file("app/.venv/pyvenv.cfg", cfg);
    finds(&sandbox, ("note", "home-gone"), told);
}

#[test]
fn a_pyvenv_cfg_that_is_no_good() {
    for (text, id, cause) in [
        (
            &b""[..],
            "cfg-empty",
            "is empty, and Python sees the base interpreter's packages too",
        ),
        (
            b"version = 3.12.1\ninclude-system-site-packages = false\n",
            "cfg-without-home",
            "has no `home`, the directory of the base interpreter",
        ),
        (b"home = /\xff\n", "cfg-not-utf8", "is not UTF-8"),
    ] {
        let sandbox = app().file("app/.venv/pyvenv.cfg", text);
        let cause = format!("[ROOT]/app/.venv/pyvenv.cfg {cause}");
        let told = ["its pyvenv.cfg is invalid", &cause, "`vrun --repair`"];
        finds(&sandbox, ("wrong", id), told);
    }
}

#[test]
fn a_pyvenv_cfg_that_leaves_open_whether_the_bases_packages_are_seen() {
    let text = "home = [ROOT]/lib\nversion = 3.12.1";
    let sandbox = app().file("app/.venv/pyvenv.cfg", text);
    finds(
        &sandbox,
        ("wrong", "cfg-without-system-site-packages"),
        [
            "it is not isolated: Python sees the base interpreter's packages there too",
            "[ROOT]/app/.venv/pyvenv.cfg has no `include-system-site-packages`, which Python takes for true",
            "`vrun --repair`",
        ],
    );
    // Which only that one line is missing for.
    let told = sandbox.run(["--repair"]).code(0);
    assert_eq!(
        told.said(),
        "vrun: the base interpreter's packages are no longer visible in [ROOT]/app/.venv\n"
    );
    let cfg = std::fs::read_to_string(sandbox.path("app/.venv/pyvenv.cfg")).expect("a file");
    assert!(
        cfg.ends_with("\nversion = 3.12.1\ninclude-system-site-packages = false\n"),
        "{cfg}"
    );
    sandbox
        .run(["--doctor"])
        .code(0)
        .stdout("[ROOT]/app/.venv is sound\n");
    let asked = "home = [ROOT]/lib\nversion = 3.12.1\ninclude-system-site-packages = true\n";
    let sandbox = app().file("app/.venv/pyvenv.cfg", asked);
    sandbox
        .run(["--doctor"])
        .code(0)
        .stdout("[ROOT]/app/.venv is sound\n");
}

#[test]
fn a_home_that_this_user_may_not_look_at_is_not_gone() {
    let sandbox = app()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = [ROOT]/locked/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n",
        )
        .dir("locked/bin")
        .by_nobody("locked");
    sandbox.chmod("locked", 0o000);
    finds(
        &sandbox,
        ("wrong", "home-inaccessible"),
        [
            "it cannot be used: the directory of its base Python is inaccessible",
            "pyvenv.cfg says `home = [ROOT]/locked/bin`, which this user may not access",
            "`ls -ld [ROOT]/locked/bin` shows its owner",
        ],
    );
    sandbox
        .run(["--repair"])
        .error(126, &["hint: `ls -ld [ROOT]/locked/bin` shows its owner"]);
    sandbox.chmod("locked", 0o755);
}
