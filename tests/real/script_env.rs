//! Scripts that say what they require (PEP 723), in environments of their own: made, filled by a real pip and a real uv,
//! found again, made anew, and taken away.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::project::{Outcome, Project, program, tell};
use crate::pythons;
use crate::wheels::{ANY, VERSIONS, app, installers, wheel};

/// A script that requires these, and says which of the packages that these tests know it sees.
fn script(requires: &str) -> String {
    format!("# /// script\n# {requires}\n# ///\n{VERSIONS}")
}

fn scripts(project: &Project) -> Vec<String> {
    project.names("home/.cache/vrun/scripts")
}

fn tool(project: &Project) -> Outcome {
    project.run(["tool.py"])
}

#[test]
fn a_script_has_what_it_requires_and_the_project_does_not() {
    for installer in installers() {
        let project = app(installer)
            .file("app/requirements.txt", "alpha==1.0\n")
            .file(
                "app/tool.py",
                &script("dependencies = ['beta', 'gamma; python_version < \"3\"']"),
            );
        let first = tool(&project).code(0).stdout("alpha 1.0\nbeta 1.0");
        let lines: Vec<_> = first.stderr.lines().collect();
        let begun = format!("vrun: installing what tool.py requires with {installer}");
        assert_eq!(lines.len(), 4, "{first}");
        assert_eq!(lines[2], begun);
        assert_eq!(tool(&project).code(0).stderr, "");
        project.assert_only(&["requirements.txt", "setup.py", "tool.py"]);
        assert_eq!(scripts(&project).len(), 1);
        // What is edited is another script.
        let project = project.file("app/tool.py", &script("dependencies = ['alpha']"));
        tool(&project).code(0).stdout("alpha 2.0");
        assert_eq!(scripts(&project).len(), 2);
        let plain = project.run(["--no-script-env", "tool.py"]).code(0);
        plain.stdout("alpha 1.0");
    }
}

#[test]
fn what_is_required_by_a_path_lies_beside_the_script() {
    for installer in installers() {
        let project = app(installer).dir("app/bin/near").dir("links");
        let name = "alpha-1.0-py3-none-any.whl";
        let near = project.path("app/bin/near").join(name);
        fs::copy(project.path("links").join(name), near).expect("a wheel");
        let text = script(&format!("dependencies = ['./near/{name}']"));
        let project = project
            .file("app/bin/tool.py", &text)
            .link("links/tool.py", "../app/bin/tool.py");
        let linked = project.path("links/tool.py").display().to_string();
        for typed in ["bin/tool.py", &linked] {
            project.run([typed]).code(0).stdout("alpha 1.0");
        }
        assert_eq!(scripts(&project).len(), 1);
    }
}

#[test]
fn the_second_run_starts_nothing_but_the_script() {
    let project = app("pip").file("app/tool.py", &script("dependencies = ['alpha']"));
    tool(&project).code(0);
    let trace = project.path("trace");
    let Some(program) = program("strace") else {
        return tell("not tested: that a second run starts nothing, for there is no strace");
    };
    let mut strace = Command::new(program);
    project.place(&mut strace);
    strace
        .args(["-f", "-qq", "-e", "trace=process", "-o"])
        .arg(&trace);
    let ran = Outcome::of(strace.arg(env!("CARGO_BIN_EXE_vrun")).arg("tool.py"));
    if !ran.status.success() {
        return tell(format_args!(
            "not tested: that a second run starts nothing: {ran}"
        ));
    }
    ran.stdout("alpha 2.0");
    let trace = fs::read_to_string(trace).expect("a trace");
    let count = |call: &str| trace.matches(call).count();
    assert_eq!(count("execve("), 2, "{trace}");
    for call in ["fork(", "clone(", "clone3("] {
        assert_eq!(count(call), 0, "{trace}");
    }
}

#[test]
fn many_first_runs_at_once_make_it_once() {
    for installer in installers() {
        let project = app(installer).file("app/tool.py", &script("dependencies = ['alpha']"));
        let all = project.at_once(8, &["tool.py"], "alpha 2.0\n");
        assert_eq!(all.matches("vrun: installing ").count(), 1, "{all}");
        assert_eq!(all.matches("vrun: creating ").count(), 1, "{all}");
        assert_eq!(scripts(&project).len(), 1);
    }
}

#[test]
fn what_cannot_be_installed_keeps_the_script_from_running_until_it_can() {
    for installer in installers() {
        let project = app(installer).file("app/tool.py", &script("dependencies = ['gamma']"));
        for _ in 0..2 {
            tool(&project).code(125).stdout("").says(&[
                "vrun: cannot install what tool.py requires into ",
                "\n  cause: ",
                "\n  hint: the next run tries again; `vrun --no-install ...`",
            ]);
        }
        let there = project.run(["--no-install", "tool.py"]).code(0);
        assert_eq!(there.stdout("").stderr, "");
        wheel(&project, &["gamma", "1.0", ANY]);
        tool(&project).code(0).stdout("gamma 1.0");
        assert_eq!(tool(&project).code(0).stderr, "");
    }
}

