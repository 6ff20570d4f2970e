//! Broken environments: each is told apart, named, and comes with what helps; nothing of them is changed.
//! What stands in for a Python that is gone is for real Pythons (tests/real/broken.rs).

use crate::sandbox::Sandbox;

const REPAIR: &str = "hint: `vrun --repair` rebuilds it with the same packages";

/// An environment with a scripts directory and no Python yet.
fn app(cfg: &str) -> Sandbox {
    Sandbox::new()
        .file("app/.venv/pyvenv.cfg", cfg)
        .dir("app/.venv/bin")
        .cwd("app")
}

/// Whatever has that environment's Python run is refused so, and nothing is changed.
#[track_caller]
fn refused(sandbox: &Sandbox, parts: &[&str]) {
    let before = sandbox.tree();
    for typed in [
        &["python"][..],
        &["python3", "x.py"],
        &["-m", "x"],
        &["-n", "python"],
    ] {
        sandbox.run(typed).error(126, parts);
    }
    assert_eq!(before, sandbox.tree());
}

#[test]
fn the_link_that_leads_nowhere_and_where_it_pointed() {
    let sandbox =
        app("home = /nonexist/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n")
            .link("app/.venv/bin/python", "python3")
            .link("app/.venv/bin/python3", "/nonexist/bin/python3.11")
            .script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python\n")
            .var("PATH", "/nonexist");
    let told = [
        "vrun: [ROOT]/app/.venv is broken: its Python is gone",
        "cause: [ROOT]/app/.venv/bin/python3 points to /nonexist/bin/python3.11, which does not exist",
        REPAIR,
    ];
    refused(&sandbox, &told);
    sandbox.run(["tool"]).error(126, &told);
    sandbox.run([".venv/bin/python"]).error(126, &told);
    sandbox.run([".venv/bin/tool"]).error(126, &told);
}

#[test]
fn a_script_that_looks_for_its_python_on_path_does_not_find_the_next_one() {
    let sandbox = app("home = /nonexist/bin\ninclude-system-site-packages = false\n")
        .link("app/.venv/bin/python", "/nonexist/bin/python3.11")
        .script("app/.venv/bin/tool", "#!/usr/bin/env python3\n")
        .script("app/manage", "#!/usr/bin/env python3\n")
        .probe("other/python3")
        .var("PATH", "[ROOT]/other:/usr/bin:/bin");
    for typed in ["tool", "./manage"] {
        sandbox.run([typed]).error(126, &["its Python is gone"]);
    }
    sandbox
        .run(["--outside", "./manage"])
        .argv(&["python3", "./manage"]);
}

#[test]
fn links_that_lead_in_a_circle() {
    let sandbox = app("home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n")
        .link("app/.venv/bin/python", "python3")
        .link("app/.venv/bin/python3", "python");
    let told = [
        "/app/.venv is broken: its Python is a link to itself",
        REPAIR,
    ];
    refused(&sandbox, &told);
    sandbox.run(["python"]).error(
        126,
        &["cause: the links from [ROOT]/app/.venv/bin/python lead in a circle"],
    );
}

#[test]
fn a_python_that_this_user_may_not_reach() {
    let sandbox = app("home = [ROOT]/locked/bin\ninclude-system-site-packages = false\n")
        .probe("locked/bin/python3.12")
        .link("app/.venv/bin/python", "[ROOT]/locked/bin/python3.12")
        .by_nobody("locked");
    sandbox.chmod("locked", 0o000);
    sandbox.run(["python"]).error(
        126,
        &[
            "/app/.venv cannot be used: its Python is out of reach",
            "points to [ROOT]/locked/bin/python3.12, which this user may not look at",
            "hint: `ls -ld [ROOT]/locked/bin/python3.12` tells whose it is",
        ],
    );
    sandbox.chmod("locked", 0o755);
}

/// bin/python -> python3 -> usr/bin/python3 -> python3.12, in an environment for 3.11.
fn upgraded() -> Sandbox {
    app("home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n")
        .probe("usr/bin/python3.12")
        .link("usr/bin/python3", "python3.12")
        .link("app/.venv/bin/python", "python3")
        .link("app/.venv/bin/python3.11", "python3")
        .link("app/.venv/bin/python3", "[ROOT]/usr/bin/python3")
}

