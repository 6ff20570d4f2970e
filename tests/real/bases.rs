//! Interpreters that are not what they seem: shims, links, environments, ones that lack a part.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::mounts::{can_mount, in_mounts};
use crate::project::{Project, tell};
use crate::pythons::{self, Python};
use crate::stripped::{forget_shared_wheels, python_without};

#[test]
fn python_2_is_refused_by_name() {
    let Some(python) = pythons::python_2() else {
        tell("not tested: there is no Python 2");
        return;
    };
    let project = Project::with_python().python("python2.7", python);
    let named = format!(
        "python2.7 is Python {}, which has no venv module",
        python.full()
    );
    project
        .run(["-p", "../bin/python2.7", "python", "-V"])
        .code(125)
        .says(&["`../bin/python2.7`, which --python asks for", &named]);
    let project = Project::new().python("python", python);
    project
        .run(["python", "-V"])
        .code(125)
        .says(&["found no Python 3", &format!("is Python {}", python.full())]);
    project.assert_only(&["setup.py"]);
}

#[test]
fn a_shim_stands_for_the_interpreter_that_it_leads_to() {
    let exe = pythons::newest().exe.display().to_string();
    let shim = format!("#!/bin/sh\nexec '{exe}' \"$@\"\n");
    let project = Project::new().script("bin/python3", &shim);
    let chosen = project.chosen(&[]);
    assert!(chosen.contains(&format!("{exe} (Python ")), "{chosen}");
}

#[test]
fn a_shim_is_asked_where_the_project_is_and_each_time_anew() {
    let Some((old, new)) = pythons::two() else {
        return;
    };
    let (old_exe, new_exe) = (old.exe.display(), new.exe.display());
    let shim = format!(
        "#!/bin/sh\nif [ -e new ]; then exec '{new_exe}' \"$@\"; fi\nexec '{old_exe}' \"$@\"\n"
    );
    let project = Project::new().script("bin/python3", &shim);
    assert!(project.chosen(&[]).contains(&format!("{old_exe} ")));
    let project = project.file("app/new", "").dir("app/deep");
    assert!(
        project
            .chosen(&["-C", "deep"])
            .contains(&format!("{new_exe} "))
    );
}

#[test]
fn a_shim_that_fails_is_passed_over() {
    let failing = "#!/bin/sh\necho 'shim: python3: command not found' >&2\nexit 127\n";
    let project = Project::new()
        .script("bin/python3", failing)
        .python("python", pythons::newest());
    let chosen = project.chosen(&[]);
    assert!(chosen.contains("bin/python (Python "), "{chosen}");
    let note = "shim: python3: command not found";
    let project = Project::new().script("bin/python3", failing);
    project.run(["python", "-V"]).code(125).says(&[note]);
}

#[test]
fn an_interpreter_that_does_not_answer_is_passed_over_and_ended() {
    let project = Project::new()
        .script(
            "bin/python3",
            "#!/bin/sh\n/bin/sleep 60 &\necho $! > ../asked\nwait\n",
        )
        .python("python", pythons::newest());
    let chosen = project.chosen(&[]);
    assert!(chosen.contains("bin/python (Python "), "{chosen}");
    let asked = fs::read_to_string(project.path("asked")).expect("it was asked");
    // Gone, or dead and waiting for whoever inherited it.
    let alive = format!("kill -0 {} 2> /dev/null", asked.trim());
    let status = Command::new("/bin/sh").args(["-c", &alive]).status();
    let stat = fs::read_to_string(format!("/proc/{}/stat", asked.trim())).unwrap_or_default();
    let is_gone = !status.expect("a shell").success() || stat.contains(") Z ");
    assert!(is_gone, "it is still there: {stat}");
}

#[test]
fn pyenvs_own_shim_first_on_path_serves_the_version_that_the_project_asks_for() {
    let root = pythons::pyenv_root().filter(|root| root.join("shims/python3").is_file());
    let kept = |python: &&Python| {
        root.as_ref()
            .is_some_and(|root| python.prefix.parent() == Some(&root.join("versions")))
    };
    let (Some(root), Some(python)) = (&root, pythons::all().iter().find(kept)) else {
        tell("not tested: there is no pyenv with a Python that can be used");
        return;
    };
    let path = env::join_paths(
        [root.join("shims"), root.join("bin")]
            .into_iter()
            .chain(env::split_paths("/usr/bin:/bin")),
    );
    let project = Project::new()
        .var("PATH", path.expect("a PATH"))
        .var("PYENV_ROOT", root)
        .file("app/.python-version", &python.full());
    let chosen = project.chosen(&[]);
    let prefix = python.prefix.display().to_string();
    let kind = format!(" (Python {}): found on PATH", python.full());
    assert!(
        chosen.contains(&prefix) && chosen.ends_with(&kind),
        "{chosen}"
    );
}

