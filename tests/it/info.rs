//! `--info`: which environment, why, what its programs see. Nothing is started, nothing is changed.
//!
//! What it says about `sys` is compared with real Pythons in tests/real/facts.rs; here are the versions that few machines
//! have, as they were seen elsewhere.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A base installation of that Python, and an environment on it whose pyvenv.cfg says `home`.
fn on(name: &str, home: &str) -> Sandbox {
    Sandbox::new()
        .probe(format!("base/bin/{name}"))
        .file(format!("base/lib/{name}/os.py"), "")
        .dir(format!("base/lib/{name}/lib-dynload"))
        .file("app/setup.py", "")
        .file("app/.venv/pyvenv.cfg", format!("{home}version = 3.14.10\n"))
        .dir(format!("app/.venv/lib/{name}/site-packages"))
        .dir("app/.venv/bin")
        .link("app/.venv/bin/python", format!("[ROOT]/base/bin/{name}"))
        .cwd("app")
}

/// What `--json` prints, `[ROOT]` for the sandbox; nothing has changed by it.
#[track_caller]
fn told(sandbox: &Sandbox) -> Value {
    let tree = || {
        let mut tree = sandbox.tree();
        // What vrun knows of the interpreters that were asked whether they stand in.
        tree.retain(|path| !path.contains("/.cache"));
        tree
    };
    let before = tree();
    let text = sandbox.run(["--info", "--json"]).code(0).text();
    assert_eq!(before, tree(), "nothing is changed");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn it_tells_which_environment_and_why_and_what_was_passed_over() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n")
        .dir("app/sub/.venv")
        .cwd("app/sub");
    let value = told(&sandbox);
    let env = &value["environment"];
    assert_eq!(env["path"], "[ROOT]/app/.venv");
    assert_eq!(
        env["why"],
        json!({
            "rule": "nearest",
            "by": null,
            "path": "[ROOT]/app",
            "text": "the nearest, in [ROOT]/app",
        })
    );
    assert_eq!(env["prompt"], "app");
    assert_eq!(value["start"], "[ROOT]/app/sub");
    assert_eq!(value["project"], "[ROOT]/app");
    assert_eq!(value["passed_over"][0]["path"], "[ROOT]/app/sub/.venv");
    assert_eq!(value["python"]["implementation"], "CPython");
    assert_eq!(value["python"]["interpreter"], "[ROOT]/base/bin/python3.12");
    assert_eq!(value["sys"]["base_prefix"], "[ROOT]/base");
    let named = sandbox
        .run(["--env", "../.venv", "--info", "--json"])
        .code(0)
        .text();
    let named: Value = serde_json::from_str(&named).expect("JSON");
    assert_eq!(named["environment"]["why"]["rule"], "named");
    assert_eq!(named["environment"]["why"]["by"], "--env");
    sandbox
        .run(["--info"])
        .code(0)
        .line("environment         [ROOT]/app/.venv")
        .line("why                 the nearest, in [ROOT]/app")
        .line("project             [ROOT]/app");
}

#[test]
fn info_says_that_the_project_asks_for_another_python() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\nversion = 3.12.1\n");
    let value = told(&sandbox);
    assert_eq!(value["environment"]["mismatch"], Value::Null);
    let sandbox = sandbox.file("app/.python-version", "3.9\n");
    let value = told(&sandbox);
    let sentence = "[ROOT]/app/.python-version asks for 3.9";
    assert_eq!(value["environment"]["mismatch"], sentence);
    let line = format!("but                 {sentence}: `vrun --doctor`");
    sandbox.run(["--info"]).code(0).line(&line);
}

#[test]
fn info_names_the_environments_beside_the_one_that_is_used() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n").venv("app/.venv-13");
    let value = told(&sandbox);
    let passed_over = json!([{ "path": "[ROOT]/app/.venv-13", "why": ".venv comes first" }]);
    assert_eq!(value["passed_over"], passed_over);
}

