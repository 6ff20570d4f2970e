//! Environments of another system, machine or C library: left alone, and told as that.

use super::refused;
use crate::sandbox::Sandbox;

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
        "vrun: [ROOT]/app/.venv is for another system: it was created on Windows",
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
        let sandbox = super::app(&format!(
            "home = {home}\ninclude-system-site-packages = false\nversion = 3.12.1\n"
        ))
        .link("app/.venv/bin/python", "python3.12")
        .link("app/.venv/bin/python3.12", format!("{home}/python3.12"));
        refused(
            &sandbox,
            &[
                "vrun: [ROOT]/app/.venv is for another system: it was created on macOS",
                &format!("cause: its pyvenv.cfg names {home}"),
                "hint: `export VRUN_NAME=.venv-linux` lets vrun create one for this system",
            ],
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn another_systems_python_is_named_once_it_was_refused() {
    for (head, system) in [
        (&b"\xcf\xfa\xed\xfe\x0c\0\0\x01"[..], "macOS"),
        (b"MZ\x90\0", "Windows"),
    ] {
        super::app(
            "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n",
        )
        .script("app/.venv/bin/python", head)
        .run(["python"])
        .error(
            126,
            &[
                &format!(
                    "vrun: [ROOT]/app/.venv is for another system: it was created on {system}"
                ),
                "cause: its Python is [ROOT]/app/.venv/bin/python",
                "hint: `export VRUN_NAME=.venv-linux`",
            ],
        );
    }
}

/// A project whose environment is a Mac's, and whose link happens to lead to a Python here.
#[cfg(target_os = "linux")]
fn mounted() -> Sandbox {
    super::app("home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n")
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
            "[ROOT]/app/.venv has no Python that runs here; using the active [ROOT]/opt/venv",
        );
    }
    let sandbox = mounted().file(
        format!("{site}/pure-1.dist-info/WHEEL"),
        "Tag: py3-none-any\n",
    );
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/opt/venv");
    sandbox.run(["python"]).in_env("app/.venv");
}

/// The head of a program for RISC-V (elf(5)), which no machine that runs the tests has.
#[cfg(target_os = "linux")]
fn another_machines() -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    bytes[16] = 2;
    bytes[18] = 243;
    bytes[52] = 64;
    bytes
}

#[cfg(target_os = "linux")]
#[test]
fn a_python_for_another_machine_is_named_once_it_was_refused() {
    let sandbox = super::app(
        "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n",
    )
    .script("usr/bin/python3.12", another_machines())
    .link("app/.venv/bin/python", "[ROOT]/usr/bin/python3.12")
    .script("app/.venv/bin/tool", "#![ROOT]/app/.venv/bin/python\n");
    for typed in ["python", "tool"] {
        sandbox.run([typed]).error(
            126,
            &[
                "vrun: [ROOT]/app/.venv is for another machine: its Python is for riscv64",
                "cause: [ROOT]/usr/bin/python3.12 is a program for riscv64",
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
    // The header names it; further in, these bytes may be anything.
    let at = bytes[..4096].windows(4).position(|word| word == b"/ld-")?;
    bytes[at..at + 4].copy_from_slice(b"/no-");
    Some(bytes)
}

#[cfg(target_os = "linux")]
#[test]
fn a_python_without_its_loader_is_named_once_it_was_refused() {
    let sandbox = super::app(
        "home = [ROOT]/usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n",
    );
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
                "vrun: [ROOT]/app/.venv is for another system: its Python is for another C library",
                "cause: [ROOT]/usr/bin/python3.12 is started by /lib",
                "/no-linux",
                ", which does not exist",
                "hint: `export VRUN_NAME=.venv-musl`",
            ],
        );
}