#[test]
fn a_base_that_is_now_of_another_minor_version_is_noticed_before_it_runs() {
    let sandbox = upgraded().script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python3\n");
    let told = [
        "vrun: [ROOT]/app/.venv is broken: it was made with Python 3.11, and its Python is now 3.12",
        "leads to [ROOT]/usr/bin/python3.12, which would see none of the packages for 3.11",
        REPAIR,
    ];
    refused(&sandbox, &told);
    sandbox.run(["python3.11"]).error(126, &told);
    sandbox.run(["tool"]).error(126, &told);
    sandbox.run([".venv/bin/python"]).error(126, &told);
    sandbox.run(["sh", "-c", "echo ran"]).stdout("ran\n");
}

#[test]
fn a_base_of_another_patch_or_with_its_own_packages_there_is_fine() {
    upgraded()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.9\n",
        )
        .run(["python"])
        .code(0);
    upgraded()
        .dir("app/.venv/lib/python3.12/site-packages")
        .run(["python"])
        .code(0);
    // Where pyvenv.cfg does not say, the library does.
    let silent = |library: &str| {
        upgraded()
            .file(
                "app/.venv/pyvenv.cfg",
                "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\n",
            )
            .dir(format!("app/.venv/lib/{library}"))
    };
    silent("python3.12").run(["python"]).code(0);
    silent("python3.11")
        .run(["python"])
        .error(126, &["made with Python 3.11, and its Python is now 3.12"]);
}

#[test]
fn one_that_was_made_on_windows() {
    let sandbox = Sandbox::new()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = C:\\Python312\ninclude-system-site-packages = false\nversion = 3.12.1\n",
        )
        .file("app/.venv/Scripts/python.exe", "MZ")
        .file("app/.venv/Scripts/pytest.exe", "MZ")
        .cwd("app");
    let told = [
        "vrun: [ROOT]/app/.venv is another system's: it was made on Windows",
        "cause: its Python is [ROOT]/app/.venv/Scripts/python.exe",
        "hint: `export VRUN_NAME=.venv-",
    ];
    refused(&sandbox, &told);
    for name in ["pytest", "pip"] {
        sandbox.run([name]).error(126, &told);
    }
    // From elsewhere the hint is for there.
    sandbox
        .run(["-C", "..", "--env", "app/.venv", "python"])
        .error(126, &["hint: `vrun --env [ROOT]/app/.venv-"]);
}

