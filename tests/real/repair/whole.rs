//! What a person tries to see whether an environment is whole: its scripts, by themselves; activation in every
//! shell there is; what pip notes of it; pip itself.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Outcome, Project, program, tell};
use crate::pythons;

/// Builds a wheel of that version in a directory, with a console script `parcel` that prints its sys.prefix.
const BUILD_WHEEL: &str = r#"
import base64, hashlib, os, sys, zipfile
directory, version = sys.argv[1:]
info = 'vrun_parcel-%s.dist-info/' % version
files = {
    'vrun_parcel.py': 'import sys\ndef main():\n    print(sys.prefix)\n',
    info + 'METADATA': 'Metadata-Version: 2.1\nName: vrun-parcel\nVersion: %s\n' % version,
    info + 'WHEEL': 'Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    info + 'entry_points.txt': '[console_scripts]\nparcel = vrun_parcel:main\n',
}
def row(name, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')
    return '%s,sha256=%s,%d\n' % (name, digest, len(text))
record = ''.join(row(*item) for item in files.items()) + info + 'RECORD,,\n'
path = os.path.join(directory, 'vrun_parcel-%s-py3-none-any.whl' % version)
with zipfile.ZipFile(path, 'w') as wheel:
    for name, text in list(files.items()) + [(info + 'RECORD', record)]:
        wheel.writestr(name, text)
print(path)
"#;

/// Whether every RECORD is right about what it lists, which the script of each package is part of.
const VERIFY: &str = r#"
import base64, csv, glob, hashlib, os, sysconfig
site = sysconfig.get_path('purelib')
scripts = 0
for record in glob.glob(glob.escape(site) + '/*.dist-info/RECORD'):
    with open(record, newline='', encoding='utf-8') as file:
        rows = list(csv.reader(file))
    for path, digest, size in rows:
        if not digest or '__pycache__' in path:
            continue
        with open(os.path.join(site, path), 'rb') as file:
            content = file.read()
        found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip('=')
        assert (digest, int(size)) == ('sha256=' + found, len(content)), (record, path)
        scripts += path.startswith('../../../bin/')
print(scripts > 0)
"#;

/// A wheel in `wheels`, where PIP_FIND_LINKS may lead.
pub(super) fn wheel(project: &Project, version: &str) -> String {
    let dir = project.path("wheels");
    fs::create_dir_all(&dir).expect("a directory");
    let mut build = Command::new(&pythons::newest().exe);
    Outcome::of(build.args(["-I", "-c", BUILD_WHEEL]).arg(dir).arg(version))
        .code(0)
        .stdout
        .trim_end()
        .to_owned()
}

/// Installs it into the environment of `app` by its name, as from an index.
pub(super) fn install(project: &Project) {
    wheel(project, "1.0");
    let links = project.path("wheels").display().to_string();
    let options = ["--no-index", "--disable-pip-version-check", "--find-links"];
    let words = [
        &["python", "-m", "pip", "install", "-q"],
        &options[..],
        &[&links, "vrun-parcel"],
    ];
    project.run(words.concat()).code(0);
}

/// A program in a shell that knows nothing of any environment.
pub(super) fn bare(project: &Project, program: &Path) -> Command {
    let mut command = Command::new(program);
    project.place(&mut command);
    command
        .env("PATH", "/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .current_dir("/");
    command
}

/// Each part of the environment at `env` says that it is there.
#[track_caller]
pub(super) fn is_whole(project: &Project, env: &Path) {
    runs_by_itself(project, env);
    is_activated(project, env);
    let mut verify = bare(project, &env.join("bin/python"));
    Outcome::of(verify.args(["-I", "-c", VERIFY]))
        .code(0)
        .stdout("True");
}

#[track_caller]
fn runs_by_itself(project: &Project, env: &Path) {
    let mut count = 0;
    for entry in fs::read_dir(env.join("bin")).expect("scripts").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_script = fs::read(entry.path()).is_ok_and(|text| text.starts_with(b"#!"));
        let tells = ["pip", "easy_install", "parcel"]
            .iter()
            .any(|stem| name.starts_with(stem));
        if !is_script || !tells {
            continue;
        }
        let mut script = bare(project, &entry.path());
        let ran = Outcome::of(if name == "parcel" {
            &mut script
        } else {
            script.arg("--version")
        });
        let ran = ran.code(0);
        let prefix = env.display().to_string();
        assert!(ran.stdout.contains(&prefix), "{name} in {prefix}: {ran}");
        assert_eq!(ran.stderr, "", "{name} in {prefix}");
        count += 1;
    }
    assert!(count >= 2, "{env:?} has no scripts");
}

const POSIX: &str = "n=activate; . \"$1/bin/$n\"; printf '%s\\n' \"$VIRTUAL_ENV\"; command -v python; \
    python -c 'import sys; print(sys.prefix)'";
const FISH: &str = "source $argv[1]/bin/activate.fish; printf '%s\\n' $VIRTUAL_ENV; command -v python; \
    python -c 'import sys; print(sys.prefix)'";
const CSH: &str = "set prompt=x; source \"$argv[1]/bin/activate.csh\"; echo \"$VIRTUAL_ENV\"; which python; \
    python -c 'import sys; print(sys.prefix)'";

#[track_caller]
fn is_activated(project: &Project, env: &Path) {
    let at = env.display();
    for (shell, words) in [
        ("sh", &["-c", POSIX, "sh"][..]),
        ("bash", &["-c", POSIX, "bash"]),
        ("zsh", &["-f", "-c", POSIX, "zsh"]),
        ("fish", &["-c", FISH]),
        ("csh", &["-f", "-c", CSH]),
    ] {
        let Some(program) = program(shell) else {
            tell(format_args!(
                "not tested: activation in {shell}, for there is none"
            ));
            continue;
        };
        let ran = Outcome::of(bare(project, &program).args(words).arg(env));
        let printed = format!("{at}\n{at}/bin/python\n{at}");
        assert_eq!(ran.stdout.trim_end(), printed, "{shell}: {ran}");
    }
}

/// `--repair` where the environment lies, which ends with 0.
#[track_caller]
pub(super) fn repair(project: &Project, env: &Path) -> Outcome {
    let mut vrun = project.vrun(["--repair"]);
    let ran = Outcome::of(vrun.current_dir(env.parent().expect("a directory"))).code(0);
    assert_eq!(ran.stdout, format!("{} is sound\n", env.display()), "{ran}");
    ran
}

/// A second `--repair` says so, and writes to no file.
#[track_caller]
pub(super) fn has_nothing_to_mend(project: &Project, env: &Path) {
    let before = files(env);
    let said = format!("vrun: there is nothing to repair in {}\n", env.display());
    assert_eq!(repair(project, env).stderr, said);
    assert_eq!(before, files(env));
}

/// pip finds all that it noted, and takes it away.
#[track_caller]
pub(super) fn can_be_changed(project: &Project, env: &Path) {
    let pip = |words: &[&str]| {
        let mut pip = bare(project, &env.join("bin/python"));
        pip.args(["-m", "pip", "--disable-pip-version-check"]);
        Outcome::of(pip.args(words)).code(0)
    };
    pip(&["check"]);
    pip(&["uninstall", "-y", "vrun-parcel"]);
    assert!(!env.join("bin/parcel").exists());
}

/// What every file is: its number, times and mode, and its text or where it leads. Not what Python compiles.
pub(super) fn files(dir: &Path) -> BTreeMap<PathBuf, (u64, i64, u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.metadata().expect("an entry"));
        if entry.file_name() == "__pycache__" {
            continue;
        }
        if kind.is_dir() {
            found.extend(files(&path));
            continue;
        }
        let text = match fs::read_link(&path) {
            Ok(target) => target.into_os_string().into_encoded_bytes(),
            Err(_) => fs::read(&path).expect("a file"),
        };
        let time = kind.mtime() * 1_000_000_000 + kind.mtime_nsec();
        found.insert(path, (kind.ino(), time, kind.mode(), text));
    }
    found
}
