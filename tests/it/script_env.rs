//! A script that says in itself what it requires (PEP 723): where its environment lies, when it counts, and what is
//! said of a block that cannot be read. (Its making and filling are for the tests with real Pythons.)

use std::fs;
use std::time::{Duration, SystemTime};

use crate::sandbox::Sandbox;

const BLOCK: &str = "# /// script\n# requires-python = '>=3.8'\n# dependencies = ['six']\n# ///\n";

/// A project with an environment, and a script in it that has a block.
fn app() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .file("app/tool.py", BLOCK)
        .file("app/plain.py", "# /// scripts\n")
        .cwd("app")
}

/// The path in the sandbox of the environment that vrun would take.
#[track_caller]
fn place(sandbox: &Sandbox, typed: &[&str]) -> String {
    let words: Vec<_> = ["-qn"].iter().chain(typed).copied().collect();
    let before = sandbox.tree();
    let line = sandbox.run(words).text();
    assert_eq!(sandbox.tree(), before, "-n changes nothing");
    let root = line.split("VIRTUAL_ENV=[ROOT]/").nth(1).expect("a line");
    root.split(' ').next().expect("a word").to_owned()
}

/// The same, and it is there. The probe plays its Python.
fn made(sandbox: Sandbox, typed: &[&str]) -> (Sandbox, String) {
    let place = place(&sandbox, typed);
    let sandbox = sandbox.venv(&place);
    sandbox.chmod("home/.cache/vrun/scripts", 0o700);
    (sandbox, place)
}

#[test]
fn a_script_with_a_block_runs_in_an_environment_of_its_own_in_the_cache() {
    let (sandbox, own) = made(app(), &["tool.py"]);
    assert!(
        own.starts_with("home/.cache/vrun/scripts/tool.py-"),
        "{own}"
    );
    let python = format!("[ROOT]/{own}/bin/python");
    let before = sandbox.tree();
    for typed in [&["tool.py", "x"][..], &["-s", "tool.py", "x"]] {
        sandbox
            .run(typed)
            .in_env(&own)
            .line("VIRTUAL_ENV_PROMPT=tool.py")
            .argv(&[&python, "tool.py", "x"]);
    }
    sandbox.run(["plain.py"]).in_env("app/.venv");
    sandbox.run(["python", "tool.py"]).in_env("app/.venv");
    assert_eq!(sandbox.tree(), before);
    // Nor does a program of the project's environment that has its name.
    let sandbox = sandbox.probe("app/.venv/bin/tool.py");
    sandbox.run(["tool.py"]).in_env(&own);
}

#[test]
fn a_first_line_that_names_vrun_leads_there_through_links_and_path_too() {
    for first in ["/usr/bin/env -S vrun -s", "/usr/bin/env vrun"] {
        let sandbox = app()
            .script("app/bin/tool", format!("#!{first}\n{BLOCK}"))
            .dir("links")
            .link("links/tool", "../app/bin/tool")
            .var("PATH", "[ROOT]/links:[ROOT]/opt:/usr/bin:/bin");
        let (sandbox, own) = made(sandbox, &["-s", "bin/tool"]);
        for line in [
            "bin/tool",
            "$vrun ./bin/tool",
            "$vrun tool",
            "tool",
            "../links/tool",
        ] {
            sandbox.sh(&format!("exec {line}")).in_env(&own);
        }
    }
}

#[test]
fn an_environment_that_is_named_counts_more_than_the_block_and_an_active_one_does_not() {
    let (sandbox, own) = made(app().venv("other").venv("app/.venv-b"), &["tool.py"]);
    sandbox
        .run(["--env", "../other", "tool.py"])
        .in_env("other");
    let said = "ignoring the inline script metadata of tool.py";
    sandbox
        .run(["-v", "--env", "../other", "tool.py"])
        .in_env("other")
        .says(said);
    let sandbox = sandbox.var("VIRTUAL_ENV", "[ROOT]/app/.venv-b");
    sandbox.run(["tool.py"]).in_env(&own);
    let sandbox = sandbox.var("VRUN_ENV", ".venv-b");
    sandbox.run(["tool.py"]).in_env("app/.venv-b");
}

