//! What completes a command line that is being typed. tests/real has real shells ask for it.

use std::collections::BTreeSet;

use crate::sandbox::Sandbox;

const SHELLS: [&str; 6] = ["bash", "elvish", "fish", "nushell", "powershell", "zsh"];

fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .dir("app/src")
        .cwd("app/src")
        .var("PATH", "[ROOT]/bin")
}

/// What bash is offered for the last of `words`: what it adds by itself, and the values.
#[track_caller]
fn offered(sandbox: &Sandbox, words: &[&str]) -> (String, Vec<String>) {
    let line = ["--complete", "bash"].iter().chain(words);
    let (status, stdout, stderr) = sandbox.run(line).whole();
    assert_eq!((status.code(), &*stderr), (Some(0), ""), "{words:?}");
    let mut lines = stdout.lines();
    let part = lines.next().unwrap_or_default().trim_end().to_owned();
    let value = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
    (part, lines.map(value).collect())
}

#[track_caller]
fn values(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    offered(sandbox, words).1
}

/// The same with spaces between.
#[track_caller]
fn text(sandbox: &Sandbox, words: &[&str]) -> String {
    values(sandbox, words).join(" ")
}

#[test]
fn a_command_is_one_of_the_environment_or_of_path() {
    let app = app()
        .script("app/.venv/bin/a b", "")
        .file("app/.venv/bin/activate", "")
        .dir("app/.venv/bin/lib")
        .link("app/.venv/bin/gone", "nowhere")
        .script("app/.venv/bin/line\nbreak", "")
        .script("bin/tool", "")
        .script("bin/python", "")
        .file("bin/data", "");
    let (part, names) = offered(&app, &[""]);
    assert_eq!(part, "python-files");
    assert_eq!(names.join(","), "a b,pip,probe,python,python3,tool");
    assert_eq!(text(&app, &["p"]), "pip probe python python3");
    assert_eq!(text(&app, &["-c", "to"]), "tool");
    assert_eq!(text(&app, &["--", "to"]), "tool");
}

#[test]
fn programs_of_an_environment_that_is_set_aside_are_not_offered() {
    let app = app()
        .file("app/setup.py", "")
        .file("old/setup.py", "")
        .venv("old/.venv")
        .script("old/.venv/bin/theirs", "")
        .var("VIRTUAL_ENV", "[ROOT]/old/.venv")
        .var("PATH", "[ROOT]/old/.venv/bin:[ROOT]/bin");
    assert_eq!(text(&app, &["th"]), "");
}

#[test]
fn shells_that_match_in_their_own_way_get_everything() {
    let app = app().script("bin/Tool", "");
    for (shell, is_offered) in [
        ("bash", [false, false]),
        ("nushell", [false, true]),
        ("powershell", [false, true]),
        ("elvish", [true, true]),
        ("fish", [true, true]),
        ("zsh", [true, true]),
    ] {
        for (typed, is_offered) in ["ool", "too"].iter().zip(is_offered) {
            let answer = app.run(["--complete", shell, typed]).text();
            assert_eq!(answer.contains("Tool\t"), is_offered, "{shell}: {typed}");
        }
    }
    // PowerShell cannot hand over an empty word.
    let answer = app.run(["--complete", "powershell", "+"]).text();
    assert!(answer.contains("Tool\t"), "{answer}");
}

#[test]
fn the_options_of_the_line_say_which_environment() {
    let app = app()
        .venv("other/.venv")
        .script("other/.venv/bin/theirs", "");
    for line in [
        &["-C", "../../other", "th"][..],
        &["--env=../../other/.venv", "-v", "th"],
        &["-n", "--project", "../../other", "--", "th"],
        &["-qC", "../../other", "--sync", "th"],
        &["--env", "../../other/.venv", "--which", "th"],
        &["--env", "../../other/.venv", "--which", "-a", "th"],
        &["--env", "../../other/.venv", "--shims", "dir", "th"],
        &[
            "--env",
            "../../other/.venv",
            "--shims",
            "dir",
            "python",
            "th",
        ],
    ] {
        assert_eq!(text(&app, line), "theirs", "{line:?}");
    }
}

