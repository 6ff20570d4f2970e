//! What scripts/release makes: the wheel in pip and uv, the installer, the manifests, the action. The rest is tried by
//! scripts/release itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ci;
use crate::project::{Outcome, Project, tell};
use crate::pythons;
use crate::wheels::uv;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const TARGETS: [&str; 7] = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "i686-unknown-linux-musl",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-gnu",
    "aarch64-pc-windows-gnullvm",
];

fn packaging(name: &str) -> PathBuf {
    Path::new(ROOT).join("scripts/packaging").join(name)
}

const PROGRAM: &str = "#!/bin/sh\n# By this very line a vrun is told from other programs, whatever its file is called.\n";

/// A Python with a script of scripts/packaging, in the project.
fn python(project: &Project, script: &str, args: &[&str]) -> Outcome {
    let mut python = Command::new(&pythons::newest().exe);
    project.place(&mut python);
    // The templates are filled from the Cargo.toml of the working directory.
    python
        .current_dir(ROOT)
        .env("SOURCE_DATE_EPOCH", "1700000000");
    Outcome::of(python.arg("-I").arg(packaging(script)).args(args)).code(0)
}

fn archive(target: &str) -> String {
    let ending = if target.contains("windows") {
        "zip"
    } else {
        "tar.gz"
    };
    format!("vrun-{VERSION}-{target}.{ending}")
}

/// A release in `files`, with a program in each archive that runs here and is taken for vrun, but for what `leave` leaves out.
fn release(leave: &str) -> Project {
    let mut project = Project::with_python().dir("files");
    for target in TARGETS
        .iter()
        .filter(|target| !target.contains(leave) || leave.is_empty())
    {
        let program = if target.contains("windows") {
            "vrun.exe"
        } else {
            "vrun"
        };
        let path = format!("packed/vrun-{VERSION}-{target}/{program}");
        project = project
            .dir(path.trim_end_matches(program))
            .script(&path, &format!("{PROGRAM}echo vrun {VERSION}\n"));
    }
    for entry in project.names("packed") {
        let from = project.path("packed").join(&entry).display().to_string();
        let target = entry.trim_start_matches(&format!("vrun-{VERSION}-"));
        let to = project
            .path("files")
            .join(archive(target))
            .display()
            .to_string();
        python(&project, "pack.py", &[&from, &to]);
    }
    sh(
        &project,
        "cd ../files && { sha256sum vrun-* || shasum -a 256 vrun-*; } >sha256sums",
    )
    .code(0);
    let files = project.path("files").display().to_string();
    let said = python(&project, "fill.py", &[REPOSITORY, VERSION, &files]);
    assert_eq!(said.stdout.is_empty(), leave.is_empty(), "{said}");
    project
}

/// A shell in the project, with this system's programs.
fn sh(project: &Project, line: &str) -> Outcome {
    let mut sh = Command::new("/bin/sh");
    project.place(&mut sh);
    let path = format!(
        "{}:/usr/local/bin:/usr/bin:/bin",
        project.path("bin").display()
    );
    Outcome::of(sh.env("PATH", path).args(["-ec", line]))
}

const INSTALL: &str = "sh ../files/install.sh --from ../files --to ../to";

#[test]
fn the_installer_installs_what_has_its_sum() {
    let project = release("");
    let installed = sh(&project, INSTALL).code(0);
    assert!(installed.stdout.contains("is not on PATH"), "{installed}");
    let version = format!("vrun {VERSION}");
    sh(&project, "../to/vrun --version")
        .code(0)
        .stdout(&version);
    // It is replaced by a later one, also while it runs.
    sh(&project, INSTALL).code(0);
    assert_eq!(project.names("to"), ["vrun"]);
}

#[test]
fn the_installer_refuses_what_has_another_sum() {
    let project = release("");
    sh(
        &project,
        "cd ../files && for file in vrun-*; do echo x >>$file; done",
    )
    .code(0);
    let refused = sh(&project, INSTALL).code(1);
    assert!(
        refused.stderr.contains("is not what sha256sums says"),
        "{refused}"
    );
    sh(&project, ": >../files/sha256sums").code(0);
    let refused = sh(&project, INSTALL).code(1);
    assert!(refused.stderr.contains("has no sum of"), "{refused}");
    assert!(!project.path("to").exists());
}

