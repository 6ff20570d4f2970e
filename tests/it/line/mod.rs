//! `-c LINE`: a shell's command line, in the environment.

use crate::sandbox::Sandbox;

/// Lines by vrun and by sh.
mod same;

fn app() -> Sandbox {
    Sandbox::new().venv("app/.venv").cwd("app")
}

#[test]
fn a_line_is_run_by_sh_on_the_views_path() {
    app()
        .run([
            "-c",
            "probe \"$1\" | grep -v ^file && echo $0 $#",
            "name",
            "a b",
        ])
        .lines(&[
            "argv[0]=probe",
            "argv[1]=a b",
            "VIRTUAL_ENV=[ROOT]/app/.venv",
            "name 1",
        ]);
    app().run(["-c", "exit 7"]).code(7);
    app().run(["-c", "kill -TERM $$"]).signal(15);
}

#[test]
fn a_line_that_is_a_program_and_its_words_needs_no_shell() {
    let direct = |line: &str| app().run(["-n", "-c", line]).text();
    let ends = |line: &str, end: &str| {
        let text = direct(line);
        let end = format!(" {end}\n");
        assert!(text.ends_with(&end), "{text} does not end with {end}");
    };
    ends(
        "probe  -q 'a b' \"c\"",
        "[ROOT]/app/.venv/bin/probe -q 'a b' c",
    );
    ends("python x.py", "[ROOT]/app/.venv/bin/python x.py");
    ends("./tool -x", "./tool -x");
    ends("echo hello", "/bin/sh -c 'echo hello'");
    ends("probe | cat", "/bin/sh -c 'probe | cat'");
    ends("no-such-program", "/bin/sh -c no-such-program");
    for options in [&["-ec"][..], &["-e", "-c"], &["-c", "-e"]] {
        let typed = ["-n"].iter().chain(options).chain(&["probe"]);
        let text = app().run(typed).text();
        assert!(text.ends_with(" /bin/sh -e -c probe\n"), "{text}");
    }
}

#[test]
fn a_line_is_run_in_the_same_process() {
    let sandbox = app();
    for line in ["probe --pid", "exec probe --pid"] {
        let outcome = sandbox.run(["-c", line]);
        let pid = outcome.pid();
        outcome.stdout(&format!("{pid}\n"));
    }
}

#[test]
fn vruns_own_options_may_stand_before_it_and_among_the_shells() {
    for typed in [
        &["-q", "-c"][..],
        &["-qc"],
        &["-cq"],
        &["-c", "-q"],
        &["-qec"],
        &["-eqc"],
        &["-euq", "-c", "--"],
        &["-Cx", "--env=../.venv", "-ec"],
        &["-ecC", "x", "--env", "../.venv"],
        &["-cCx", "--env=../.venv"],
    ] {
        let sandbox = app().dir("app/x");
        let line = ["probe -n; echo $#", "a", "-q", "--"];
        sandbox
            .run(typed.iter().chain(&line))
            .in_env("app/.venv")
            .lines(&["argv[1]=-n", "2"]);
    }
}

#[test]
fn what_follows_the_line_is_the_shells() {
    app()
        .run([
            "-c",
            "for a in \"$0\" \"$@\"; do echo \"<$a>\"; done",
            "-h",
            "--",
            "-c",
            "",
            "-n",
        ])
        .stdout("<-h>\n<-->\n<-c>\n<>\n<-n>\n");
}

#[test]
fn without_a_line_the_shells_options_are_none_of_vruns() {
    for (typed, named) in [
        (&["-e", "probe"][..], "-e"),
        (&["-u", "probe"], "-u"),
        (&["-x", "probe"], "-x"),
        (&["-qx", "probe"], "-x"),
        (&["-o", "pipefail", "probe"], "-o"),
        (&["-e"], "-e"),
        (&["-c", "-o"], "-o"),
        (&["-c"], "-c"),
        (&["-ec"], "-c"),
        (&["-c", "--"], "-c"),
        (&["-c", "-Z", "probe"], "-Z"),
        (&["-eZc", "probe"], "-Z"),
        (&["-c", "-m", "probe", "x"], "-m"),
        (&["-c", "-s", "probe", "x"], "-s"),
        (&["--doctor", "-c", "probe"], "--doctor"),
    ] {
        app().run(typed).error(125, &[named]);
    }
}