#[test]
fn info_lists_the_directories_of_the_walk_and_the_active_one() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n")
        .dir("app/sub/.venv")
        .venv("other/.venv")
        .file("other/setup.py", "")
        .var("VIRTUAL_ENV", "[ROOT]/other/.venv")
        .cwd("app/sub");
    let value = told(&sandbox);
    assert_eq!(value["walk"], json!(["[ROOT]/app/sub", "[ROOT]/app"]));
    assert_eq!(value["active"], "[ROOT]/other/.venv");
    // It is not drawn where nobody looks.
    let text = sandbox.run(["--info"]).code(0).text();
    assert!(!text.contains("walk") && !text.contains('\u{1b}'), "{text}");
    // No search, no walk.
    let named = sandbox
        .run(["--env", "../.venv", "--info", "--json"])
        .code(0);
    let named: Value = serde_json::from_str(&named.text()).expect("JSON");
    assert_eq!(named["walk"], json!([]));
    // Up to a ceiling, where nothing is found.
    let nothing = Sandbox::new()
        .file("app/setup.py", "")
        .dir("app/sub")
        .var("VRUN_CEILING_DIRECTORIES", "[ROOT]")
        .cwd("app/sub");
    let none = nothing.run(["--info", "--json"]).code(125);
    let text = none
        .says("there is no environment at [ROOT]/app/.venv")
        .text();
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["walk"], json!(["[ROOT]/app/sub", "[ROOT]/app"]));
    assert_eq!(value["active"], Value::Null);
}

#[test]
fn it_tells_what_the_view_changes() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n")
        .venv("old")
        .var("VIRTUAL_ENV", "[ROOT]/old")
        .var("PATH", "[ROOT]/old/bin:/usr/bin:/bin")
        .var("PYTHONHOME", "/x");
    let variables = &told(&sandbox)["variables"];
    assert_eq!(
        variables["set"],
        json!({
            "PATH": "[ROOT]/app/.venv/bin:/usr/bin:/bin",
            "VIRTUAL_ENV": "[ROOT]/app/.venv",
            "VIRTUAL_ENV_PROMPT": "app",
        })
    );
    assert_eq!(
        variables["unset"],
        json!({ "PYTHONHOME": "/x", "__PYVENV_LAUNCHER__": null, "PYTHONEXECUTABLE": null })
    );
    assert_eq!(
        variables["path"],
        json!({ "first": "[ROOT]/app/.venv/bin", "removed": ["[ROOT]/old/bin"] })
    );
}

#[test]
fn from_3_14_10_the_file_behind_the_link_outweighs_a_stale_home() {
    for home in ["home = /nonexist/bin\n", "home = [ROOT]/base/bin\n", ""] {
        let sys = &told(&on("python3.14", home))["sys"];
        assert_eq!(sys["base_prefix"], "[ROOT]/base", "{home}");
        assert_eq!(sys["prefix"], "[ROOT]/app/.venv");
        let packages = "[ROOT]/app/.venv/lib/python3.14/site-packages";
        assert_eq!(
            sys["path"],
            json!([
                "[ROOT]/base/lib/python314.zip",
                "[ROOT]/base/lib/python3.14",
                "[ROOT]/base/lib/python3.14/lib-dynload",
                packages,
            ])
        );
        assert_eq!(sys["caveats"], json!([]));
    }
}

#[test]
fn from_3_15_start_files_hold_the_code_and_spaces_before_a_directory_do_not_count() {
    let packages = "app/.venv/lib/python3.15/site-packages";
    let lay = |sandbox: Sandbox| {
        sandbox
            .dir("lib")
            .file(format!("{packages}/a.pth"), "  [ROOT]/lib\nimport a\n")
            .file(format!("{packages}/a.start"), "# a\na.b:c\n")
            .file(format!("{packages}/b.pth"), "import b\n")
    };
    let sys = &told(&lay(on("python3.15", "home = [ROOT]/base/bin\n")))["sys"];
    assert_eq!(sys["path"][4], "[ROOT]/lib");
    assert_eq!(
        sys["caveats"],
        json!([
            { "kind": "code", "file": format!("[ROOT]/{packages}/b.pth"), "line": 1, "code": "import b" },
            { "kind": "code", "file": format!("[ROOT]/{packages}/a.start"), "line": 2, "code": "a.b:c" },
        ])
    );
}

