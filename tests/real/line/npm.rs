//! npm's scripts with `script-shell`.

use std::path::PathBuf;

use super::{program, recipe, with_pytest};
use crate::project::Project;

/// npm, the node that it runs by, and a project for them that asks no network.
fn npm(scripts: &str) -> Option<(PathBuf, Project)> {
    let (npm, node) = (program("npm")?, program("node")?);
    let package = format!("{{\"private\": true, \"scripts\": {{{scripts}}}}}");
    let project = with_pytest()
        .file("app/.npmrc", recipe("ini", "script-shell"))
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
