//! Whose directory one stands in: that makes its owner trusted only for root in a container or a CI job, and where
//! VRUN_TRUST says so.

use super::*;

/// Ada's project with an environment of hers, and Eve in it.
fn at_adas() -> Option<Sandbox> {
    let sandbox = shared()?
        .file("shared/ada/setup.py", "")
        .venv("shared/ada/.venv");
    Some(sandbox.of(ADA, "shared/ada").by(EVE))
}

#[test]
fn the_owner_of_the_start_is_not_trusted_for_that() {
    let Some(sandbox) = at_adas() else { return };
    let hint = "  hint: `export VRUN_TRUST=[ROOT]/shared/ada` trusts its owner there; \
                `vrun --env [ROOT]/shared/ada/.venv ...` or VRUN_ENV allows it; ";
    let told = [
        "[ROOT]/shared/ada/.venv is not trusted\n",
        "it belongs to uid 12345\n",
        "vrun uses only what you or root own, unless you name it\n",
        hint,
    ];
    sandbox.run(["probe"]).error(126, &told);
    // What is typed helps.
    let sandbox = sandbox.var("VRUN_TRUST", "[ROOT]/shared/ada");
    sandbox.run(["probe"]).in_env("shared/ada/.venv");
}

#[test]
fn vrun_trust_lists_directories() {
    let Some(sandbox) = at_adas() else { return };
    let sandbox = sandbox.dir("shared/ad").link("home/way", "../shared/ada");
    for (list, is_trusted) in [
        ("*", true),
        ("[ROOT]/shared/ada/src", true),
        ("/nowhere::[ROOT]/shared/ada/", true),
        ("[ROOT]/home/way", true),
        // Its owner is root.
        ("[ROOT]/shared", false),
        ("[ROOT]/shared/ad", false),
        (".", false),
        ("ada", false),
        ("", false),
    ] {
        let sandbox = shared().expect("root");
        let sandbox = sandbox
            .venv("shared/ada/.venv")
            .link("home/way", "../shared/ada")
            .of(ADA, "shared/ada")
            .by(EVE)
            .var("VRUN_TRUST", list);
        let outcome = sandbox.run(["probe"]);
        match is_trusted {
            true => outcome.in_env("shared/ada/.venv"),
            false => outcome.error(126, &["it belongs to uid 12345"]),
        };
    }
    drop(sandbox);
}

#[test]
fn vrun_trust_does_not_make_a_third_users_files_count() {
    let Some(sandbox) = at_adas() else { return };
    let sandbox = sandbox
        .of(MALLORY, "shared/ada/.venv")
        .var("VRUN_TRUST", "*");
    let refused = sandbox.run(["probe"]).code(126).said();
    // It would not help.
    assert!(!refused.contains("export VRUN_TRUST"), "{refused}");
}

#[test]
fn a_marker_in_the_directory_of_another_counts_where_that_is_listed() {
    let Some(sandbox) = at_adas() else { return };
    fs::remove_dir_all(sandbox.path("shared/ada/.venv")).expect("an environment");
    let said = sandbox.run(["-n", "sh"]).said();
    let line = "skipped [ROOT]/shared/ada/setup.py: it belongs to uid 12345; \
                `export VRUN_TRUST=[ROOT]/shared/ada` trusts its owner there\n";
    assert!(said.contains(line), "{said}");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/shared/ada/src/.venv");
    let sandbox = sandbox.var("VRUN_TRUST", "[ROOT]/shared/ada");
    assert_eq!(sandbox.plans(PLAIN), "[ROOT]/shared/ada/.venv");
}

/// A line of sh where no file says that this is a container; the same line where none does anyway.
fn outside_containers(sandbox: &Sandbox, line: &str) -> Option<String> {
    let files = ["/.dockerenv", "/run/.containerenv"];
    if files.iter().all(|file| !fs::exists(file).unwrap_or(true)) {
        return Some(line.to_owned());
    }
    // Everything is where it was, but for files in the root directory itself.
    let line = format!(
        "unshare --mount sh -ec 'd=[ROOT]/tmp; mount -t tmpfs none $d; for x in /*; do \
         if [ -L $x ]; then cp -P $x $d$x; elif [ -d $x ]; then mkdir $d$x; mount --rbind $x $d$x; fi; \
         done; rm -f $d/run/.containerenv; exec /usr/sbin/chroot $d /bin/sh -c \"cd $PWD && {line}\"'"
    );
    let works = "unshare --mount mount -t tmpfs none [ROOT]/tmp 2>&1 || echo no";
    if sandbox.sh(works).text().is_empty() {
        return Some(line);
    }
    eprintln!("not tested: root outside of containers, for unshare does not work here");
    None
}

#[test]
fn root_trusts_the_start_only_in_a_container_or_a_ci_job() {
    let Some(sandbox) = at_adas() else { return };
    let sandbox = sandbox.by(0);
    let Some(line) = outside_containers(&sandbox, "[ROOT]/opt/vrun probe") else {
        return;
    };
    sandbox.sh(&line).error(
        126,
        &[
            "it belongs to uid 12345",
            "`export VRUN_TRUST=[ROOT]/shared/ada` trusts",
        ],
    );
    for (name, value) in [
        ("CI", "true"),
        ("container", "podman"),
        ("SUDO_UID", "12345"),
        ("VRUN_TRUST", "[ROOT]/shared/ada"),
    ] {
        let sandbox = at_adas().expect("root").by(0).var(name, value);
        let line = outside_containers(&sandbox, "[ROOT]/opt/vrun probe").expect("a line");
        sandbox.sh(&line).in_env("shared/ada/.venv");
    }
    for (name, value) in [("CI", "false"), ("SUDO_UID", "1"), ("SUDO_UID", "ada")] {
        let sandbox = at_adas().expect("root").by(0).var(name, value);
        let line = outside_containers(&sandbox, "[ROOT]/opt/vrun probe").expect("a line");
        sandbox.sh(&line).error(126, &["it belongs to uid 12345"]);
    }
}

#[test]
fn no_variable_makes_a_user_trust_the_start_but_vrun_trust() {
    for (name, value) in [
        ("CI", "true"),
        ("container", "podman"),
        ("SUDO_UID", "12345"),
    ] {
        let Some(sandbox) = at_adas() else { return };
        let sandbox = sandbox.var(name, value);
        sandbox
            .run(["probe"])
            .error(126, &["it belongs to uid 12345"]);
    }
}