#[test]
fn no_script_env_turns_it_off() {
    let (sandbox, own) = made(app(), &["tool.py"]);
    sandbox
        .run(["--no-script-env", "tool.py"])
        .in_env("app/.venv");
    sandbox
        .sh("VRUN_NO_SCRIPT_ENV=1 $vrun tool.py")
        .in_env("app/.venv");
    sandbox
        .sh("VRUN_NO_SCRIPT_ENV=0 $vrun tool.py")
        .in_env(&own);
}

#[test]
fn a_block_that_requires_nothing_is_no_reason_for_an_environment() {
    for block in [
        "# /// script\n# [tool.black]\n# x = 1\n# ///\n",
        "# /// script\n# [tool.x]\n# dependencies = ['six']\n# ///\n",
        "# /// other\n# dependencies = ['six']\n# ///\n",
        "# /// script\n# dependencies = ['six']\n",
        "x = '''\n'''\n",
    ] {
        let sandbox = app().file("app/tool.py", block);
        sandbox.run(["tool.py"]).in_env("app/.venv");
    }
}

#[test]
fn a_block_may_stand_anywhere_and_its_lines_end_as_on_windows() {
    let code = "x = 1  # some code\n".repeat(3000);
    let (mut sandbox, own) = made(app(), &["tool.py"]);
    for text in [
        format!("{code}\n{BLOCK}\n{code}"),
        BLOCK.replace('\n', "\r\n"),
        format!("\u{feff}{BLOCK}"),
    ] {
        sandbox = sandbox.file("app/tool.py", text);
        // What stands in it is the same, and so is the environment.
        sandbox.run(["tool.py"]).in_env(&own);
    }
}

#[test]
fn what_is_edited_has_another_environment_and_a_copy_elsewhere_has_the_same() {
    let sandbox = app().file("b/tool.py", BLOCK);
    let own = place(&sandbox, &["tool.py"]);
    assert_eq!(place(&sandbox, &["../b/tool.py"]), own);
    assert_ne!(place(&sandbox, &["-p", "3.12", "tool.py"]), own);
    let edited = BLOCK.replace("six", "six<2");
    let sandbox = sandbox.file("app/tool.py", &edited);
    assert_ne!(place(&sandbox, &["tool.py"]), own);
    // What is named by a path is another thing elsewhere.
    let near = BLOCK.replace("'six'", "'six @ ./six'");
    let sandbox = sandbox
        .file("app/tool.py", &near)
        .file("b/tool.py", &near)
        .link("near.py", "app/tool.py");
    let own = place(&sandbox, &["tool.py"]);
    assert_ne!(place(&sandbox, &["../b/tool.py"]), own);
    let linked = place(&sandbox, &["../near.py"]);
    let key = |place: &str| place.rsplit('-').next().expect("a key").to_owned();
    assert_eq!(key(&linked), key(&own));
}

#[test]
fn a_block_that_cannot_be_read_is_an_error_with_the_way_on() {
    let hint = "`vrun --no-script-env tool.py`";
    for (content, part) in [
        ("# dependencies = [\n#   'six',\n# x\n", "cause: line 5: "),
        ("# dependencies = 'six'\n", "is not a list of strings"),
        ("# dependencies = ['-e .']\n", "`-e .` in `dependencies`"),
        ("# requires-python = '3.x'\n", "is not a version specifier"),
    ] {
        let text = format!("import x\n# /// script\n{content}# ///\n");
        let sandbox = app().file("app/tool.py", text);
        let before = sandbox.tree();
        sandbox
            .run(["tool.py"])
            .error(125, &["cannot read what tool.py requires", part, hint]);
        assert_eq!(sandbox.tree(), before);
        sandbox
            .run(["--no-script-env", "tool.py"])
            .in_env("app/.venv");
    }
    let sandbox = app().file("app/tool.py", format!("{BLOCK}\n{BLOCK}"));
    sandbox.run(["tool.py"]).error(
        125,
        &["a second `# /// script` block begins in line 6", hint],
    );
}