#[test]
fn a_build_without_the_gil_has_directories_of_its_own() {
    let sys = &told(&on("python3.14t", "home = [ROOT]/base/bin\n"))["sys"];
    let packages = "[ROOT]/app/.venv/lib/python3.14t/site-packages";
    assert_eq!(sys["purelib"], packages);
    assert_eq!(sys["path"][0], "[ROOT]/base/lib/python314t.zip");
    assert_eq!(sys["path"][3], packages);
    assert_eq!(sys["include"], "[ROOT]/base/include/python3.14t");
}

#[test]
fn info_says_nothing_of_a_python_whose_rules_it_does_not_know() {
    let value = told(&on("python2.7", "home = [ROOT]/base/bin\n"));
    assert_eq!(value["sys"], Value::Null);
    let what = "vrun does not know the rules of CPython 2.7";
    assert_eq!(value["problem"]["what"], what);
}

#[test]
fn the_library_may_lie_in_lib64() {
    let sandbox = Sandbox::new()
        .probe("usr/bin/python3.12")
        .file("usr/lib64/python3.12/os.py", "")
        .dir("usr/lib64/python3.12/lib-dynload")
        .file("app/.venv/pyvenv.cfg", "home = [ROOT]/usr/bin\n")
        .dir("app/.venv/lib/python3.12/site-packages")
        .link("app/.venv/lib64", "lib")
        .dir("app/.venv/bin")
        .link("app/.venv/bin/python", "[ROOT]/usr/bin/python3.12")
        .cwd("app");
    let sys = &told(&sandbox)["sys"];
    assert_eq!(sys["platlibdir"], "lib64");
    assert_eq!(sys["path"][1], "[ROOT]/usr/lib64/python3.12");
    assert_eq!(
        sys["platlib"],
        "[ROOT]/app/.venv/lib64/python3.12/site-packages"
    );
    assert_eq!(
        sys["purelib"],
        "[ROOT]/app/.venv/lib/python3.12/site-packages"
    );
}

#[test]
fn info_has_the_bytes_of_a_path_that_is_not_utf_8() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n")
        .var("PYTHONPATH", OsStr::from_bytes(b"/x\xff"));
    let value = told(&sandbox);
    assert_eq!(value["sys"]["path"][0], "/x\u{fffd}");
    assert_eq!(value["bytes"], json!({ "/sys/path/0": "L3j/" }));
}

#[test]
fn info_says_that_the_python_is_gone_and_all_the_rest() {
    let sandbox = Sandbox::new()
        .file(
            "app/.venv/pyvenv.cfg",
            "home = /nonexist/bin\nversion = 3.12.1\n",
        )
        .dir("app/.venv/bin")
        .link("app/.venv/bin/python", "/nonexist/bin/python3.12")
        .cwd("app");
    let value = told(&sandbox);
    assert_eq!(value["sys"], Value::Null);
    assert_eq!(value["python"], Value::Null);
    assert_eq!(value["problem"]["id"], "python-gone");
    assert_eq!(value["environment"]["path"], "[ROOT]/app/.venv");
    assert_eq!(value["variables"]["set"]["VIRTUAL_ENV"], "[ROOT]/app/.venv");
}

#[test]
fn where_there_is_no_environment_it_tells_what_would_be_made_and_makes_none() {
    let sandbox = Sandbox::new().file("app/setup.py", "").cwd("app");
    let before = sandbox.tree();
    let hint = "hint: `vrun --create --env [ROOT]/app/.venv` creates it";
    let told = sandbox
        .run(["--info", "--json"])
        .code(125)
        .says(hint)
        .text();
    let value: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(value["environment"], Value::Null);
    assert_eq!(
        value["missing"],
        json!({ "path": "[ROOT]/app/.venv", "refusal": null })
    );
    assert_eq!(value["problem"]["id"], "no-environment");
    sandbox
        .run(["--info"])
        .error(125, &["there is no environment at [ROOT]/app/.venv", hint]);
    assert_eq!(before, sandbox.tree());
}