#[test]
fn a_program_of_another_python_runs_as_it_does_in_a_shell() {
    let foreign = "#![ROOT]/lib/python3.9\n";
    let sandbox = app()
        .probe("lib/python3.9")
        .script("tools/pytest", foreign)
        .var("PATH", "[ROOT]/tools:/usr/bin:/bin");
    sandbox.run(["pytest"]).error(126, &["pytest"]);
    for line in ["pytest", "exec pytest"] {
        sandbox
            .run(["-c", line])
            .line("argv[1]=[ROOT]/tools/pytest");
    }
}

#[test]
fn a_line_may_start_vrun_by_its_name_and_by_a_shims() {
    let sandbox = app().var("PATH", "[ROOT]/opt:/usr/bin:/bin");
    for line in [
        "vrun probe",
        "vrun -c 'vrun -c probe'",
        "vrun -c 'exec vrun -ec probe'",
    ] {
        sandbox.run(["-c", line]).in_env("app/.venv");
    }
}

#[test]
fn vrun_shell_names_another_shell_on_the_callers_path() {
    // Neither a script of the environment nor a file that happens to lie here is a shell.
    let sandbox = app()
        .script("app/.venv/bin/myshell", "#!/bin/sh\necho wrong\n")
        .script("app/myshell", "#!/bin/sh\necho wrong\n")
        .script("tools/myshell", "#!/bin/sh\nprintf '<%s>' \"$@\"\n")
        .var("PATH", ":[ROOT]/app/.venv/bin:[ROOT]/tools:/usr/bin:/bin")
        .var("VRUN_SHELL", "myshell");
    sandbox.run(["-c", "a | b", "c"]).stdout("<-c><a | b><c>");
    // Who knows how it reads a plain line?
    sandbox.run(["-c", "probe"]).stdout("<-c><probe>");
    sandbox
        .run(["-euo", "pipefail", "-c", "probe"])
        .stdout("<-e><-u><-o><pipefail><-c><probe>");
    let sandbox = sandbox.var("VRUN_SHELL", "./myshell");
    sandbox.run(["-c", "probe"]).stdout("wrong\n");
    sandbox
        .var("VRUN_SHELL", "")
        .run(["-c", "echo $0"])
        .stdout("sh\n");
}

#[test]
fn a_vrun_shell_that_cannot_be_is_an_error_that_names_it() {
    let sandbox = || {
        app()
            .file("app/plain", "")
            .link("app/me", "[ROOT]/opt/vrun")
    };
    for (shell, code) in [
        ("no-such-shell", 127),
        ("./gone", 127),
        ("./plain", 126),
        ("vrun", 125),
        ("./me", 125),
        ("[ROOT]/opt/vrun", 125),
    ] {
        let sandbox = sandbox()
            .var("PATH", "[ROOT]/opt:/usr/bin:/bin")
            .var("VRUN_SHELL", shell);
        for line in ["probe", "a | b"] {
            sandbox.run(["-c", line]).error(code, &["VRUN_SHELL"]);
            sandbox.run(["-n", "-c", line]).error(code, &["VRUN_SHELL"]);
        }
        sandbox.run(["probe"]).in_env("app/.venv");
    }
}

#[test]
fn shell_is_the_users_and_no_ones_business() {
    app()
        .var("SHELL", "[ROOT]/opt/vrun")
        .run(["-c", "echo $SHELL | cat"])
        .stdout("[ROOT]/opt/vrun\n");
}

#[test]
fn what_a_signal_ends_without_a_shell_is_seen_to_have_ended_so() {
    // As with bash; dash stays, and makes an exit code of it.
    app().run(["-c", "probe --kill TERM"]).signal(15);
}