#[test]
fn a_package_whose_source_only_uv_knows_is_not_taken_from_elsewhere() {
    let sources = "# [tool.uv.sources]\n# six = { path = 'six' }\n# ///\n";
    let text = BLOCK.replace("# ///\n", sources);
    let sandbox = app().file("app/tool.py", text);
    sandbox
        .run(["tool.py"])
        .error(125, &["[tool.uv.sources]", "`six`", "`uv run tool.py`"]);
}

#[test]
fn where_the_cache_is_not_the_users_alone_nothing_of_it_is_run() {
    let (sandbox, own) = made(app(), &["tool.py"]);
    let scripts = "home/.cache/vrun/scripts";
    let refused = |sandbox: &Sandbox| {
        sandbox.run(["tool.py"]).error(
            125,
            &[
                "no cache directory for the environment of tool.py",
                "[ROOT]/home/.cache/vrun/scripts cannot be used",
                "VRUN_CACHE_DIR",
            ],
        );
    };
    sandbox.chmod(scripts, 0o777);
    refused(&sandbox);
    sandbox.chmod(scripts, 0o700);
    sandbox.run(["tool.py"]).in_env(&own);
    if !sandbox.is_roots() {
        return eprintln!("not tested: only root can give directories away");
    }
    refused(&sandbox.of(1234, scripts));
}

#[test]
fn no_create_makes_none_for_a_script_either() {
    let sandbox = app();
    let before = sandbox.tree();
    for typed in [
        &["--no-create", "tool.py"][..],
        &["-n", "--no-create", "tool.py"],
    ] {
        sandbox.run(typed).error(
            125,
            &["no environment for tool.py", "--no-script-env tool.py"],
        );
    }
    assert_eq!(sandbox.tree(), before);
    sandbox
        .run(["-n", "tool.py"])
        .says("vrun: would create [ROOT]/home/.cache/vrun/scripts/tool.py-");
}

