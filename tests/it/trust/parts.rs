//! What leads to an environment, a redirect file or a link, and what it consists of: each has an owner of its own.

use super::*;

#[test]
fn a_redirect_file_of_another_user_is_refused_before_it_is_read() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .venv("shared/ada/own")
        .of(ADA, "shared/ada/own")
        .file("shared/.venv", "ada/own\n");
    sandbox.run(["probe"]).in_env("shared/ada/own");
    let sandbox = sandbox.of(MALLORY, "shared/.venv");
    sandbox.chmod("shared/.venv", 0o600);
    let told = ["[ROOT]/shared/.venv is not trusted", "it belongs to daemon"];
    sandbox.run(["probe"]).error(126, &told);
    sandbox.chmod("shared/.venv", 0o644);
    sandbox.run(["probe"]).error(126, &told);
    sandbox
        .run(["--env", "../../.venv", "probe"])
        .in_env("shared/ada/own");
}

#[test]
fn a_redirect_file_of_another_user_has_no_environment_made() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .file("shared/.venv", "ada/to/be/made\n")
        .of(MALLORY, "shared/.venv");
    sandbox.run(["-n", "probe"]).error(126, &["daemon"]);
    sandbox.run(["probe"]).error(126, &["daemon"]);
    sandbox.run(["--create"]).error(126, &["daemon"]);
}

#[test]
fn a_redirect_file_of_the_users_own_does_not_make_anothers_environment_his() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .venv("shared/theirs")
        .of(MALLORY, "shared/theirs")
        .file("shared/ada/.venv", "../theirs\n")
        .of(ADA, "shared/ada/.venv");
    sandbox.run(["probe"]).error(
        126,
        &[
            "[ROOT]/shared/theirs is not trusted",
            "it belongs to daemon",
        ],
    );
}

#[test]
fn a_link_of_the_users_own_does_not_make_anothers_environment_his() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .venv("shared/theirs")
        .of(MALLORY, "shared/theirs")
        .link("shared/ada/.venv", "../theirs")
        .of(ADA, "shared/ada/.venv");
    let told = [
        "[ROOT]/shared/ada/.venv is not trusted",
        "its link target belongs to daemon",
    ];
    sandbox.run(["probe"]).error(126, &told);
    let sandbox = sandbox.var("VRUN_ENV", "[ROOT]/shared/ada/.venv");
    sandbox.run(["probe"]).in_env("shared/ada/.venv");
}

#[test]
fn a_link_of_another_user_is_refused_though_it_leads_to_an_own_environment() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .venv("shared/ada/own")
        .of(ADA, "shared/ada/own")
        .link("shared/.venv", "ada/own");
    sandbox.run(["probe"]).in_env("shared/.venv");
    let sandbox = sandbox.of(MALLORY, "shared/.venv");
    sandbox
        .run(["probe"])
        .error(126, &["[ROOT]/shared/.venv", "the link belongs to daemon"]);
}

#[test]
fn a_pyvenv_cfg_of_another_user_in_an_own_directory_is_refused() {
    let Some(sandbox) = shared() else { return };
    let sandbox = sandbox
        .venv("shared/ada/.venv")
        .of(ADA, "shared/ada/.venv")
        .of(MALLORY, "shared/ada/.venv/pyvenv.cfg");
    let told = [
        "[ROOT]/shared/ada/.venv is",
        "its pyvenv.cfg belongs to daemon",
    ];
    sandbox.run(["probe"]).error(126, &told);
}

#[test]
fn a_shared_directory_is_no_environment_because_another_user_says_so() {
    // As with /tmp/pyvenv.cfg and /tmp/bin.
    let shared_env = || Some(shared()?.venv("shared"));
    let Some(sandbox) = shared_env() else { return };
    sandbox.run(["probe"]).in_env("shared");
    let sandbox = sandbox.of(MALLORY, "shared/pyvenv.cfg");
    let told = ["[ROOT]/shared is not", "its pyvenv.cfg belongs to daemon"];
    sandbox.run(["probe"]).error(126, &told);

    let Some(sandbox) = shared_env() else { return };
    fs::rename(
        sandbox.path("shared/pyvenv.cfg"),
        sandbox.path("pyvenv.cfg"),
    )
    .expect("a file elsewhere");
    let sandbox = sandbox
        .link("shared/pyvenv.cfg", "../pyvenv.cfg")
        .of(MALLORY, "shared/pyvenv.cfg");
    sandbox.run(["probe"]).error(126, &told);

    let Some(sandbox) = shared_env() else { return };
    let sandbox = sandbox.of(MALLORY, "shared/bin");
    let told = ["its scripts directory belongs to daemon"];
    sandbox.run(["probe"]).error(126, &told);
}