#[cfg(target_os = "linux")]
#[test]
fn one_that_was_made_on_macos_and_is_mounted_here() {
    for home in [
        "/opt/homebrew/opt/python@3.12/bin",
        "/Library/Frameworks/Python.framework/Versions/3.12/bin",
        "/usr/local/opt/python@3.12/bin",
        "/Users/ada/.pyenv/versions/3.12.1/bin",
    ] {
        let sandbox = app(&format!(
            "home = {home}\ninclude-system-site-packages = false\nversion = 3.12.1\n"
        ))
        .link("app/.venv/bin/python", "python3.12")
        .link("app/.venv/bin/python3.12", format!("{home}/python3.12"));
        refused(
            &sandbox,
            &[
                "vrun: [ROOT]/app/.venv is another system's: it was made on macOS",
                &format!("cause: its pyvenv.cfg names {home}"),
                "hint: `export VRUN_NAME=.venv-linux` has vrun make and take one for this system",
            ],
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_copy_of_another_systems_python_is_told_once_the_system_has_refused_it() {
    for (head, system) in [
        (&b"\xcf\xfa\xed\xfe\x0c\0\0\x01"[..], "macOS"),
        (b"MZ\x90\0", "Windows"),
    ] {
        app("home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n")
            .script("app/.venv/bin/python", head)
            .run(["python"])
            .error(
                126,
                &[
                    &format!("vrun: [ROOT]/app/.venv is another system's: it was made on {system}"),
                    "cause: its Python is [ROOT]/app/.venv/bin/python",
                    "hint: `export VRUN_NAME=.venv-linux`",
                ],
            );
    }
}

/// A project whose environment is a Mac's, and whose link happens to lead to a Python here.
#[cfg(target_os = "linux")]
fn mounted() -> Sandbox {
    app("home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n")
        .file("app/pyproject.toml", "")
        .probe("usr/bin/python3.12")
        .link("app/.venv/bin/python", "[ROOT]/usr/bin/python3.12")
        .venv("opt/venv")
}

#[cfg(target_os = "linux")]
#[test]
fn another_systems_environment_gives_way_to_an_active_one_that_runs_here() {
    let site = "app/.venv/lib/python3.12/site-packages";
    let wheel = "Wheel-Version: 1.0\nTag: cp312-cp312-macosx_11_0_arm64\n";
    for (file, text) in [
        (format!("{site}/numpy-2.0.dist-info/WHEEL"), wheel),
        (format!("{site}/_cffi_backend.cpython-312-darwin.so"), ""),
    ] {
        let sandbox = mounted().file(&file, text);
        sandbox.run(["python"]).in_env("app/.venv");
        let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/opt/venv");
        sandbox.run(["python"]).in_env("opt/venv").says(
            "[ROOT]/app/.venv has no Python that runs here; the active [ROOT]/opt/venv serves",
        );
    }
    let sandbox = mounted().file(
        format!("{site}/pure-1.dist-info/WHEEL"),
        "Tag: py3-none-any\n",
    );
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/opt/venv");
    sandbox.run(["python"]).in_env("app/.venv");
}

/// The head of a program for IBM's mainframes (elf(5)), in the byte order of this machine's.
#[cfg(target_os = "linux")]
fn mainframes() -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    bytes[16] = 2;
    bytes[18] = 22;
    bytes[52] = 64;
    bytes
}

#[cfg(target_os = "linux")]
#[test]
fn a_python_for_another_machine_is_told_once_the_system_has_refused_it() {
    let sandbox =
        app("home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n")
            .script("usr/bin/python3.12", mainframes())
            .link("app/.venv/bin/python", "[ROOT]/usr/bin/python3.12")
            .script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python\n");
    for typed in ["python", "tool"] {
        sandbox.run([typed]).error(
            126,
            &[
                "vrun: [ROOT]/app/.venv is another machine's: its Python is for s390x",
                "cause: [ROOT]/usr/bin/python3.12 is a program for s390x",
                "hint: `export VRUN_NAME=.venv-linux-",
            ],
        );
    }
    let sandbox = sandbox.venv("opt/venv").file("app/pyproject.toml", "");
    sandbox
        .var("VIRTUAL_ENV", "[ROOT]/opt/venv")
        .run(["python"])
        .in_env("opt/venv")
        .says("has no Python that runs here");
}

/// The probe with another loader's name in it, of the same length; None where it needs none.
#[cfg(target_os = "linux")]
fn with_another_loader(sandbox: &Sandbox) -> Option<Vec<u8>> {
    let mut bytes = std::fs::read(sandbox.path("lib/probe")).expect("the probe");
    let at = bytes.windows(3).position(|word| word == b"ld-")?;
    bytes[at..at + 3].copy_from_slice(b"no-");
    Some(bytes)
}

#[cfg(target_os = "linux")]
#[test]
fn a_python_whose_loader_is_not_here_is_told_once_the_system_has_refused_it() {
    let sandbox =
        app("home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n");
    let Some(bytes) = with_another_loader(&sandbox) else {
        return eprintln!("not tested: the probe is linked statically here");
    };
    sandbox
        .script("usr/bin/python3.12", bytes)
        .link("app/.venv/bin/python", "[ROOT]/usr/bin/python3.12")
        .run(["python"])
        .error(
            126,
            &[
                "vrun: [ROOT]/app/.venv is another system's: its Python is for another C library",
                "cause: [ROOT]/usr/bin/python3.12 is started by /lib",
                "/no-linux",
                ", which does not exist",
                "hint: `export VRUN_NAME=.venv-musl`",
            ],
        );
}

#[test]
fn a_copy_is_left_to_itself_where_nothing_can_stand_in() {
    // It may find its library where it was configured to be.
    Sandbox::new()
        .venv_with(
            "app/.venv",
            "home = /nonexist/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n",
        )
        .cwd("app")
        .var("PATH", "/nonexist")
        .run(["python"])
        .argv(&["[ROOT]/app/.venv/bin/python"]);
}

#[test]
fn a_broken_one_that_came_with_a_checkout_is_told_as_that() {
    let sandbox = app("home = /nonexist/bin\ninclude-system-site-packages = false\n")
        .link("app/.venv/bin/python", "/nonexist/bin/python3.11")
        .var("PATH", "/usr/local/bin:/usr/bin:/bin");
    sandbox.sh("git init -q").code(0);
    let said = sandbox.run(["python"]).complaint();
    assert!(!said.contains("git"), "{said}");
    sandbox.sh("git add -f .venv").code(0);
    sandbox.run(["python"]).error(
        126,
        &[
            "its Python is gone",
            "cause: git tracks it: it came with a checkout",
        ],
    );
}

#[test]
fn a_program_that_needs_no_python_runs_in_a_broken_one() {
    let sandbox = upgraded()
        .probe("app/.venv/bin/ruff")
        .script("app/.venv/bin/shell", "#!/bin/sh\necho shell\n");
    sandbox.run(["ruff"]).in_env("app/.venv");
    sandbox.run(["shell"]).stdout("shell\n");
}