#[test]
fn an_environments_python_stands_for_its_base() {
    for python in pythons::all() {
        let other = tempfile::tempdir().expect("a directory");
        let outer = other.path().canonicalize().expect("a path").join("outer");
        let inner = other.path().canonicalize().expect("a path").join("inner");
        python.says(&format!(
            "import venv; venv.create({outer:?}, symlinks=True)"
        ));
        let nest = format!("import venv; venv.create({inner:?}, symlinks=True)");
        let made = Command::new(outer.join("bin/python"))
            .args(["-I", "-c", &nest])
            .status();
        assert!(made.expect("a Python").success());
        for env in [outer, inner] {
            let chosen = Project::new().first_on_path(&env.join("bin")).chosen(&[]);
            let exe = chosen.split(" (").next().unwrap_or_default();
            let real = fs::canonicalize(exe).expect(&chosen);
            assert_eq!(real, python.exe, "{chosen}");
            assert!(
                !chosen.contains("/outer/") && !chosen.contains("/inner/"),
                "{chosen}"
            );
        }
    }
}

#[test]
fn a_base_that_was_moved_and_is_reached_by_a_link_works() {
    let python = pythons::newest();
    let project = Project::new().dir("moved/bin").dir("moved/lib");
    copy(&project, python);
    let lib = python.says("import os; print(os.path.dirname(os.__file__))");
    let name = lib.rsplit('/').next().expect("a name");
    let project = project
        .link(&format!("moved/lib/{name}"), &lib)
        .link("bin/python3", "../moved/bin/python");
    project
        .run(["python", "-c", "import sys; print(sys.prefix)"])
        .code(0)
        .stdout(&project.path("app/.venv").display().to_string());
    project.run(["pip", "--version"]).code(0);
}

#[test]
fn a_link_that_is_not_enough_is_replaced_by_what_it_leads_to() {
    let python = pythons::newest();
    let project = Project::new().dir("moved/bin").dir("moved/lib");
    copy(&project, python);
    let copy_library = format!(
        "import os, shutil; lib = os.path.dirname(os.__file__); \
         shutil.copytree(lib, {:?} + os.path.basename(lib), symlinks=True, \
         ignore=shutil.ignore_patterns('test', 'site-packages', 'dist-packages', '__pycache__'))",
        project.path("moved/lib/")
    );
    python.says(&copy_library);
    let library = project.path("moved/lib");
    let project = project
        .link("bin/python3", "../moved/bin/python")
        .var("LD_LIBRARY_PATH", &library);
    let shared = "cp \"$1\"/lib/libpython* \"$2\" 2> /dev/null || true";
    let _ = Command::new("/bin/sh")
        .args(["-c", shared, "sh"])
        .args([&python.prefix, &library])
        .status();
    // Where the installation was is nothing any more: only beside the copy is its library.
    let hide = format!("/bin/mount -t tmpfs none '{}'", python.prefix.display());
    let vrun = env!("CARGO_BIN_EXE_vrun");
    let script =
        format!("{hide} && exec '{vrun}' -v python -c 'import sys; print(sys.base_prefix)'");
    if python.prefix.starts_with("/usr") || !can_mount(&hide) {
        tell(format_args!(
            "not tested: {} cannot be hidden here",
            python.prefix.display()
        ));
        return;
    }
    let made = in_mounts(&project, &script).code(0);
    let moved = project.path("moved");
    made.stdout(&moved.display().to_string());
    let link = fs::read_link(project.path("app/.venv/bin/python")).expect("a link");
    assert!(link.starts_with(&moved) || link.is_relative(), "{link:?}");
}

