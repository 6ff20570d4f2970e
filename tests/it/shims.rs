//! `--shims DIR NAME...`: what it makes, and what it leaves alone.

use std::fs;

use crate::sandbox::Sandbox;

/// vrun is `[ROOT]/opt/vrun`, and that is on PATH.
fn home() -> Sandbox {
    Sandbox::new()
        .venv("app/.venv")
        .cwd("app")
        .var("PATH", "[ROOT]/home/shims:[ROOT]/opt:/usr/bin:/bin")
}

fn leads_to(sandbox: &Sandbox, shim: &str, target: &str) {
    let leads = fs::read_link(sandbox.path(shim)).expect("a link");
    let target = target.replace("[ROOT]", &sandbox.path("").to_string_lossy());
    assert_eq!(leads.to_string_lossy(), target, "{shim}");
}

#[test]
fn shims_are_links_to_vrun_in_a_directory_that_is_made_where_it_is_missing() {
    let sandbox = home();
    let made = "[ROOT]/home/shims/python\n[ROOT]/home/shims/probe\n";
    for dir in ["[ROOT]/home/shims", "../home/shims", "../home/shims/"] {
        // The second time there is nothing to do.
        sandbox
            .run(["--shims", dir, "python", "probe", "python"])
            .stdout(made);
        leads_to(&sandbox, "home/shims/python", "[ROOT]/opt/vrun");
    }
    sandbox
        .sh("exec probe x")
        .in_env("app/.venv")
        .argv(&["probe", "x"]);
}

#[test]
fn a_dry_run_says_what_would_be_made() {
    let sandbox = home();
    let before = sandbox.tree();
    sandbox
        .run(["-n", "--shims", "../home/shims", "python"])
        .stdout("[ROOT]/home/shims/python\n");
    assert_eq!(before, sandbox.tree());
}

#[test]
fn a_shim_leads_to_vrun_as_path_has_it_and_not_to_the_file_of_one_version() {
    let sandbox = home()
        .dir("cellar/1.2/bin")
        .dir("brew")
        .hard_link("opt/vrun", "cellar/1.2/bin/vrun")
        .link("brew/vrun", "../cellar/1.2/bin/vrun")
        .var("PATH", "[ROOT]/brew:/usr/bin:/bin");
    sandbox
        .sh("exec vrun -q --shims s python")
        .stdout("[ROOT]/app/s/python\n");
    leads_to(&sandbox, "app/s/python", "[ROOT]/brew/vrun");
    // By its path, where PATH has none or another.
    let sandbox = sandbox.var("PATH", "/usr/bin:/bin");
    sandbox
        .sh("exec ../brew/vrun -q --shims t python")
        .stdout("[ROOT]/app/t/python\n");
    leads_to(&sandbox, "app/t/python", "[ROOT]/brew/vrun");
}

#[test]
fn beside_vrun_itself_a_shim_leads_to_it_by_its_name() {
    let sandbox = home();
    sandbox
        .run(["-q", "--shims", "[ROOT]/opt", "python"])
        .stdout("[ROOT]/opt/python\n");
    leads_to(&sandbox, "opt/python", "vrun");
}

#[test]
fn nothing_is_overwritten_but_shims_and_then_nothing_is_made() {
    let sandbox = home().script("home/shims/pytest", "#!/bin/sh\n");
    sandbox
        .run(["--shims", "[ROOT]/home/shims", "python", "pytest"])
        .error(
            126,
            &[
                "vrun: [ROOT]/home/shims/pytest exists, and is not a vrun shim\n",
                "  hint: name another directory for the shims\n",
            ],
        );
    assert!(!sandbox.path("home/shims/python").exists());
    for target in ["[ROOT]/lib/probe", "/gone/python"] {
        let sandbox = home().dir("home/shims").link("home/shims/python", target);
        sandbox
            .run(["--shims", "[ROOT]/home/shims", "python"])
            .error(126, &["is not a vrun shim"]);
    }
    home()
        .dir("home/shims/python")
        .run(["--shims", "[ROOT]/home/shims", "python"])
        .error(126, &["is not a vrun shim"]);
}

#[test]
fn a_shim_of_another_vrun_is_brought_up_to_this_one() {
    let sandbox = home()
        .dir("home/shims")
        .link("home/shims/gone", "/gone/bin/vrun")
        .link("home/shims/other", "vrun-0.1");
    sandbox
        .sh("cp $vrun [ROOT]/home/shims/copy; printf x >>[ROOT]/home/shims/copy")
        .stdout("");
    sandbox
        .run([
            "-q",
            "--shims",
            "[ROOT]/home/shims",
            "gone",
            "other",
            "copy",
        ])
        .stdout("[ROOT]/home/shims/gone\n[ROOT]/home/shims/other\n[ROOT]/home/shims/copy\n");
    for name in ["gone", "other", "copy"] {
        leads_to(&sandbox, &format!("home/shims/{name}"), "[ROOT]/opt/vrun");
    }
    assert_eq!(
        fs::read_dir(sandbox.path("home/shims"))
            .expect("a directory")
            .count(),
        3
    );
}

#[test]
fn a_name_that_is_none_for_a_shim_is_125() {
    for name in ["a/b", "/python", "", ".", "..", "vrun", "vrun-1.2", "-x"] {
        let sandbox = home();
        sandbox.run(["--shims", "s", "python", name]).error(
            125,
            &["is not a valid shim name", "hint: `vrun --shims s python"],
        );
        assert!(!sandbox.path("app/s").exists());
    }
    home().run(["--shims", "s"]).error(
        125,
        &["at least one name", "`vrun --shims s python python3 pip`"],
    );
    home().run(["--shims"]).error(125, &["--shims"]);
    home()
        .run(["--shims", "", "python"])
        .error(125, &["--shims needs a non-empty value"]);
    home()
        .run(["--shims", "s", "-m", "x"])
        .error(125, &["--shims runs no program"]);
    home()
        .run(["--shims", "s", "--create"])
        .error(125, &["--create"]);
}

#[test]
fn an_environments_own_programs_are_not_hidden_behind_shims() {
    let sandbox = home().dir("app/.venv/lib").link("link", "app/.venv/bin");
    for dir in [".venv/bin", "[ROOT]/link"] {
        sandbox.run(["--shims", dir, "pytest"]).error(
            126,
            &[
                "refusing to create shims in",
                "the scripts directory of the environment [ROOT]/app/.venv",
            ],
        );
    }
    home()
        .run(["--shims", "[ROOT]/lib/probe", "x"])
        .error(126, &["it is not a directory"]);
}

#[test]
fn what_keeps_shims_from_being_found_is_said() {
    let sandbox = home();
    sandbox
        .run(["--shims", "s", "python"])
        .says("vrun: [ROOT]/app/s is not on PATH; put it there, before");
    let sandbox = home().probe("tools/probe").var(
        "PATH",
        "[ROOT]/app/.venv/bin:[ROOT]/tools:[ROOT]/home/shims:[ROOT]/opt",
    );
    sandbox
        .run(["--shims", "[ROOT]/home/shims", "probe", "python"])
        .says("vrun: [ROOT]/tools/probe comes before [ROOT]/home/shims on PATH\n");
    sandbox
        .run(["--shims", "[ROOT]/home/shims", "python"])
        .stdout("[ROOT]/home/shims/python\n");
}
