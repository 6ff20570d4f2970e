//! The environment that vrun made first, of which the other tests have copies, and the package in it.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::project::{Outcome, Project};

/// The project in which vrun made an environment, and what was said.
pub(crate) struct First {
    pub project: Project,
    pub made: Outcome,
    pub installed: Outcome,
}

/// First use of a fresh project, and the wheel `hello` installed into it. Once for all tests.
pub(crate) fn first() -> &'static First {
    static FIRST: OnceLock<First> = OnceLock::new();
    FIRST.get_or_init(|| {
        let project = Project::new().file("hello-1.0-py3-none-any.whl", wheel());
        let made = project.run(["python", "-c", "import sys; print(sys.prefix)"]);
        let installed = install(&project);
        First {
            project,
            made,
            installed,
        }
    })
}

/// Installs the wheel, with what was there of it written anew.
pub(crate) fn install(project: &Project) -> Outcome {
    let wheel = first_wheel(project);
    project.run([
        OsStr::new("pip"),
        "--disable-pip-version-check".as_ref(),
        "install".as_ref(),
        "--no-index".as_ref(),
        "--force-reinstall".as_ref(),
        wheel.as_os_str(),
    ])
}

/// The wheel's file, which every project holds that installs it.
pub(crate) fn first_wheel(project: &Project) -> PathBuf {
    let file = project.path("hello-1.0-py3-none-any.whl");
    if !file.exists() {
        fs::write(&file, wheel()).expect("a file");
    }
    file
}

/// A package with a console script, which says where it runs and with what.
fn wheel() -> Vec<u8> {
    let info = "hello-1.0.dist-info";
    let code = "import sys\ndef main():\n    print(sys.prefix, *map(ascii, sys.argv[1:]), sep='|')\n    return len(sys.argv) - 1\n";
    let files = [
        ("hello.py".to_owned(), code),
        (
            format!("{info}/METADATA"),
            "Metadata-Version: 2.1\nName: hello\nVersion: 1.0\n",
        ),
        (
            format!("{info}/WHEEL"),
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
        (
            format!("{info}/entry_points.txt"),
            "[console_scripts]\nhello = hello:main\n",
        ),
        (
            format!("{info}/RECORD"),
            "hello.py,,\nhello-1.0.dist-info/METADATA,,\nhello-1.0.dist-info/WHEEL,,\nhello-1.0.dist-info/entry_points.txt,,\nhello-1.0.dist-info/RECORD,,\n",
        ),
    ];
    let mut wheel = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in files {
        wheel.start_file(name, stored).expect("a file");
        wheel.write_all(text.as_bytes()).expect("its text");
    }
    wheel.finish().expect("a zip file").into_inner()
}

/// Copies a directory and all below it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}
