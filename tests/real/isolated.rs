//! `--isolated`: modules that lie in no environment are not found.

use crate::project::Project;
use crate::pythons;

#[test]
fn a_module_on_pythonpath_or_beside_is_found_as_usual_and_not_when_isolated() {
    let project = Project::with_python();
    let elsewhere = project.path("elsewhere");
    let project = project
        .dir("elsewhere")
        .file("elsewhere/there.py", "")
        .file("app/here.py", "")
        .var("PYTHONPATH", elsewhere);
    let find =
        "import importlib.util as u; print([n for n in ('there', 'here') if u.find_spec(n)])";
    project
        .run(["-q", "python", "-c", find])
        .code(0)
        .stdout("['there', 'here']");
    // Older ones have no PYTHONSAFEPATH.
    let is_safe = pythons::newest().version >= (3, 11, 0);
    project
        .run(["--isolated", "python", "-c", find])
        .code(0)
        .stdout(if is_safe { "[]" } else { "['here']" });
}
