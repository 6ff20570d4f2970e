//! Files whose first line names vrun, started by the real kernel and by shells: the environment is the one next to the
//! file, however it is reached, and the arguments arrive as they are.

use std::process::Command;

use crate::project::{Outcome, Project, tell};
use crate::pythons;

/// Prints where it runs, and with what.
const BODY: &str = "\nimport sys\nprint([sys.prefix] + sys.argv[1:])\n";
/// What is hard to hand on.
const ARGS: [&str; 7] = ["-h", "--", "a b", "", "*", "$HOME", "-q"];

/// Two projects with an environment each: `app`, and `other`, where the callers are. vrun is on PATH.
fn project() -> Project {
    let project = Project::with_python()
        .file("other/setup.py", "")
        .dir("links")
        .link("bin/vrun", env!("CARGO_BIN_EXE_vrun"));
    for dir in ["app", "other"] {
        let dir = project.path(dir);
        let dir = dir.to_str().expect("a plain path");
        project.run(["-q", "-C", dir, "python", "-c", ""]).code(0);
    }
    let bin = project.path("bin").display().to_string();
    let links = project.path("links").display().to_string();
    project.var("PATH", format!("{bin}:{links}:/usr/bin:/bin"))
}

/// A line of sh in `other`, with the arguments as `"$@"`.
fn sh(project: &Project, line: &str) -> Outcome {
    shell(project, "/bin/sh", line)
}

fn shell(project: &Project, shell: &str, line: &str) -> Outcome {
    let mut command = Command::new(shell);
    // A line that begins with `-` would be an option.
    let line = format!("true; {line}");
    command.args(["-c", &line, "sh"]).args(ARGS);
    project.place(&mut command);
    command.current_dir(project.path("other"));
    Outcome::of(&mut command)
}

/// What the body prints in the environment of `app`.
fn told(project: &Project) -> String {
    let prefix = project.path("app/.venv").display().to_string();
    let words: Vec<_> = [prefix.as_str()]
        .iter()
        .chain(&ARGS)
        .map(|word| format!("'{word}'"))
        .collect();
    format!("[{}]", words.join(", "))
}

#[test]
fn a_script_finds_its_own_environment_by_every_first_line_that_names_vrun() {
    let mut project = project();
    let abs = project.path("bin/vrun").display().to_string();
    let ask = format!("#!/usr/bin/env -S vrun -p {} -s", pythons::newest().short());
    for first in [
        "#!/usr/bin/env -S vrun -s",
        "#!/usr/bin/env vrun",
        "#!/usr/bin/env -S vrun -q -s",
        "#!/usr/bin/env -S vrun -qs",
        "#!/usr/bin/env -S FOO=1 vrun --no-install -s",
        "#! /usr/bin/env  vrun ",
        &ask,
        &format!("#!{abs} -s"),
        &format!("#!{abs} -qs"),
        &format!("#!{abs}"),
    ] {
        project = project.script("app/tool", &format!("{first}{BODY}"));
        for line in [
            "../app/tool \"$@\"",
            "exec ../app/tool \"$@\"",
            // As vrun's COMMAND, which must not turn in a circle.
            "vrun ../app/tool \"$@\"",
            "vrun -q -- ../app/tool \"$@\"",
            "vrun -s ../app/tool \"$@\"",
        ] {
            let outcome = sh(&project, line).code(0);
            assert_eq!(
                outcome.stdout.trim_end(),
                told(&project),
                "{first}: {line}: {outcome}"
            );
        }
    }
}

