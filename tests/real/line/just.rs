//! just with `set shell`.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::{project, recipe, with_pytest};
use crate::project::tell;
use crate::wheels::from_pypi;

/// One on PATH, else the one that PyPI has.
fn just() -> Option<&'static PathBuf> {
    static JUST: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = JUST.get_or_init(|| {
        which::which("just").ok().or_else(|| {
            let just = from_pypi("rust-just", "just");
            Some(just).filter(|just| just.exists())
        })
    });
    if found.is_none() {
        tell("not tested: just, of which there is none, and pip gets none");
    }
    found.as_ref()
}

#[test]
fn the_recipe_of_readme_runs_in_the_environment() {
    let Some(just) = just() else { return };
    let project = with_pytest().file("app/justfile", &recipe("just", "set shell"));
    let told = project.by_pytest("['-q', '-x', 'a b']");
    project
        .start(just, &["test", "-x", "'a b'"])
        .code(0)
        .stdout(&told);
    project.start(just, &["test", "fail"]).code(1);
}

#[test]
fn backticks_exports_and_exit_codes_are_as_ever() {
    let Some(just) = just() else { return };
    let justfile = "\
set shell := [\"vrun\", \"-cu\"]
where := `python -c 'import sys; print(sys.prefix)'`
export MARK := \"a b\"
all:
    @echo {{where}} | sed s,.*/,,
    @echo \"$MARK\"
    @python -c 'import sys; sys.exit(7)'
unset:
    @echo $NO_SUCH_VARIABLE && echo no
";
    let project = project().file("app/justfile", justfile);
    let outcome = project.start(just, &[]).code(7).stdout(".venv\na b");
    outcome.says(&["vrun: created", "exit code 7"]);
    project
        .start(just, &["unset"])
        .says(&["NO_SUCH_VARIABLE"])
        .stdout("");
}

#[test]
fn bash_and_its_options_come_by_a_variable() {
    let (Some(just), Some(_)) = (just(), super::program("bash")) else {
        return;
    };
    let justfile = "\
set shell := [\"vrun\", \"-euo\", \"pipefail\", \"-c\"]
export VRUN_SHELL := \"bash\"
all:
    @[[ $VIRTUAL_ENV == */.venv ]] && echo in it
    @false | true
";
    let project = project().file("app/justfile", justfile);
    project.start(just, &[]).code(1).stdout("in it");
}

#[test]
fn a_recipe_with_a_first_line_of_its_own_runs_in_the_projects_environment() {
    let Some(just) = just() else { return };
    let recipe = recipe("just", "greet:");
    let by_file = recipe.replace("vrun python", "vrun -s");
    for text in [&recipe, &by_file] {
        let project = project().file("app/justfile", text);
        let own = project.path("app/.venv").display().to_string();
        project.start(just, &["greet"]).code(0).stdout(&own);
    }
}