#[test]
fn a_copied_pypy_goes_by_home_as_it_reads_that() {
    let (home, links) = ("[ROOT]/base/bin", "[ROOT]/link");
    for (cfg, prefix) in [
        (format!("home={home}"), "[ROOT]/base"),
        (format!("x = 1\rhome =  {home} \r"), "[ROOT]/base"),
        (format!("home = \nhome = {home}\n"), "[ROOT]"),
        (format!("home\t= {home}\n"), "[ROOT]"),
        // The directory above is that of what the link leads to.
        (format!("home = {links}\n"), "[ROOT]/base"),
    ] {
        let sandbox = Sandbox::new()
            .probe("app/.venv/bin/python")
            .dir("app/.venv/lib/pypy3.9/site-packages")
            .file("app/.venv/pyvenv.cfg", &*cfg)
            .file("base/lib/pypy3.9/os.py", "")
            .dir("base/bin")
            .link("link", "base/bin")
            .file("lib/pypy3.9/os.py", "")
            .cwd("app");
        assert_eq!(told(&sandbox)["sys"]["base_prefix"], prefix, "{cfg:?}");
    }
}

#[test]
fn where_pyvenv_cfg_cannot_be_read_json_says_so_by_the_id_that_doctor_has() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n")
        .file("app/.venv/pyvenv.cfg", b"home = /\xff\n");
    let ran = sandbox.run(["--info", "--json"]).code(125);
    let told = ran.says("pyvenv.cfg cannot be read").text();
    let value: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(value["problem"]["id"], "cfg-not-utf8");
}

#[test]
fn info_says_why_an_active_environment_was_not_taken() {
    let two = || {
        on("python3.12", "home = [ROOT]/base/bin\n")
            .file("other/setup.py", "")
            .venv("other/.venv")
            .link("app/link", ".venv")
    };
    for (active, args, path, why) in [
        (
            "other/.venv",
            &["--info", "--json"][..],
            "other/.venv",
            "it is active, but it is not this project's",
        ),
        (
            "gone",
            &["--info", "--json"],
            "gone",
            "it is active, but it has no pyvenv.cfg",
        ),
        (
            "app/.venv",
            &["--env", "../other/.venv", "--info", "--json"],
            "app/.venv",
            "it is active, but --env names another",
        ),
    ] {
        let active = format!("[ROOT]/{active}");
        let sandbox = two().var("VIRTUAL_ENV", &active);
        let value: Value = serde_json::from_str(&sandbox.run(args).code(0).text()).expect("JSON");
        let passed = json!([{ "path": format!("[ROOT]/{path}"), "why": why }]);
        assert_eq!(value["passed_over"], passed);
    }
    // By another name it is the same.
    let linked = two().var("VIRTUAL_ENV", "[ROOT]/app/link");
    assert_eq!(told(&linked)["passed_over"], json!([]));
}

#[test]
fn a_long_line_of_code_is_cut_for_people_and_whole_for_programs() {
    let code = format!("import a; {}", "b = 1; ".repeat(20));
    let file = "app/.venv/lib/python3.12/site-packages/a.pth";
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n").file(file, &*code);
    assert_eq!(told(&sandbox)["sys"]["caveats"][0]["code"], code.trim_end());
    sandbox.run(["--info"]).code(0).line(&format!(
        "may differ          [ROOT]/{file}, line 1, is executed: {} ...",
        &code[..60]
    ));
}

#[test]
fn any_number_of_lines_of_code_is_listed() {
    let code: String = (0..100_000)
        .map(|number| format!("import a{number}\n"))
        .collect();
    let file = "app/.venv/lib/python3.12/site-packages/a.pth";
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n").file(file, code);
    let info = sandbox.run(["--info"]).code(0).text();
    assert_eq!(info.matches("is executed: import a").count(), 100_000);
}

#[test]
fn it_goes_alone() {
    let sandbox = on("python3.12", "home = [ROOT]/base/bin\n");
    sandbox
        .run(["--info", "pytest"])
        .error(125, &["--info runs no program, but `pytest` is given"]);
    sandbox.run(["--json-schema"]).error(125, &["--info"]);
    for other in ["--create", "--doctor", "--repair"] {
        sandbox.run(["--info", other]).error(125, &["vrun: "]);
    }
}
