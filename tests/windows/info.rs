//! `--info` tells what the environment's Python says of itself.

use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;

use crate::project::{Project, base};

/// What `--info --json` has, in the same form.
const ASK: &str = "import json, os, platform, site, sys, sysconfig
paths = sysconfig.get_paths()
said = {name: paths[name] for name in ('stdlib', 'purelib', 'platlib', 'scripts', 'include')}
for name in ('executable', 'prefix', 'exec_prefix', 'base_prefix', 'base_exec_prefix'):
    said[name] = getattr(sys, name)
said['platlibdir'] = getattr(sys, 'platlibdir', 'lib')
said['safe_path'] = bool(getattr(sys.flags, 'safe_path', False))
said['path'] = sys.path if said['safe_path'] else sys.path[1:]
said['user_base'] = site.getuserbase()
said['user_site'] = site.getusersitepackages()
said['user_site_enabled'] = site.ENABLE_USER_SITE
said['version'] = platform.python_version()
print(json.dumps(said, indent=1))";

/// A key of the registry is there for all.
static REGISTRY: Mutex<()> = Mutex::new(());

/// Compares the two; the kinds of caveats that vrun has.
#[track_caller]
pub(crate) fn assert_same(project: &Project) -> Vec<String> {
    let said: Value = serde_json::from_str(&project.python(ASK)).expect("JSON");
    let told = project.run(["--info", "--json"]).code(0).silent();
    let told: Value = serde_json::from_str(&told.stdout).expect("JSON");
    for (name, said) in said.as_object().expect("an object") {
        let told = match &**name {
            "version" => &told["python"]["version"],
            name => &told["sys"][name],
        };
        assert_eq!(told, said, "{name}");
    }
    let caveats = told["sys"]["caveats"].as_array().expect("a list");
    let kinds = caveats.iter().map(|caveat| caveat["kind"].as_str());
    kinds.map(|kind| kind.expect("text").to_owned()).collect()
}

/// Keeps tests that write to the registry from those that read it.
pub(crate) fn lock_registry() -> MutexGuard<'static, ()> {
    REGISTRY
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Runs `reg`; whether it succeeded.
pub(crate) fn reg(args: &[&str]) -> bool {
    reg_says(args).is_some()
}

/// What `reg` prints, if it succeeds.
pub(crate) fn reg_says(args: &[&str]) -> Option<String> {
    let mut command = Command::new("reg");
    let output = command.args(args).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

/// What the registry calls this version.
fn winver(project: &Project) -> String {
    project.python("import sys; print(sys.winver)")
}

#[test]
fn the_python_says_what_info_tells() {
    let _registry = lock_registry();
    let project = Project::with_venv();
    assert!(assert_same(&project).is_empty());
    let interpreter = project.run(["--info"]).code(0).stdout;
    let python = base().join("python.exe").display().to_string();
    assert!(interpreter.contains(&python), "{interpreter}");
}

#[test]
fn variables_and_pth_files_count_as_python_counts_them() {
    let _registry = lock_registry();
    let project = Project::with_venv().dir("app/src").dir("app/lib two");
    let user = format!(
        "home/AppData/Python/Python{}",
        winver(&project).replace('.', "")
    );
    let project = project.dir(&format!("{user}/site-packages"));
    let absolute = project.shown("app\\src");
    let lines = format!("..\\../../../SRC/\nnone\n# no\n{absolute}\n..\\\n");
    let project = project
        .file("app/.venv/Lib/site-packages/a.pth", lines)
        .file("app/.venv/Lib/site-packages/b.pth", "import os\n");
    assert_eq!(assert_same(&project), ["code"]);
    let path = format!(
        ".;src//;{};lib two/../lib two;;C:\\NONE",
        absolute.to_uppercase()
    );
    let project = project.var("PYTHONPATH", path).var("PYTHONSAFEPATH", "1");
    assert_eq!(assert_same(&project), ["code"]);
    let home = project.path("home/AppData");
    let project = project.var("APPDATA", home);
    let cfg = std::fs::read_to_string(project.path("app/.venv/pyvenv.cfg")).expect("a file");
    let cfg = cfg.replace("= false", "= true");
    let project = project.file("app/.venv/pyvenv.cfg", cfg);
    assert_eq!(assert_same(&project), ["code"]);
    let base = project.path("app/src");
    let project = project.var("PYTHONUSERBASE", base);
    assert_eq!(assert_same(&project), ["code"]);
}

#[test]
fn letters_of_a_pth_file_are_a_caveat_where_python_takes_a_code_page() {
    let _registry = lock_registry();
    let project = Project::with_venv().dir("app/Prüfling").file(
        "app/.venv/Lib/site-packages/a.pth",
        "..\\..\\..\\Prüfling\n",
    );
    let told = project.run(["--info", "--json"]).code(0).stdout;
    assert!(told.contains("\"pth-encoding\""), "{told}");
    let project = project.var("PYTHONUTF8", "1");
    assert!(assert_same(&project).is_empty());
}

#[test]
fn a_path_file_and_the_registry_are_caveats() {
    let _registry = lock_registry();
    let project = Project::with_venv();
    let core = r"HKCU\Software\Python\PythonCore";
    let key = format!(r"{core}\{}\PythonPath\Extra", winver(&project));
    let extra = project.shown("app\\extra");
    assert!(reg(&["add", &key, "/ve", "/d", &extra, "/f"]));
    let path = project.python("import sys; print(*sys.path, sep='\\n')");
    let told = project.run(["--info"]).code(0).stdout;
    assert!(reg(&["delete", &key, "/f"]));
    assert!(path.contains(&extra), "{path}");
    assert!(
        told.contains(r"PythonPath\Extra in the registry adds to sys.path"),
        "{told}"
    );
    let project = project.file("app/.venv/Scripts/python._pth", "..\n");
    let told = project.run(["--info"]).code(0).stdout;
    let file = project.shown("app\\.venv\\Scripts\\python._pth");
    assert!(
        told.contains(&format!("{file} replaces sys.path")),
        "{told}"
    );
}
