//! A Python that lacks a part of its library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::Project;
use crate::pythons;

/// A Python of its own in `poor`, the newest one's, that lacks a part of its library.
pub(crate) fn python_without(lacks: &str) -> Project {
    let python = pythons::newest();
    let lib = PathBuf::from(python.says("import os; print(os.path.dirname(os.__file__))"));
    let own = Path::new("poor/lib").join(lib.file_name().expect("a name"));
    let lacking = Path::new(lacks);
    let mut project = Project::new().dir("poor/bin");
    for above in lacking.ancestors().skip(1) {
        project = project.dir(own.join(above).to_str().expect("UTF-8"));
        for entry in fs::read_dir(lib.join(above)).expect("a library").flatten() {
            let part = above.join(entry.file_name());
            if !lacking.starts_with(&part) {
                let link = project.path(own.join(part));
                std::os::unix::fs::symlink(entry.path(), link).expect("a link");
            }
        }
    }
    let to = project.path("poor/bin/python3");
    let copied = Command::new("/bin/cp").arg(&python.exe).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()));
    project
}

/// Takes from the Python in `poor` the directory of wheels that all Pythons of a distribution share: Debian's seed
/// environments from it, with ensurepip and without.
pub(crate) fn forget_shared_wheels(project: &Project) {
    let library = format!("poor/lib/python{}", pythons::newest().short());
    for name in project.names(&library) {
        if name.starts_with("_sysconfigdata_") && name.ends_with(".py") {
            let file = project.path(&library).join(name);
            let text = fs::read_to_string(&file).expect("what was configured");
            let lines = text.lines().filter(|line| !line.contains("WHEEL_PKG_DIR"));
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            // A link to the real one's until now.
            fs::remove_file(&file).expect("a link");
            fs::write(&file, text).expect("a file");
        }
    }
}