#[test]
fn sync_upgrade_takes_what_a_script_requires_and_nothing_of_the_project() {
    for installer in installers() {
        let project = app(installer).file("app/tool.py", &script("dependencies = ['gamma']"));
        wheel(&project, &["gamma", "1.0", ANY]);
        let project = project
            .file("app/requirements.txt", "alpha\n")
            .file("app/bare.py", &script("dependencies = []"))
            .var("VRUN_REQUIREMENTS", "requirements.txt");
        tool(&project).code(0).stdout("gamma 1.0");
        wheel(&project, &["gamma", "2.0", ANY]);
        tool(&project).code(0).stdout("gamma 1.0");
        let synced = project.run(["--sync", "tool.py"]).code(0);
        synced.stdout("gamma 1.0").says(&["up to date with "]);
        let synced = project.run(["--sync", "--upgrade", "tool.py"]).code(0);
        synced.stdout("gamma 2.0");
        let synced = project.run(["--sync", "--exact", "tool.py"]).code(0);
        synced.stdout("gamma 2.0");
        project.run(["--sync", "bare.py"]).code(0).stdout("");
        let again = project.run(["bare.py"]).code(0);
        assert_eq!(again.stdout("").stderr, "");
    }
}

#[test]
fn a_script_has_the_python_that_it_asks_for_and_who_asks_for_another_gets_that() {
    let Some((oldest, newest)) = pythons::two() else {
        return;
    };
    let says = "import sys; print('%d.%d' % sys.version_info[:2])\n";
    let (old, new) = (oldest.short(), newest.short());
    let block = format!("# /// script\n# requires-python = '=={old}.*'\n# ///\n{says}");
    let project = Project::new()
        .python("python3", newest)
        .python(&format!("python{old}"), oldest)
        .file("app/tool.py", &block);
    tool(&project).code(0).stdout(&old);
    let asked = ["-p", &new, "tool.py"];
    let other = project.run(asked).code(0).stdout(&new);
    other.says(&["vrun: tool.py asks for Python ==", ", and gets "]);
    assert_eq!(project.run(asked).code(0).stderr, "");
    let project = project.file(
        "app/tool.py",
        "# /// script\n# requires-python = '>=3.99'\n# ///\n",
    );
    tool(&project)
        .code(125)
        .says(&["no Python matches `>=3.99`, which `requires-python` in tool.py asks for"]);
}

#[test]
fn one_that_is_broken_is_made_anew_at_once() {
    let project = app("pip").file("app/tool.py", &script("dependencies = ['alpha']"));
    tool(&project).code(0);
    let [name] = &scripts(&project)[..] else {
        panic!("{:?}", scripts(&project));
    };
    let root = project.path("home/.cache/vrun/scripts").join(name);
    for damage in ["bin/python3", "bin/python", "pyvenv.cfg"] {
        fs::remove_file(root.join(damage)).expect("a file");
        let made = tool(&project).code(0).stdout("alpha 2.0");
        assert_eq!(made.stderr.matches("vrun: creating ").count(), 1, "{made}");
        assert_eq!(tool(&project).code(0).stderr, "");
        assert_eq!(scripts(&project).len(), 1);
    }
}

#[test]
fn what_was_not_used_for_a_month_goes_with_the_next_creation_unless_it_runs() {
    let waits = "# /// script\n# dependencies = []\n# ///\nimport sys\nprint('up', flush=True)\nsys.stdin.read()\n";
    let project = Project::with_python().file("app/old.py", &script("dependencies = []"));
    let project = project
        .file("app/waits.py", waits)
        .file("app/new.py", &script("dependencies = []"));
    project.run(["old.py"]).code(0);
    let mut running = project.vrun(["-q", "waits.py"]);
    let running = running.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = running.spawn().expect("vrun");
    let mut up = [0; 3];
    let stdout = running.stdout.as_mut().expect("a pipe");
    std::io::Read::read_exact(stdout, &mut up).expect("a line");
    let age = |days: u64| {
        for name in scripts(&project) {
            let cfg = project
                .path("home/.cache/vrun/scripts")
                .join(name)
                .join("pyvenv.cfg");
            let then = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
            let cfg = fs::File::options().append(true).open(cfg).expect("a file");
            cfg.set_modified(then).expect("a time");
        }
    };
    let is_there = |name: &str| scripts(&project).iter().any(|own| own.starts_with(name));
    age(29);
    project.run(["--create"]).code(0);
    assert!(is_there("old.py-") && is_there("waits.py-"));
    age(31);
    project.run(["new.py"]).code(0);
    assert!(!is_there("old.py-") && is_there("waits.py-") && is_there("new.py-"));
    drop(running.stdin.take());
    assert!(running.wait().expect("an end").success());
    age(31);
    // A use counts, a look does not.
    project.run(["-n", "waits.py"]).code(0);
    project.run(["new.py"]).code(0);
    project.run(["--create", "--env", "other"]).code(0);
    assert_eq!(scripts(&project).len(), 1, "{:?}", scripts(&project));
}
