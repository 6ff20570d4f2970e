//! A pyvenv.cfg that does not say whether the base's packages are seen: Python takes that for yes.

use std::fs;

use crate::project::Project;
use crate::pythons;

/// How many directories of packages are the base's.
const BASES: &str = "import site, sys; \
    print(len([path for path in site.getsitepackages() if not path.startswith(sys.prefix)]) > 0)";

#[test]
fn the_bases_packages_are_seen_until_it_is_repaired_with_every_python_found() {
    for python in pythons::all() {
        let project = Project::new().python("python3", python);
        project.run(["-q", "--create", "--without-pip"]).code(0);
        let cfg = project.path("app/.venv/pyvenv.cfg");
        let whole = fs::read_to_string(&cfg).expect("a file");
        let lines = whole.lines().filter(|line| !line.starts_with("include-"));
        let silent: String = lines.map(|line| format!("{line}\n")).collect();
        // What an empty one is mended by takes time: all of it is written anew, and pip looked after.
        let empty = Some("").filter(|_| python.version == pythons::newest().version);
        for text in [&*silent].into_iter().chain(empty) {
            fs::write(&cfg, text).expect("a file");
            let ran = project.run(["python", "-c", BASES]).code(0).stdout("True");
            ran.says(&["the base interpreter's packages are seen too: "]);
            project.run(["--repair"]).code(0);
            let ran = project.run(["python", "-c", BASES]).code(0).stdout("False");
            assert_eq!(ran.stderr, "");
            project.run(["--doctor"]).code(0);
        }
    }
}
