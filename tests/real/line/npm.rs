//! npm's scripts with `script-shell`.

use std::path::PathBuf;

use super::{program, recipe, with_pytest};
use crate::project::Project;

/// npm, the node that it runs by, and a project for them that asks no network.
fn npm(scripts: &str) -> Option<(PathBuf, Project)> {
    let (npm, node) = (program("npm")?, program("node")?);
    let package = format!("{{\"private\": true, \"scripts\": {{{scripts}}}}}");
    let project = with_pytest()
        .file("app/.npmrc", &recipe("ini", "script-shell"))
        .file("app/package.json", &package)
        .link("bin/node", node)
        .var("npm_config_update_notifier", "false")
        .var("npm_config_audit", "false");
    Some((npm, project))
}

#[test]
fn the_recipe_of_readme_runs_scripts_in_the_environment() {
    let scripts = r#""pretest": "echo $VIRTUAL_ENV | sed s,.*/,,", "test": "pytest -q""#;
    let Some((npm, project)) = npm(scripts) else {
        return;
    };
    let outcome = project.start(&npm, &["--silent", "test", "--", "a b", "$HOME", "it's"]);
    let told = project.by_pytest(r#"['-q', 'a b', '$HOME', "it's"]"#);
    outcome.code(0).stdout(&format!(".venv\n{told}"));
    project.start(&npm, &["--silent", "test", "fail"]).code(1);
}

#[test]
fn exit_codes_and_chains_of_commands_are_as_ever() {
    let scripts = r#""chain": "python -c \"print('a')\" && exit 9", "where": "printenv PWD", "sub": "npm --silent run chain""#;
    let Some((npm, project)) = npm(scripts) else {
        return;
    };
    for script in ["chain", "sub"] {
        project
            .start(&npm, &["--silent", "run", script])
            .code(9)
            .stdout("a");
    }
    let app = project.path("app").display().to_string();
    project
        .start(&npm, &["--silent", "run", "where"])
        .code(0)
        .stdout(&app);
}

#[test]
fn an_install_script_of_a_dependency_uses_the_environment_of_the_root() {
    let (Some(npm), Some(node)) = (program("npm"), program("node")) else {
        return;
    };
    let dep = r#"{"name": "dep", "version": "1.0.0", "scripts": {"install": "python -c \"import sys; open('prefix', 'w').write(sys.prefix)\""}}"#;
    // Packed: a directory would be linked, and its scripts not run in node_modules.
    let project = super::project()
        .file("dep/package.json", dep)
        .file("app/.npmrc", &recipe("ini", "script-shell"))
        .file("app/package.json", "{\"private\": true}")
        .link("bin/node", node)
        .var("npm_config_update_notifier", "false")
        .var("npm_config_audit", "false");
    let to = project.path("app").display().to_string();
    let from = project.path("dep").display().to_string();
    let packed = ["pack", "--silent", "--pack-destination", &to, &from];
    project.start(&npm, &packed).code(0);
    let install = ["install", "--offline", "--silent", "./dep-1.0.0.tgz"];
    project.start(&npm, &install).code(0);
    let prefix = std::fs::read_to_string(project.path("app/node_modules/dep/prefix"));
    let own = project.path("app/.venv").display().to_string();
    assert_eq!(prefix.expect("the script ran"), own);
    assert!(!project.path("app/node_modules/dep/.venv").exists());
}