#[test]
fn the_installer_leaves_another_program_of_the_name() {
    let project = release("").dir("to").script("to/vrun", "#!/bin/sh\n");
    let refused = sh(&project, INSTALL).code(1);
    assert!(refused.stderr.contains("is another program"), "{refused}");
    assert_eq!(
        fs::read(project.path("to/vrun")).expect("it"),
        b"#!/bin/sh\n"
    );
}

#[test]
fn the_installer_takes_the_archive_of_each_system() {
    let systems = [
        ("Linux", "aarch64", ""),
        ("Linux", "i686", ""),
        ("Darwin", "arm64", ""),
        ("Darwin", "x86_64", ""),
        ("MINGW64_NT-10.0", "x86_64", "Intel64 Family 6"),
        // Git Bash is emulated there.
        ("MINGW64_NT-10.0", "x86_64", "ARMv8 (64-bit) Family 8"),
    ];
    for ((system, machine, processor), target) in systems.into_iter().zip(&TARGETS[1..]) {
        let is_windows = target.contains("windows");
        if is_windows && which::which("unzip").is_err() {
            tell("not tested: the installer in Git Bash, for there is no unzip");
            continue;
        }
        let uname =
            format!("#!/bin/sh\ncase $1 in -s) echo {system} ;; -m) echo {machine} ;; esac\n");
        let project = release("").script("bin/uname", &uname);
        // Of all archives it needs this one alone.
        let line = format!(
            "mkdir ../one && cp ../files/install.sh ../files/sha256sums ../files/{} ../one",
            archive(target)
        );
        sh(&project, &line).code(0);
        let install = "sh ../one/install.sh --from ../one --to ../to";
        sh(
            &project,
            &format!("PROCESSOR_IDENTIFIER='{processor}' {install}"),
        )
        .code(0);
        let program = if is_windows { "vrun.exe" } else { "vrun" };
        assert_eq!(project.names("to"), [program], "{target}");
    }
}

#[test]
fn the_installer_downloads_with_curl_or_wget() {
    let client = ["curl", "wget"]
        .into_iter()
        .find(|name| which::which(name).is_ok());
    let Some(client) = client else {
        tell("not tested: a download by the installer, for there is neither curl nor wget");
        return;
    };
    let project = release("");
    let line = "cd ../files && python3 -u -m http.server --bind 127.0.0.1 0 >../said 2>&1 & server=$!
        trap 'kill $server' EXIT
        until port=$(sed -n 's/.* port \\([0-9]*\\).*/\\1/p' ../said) && [ -n \"$port\" ]; do sleep 0.1; done
        sh ../files/install.sh --from http://127.0.0.1:$port --to ../to
        ../to/vrun --version
        ! sh ../files/install.sh --from http://127.0.0.1:$port/nowhere --to ../to";
    let installed = sh(&project, line).code(0);
    assert!(
        installed.stderr.contains("cannot get http://"),
        "{client}: {installed}"
    );
}

#[test]
fn the_manifests_name_the_sums_of_the_archives() {
    let project = release("");
    let sums = fs::read_to_string(project.path("files/sha256sums")).expect("the sums");
    let manifests = [
        ("vrun.rb", "linux-musl darwin"),
        ("vrun.json", "windows"),
        ("winget", "windows"),
    ];
    for (name, targets) in manifests {
        let text = sh(
            &project,
            &format!("cat $(find ../files/manifests/{name} -type f)"),
        );
        let text = text.code(0).stdout;
        for line in sums.lines().filter(|line| !line.contains("i686")) {
            let (sum, archive) = line.split_once("  ").expect("a sum and a name");
            if targets.split(' ').any(|target| archive.contains(target)) {
                assert!(
                    text.contains(sum) && text.contains(archive),
                    "{name}: {archive}"
                );
            }
        }
        assert!(
            text.contains(REPOSITORY) && !text.contains("@SUM"),
            "{name}"
        );
    }
}

#[test]
fn a_manifest_whose_archives_are_not_there_is_not_made() {
    let project = release("windows");
    assert_eq!(
        project.names("files/manifests"),
        ["Containerfile", "vrun.rb", "winget"]
    );
    assert!(
        !sh(&project, "ls ../files/manifests/winget")
            .stdout
            .contains("installer")
    );
}

#[test]
fn the_same_files_are_packed_into_the_same_bytes() {
    let project = release("");
    for target in ["x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu"] {
        let first = project.path("files").join(archive(target));
        let copy = format!("mkdir -p ../other && cp -r ../packed/vrun-{VERSION}-{target} ../other");
        sh(&project, &copy).code(0);
        let from = project.path(format!("other/vrun-{VERSION}-{target}"));
        let to = project.path(format!("again-{}", archive(target)));
        python(
            &project,
            "pack.py",
            &[&from.display().to_string(), &to.display().to_string()],
        );
        assert!(
            fs::read(first).expect("it") == fs::read(to).expect("it"),
            "{target}"
        );
    }
}

#[test]
fn the_action_puts_the_release_on_path() {
    let Some(yaml) = ci::yaml() else { return };
    if which::which("bash").is_err() {
        tell("not tested: the action, for there is no bash");
        return;
    }
    let project = release("").dir("runner");
    let run = |inputs: &[&str]| {
        let mut runner = Command::new(&yaml);
        project.place(&mut runner);
        runner.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        let script = include_str!("action.py");
        runner
            .args(["-I", "-c", script, ROOT])
            .arg(project.path("runner"))
            .args(inputs);
        Outcome::of(&mut runner)
    };
    let from = format!("from={}", project.path("files").display());
    let ran = run(&[&from]).code(0);
    let dir = project.path(format!("runner/tools/vrun/{VERSION}/X64"));
    assert_eq!(ran.stdout.lines().last(), dir.to_str(), "{ran}");
    assert!(dir.join("vrun").is_file());
    // Another version, of which there is no release.
    let ran = run(&[&from, "version=0.0.9"]).code(1);
    assert!(ran.stdout.contains("cannot get "), "{ran}");
}

/// The wheel that scripts/test built.
fn wheel() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wheel");
    let built = fs::read_dir(&dir).into_iter().flatten().flatten();
    let found = built
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|it| it == "whl"));
    if found.is_none() {
        tell("not tested: the wheel, which scripts/test builds with maturin");
    }
    found
}