#[test]
fn where_there_is_no_environment_none_is_made_and_nothing_is_said() {
    let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
    let before = sandbox.tree();
    for line in [
        &["-m", ""][..],
        &["--env", ""],
        &["-p", "x"],
        &["-", "-"],
        &["nowhere"],
    ] {
        offered(&sandbox, line);
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_line_that_is_wrong_is_no_reason_to_complain() {
    let app = app().script("bin/tool", "");
    for line in [
        &["--typo", "to"][..],
        &["-V", "to"],
        &["--env", "", "to"],
        &["-C", "nowhere", "to"],
        &["--undo", "to"],
    ] {
        assert_eq!(text(&app, line), "tool", "{line:?}");
    }
    assert!(values(&app, &["--typo", "--"]).contains(&"--info".to_owned()));
    let wrong = app.var("VRUN_QUIET", "maybe");
    assert_eq!(text(&wrong, &["to"]), "tool");
    for words in [
        &["--complete"][..],
        &["--complete", "tcsh", ""],
        &["--complete", "bash"],
    ] {
        wrong.run(words).code(0).stdout("");
    }
}

#[test]
fn options_go_with_the_action_that_is_typed() {
    let app = app();
    for (line, fitting, others) in [
        (
            &["--"][..],
            "--info --create --sync --env --help",
            "--json --clear --undo --exact --complete",
        ),
        (
            &["--info", "--"],
            "--json --json-schema --env --project",
            "--clear --undo --create --sync --exact --info",
        ),
        (
            &["--create", "--"],
            "--clear --copies --prompt --python",
            "--json --undo --no-create",
        ),
        (
            &["--create", "--clear", "--"],
            "--copies",
            "--clear --upgrade",
        ),
        (&["--export", "sh", "--"], "--undo", "--json --clear"),
        (&["--doctor", "--"], "--json", "--json-schema"),
        (
            &["--sync", "--"],
            "--exact --group --quiet",
            "--create --info --no-install",
        ),
        (&["--which", "-"], "-a -m -s", "--json"),
        (&["--info", "-"], "-C -v -h -s", "-m -c -a"),
        (&["-s", "x", "--"], "", "--info --env"),
    ] {
        let offered = values(&app, line);
        let is_offered = |option: &&str| offered.iter().any(|offer| offer == option);
        let missing: Vec<_> = fitting
            .split_whitespace()
            .filter(|option| !is_offered(option))
            .collect();
        let wrong: Vec<_> = others.split_whitespace().filter(is_offered).collect();
        assert!(
            missing.is_empty() && wrong.is_empty(),
            "{line:?}: {missing:?} {wrong:?}"
        );
    }
}

#[test]
fn an_action_that_runs_no_program_is_offered_its_options_instead() {
    let app = app();
    for action in ["--info", "--create", "--doctor", "--repair", "--man"] {
        let (part, offers) = offered(&app, &[action, ""]);
        assert_eq!(part, "nothing", "{action}");
        assert!(
            offers.iter().all(|offer| offer.starts_with('-')),
            "{offers:?}"
        );
    }
}

#[test]
fn an_option_is_offered_once_unless_it_may_be_repeated() {
    let app = app();
    for (option, value) in [
        ("--quiet", None),
        ("--python", Some("3")),
        ("--project", Some(".")),
    ] {
        let line: Vec<_> = [Some(option), value, Some("--")]
            .into_iter()
            .flatten()
            .collect();
        assert!(
            !values(&app, &line).contains(&option.to_owned()),
            "{option}"
        );
    }
    for option in ["--directory", "--group", "--requirements"] {
        let line = [option, ".", "--"];
        assert!(values(&app, &line).contains(&option.to_owned()), "{option}");
    }
}

/// Everything that looks like an option.
fn options(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words = text.split(|c| !is_part(c));
    words
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .collect()
}

#[test]
fn every_option_of_the_help_is_offered_with_what_it_says() {
    let app = app();
    let help = app.run(["--help"]).text();
    let shown = help
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('-'));
    let shown: Vec<_> = shown.filter_map(|line| line.split("  ").next()).collect();
    let shown = shown.join(" ");
    let actions = [
        &[][..],
        &["--create"],
        &["--info"],
        &["--cache", "--clear"],
        &["--export", "sh"],
        &["--sync"],
        &["--which"],
    ];
    let answers = actions.map(|action| {
        let line = ["--complete", "fish"].iter().chain(action).chain(&["--"]);
        app.run(line).text()
    });
    let offered = answers.concat();
    let missing: Vec<_> = options(&shown)
        .into_iter()
        .filter(|word| !offered.contains(&format!("{word}\t")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(offered.contains("--project\tSearch from DIR, but run here\n"));
}

#[test]
fn a_value_of_a_list_is_one_of_it() {
    let app = app();
    assert_eq!(text(&app, &["--completions", ""]), SHELLS.join(" "));
    assert_eq!(text(&app, &["--completions=fi"]), "--completions=fish");
    assert_eq!(text(&app, &["--export", "p"]), "powershell");
    assert_eq!(text(&app, &["--help", "tr"]), "trust");
    assert_eq!(text(&app, &["-q", "--help", "trust", "sh"]), "shims");
    assert_eq!(
        offered(&app, &["--prompt", ""]),
        ("nothing".into(), Vec::new())
    );
}

#[test]
fn files_and_directories_are_left_to_the_shell() {
    let app = app();
    for (line, part) in [
        (&["-C", "x"][..], "directories"),
        (&["--project=x"], "directories\t--project="),
        (&["-qCx"], "directories\t-qC"),
        (&["--requirements", ""], "files"),
        (&["-s", ""], "files"),
        (&["-s", "x.py", "-"], "files"),
        (&["-m", "json", "x"], "files"),
        (&["-c", "echo x", "x"], "files"),
        (&["pytest", "x", "-"], "command\t3"),
        (&["-q", "--", "pytest", ""], "command\t2"),
        (&["--which", "python", ""], "nothing"),
    ] {
        assert_eq!(
            offered(&app, line),
            (part.to_owned(), Vec::new()),
            "{line:?}"
        );
    }
}

#[test]
fn env_takes_environments_here_and_in_the_projects_here() {
    let app = app()
        .venv("other/.venv")
        .venv("odd/venv")
        .dir("plain/.venv")
        .dir("app/env")
        .cwd("app");
    let (part, paths) = offered(&app, &["--env", ""]);
    assert_eq!(
        (&*part, paths.join(" ")),
        ("directories", ".venv".to_owned())
    );
    assert_eq!(text(&app, &["--env", "../o"]), "../odd/venv ../other/.venv");
    assert_eq!(text(&app, &["--env=../ot"]), "--env=../other/.venv");
    let root = app.path("other").display().to_string();
    assert_eq!(
        text(&app, &["--env", &format!("{root}/")]),
        "[ROOT]/other/.venv"
    );
    assert_eq!(text(&app, &["-C", "../other", "--env", ""]), ".venv");
}

#[test]
fn python_takes_the_versions_whose_names_are_there() {
    let app = app()
        .probe("bin/python3.12")
        .probe("bin/python3.13t")
        .probe("bin/pypy3.10")
        .link("bin/python3", "python3.12")
        .probe("pyenv/versions/3.12.1/bin/python")
        .probe("pyenv/versions/2.7.18/bin/python")
        .var("PYENV_ROOT", "[ROOT]/pyenv");
    let (part, versions) = offered(&app, &["-p", ""]);
    assert_eq!(
        (&*part, versions.join(" ")),
        ("files", "3.13t 3.12 3.12.1 pypy3.10".to_owned())
    );
    assert_eq!(text(&app, &["-p3.12"]), "-p3.12 -p3.12.1");
    assert_eq!(text(&app, &["--python=py"]), "--python=pypy3.10");
}

#[test]
fn modules_are_those_that_python_would_find() {
    let packages = "app/.venv/lib/python3.12/site-packages";
    let app = Sandbox::new()
        .probe("base/bin/python3.12")
        .file("base/lib/python3.12/os.py", "")
        .file("base/lib/python3.12/json/__init__.py", "")
        .file("base/lib/python3.12/json/tool.py", "")
        .file("base/lib/python3.12/venv/__main__.py", "")
        .dir("base/lib/python3.12/lib-dynload")
        .venv_with("app/.venv", "home = [ROOT]/base/bin\nversion = 3.12.1\n")
        .file(format!("{packages}/pytest/__init__.py"), "")
        .file(format!("{packages}/pytest/__main__.py"), "")
        .file(format!("{packages}/_pytest/__init__.py"), "")
        .file(format!("{packages}/pip-24.0.dist-info/RECORD"), "")
        .file(format!("{packages}/dir.pth"), "[ROOT]/lib\n")
        .file("lib/linked.py", "")
        .file("app/manage.py", "")
        .file("app/notes.txt", "")
        .cwd("app");
    std::fs::remove_file(app.path("app/.venv/bin/python")).expect("the link");
    let app = app.link("app/.venv/bin/python", "[ROOT]/base/bin/python3.12");
    let offer = text(&app, &["-m", ""]);
    assert_eq!(offer, "manage pytest linked json. os venv");
    assert_eq!(text(&app, &["-m", "json."]), "json.tool");
    assert_eq!(text(&app, &["-qmjs"]), "-qmjson.");
    assert_eq!(text(&app, &["-m", "_"]), "_pytest.");
}

#[test]
fn a_script_asks_vrun_and_is_whole() {
    for shell in SHELLS {
        let script = app().run(["--completions", shell]).text();
        assert!(script.contains(&format!("--complete {shell} ")), "{shell}");
    }
}

#[test]
fn powershell_gets_its_answer_in_order() {
    // There is no PowerShell here to ask.
    let script = app().run(["--completions", "powershell"]).text();
    for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
        let count = |wanted| script.chars().filter(|c| *c == wanted).count();
        assert_eq!(count(open), count(close), "{open}{close}");
    }
    let place = |part| script.find(part).unwrap_or_else(|| panic!("no `{part}`"));
    let parts = [
        "using namespace",
        "param(",
        "$words",
        "--complete",
        "CompletionResult]::new",
    ]
    .map(place);
    assert!(parts.is_sorted(), "{script}");
}

#[test]
fn a_slip_in_a_shells_name_or_a_version_is_answered_with_the_near_one() {
    let app = app()
        .probe("bin/python3.12")
        .probe("bin/python3.10")
        .file("new/setup.py", "")
        .cwd("new");
    for (words, near) in [
        (["--export", "bsh"], "`bash`"),
        (["--export", "powershel"], "`powershell`"),
        (["--completions", "nushel"], "`nushell`"),
        (["--create", "-pv3.12"], "`-p 3.12`"),
        (["--create", "-p3,12"], "`-p 3.12`"),
        (["--create", "-p312"], "`-p 3.12`"),
        (["--create", "-p3.1"], "`-p 3.10`"),
    ] {
        let hint = format!("hint: did you mean {near}?\n");
        app.run(words).error(125, &[&hint]);
    }
}

#[test]
fn a_shell_that_is_not_known_is_a_usage_error_that_names_those_that_are() {
    app()
        .run(["--completions", "tcsh"])
        .error(125, &["tcsh", &SHELLS.join(", ")]);
}