#[test]
fn a_use_is_noted_once_a_day_and_a_look_is_none() {
    let (sandbox, own) = made(app(), &["tool.py"]);
    let cfg = sandbox.path(&own).join("pyvenv.cfg");
    let used = || {
        fs::metadata(&cfg)
            .and_then(|cfg| cfg.modified())
            .expect("a time")
    };
    let set = |hours: u64| {
        let then = SystemTime::now() - Duration::from_secs(hours * 60 * 60);
        let file = fs::File::options().append(true).open(&cfg).expect("a file");
        file.set_modified(then).expect("a time");
        used()
    };
    let before = sandbox.tree();
    let then = set(23);
    sandbox.run(["tool.py"]).in_env(&own);
    assert_eq!(used(), then);
    let then = set(25);
    place(&sandbox, &["tool.py"]);
    assert_eq!(used(), then);
    sandbox.run(["tool.py"]).in_env(&own);
    assert!(used() > then);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn one_whose_python_is_gone_is_not_used() {
    let (sandbox, own) = made(app(), &["tool.py"]);
    for name in ["python", "python3"] {
        fs::remove_file(sandbox.path(&own).join("bin").join(name)).expect("a file");
    }
    // It would be made anew, but there is nothing to make it with.
    let sandbox = sandbox.dir("tools").var("PATH", "[ROOT]/tools");
    sandbox
        .run(["tool.py"])
        .error(125, &["Python", "`requires-python` in tool.py"]);
}

#[test]
fn which_of_a_script_whose_environment_is_not_made_says_what_makes_it() {
    let sandbox = app();
    for typed in [&["--which", "tool.py"][..], &["--which", "-s", "tool.py"]] {
        let before = sandbox.tree();
        // `--create` would make one that holds nothing of what the block requires, and counts from then on.
        sandbox.run(typed).error(
            125,
            &[
                "there is no environment for tool.py",
                "hint: `vrun -s tool.py` creates it",
            ],
        );
        assert_eq!(sandbox.tree(), before);
    }
    let (sandbox, place) = made(sandbox, &["tool.py"]);
    let python = format!("[ROOT]/{place}/bin/python\n");
    sandbox.run(["--which", "tool.py"]).stdout(&python);
    sandbox
        .run(["-v", "--which", "tool.py"])
        .says("(it is for tool.py)");
}

#[test]
fn info_doctor_and_export_of_a_script_are_about_its_environment() {
    let sandbox = app();
    for typed in [
        &["--info", "tool.py"][..],
        &["--info", "-s", "tool.py"],
        &["--export", "sh", "tool.py"],
    ] {
        sandbox.run(typed).error(
            125,
            &[
                "there is no environment for tool.py",
                "hint: `vrun -s tool.py` creates it",
            ],
        );
    }
    let missing = sandbox.run(["--doctor", "tool.py"]).code(1);
    missing.line("wrong: there is no environment for tool.py");
    let (sandbox, own) = made(sandbox, &["tool.py"]);
    let before = sandbox.tree();
    let info = |typed: &[&str]| {
        let text = sandbox.run([&["--info"], typed].concat()).text();
        text.lines().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let environment = format!("environment         [ROOT]/{own}");
    assert_eq!(info(&["tool.py"])[0], environment);
    assert_eq!(info(&["-s", "tool.py"])[0], environment);
    let export = sandbox.run(["--export", "dotenv", "tool.py"]).text();
    assert!(export.contains(&own), "{export}");
    assert!(export.contains("VIRTUAL_ENV_PROMPT=tool.py"), "{export}");
    // Another file's is the project's, and so is the script's where its block does not count.
    let project = "environment         [ROOT]/app/.venv";
    assert_eq!(info(&["plain.py"])[0], project);
    assert_eq!(info(&["--no-script-env", "tool.py"])[0], project);
    assert_eq!(info(&["--env", ".venv", "tool.py"])[0], project);
    assert_eq!(sandbox.tree(), before);
    let missing = sandbox.run(["--info", "nofile.py"]);
    missing.error(127, &["no file named nofile.py"]);
    for typed in [&["--info", "tool.py", "x"][..], &["--info", "pytest"]] {
        sandbox
            .run(typed)
            .error(125, &["--info runs no program", "`vrun --info`"]);
    }
}

#[test]
fn what_a_script_starts_in_a_project_has_the_projects_environment_and_elsewhere_the_scripts() {
    let (sandbox, own) = made(app(), &["tool.py"]);
    let sandbox = sandbox
        .file("bare/pyproject.toml", "")
        .dir("plain")
        .venv("lost/.venv")
        .file("lost/pyproject.toml", "");
    for name in ["python", "python3"] {
        fs::remove_file(sandbox.path("lost/.venv/bin").join(name)).expect("a file");
    }
    let sandbox = sandbox
        .var("VIRTUAL_ENV", format!("[ROOT]/{own}"))
        .var("PATH", format!("[ROOT]/{own}/bin:/usr/bin:/bin"));
    sandbox.run(["-C", "[ROOT]/plain", "python"]).in_env(&own);
    sandbox.run(["python"]).in_env("app/.venv");
    sandbox
        .run(["--no-create", "-C", "[ROOT]/bare", "python"])
        .error(125, &["[ROOT]/bare/.venv"]);
    sandbox
        .run(["-C", "[ROOT]/lost", "python"])
        .error(127, &["[ROOT]/lost/.venv"]);
}