/// That an installed vrun runs Python in the environment of the project, by itself and as a shim.
fn try_out(project: &Project, vrun: &Path) {
    let vrun = vrun.display();
    let said = format!("{}\n", project.path("app/.venv").display()).repeat(2);
    let prefix = "-c 'import sys; print(sys.prefix)'";
    let line = format!(
        "rm -rf .venv; {vrun} python {prefix}; {vrun} --shims ../shims python >&2; ../shims/python {prefix}"
    );
    let ran = sh(project, &line).code(0);
    assert_eq!(ran.stdout.trim_end(), said.trim_end(), "{ran}");
}

#[test]
fn pip_installs_the_wheel() {
    let Some(wheel) = wheel() else { return };
    let project = Project::with_python();
    let line = format!(
        "python3 -m venv ../env && ../env/bin/pip install -q --no-index {}",
        wheel.display()
    );
    sh(&project, &line).code(0);
    try_out(&project, &project.path("env/bin/vrun"));
    let shown = sh(&project, "../env/bin/pip show vrun-cli").code(0);
    assert!(
        shown.stdout.contains(&format!("Version: {VERSION}\n")),
        "{shown}"
    );
    assert!(shown.stdout.contains("virtual environment"), "{shown}");
    sh(
        &project,
        "../env/bin/pip uninstall -q -y vrun-cli && ! [ -e ../env/bin/vrun ]",
    )
    .code(0);
}

#[test]
fn uv_installs_the_wheel_as_a_tool() {
    let (Some(wheel), Some(uv)) = (wheel(), uv()) else {
        return;
    };
    let tools = Project::with_python();
    let tools = ["UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "UV_CACHE_DIR"]
        .into_iter()
        .fold(tools, |tools, name| {
            let dir = tools.path(name);
            tools.var(name, dir)
        })
        .var("UV_OFFLINE", "1");
    let line = format!("{} -q tool install {}", uv.display(), wheel.display());
    sh(&tools, &line).code(0);
    try_out(&tools, &tools.path("UV_TOOL_BIN_DIR/vrun"));
    let once = tools.script(
        "once",
        &format!(
            "#!/bin/sh\nexec {} tool run -q --from {} vrun \"$@\"\n",
            uv.display(),
            wheel.display()
        ),
    );
    let ran = sh(
        &once,
        "rm -rf .venv; ../once python -c 'import sys; print(sys.prefix)'",
    )
    .code(0);
    assert_eq!(
        ran.stdout.trim_end(),
        once.path("app/.venv").display().to_string(),
        "{ran}"
    );
}
