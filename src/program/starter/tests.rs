//! The heads of scripts as their makers write them, and what each is told by.

use super::*;

fn named(path: &str, flags: &[&str], reading: Reading) -> Starter {
    Starter::Python(Interpreter {
        path: path.into(),
        flags: flags.iter().map(OsString::from).collect(),
        reading,
    })
}

#[test]
fn every_makers_script_names_its_python() {
    let long = format!("/{}/bin/python", "x".repeat(300));
    for (head, path, flags, reading) in [
        (
            "#!/e/bin/python\nimport sys",
            "/e/bin/python",
            &[][..],
            Reading::Plain,
        ),
        (
            "#! /e/bin/python3.11 -sE\n",
            "/e/bin/python3.11",
            &["-sE"],
            Reading::Plain,
        ),
        (
            "#!/e/bin/python -s -E\n",
            "/e/bin/python",
            &["-s -E"],
            Reading::Plain,
        ),
        (
            "#!/e/bin/python\r\nimport sys\r\n",
            "/e/bin/python",
            &[],
            Reading::Spoilt,
        ),
        (
            "\u{feff}#!/e/bin/python\n",
            "/e/bin/python",
            &[],
            Reading::Spoilt,
        ),
        (
            "#!/my env/bin/python\n",
            "/my env/bin/python",
            &[],
            Reading::Spoilt,
        ),
        ("#!python3\n", "python3", &[], Reading::Plain),
        (
            "#!/e/bin/python3.6m\n",
            "/e/bin/python3.6m",
            &[],
            Reading::Plain,
        ),
        (&format!("#!{long}\n"), &long, &[], Reading::Spoilt),
        (
            "#!/usr/bin/env -S /e/bin/python -s -E\n",
            "/e/bin/python",
            &["-s", "-E"],
            Reading::Plain,
        ),
        // distlib, pip, virtualenv
        (
            "#!/bin/sh\n'''exec' /e/bin/python \"$0\" \"$@\"\n' '''\n",
            "/e/bin/python",
            &[],
            Reading::Plain,
        ),
        (
            "#!/bin/sh\n'''exec' \"/my env/bin/python\" \"$0\" \"$@\"\n' '''\n",
            "/my env/bin/python",
            &[],
            Reading::Plain,
        ),
        // uv
        (
            "#!/bin/sh\n'''exec' '/my env/bin/python' \"$0\" \"$@\"\n' '''\n",
            "/my env/bin/python",
            &[],
            Reading::Plain,
        ),
        (
            "#!/bin/sh\n'''exec' \"/a '\"'`'\"x\"'$'\"(y)/python\" \"$0\" \"$@\"\n' '''\n",
            "/a '`x$(y)/python",
            &[],
            Reading::Plain,
        ),
        // conda
        (
            "#!/bin/sh\n'''exec' \"/my env/bin/python\" -E \"$0\" \"$@\" #'''\n",
            "/my env/bin/python",
            &["-E"],
            Reading::Plain,
        ),
        (
            "#!/opt/pypy/bin/pypy3\n",
            "/opt/pypy/bin/pypy3",
            &[],
            Reading::Plain,
        ),
    ] {
        assert_eq!(
            parse(head.as_bytes()),
            named(path, flags, reading),
            "{head}"
        );
    }
}

#[test]
fn a_script_that_finds_its_python_itself_names_none() {
    for head in [
        "#!/usr/bin/env python3\n",
        "#!/usr/bin/env -S python3 -E\n",
        "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''\n",
        "#!/bin/sh\n\"exec\" \"`dirname $0`/python\" \"$0\" \"$@\"\n",
    ] {
        let flags = Vec::from_iter(head.contains(" -E").then(|| "-E".into()));
        assert_eq!(parse(head.as_bytes()), Starter::Nearest(flags), "{head}");
    }
}

#[test]
fn a_version_managers_shim_is_told_from_a_shells_script() {
    let pyenv = "#!/usr/bin/env bash\nset -e\nprogram=\"${0##*/}\"\nexport PYENV_ROOT=\"/p\"\nexec \"/p/libexec/pyenv\" exec \"$program\" \"$@\"\n";
    let asdf = "#!/usr/bin/env bash\n# asdf-plugin: python 3.11.4\nexec /a/bin/asdf exec \"pytest\" \"$@\"\n";
    for (head, starter) in [
        (pyenv, Starter::Shim("pyenv")),
        (asdf, Starter::Shim("asdf")),
        (
            "#!/usr/bin/env bash\n# asdf-plugin: nodejs 20\nexec /a/bin/asdf exec \"npm\" \"$@\"\n",
            Starter::Other,
        ),
        ("#!/bin/bash\nexec python3 -m tool \"$@\"\n", Starter::Other),
        ("#!/usr/bin/perl\n", Starter::Other),
        ("\u{7f}ELF", Starter::Other),
        ("", Starter::Other),
        ("#!", Starter::Other),
    ] {
        assert_eq!(parse(head.as_bytes()), starter, "{head}");
    }
}