#[test]
fn however_a_script_is_reached_its_environment_is_next_to_the_file() {
    let first = "#!/usr/bin/env -S vrun -s";
    let text = format!("{first}{BODY}");
    let app = |name: &str| format!("app/{name}");
    let mut project = project();
    // Without an ending, with one, with blanks, with what looks like an option.
    for name in [
        "tool",
        "tool.py",
        "a b",
        "a b.py",
        "-tool",
        "-c",
        "--help",
        "x=y",
        "\u{fc}n\u{ef}",
    ] {
        project = project.script(&app(name), &text);
    }
    let absolute = project.path("app/tool");
    project = project
        .link("links/absolute", absolute)
        .link("links/relative", "../app/tool")
        .link("links/second", "relative")
        .link("links/third", "second")
        .link("links/a b", "../app/a b.py")
        .link("links/-x", "../app/-tool")
        .dir("app/deep")
        .link("other/into", "../app/deep")
        .link("app/deep/tool", "../tool");
    for line in [
        "../app/tool \"$@\"",
        "../app/tool.py \"$@\"",
        "'../app/a b' \"$@\"",
        "'../app/a b.py' \"$@\"",
        "cd ../app && './a b.py' \"$@\"",
        "cd ../app && ./-tool \"$@\"",
        "cd ../app && ./-c \"$@\"",
        "cd ../app && PATH=.:$PATH && --help \"$@\"",
        "cd ../app && PATH=:$PATH && -tool \"$@\"",
        "../app/x=y \"$@\"",
        "../app/\u{fc}n\u{ef} \"$@\"",
        "absolute \"$@\"",
        "relative \"$@\"",
        "third \"$@\"",
        "'a b' \"$@\"",
        "-x \"$@\"",
        "into/tool \"$@\"",
        "cd into && ./tool \"$@\"",
        "cd / && exec absolute \"$@\"",
        "env -u PWD relative \"$@\"",
        "PWD=/nowhere relative \"$@\"",
        "sh -c 'exec relative \"$@\"' sh \"$@\"",
        "vrun relative \"$@\"",
    ] {
        for shell_name in ["/bin/sh", "/bin/bash", "/bin/zsh"] {
            if !std::path::Path::new(shell_name).exists() {
                continue;
            }
            let outcome = shell(&project, shell_name, line).code(0);
            assert_eq!(
                outcome.stdout.trim_end(),
                told(&project),
                "{shell_name}: {line}: {outcome}"
            );
        }
    }
}

#[test]
fn a_script_stays_where_its_caller_is() {
    let text =
        "#!/usr/bin/env -S vrun -s\nimport os, sys\nprint(os.getcwd(), sys.argv[0], __file__)\n";
    let project = project().script("app/tool", text);
    let other = project.path("other").display().to_string();
    let outcome = sh(&project, "exec ../app/tool").code(0);
    let file = project.path("other/../app/tool").display().to_string();
    let said = outcome.stdout.trim_end().to_owned();
    // Before 3.9 `__file__` is as it was typed.
    let typed = format!("{other} ../app/tool ../app/tool");
    assert!(
        said == typed || said == format!("{other} ../app/tool {file}"),
        "{outcome}"
    );
}

#[test]
fn a_long_first_line_runs_where_the_kernel_reads_it_and_else_as_a_command() {
    // Every system reads 127 bytes; Linux 255 since 5.1; a few more.
    for (length, lines) in [
        (120, &["../app/tool \"$@\"", "vrun ../app/tool \"$@\""][..]),
        (400, &["vrun ../app/tool \"$@\""]),
    ] {
        let blanks = " ".repeat(length - "#!/usr/bin/env -S vrun -s".len());
        let first = format!("#!/usr/bin/env -S {blanks}vrun -s");
        let project = project().script("app/tool", &format!("{first}{BODY}"));
        for line in lines {
            sh(&project, line).code(0).stdout(&told(&project));
        }
    }
}

#[test]
fn a_script_makes_its_own_environment_on_first_use() {
    let project = project()
        .file("third/setup.py", "")
        .script("third/tool", &format!("#!/usr/bin/env -S vrun -s{BODY}"));
    let outcome = sh(&project, "exec ../third/tool").code(0);
    let made = project.path("third/.venv").display().to_string();
    let outcome = outcome.says(&["vrun: created ", &made]);
    outcome.stdout(&format!("['{made}']"));
}

#[test]
fn a_first_line_may_be_fed_to_other_interpreters_too() {
    // python, run by hand, takes the line for a comment.
    let project = project().script("app/tool", &format!("#!/usr/bin/env vrun{BODY}"));
    let outcome = sh(&project, "exec ../app/.venv/bin/python ../app/tool \"$@\"").code(0);
    outcome.stdout(&told(&project));
    let Ok(time) = which::which("timeout") else {
        tell("not tested: a script under timeout(1), which is not here");
        return;
    };
    let line = format!("exec {} 60 ../app/tool \"$@\"", time.display());
    sh(&project, &line).code(0).stdout(&told(&project));
}
