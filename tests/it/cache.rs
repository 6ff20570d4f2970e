//! `--cache`: what vrun keeps, by kind, and what of it goes. (What real environments have of it is for the tests with real
//! Pythons.)

use std::fs;

use crate::sandbox::Sandbox;

const WHEEL: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A cache with something of each kind, and files of the user's beside it.
fn cache() -> Sandbox {
    let wheel = format!("cache/wheels/{WHEEL}");
    let env = |sandbox: Sandbox, name: &str, script: &str| {
        let root = format!("cache/scripts/{name}-0123456789abcdef");
        let state = "vrun-requirements 1\ndone\npython 3.12\nproject [ROOT]/bin\nsource x\n";
        let sandbox = sandbox.venv_with(&root, "home = /usr/bin\nversion = 3.12.1\n");
        let state = state.replace("[ROOT]", &sandbox.path("").display().to_string());
        let state = state.replace("//", "/");
        let sandbox = sandbox
            .file(format!("{root}/{name}.requirements.txt"), "six\n")
            .file(format!("{root}/vrun-requirements"), state);
        match script {
            "" => sandbox,
            script => sandbox.file(format!("bin/{script}"), "# /// script\n"),
        }
    };
    let sandbox = Sandbox::new()
        .dir("cache")
        .file(format!("{wheel}/files/pip/__init__.py"), "x".repeat(1000))
        .file(
            format!("{wheel}/compiled/cpython-312-0/a.pyc"),
            "x".repeat(2000),
        )
        .file("cache/wheels/mine/files/x", "mine")
        .file(
            "cache/interpreters/0123456789abcdef",
            "/nowhere/python3\0/nowhere/python3\x001 2\x003.12",
        )
        .file("cache/interpreters/notes", "mine")
        .file("cache/notes", "mine")
        .file("cache/scripts/notes-0123456789abcdef/pyvenv.cfg", "mine")
        .var("VRUN_CACHE_DIR", "[ROOT]/cache");
    for dir in [
        "cache",
        "cache/wheels",
        "cache/scripts",
        "cache/interpreters",
    ] {
        sandbox.chmod(dir, 0o700);
    }
    let sandbox = env(sandbox, "tool.py", "tool.py");
    env(sandbox, "gone.py", "")
}

/// What is there besides the user's.
fn rest(sandbox: &Sandbox) -> Vec<String> {
    let tree = sandbox.tree().into_iter();
    let lines =
        tree.filter(|line| line.contains("/cache/") && !line.contains("/cache/scripts/notes-"));
    let named = [
        "/notes",
        "/mine",
        "/gone.py-0123456789abcdef",
        "/tool.py-0123456789abcdef",
        WHEEL,
        "/0123456789abcdef",
    ];
    let mut kept: Vec<_> = named
        .iter()
        .filter(|name| {
            lines.clone().any(|line| {
                line.split(' ')
                    .next()
                    .is_some_and(|path| path.ends_with(*name))
            })
        })
        .collect();
    kept.sort();
    kept.into_iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_cache_is_shown_by_kind_with_each_scripts_environment() {
    let sandbox = cache();
    let before = sandbox.tree();
    let told = sandbox.run(["--cache"]).code(0).text();
    for line in [
        "unpacked wheels: 1, 1 kB\n",
        "compiled modules: 1, 2 kB\n",
        "answers of interpreters: 1, ",
        "script environments: 2, ",
        "gone.py-0123456789abcdef: ",
        ", Python 3.12.1, used today (its script is gone)\n",
        "/bin/tool.py)\n",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    let json = sandbox.run(["--cache", "--json"]).code(0).text();
    for part in [
        "\"version\": 1",
        "\"wheels\": {",
        "\"script\": null",
        "\"idle_days\": 0",
    ] {
        assert!(json.contains(part), "{part} in {json}");
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn clear_removes_what_vrun_made_and_nothing_else() {
    let sandbox = cache();
    let before = sandbox.tree();
    let said = sandbox.run(["-n", "--cache", "--clear"]).code(0).said();
    let what = "2 script environments, 1 unpacked wheel, 1 answer of an interpreter";
    assert!(
        said.starts_with(&format!("vrun: would remove {what} from ")),
        "{said}"
    );
    assert_eq!(sandbox.tree(), before);
    let said = sandbox.run(["--cache", "--clear"]).code(0).said();
    assert!(
        said.starts_with(&format!("vrun: removed {what} from ")),
        "{said}"
    );
    assert_eq!(rest(&sandbox), ["/mine", "/notes"]);
    for mine in [
        "wheels/mine/files/x",
        "interpreters/notes",
        "notes",
        "scripts/notes-0123456789abcdef/pyvenv.cfg",
    ] {
        assert_eq!(
            fs::read_to_string(sandbox.path(format!("cache/{mine}"))).expect("a file"),
            "mine"
        );
    }
    let said = sandbox.run(["--cache", "--clear"]).code(0).said();
    assert!(said.starts_with("vrun: removed nothing from "), "{said}");
}

#[test]
fn unused_is_what_no_environment_and_no_script_needs() {
    let wheel = format!("cache/wheels/{WHEEL}/files/pip/__init__.py");
    let sandbox = cache().hard_link(&wheel, "linked.py");
    let json = sandbox
        .run(["-n", "--cache", "--clear", "--unused", "--json"])
        .code(0)
        .text();
    assert!(json.contains("\"dry_run\": true"), "{json}");
    let json = sandbox
        .run(["--cache", "--clear", "--unused", "--json"])
        .code(0)
        .text();
    assert!(
        json.contains("\"scripts\": 1")
            && json.contains("\"wheels\": 0")
            && json.contains("\"dry_run\": false"),
        "{json}"
    );
    assert_eq!(
        rest(&sandbox),
        ["/mine", "/notes", "/tool.py-0123456789abcdef", WHEEL]
    );
    fs::remove_file(sandbox.path("linked.py")).expect("a file");
    let said = sandbox
        .run(["--cache", "--clear", "--unused"])
        .code(0)
        .said();
    assert!(
        said.starts_with("vrun: removed 1 unpacked wheel from "),
        "{said}"
    );
}

#[test]
fn a_cache_that_others_may_write_to_is_refused() {
    let sandbox = cache();
    sandbox.chmod("cache", 0o777);
    let before = sandbox.tree();
    for args in [&["--cache"][..], &["--cache", "--clear"]] {
        sandbox.run(args).error(
            125,
            &["[ROOT]/cache cannot be used", "others may write to it"],
        );
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn without_a_cache_there_is_nothing_and_nothing_is_made() {
    let sandbox = Sandbox::new().var("VRUN_CACHE_DIR", "[ROOT]/cache");
    let told = sandbox.run(["--cache"]).code(0).text();
    assert!(told.contains("unpacked wheels: 0, 0 B\n"), "{told}");
    sandbox.run(["-q", "--cache", "--clear"]).code(0);
    assert!(!sandbox.path("cache").exists());
}

#[test]
fn clear_and_unused_are_options_of_cache() {
    let sandbox = Sandbox::new();
    for (args, hint) in [
        (&["--unused"][..], "`vrun --cache --clear --unused`"),
        (&["--cache", "--unused"], "`vrun --cache --clear --unused`"),
        (
            &["--create", "--clear", "--unused"],
            "`vrun --cache --clear --unused`",
        ),
        (&["--cache", "--upgrade"], "--upgrade"),
        (
            &["--cache", "probe"],
            "`vrun --cache`, and then the command",
        ),
        (&["--sync", "--cache"], "--sync cannot be used with --cache"),
    ] {
        sandbox.run(args).error(125, &[hint]);
    }
}
