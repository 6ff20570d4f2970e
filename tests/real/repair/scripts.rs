//! Console scripts in the forms that makers have written them: each is started as before, by the Python of the
//! environment where it lies now.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::whole::{bare, has_nothing_to_mend, repair};
use crate::project::{Outcome, Project};

/// Prints sys.prefix, and whether Python was started with -E.
const BODY: &str = "import sys\nprint(sys.prefix, sys.flags.ignore_environment)\n";

/// Each form's name, its head with `PYTHON` in it, and whether it has -E.
const FORMS: [(&str, &str, bool); 10] = [
    ("plain", "#!PYTHON\n", false),
    ("flags", "#!PYTHON -sE\n", true),
    (
        "coding",
        "#!PYTHON -E\n# -*- coding: latin-1 -*-\n# caf\u{e9}\n",
        true,
    ),
    (
        "future",
        "#!PYTHON\n'''About.'''\nfrom __future__ import annotations\n",
        false,
    ),
    ("crlf", "#!PYTHON\r\n", false),
    (
        "distlib",
        "#!/bin/sh\n'''exec' PYTHON \"$0\" \"$@\"\n' '''\n",
        false,
    ),
    (
        "pip",
        "#!/bin/sh\n'''exec' \"PYTHON\" \"$0\" \"$@\"\n' '''\nfrom __future__ import annotations\n",
        false,
    ),
    (
        "uv",
        "#!/bin/sh\n'''exec' 'PYTHON' \"$0\" \"$@\"\n' '''\n",
        false,
    ),
    (
        "conda",
        "#!/bin/sh\n'''exec' \"PYTHON\" -E \"$0\" \"$@\" #'''\n",
        true,
    ),
    (
        "strings",
        "#!/bin/sh\n\"exec\" \"PYTHON\" \"$0\" \"$@\"\n",
        false,
    ),
];

/// Latin-1 is what one of them says it is, and plain ASCII is all that is in the others.
fn write(file: &Path, text: &str) {
    let bytes: Vec<u8> = text.chars().map(|letter| letter as u32 as u8).collect();
    fs::write(file, bytes).expect("a file");
    let made = Command::new("/bin/chmod").arg("755").arg(file).status();
    assert!(made.is_ok_and(|status| status.success()));
}

#[test]
fn every_form_of_script_is_started_as_before() {
    let project = Project::with_python();
    project.run(["python", "-c", ""]).code(0);
    let env = project.path("app/.venv");
    let python = env.join("bin/python3").display().to_string();
    for (name, head, _) in FORMS {
        let text = format!("{}{BODY}", head.replace("PYTHON", &python));
        write(&env.join("bin").join(name), &text);
    }
    let mut at = project.path("app");
    for place in ["new", "it's my $HOME", "other", &"long".repeat(40), "last"] {
        let to = project.path(place);
        fs::rename(&at, &to).expect("moved");
        at = to;
        let env = at.join(".venv");
        repair(&project, &env);
        for (name, _, ignores) in FORMS {
            let ran = Outcome::of(&mut bare(&project, &env.join("bin").join(name)));
            let ran = ran.code(0);
            assert_eq!(ran.stderr, "", "{name} in {place}");
            ran.stdout(&format!("{} {}", env.display(), i32::from(ignores)));
        }
        has_nothing_to_mend(&project, &env);
    }
}