#[test]
fn a_base_without_ensurepip_makes_an_environment_without_pip_and_says_so() {
    let project = python_without("ensurepip");
    forget_shared_wheels(&project);
    project
        .run([
            "-p",
            "../poor",
            "python",
            "-c",
            "import sys; print(sys.prefix)",
        ])
        .code(0)
        .stdout(&project.path("app/.venv").display().to_string())
        .says(&[
            "vrun: it has no pip, because ",
            " does not bundle it; `curl -LO https://",
        ]);
    let hint = "`vrun python get-pip.py` installs pip there";
    let missing = project.run(["pip", "list"]).code(127);
    missing.says(&["no `pip` in ", hint]);
}

#[test]
fn debians_python_without_its_venv_package_takes_the_wheels_or_says_how_to_get_them() {
    let system = Path::new("/usr/bin");
    let is_system = |python: &&Python| python.exe.parent() == Some(system);
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let Some(python) = pythons::all().iter().find(is_system) else {
        tell("not tested: there is no Python of the system's");
        return;
    };
    let lib = python.says("import os, ensurepip; print(os.path.dirname(ensurepip.__file__))");
    let hide = format!("/bin/mount -t tmpfs none '{lib}'");
    if !release
        .lines()
        .any(|line| line == "ID=debian" || line == "ID=ubuntu")
        || !can_mount(&hide)
    {
        tell(format_args!(
            "not tested: this is no Debian or Ubuntu, or {lib} cannot be hidden"
        ));
        return;
    }
    // Its wheels lie apart from it, in a package of their own.
    let wheels = "/usr/share/python-wheels";
    let vrun = env!("CARGO_BIN_EXE_vrun");
    if !fs::read_dir(wheels).is_ok_and(|files| files.count() > 0) {
        says_how_to_get_pip(python, &hide);
        return;
    }
    let project = Project::new().python("python3", python);
    in_mounts(&project, &format!("{hide} && exec '{vrun}' pip --version")).code(0);
    says_how_to_get_pip(
        python,
        &format!("{hide} && /bin/mount -t tmpfs none {wheels}"),
    );
}

fn says_how_to_get_pip(python: &Python, hide: &str) {
    let project = Project::new().python("python3", python);
    let script = format!("{hide} && exec '{}' python -V", env!("CARGO_BIN_EXE_vrun"));
    let command = format!("`apt install python{}-venv`", python.short());
    let made = in_mounts(&project, &script).code(0);
    made.says(&["vrun: it has no pip, because ", &command]);
}

/// The interpreter's file alone, as `moved/bin/python`.
fn copy(project: &Project, python: &Python) {
    let to = project.path("moved/bin/python");
    let copied = Command::new("/bin/cp").arg(&python.exe).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()));
}

#[test]
fn pypy_makes_its_environment_itself_and_that_is_said() {
    let Some(pypy) = pythons::pypy() else {
        return tell("not tested: PyPy as a base, for there is no pypy3 that makes environments");
    };
    // Beside a CPython, which is not what was asked for.
    let project = Project::with_python().link("bin/pypy3", pypy);
    let code = "import platform, sys; print(platform.python_implementation(), sys.prefix)";
    let made = project.run(["-v", "-p", "pypy3", "python", "-c", code]);
    let env = project.path("app/.venv").display().to_string();
    made.code(0).stdout(&format!("PyPy {env}")).says(&[
        &format!("vrun: creating {env} (PyPy "),
        "bin/pypy3 -m venv creates it\n",
    ]);
    let pip = project.run(["pip", "--version"]).code(0).stdout;
    assert!(pip.contains(&format!(" from {env}/lib/pypy3.")), "{pip}");
    let doctor = project.run(["--doctor"]).code(0);
    doctor.stdout(&format!("{env} is sound"));
    project.assert_only(&[".venv", "setup.py"]);
}

#[test]
fn a_link_beside_another_pythons_library_is_replaced_by_what_it_leads_to() {
    let python = pythons::newest();
    let library = format!("lib/python{}/os.py", python.short());
    let project = Project::with_python().file(&library, "raise SystemExit('not this one')\n");
    let code = "import os, sys; print(os.__file__, sys.base_prefix)";
    let own = format!("{0}/{library} {0}", python.prefix.display());
    project.run(["python", "-c", code]).code(0).stdout(&own);
    let link = fs::read_link(project.path("app/.venv/bin/python"));
    assert!(link.is_ok_and(|link| !link.starts_with(project.path("bin"))));
}
