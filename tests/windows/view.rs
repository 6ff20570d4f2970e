//! What the program sees, and which environment it is.

use std::fs;

use crate::first::first;
use crate::project::{Project, base};

const SEEN: &str = "import os
for name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT', 'PYTHONHOME', '__PYVENV_LAUNCHER__', 'PYTHONEXECUTABLE':
    print(name, os.environ.get(name))
for entry in os.environ['PATH'].split(';'): print(entry)";

#[test]
fn the_variables_are_set_and_unset_and_path_begins_with_scripts() {
    let project = Project::with_venv().var("PYTHONEXECUTABLE", "C:\\nowhere");
    let (env, tools) = (project.shown("app\\.venv"), project.shown("tools"));
    let seen = project.python(SEEN);
    let lines: Vec<_> = seen.lines().collect();
    let expected = [
        &*format!("VIRTUAL_ENV {env}"),
        "VIRTUAL_ENV_PROMPT app",
        "PYTHONHOME None",
        // venv's own redirector sets and CPython takes it away.
        "__PYVENV_LAUNCHER__ None",
        "PYTHONEXECUTABLE None",
        &format!("{env}\\Scripts"),
        &tools,
    ];
    assert_eq!(lines[..7], expected, "{seen}");
    assert!(!seen.contains(r"\\?\"), "{seen}");
}

#[test]
fn what_is_active_already_is_not_on_path_twice_in_whatever_letters() {
    let project = Project::with_venv().venv("other/.venv");
    let scripts = project.shown("app\\.venv\\scripts").to_uppercase();
    let other = project.path("other/.venv");
    let project = project
        .first_on_path(&scripts)
        .first_on_path(other.join("SCRIPTS"))
        .var("VIRTUAL_ENV", &other);
    let seen = project.python(SEEN);
    let scripts = seen
        .lines()
        .filter(|line| line.to_lowercase().ends_with("\\scripts"));
    assert_eq!(
        scripts.collect::<Vec<_>>(),
        [project.shown("app\\.venv\\Scripts")],
        "{seen}"
    );
}

#[test]
fn variables_differ_without_regard_to_case() {
    let project = Project::with_venv();
    let path = std::env::join_paths([project.path("tools"), base().into()]).expect("plain paths");
    let project = project
        .unset("PATH")
        .var("Path", path)
        .var("PythonHome", "C:\\nowhere");
    let code = "import os; print(sum(name.upper() == 'PATH' for name in os.environ), os.environ.get('PYTHONHOME'))";
    assert_eq!(project.python(code), "1 None");
}

#[test]
fn vrun_in_vrun_changes_nothing() {
    let project = Project::with_venv();
    fs::copy(crate::project::vrun(), project.path("tools/vrun.exe")).expect("a copy");
    let once = project.python(SEEN);
    project
        .run(["vrun", "python", "-c", SEEN])
        .code(0)
        .stdout(&once);
}

#[test]
fn prefix_and_path_of_python_are_the_environments() {
    let project = Project::with_venv();
    let code = "import sys, sysconfig; print(sys.prefix, sys.base_prefix, sysconfig.get_path('purelib'), sep='\\n')";
    let env = project.shown("app\\.venv");
    let told = format!("{env}\n{}\n{env}\\Lib\\site-packages", base().display());
    assert_eq!(project.python(code), told);
}

#[test]
fn from_any_folder_of_the_project_and_by_option() {
    const PREFIX: [&str; 3] = ["python", "-c", "import sys; print(sys.prefix)"];
    let project = Project::with_venv().venv("one").dir("app/src/deep");
    let (env, one) = (project.shown("app\\.venv"), project.shown("one"));
    let project = project.cwd("app/src/deep");
    project.run(PREFIX).code(0).stdout(&env);
    let project = project.cwd("home");
    for option in [
        &["-C", "..\\app"][..],
        &["-C", "../app/src"],
        &["--project", "..\\APP\\src"],
        &["--env", "..\\app\\.venv"],
        &["--env", "../app/.venv/"],
    ] {
        let outcome = project.run(option.iter().chain(&PREFIX)).code(0).silent();
        assert!(
            outcome.stdout.eq_ignore_ascii_case(&env),
            "{option:?}\n{outcome}"
        );
    }
    project
        .run([&["--env", &*format!(r"\\?\{one}")], &PREFIX[..]].concat())
        .code(0)
        .stdout(&one);
    let project = project.var("VRUN_ENV", &one);
    project.run(PREFIX).code(0).stdout(&one);
}

#[test]
fn what_is_active_serves_where_there_is_no_other_and_a_neighbours_never_does() {
    const PREFIX: [&str; 3] = ["python", "-c", "import sys; print(sys.prefix)"];
    let project = Project::with_venv()
        .venv("opt/venv")
        .venv("neighbour/.venv")
        .file("neighbour/setup.py", "");
    let project = project.dir("plain/below").cwd("plain/below");
    let active = project.shown("opt\\VENV");
    let project = project.var("VIRTUAL_ENV", &active);
    let told = project.run(PREFIX).code(0).stdout;
    assert!(told.eq_ignore_ascii_case(&active), "{told}");
    let project = project.cwd("app");
    project
        .run(PREFIX)
        .code(0)
        .stdout(&project.shown("app\\.venv"));
    let active = project.path("neighbour/.venv");
    let project = project.cwd("plain/below").var("VIRTUAL_ENV", active);
    project
        .run([&["--no-create"], &PREFIX[..]].concat())
        .code(125);
}

#[test]
fn a_ceiling_ends_the_walk_and_a_setting_names_the_environment() {
    const PREFIX: [&str; 3] = ["python", "-c", "import sys; print(sys.prefix)"];
    let project = Project::with_venv()
        .venv("app/.venv-windows")
        .dir("app/src/deep");
    let env = project.shown("app\\.venv-windows");
    let project = project
        .cwd("app/src/deep")
        .var("VRUN_NAME", ".venv-windows");
    project.run(PREFIX).code(0).stdout(&env);
    let ceilings = format!("C:\\none;{}", project.shown("app"));
    let project = project.var("VRUN_CEILING_DIRECTORIES", ceilings);
    let error = project
        .run([&["--no-create"], &PREFIX[..]].concat())
        .code(125);
    error.says(&[&project.shown("app\\src\\deep\\.venv-windows")]);
}

#[test]
fn a_file_called_venv_leads_to_the_environment() {
    for text in ["..\\envs\\one", "../envs/one\r\n", "..\\envs\\one\n"] {
        let project = Project::new().venv("envs/one").file("app/.venv", text);
        let told = project.python("import sys; print(sys.prefix)");
        assert_eq!(told, project.shown("envs\\one"), "{text:?}");
    }
    let project = Project::new().venv("envs/one");
    let project = {
        let at = project.shown("envs\\one");
        project.file("app/.venv", at)
    };
    assert_eq!(
        project.python("import sys; print(sys.prefix)"),
        project.shown("envs\\one")
    );
}

#[test]
fn no_path_is_shown_with_both_separators() {
    let project = Project::with_venv();
    let place = project.shown("app") + "/envs/one";
    for args in [
        &["--env", "../none/x", "python"][..],
        &["--env", &place, "-n", "python"],
        &["-p", "..\\none/python.exe", "--create", "--clear"],
        &["-C", "../none/deep", "python"],
        &["--sync"],
        &["--info", "--env", "../app/.venv"],
        &["--doctor"],
        &["./none/x.py"],
    ] {
        let told = project.run(args).to_string();
        let words = told.split([' ', '`', '\'', '"', '\n', ';']);
        let mut mixed = words.filter(|word| word.contains(":\\") && word.contains('/'));
        assert_eq!(mixed.next(), None, "{args:?}\n{told}");
    }
}

#[test]
fn no_path_is_shown_in_the_systems_own_form() {
    let project = &first().project;
    let outcome = project.run([
        "-v",
        "python",
        "-c",
        "import sys; print(sys.path, sys.executable)",
    ]);
    let told = outcome.code(0);
    assert!(!told.to_string().contains(r"\\?\"), "{told}");
}
