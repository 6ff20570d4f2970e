//! Each Python makes an environment that works, and stays as it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::project::Project;
use crate::pythons::{self, Python};

/// A wheel that holds one module, built with nothing but the standard library.
const BUILD_WHEEL: &str = "\
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('vrun_parcel.py', 'WORD = \"delivered\"\\n')
    wheel.writestr('vrun_parcel-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: vrun-parcel\\nVersion: 1.0\\n')
    wheel.writestr('vrun_parcel-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('vrun_parcel-1.0.dist-info/entry_points.txt', '[console_scripts]\\nvrun-parcel = vrun_parcel:WORD.title\\n')
    wheel.writestr('vrun_parcel-1.0.dist-info/RECORD', ''.join(name + ',,\\n' for name in wheel.namelist()) + 'vrun_parcel-1.0.dist-info/RECORD,,\\n')
";

#[test]
fn every_python_found_makes_an_environment_that_works() {
    for python in pythons::all() {
        println!("{}", python.full());
        let before = packages(python);
        let (project, base) = with(python);
        makes_it(&project, python);
        is_as_if_made_in_place(&project, &base);
        sees_no_packages_of_the_base(&project);
        installs_a_wheel(&project);
        assert!(before == packages(python), "{python:?} is not as it was");
    }
}

/// But for RECORD, where pip lists what it compiled too.
#[test]
fn the_environment_is_what_the_pythons_own_venv_makes() {
    for python in pythons::all() {
        let (project, base) = with(python);
        let at = project.path("app/.venv");
        let own = Command::new(&base).args(["-m", "venv"]).arg(&at).status();
        assert!(own.expect("a Python").success());
        let expected = texts(&at);
        fs::remove_dir_all(&at).expect("an environment");
        project.run(["python", "-c", ""]).code(0);
        let mut made = texts(&at);
        let signature = format!("vrun = {}\n", env!("CARGO_PKG_VERSION"));
        let cfg = made.get_mut(Path::new("pyvenv.cfg")).expect("a file");
        *cfg = cfg.strip_suffix(&signature).expect("signed").to_owned();
        made.retain(|file, _| expected.contains_key(file) || file != Path::new(".gitignore"));
        let names = |texts: &BTreeMap<PathBuf, String>| texts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&made), names(&expected), "{}", python.full());
        for (file, text) in &expected {
            assert_eq!(&made[file], text, "{file:?} of {}", python.full());
        }
    }
}

/// Every file and link, with its mode, and its text or where it leads. Not what Python compiles by itself.
fn texts(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for file in files(root) {
        let name = file.strip_prefix(root).expect("below").to_owned();
        if file.extension().is_some_and(|end| end == "pyc") || name.ends_with("RECORD") {
            continue;
        }
        let bytes = match fs::read_link(&file) {
            Ok(target) => target.into_os_string().into_encoded_bytes(),
            Err(_) => fs::read(&file).expect("a file"),
        };
        let mode = fs::symlink_metadata(&file).expect("a file").mode();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let is_cfg = name == Path::new("pyvenv.cfg");
        found.insert(
            name,
            if is_cfg {
                text
            } else {
                format!("{mode:o} {text}")
            },
        );
    }
    found
}

/// A project that the Python is found for as a link on PATH, if it can be, and the base as it is then found.
fn with(python: &Python) -> (Project, PathBuf) {
    let project = Project::new();
    if !python.can_be_linked() {
        return (project.var("VRUN_PYTHON", &python.exe), python.exe.clone());
    }
    let base = project.path("bin/python3");
    (project.python("python3", python), base)
}

fn makes_it(project: &Project, python: &Python) {
    let venv = project.path("app/.venv");
    let (at, full) = (venv.display().to_string(), python.full());
    let made = project.run(["python", "-c", "import sys; print(sys.prefix)"]);
    let made = made.code(0).stdout(&at);
    let created = format!("vrun: creating {at} (Python {full})\nvrun: created {at} in ");
    let made = made.says(&[&created]);
    assert_eq!(made.stderr.lines().count(), 2, "{made}");
    project.assert_only(&[".venv", "setup.py"]);
    // The second time there is nothing to say.
    let again = project.run([
        "python",
        "-c",
        "import sys; print('%d.%d.%d' % sys.version_info[:3])",
    ]);
    assert_eq!(again.code(0).stdout(&full).stderr, "");
}

/// No trace of the directory that it was made in, but for what Python mends by itself (.pyc).
fn is_as_if_made_in_place(project: &Project, base: &Path) {
    let venv = project.path("app/.venv");
    for file in files(&venv) {
        let bytes = fs::read(&file).unwrap_or_default();
        let is_code = file.extension().is_some_and(|end| end == "pyc");
        let traces = bytes.windows(6).any(|part| part == b".vrun-");
        assert!(is_code || !traces, "{file:?} tells where it was made");
    }
    let version = format!("\nvrun = {}\n", env!("CARGO_PKG_VERSION"));
    let cfg = fs::read_to_string(venv.join("pyvenv.cfg")).expect("a file");
    assert!(cfg.ends_with(&version), "{cfg}");
    let ignore = fs::read_to_string(venv.join(".gitignore")).expect("a file");
    assert!(ignore.lines().any(|line| line == "*"), "{ignore}");
    // The link leads to the base as it was found, which a newer patch release will be found as too.
    let link = venv.join("bin").join(base.file_name().expect("a name"));
    assert_eq!(fs::read_link(link).ok().as_deref(), Some(base));
}

fn sees_no_packages_of_the_base(project: &Project) {
    let code = "import sys; print([p for p in sys.path if p.endswith('-packages')])";
    let own = project.run(["python", "-c", code]).code(0).stdout;
    let app = project.path("app/.venv").display().to_string();
    assert_eq!(own.matches("-packages").count(), 1, "{own}");
    assert!(own.contains(&app), "{own}");
}

fn installs_a_wheel(project: &Project) {
    let wheel = project.path("vrun_parcel-1.0-py3-none-any.whl");
    let wheel = wheel.to_str().expect("UTF-8");
    project.run(["python", "-c", BUILD_WHEEL, wheel]).code(0);
    let options = ["--no-index", "--no-deps", "--disable-pip-version-check"];
    let install = [&["pip", "install"], &options[..], &[wheel]].concat();
    project.run(install).code(0);
    let import = [
        "python",
        "-c",
        "import vrun_parcel; print(vrun_parcel.WORD)",
    ];
    project.run(import).code(0).stdout("delivered");
    project.run(["pip", "--version"]).code(0);
    let sees = ["pip", "show", "vrun-parcel"];
    let shown = project.run(sees).code(0).stdout;
    assert!(
        shown.contains(&project.path("app/.venv").display().to_string()),
        "{shown}"
    );
    let script = project.path("app/.venv/bin/vrun-parcel");
    assert!(script.is_file(), "pip makes scripts");
    project
        .run(["pip", "uninstall", "-y", "vrun-parcel"])
        .code(0);
    assert!(!script.exists(), "pip takes away what it made");
}

/// All that lies in the base's own site-packages, with sizes and times.
fn packages(python: &Python) -> BTreeMap<PathBuf, (u64, Option<SystemTime>)> {
    let dir = python.says("import sysconfig; print(sysconfig.get_path('purelib'))");
    let stamp = |file: PathBuf| {
        let found = fs::metadata(&file).ok()?;
        Some((file, (found.len(), found.modified().ok())))
    };
    files(Path::new(&dir))
        .into_iter()
        .filter_map(stamp)
        .collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}
